// A connection as the session sees it: something to wait for, and a place to send to that says when it is full.

import type { Connection, ConnectionEnd } from '../../ground/ports/connection.ts'

export class Wire {
  readonly #connection: Connection
  #end: ConnectionEnd | undefined
  #peerEnded = false
  #happened = false
  #wake: (() => void) | undefined
  #drained: (() => void) | undefined

  /** In the turn in which the connection was received. */
  constructor(connection: Connection, receive: (bytes: Uint8Array) => void) {
    this.#connection = connection
    connection.handle({
      data: (bytes) => {
        receive(bytes)
        this.wake()
      },
      ended: () => {
        this.#peerEnded = true
        this.wake()
      },
      drained: () => this.#drained?.(),
      closed: (end) => {
        this.#end = end
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
    if (bytes.length > 0 && !this.#connection.write(bytes) && !this.closed) {
      await new Promise<void>((resolve) => (this.#drained = resolve))
      this.#drained = undefined
    }
    return !this.closed
  }
}
