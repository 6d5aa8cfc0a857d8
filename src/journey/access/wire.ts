// A connection as the session sees it: something to wait for, and a place to send to that says when it is full.

import type { Connection, ConnectionEnd } from '../../ground/ports/connection.ts'

/** What passes is not what is said: compressed, for instance. */
export interface Coder {
  encode(bytes: Uint8Array): Uint8Array
  /** What it means comes by the `receive` the coder was made with, maybe later. */
  decode(bytes: Uint8Array): void
  pause(): void
  resume(): void
  close(): void
}

export class Wire {
  readonly #connection: Connection
  readonly #receive: (bytes: Uint8Array) => void
  #coder: Coder | undefined
  #end: ConnectionEnd | undefined
  #peerEnded = false
  #happened = false
  #wake: (() => void) | undefined
  #drained: (() => void) | undefined

  /** In the turn in which the connection was received. `idle`: what is done after the idle time; absent: the connection just ends. */
  constructor(connection: Connection, receive: (bytes: Uint8Array) => void, idle?: () => void) {
    this.#connection = connection
    this.#receive = (bytes) => {
      receive(bytes)
      this.wake()
    }
    connection.handle({
      data: (bytes) => (this.#coder ? this.#coder.decode(bytes) : this.#receive(bytes)),
      ended: () => {
        this.#peerEnded = true
        this.wake()
      },
      drained: () => this.#drained?.(),
      ...(idle ? { idle } : {}),
      closed: (end) => {
        this.#end = end
        this.#coder?.close()
        this.#drained?.()
        this.wake()
      },
    })
  }

  get closed(): boolean {
    return this.#end !== undefined
  }

  /** Why the connection is closed, if it is. */
  get end(): ConnectionEnd | undefined {
    return this.#end
  }

  /** Nothing more will come from the peer. */
  get peerEnded(): boolean {
    return this.#peerEnded
  }

  /** From now on everything passes through a coder; `unread` came already, and is coded. */
  code(make: (receive: (bytes: Uint8Array) => void, broken: () => void) => Coder, unread: Uint8Array): void {
    this.#coder = make(this.#receive, () => this.#connection.destroy())
    if (unread.length > 0) this.#coder.decode(unread)
  }

  get isCoded(): boolean {
    return this.#coder !== undefined
  }

  /** Back-pressure: what is on its way may still come. */
  pause(): void {
    this.#connection.pause()
    this.#coder?.pause()
  }

  resume(): void {
    this.#connection.resume()
    this.#coder?.resume()
  }

  wake(): void {
    this.#happened = true
    this.#wake?.()
  }

  /** Until something happened since the last wait. */
  async wait(): Promise<void> {
    if (!this.#happened) await new Promise<void>((resolve) => (this.#wake = resolve))
    this.#wake = undefined
    this.#happened = false
  }

  /** Resolves when the peer is ready for more; false: it is gone. */
  async send(bytes: Uint8Array): Promise<boolean> {
    if (this.closed) return false
    const coded = this.#coder ? this.#coder.encode(bytes) : bytes
    if (coded.length > 0 && !this.#connection.write(coded) && !this.closed) {
      await new Promise<void>((resolve) => (this.#drained = resolve))
      this.#drained = undefined
    }
    return !this.closed
  }
}
