// One SMTP connection to one address: the client core, a connection and their deadline. Carries any number of messages, one at a time.

import { assert } from '../../../ground/assert.ts'
import type { Clock } from '../../../ground/ports/clock.ts'
import type { Connection, ConnectionEnd, ConnectionHandler, TlsFacts } from '../../../ground/ports/connection.ts'
import { err, ok, type Result } from '../../../ground/result.ts'
import type { ClientExchange } from '../../../mail/protocol/sasl/sasl.ts'
import {
  type Capabilities,
  type ClientEnvelope,
  type ClientEvent,
  type ClientObserver,
  type PhaseTimeouts,
  type Reply,
  SmtpClient,
  type TransactionResult,
} from '../../../mail/protocol/smtp/smtp.ts'
import { WRITE_BYTES } from './limits.ts'
import type { ChannelTrouble } from './trouble.ts'

export interface ChannelOptions {
  readonly hostname: string
  readonly clock: Pick<Clock, 'monotonic'>
  readonly timeouts: PhaseTimeouts
}

/** A transaction as far as it got, and what ended the connection before or with it. */
export interface Sent {
  readonly result: TransactionResult
  readonly trouble?: ChannelTrouble
}

type Signal = ClientEvent | { readonly type: 'trouble'; readonly trouble: ChannelTrouble }

const NOTHING_YET: TransactionResult = { recipients: [], contentEnded: false }

export class Channel implements ConnectionHandler {
  readonly #connection: Connection
  readonly #client: SmtpClient
  readonly #options: ChannelOptions
  #waiting: ((signal: Signal) => void) | undefined
  #undelivered: Signal | undefined
  #drained: (() => void) | undefined
  #content: AsyncIterator<Uint8Array> | undefined
  #firstChunk: Promise<IteratorResult<Uint8Array>> | undefined
  #deadlineMs: number
  #repliesSeen = 0
  #usable = true
  /** Transactions carried. */
  messages = 0

  /** Must be called in the turn in which the connection was received. */
  constructor(connection: Connection, options: ChannelOptions) {
    this.#connection = connection
    this.#options = options
    this.#client = new SmtpClient({ hostname: options.hostname })
    this.#deadlineMs = options.clock.monotonic() + options.timeouts.greeting
    connection.handle(this)
  }

  get usable(): boolean {
    return this.#usable
  }

  get capabilities(): Capabilities {
    return this.#client.capabilities
  }

  get tls(): TlsFacts | undefined {
    return this.#connection.tls
  }

  observe(observer: ClientObserver | undefined): void {
    this.#client.observe(observer)
  }

  /** Greeting and EHLO. */
  async ready(): Promise<Result<void, ChannelTrouble>> {
    const signal = await this.#wait()
    return signal.type === 'ready' ? ok() : err(this.#troubleOf(signal))
  }

  /** `refused`: the server would rather not; the connection goes on in clear. After a failed handshake the channel is unusable. */
  async startTls(options: {
    readonly serverName?: string
    readonly verify: boolean
  }): Promise<Result<'secured' | 'refused' | { failed: string }, ChannelTrouble>> {
    this.#client.startTls()
    this.#flush()
    const agreed = await this.#wait()
    if (agreed.type === 'tls-refused') return ok('refused')
    if (agreed.type !== 'tls-agreed') return err(this.#troubleOf(agreed))
    const handshake = await this.#connection.startTls(options)
    if (!handshake.ok) {
      this.#give({ type: 'lost', phase: 'handshake', detail: handshake.error })
      return ok({ failed: handshake.error })
    }
    if (!this.#usable) return err(this.#troubleOf(await this.#wait()))
    this.#client.secured()
    this.#flush()
    const ready = await this.ready()
    return ready.ok ? ok('secured') : ready
  }

  /** `accepted`, or the reply that refused; undefined when the mechanism failed on our side. */
  async authenticate(exchange: ClientExchange): Promise<Result<'accepted' | { refused: Reply | undefined }, ChannelTrouble>> {
    this.#client.authenticate(exchange)
    this.#flush()
    const signal = await this.#wait()
    if (signal.type === 'authenticated') return ok('accepted')
    return signal.type === 'auth-refused' ? ok({ refused: signal.reply }) : err(this.#troubleOf(signal))
  }

  async send(envelope: ClientEnvelope, content: AsyncIterable<Uint8Array>): Promise<Sent> {
    assert(this.#waiting === undefined, 'one transaction at a time')
    if (!this.#usable) return { result: NOTHING_YET, trouble: this.#troubleOf(await this.#wait()) }
    this.messages++
    this.#content = content[Symbol.asyncIterator]()
    // Read while the server thinks about the envelope: the content is there when it is wanted.
    this.#firstChunk = this.#content.next()
    this.#firstChunk.catch(() => {})
    this.#client.begin(envelope)
    this.#flush()
    const signal = await this.#wait()
    if (signal.type === 'done') return { result: signal.result }
    return { result: this.#client.progress ?? NOTHING_YET, trouble: this.#troubleOf(signal) }
  }

  /** Says goodbye and closes; nobody waits for the answer. */
  quit(): void {
    if (!this.#usable) return
    this.#usable = false
    if (this.#client.state === 'ready') {
      this.#client.quit()
      const output = this.#client.takeOutput()
      if (output !== undefined) this.#connection.write(output)
    }
    // A peer that never hangs up in answer is hung up on.
    this.#connection.idleTimeout(this.#options.timeouts.quit)
    this.#connection.end()
  }

  abort(): void {
    this.#give({ type: 'lost', phase: this.#client.phase, detail: 'given up by us' })
  }

  /** Ends the channel when the server has kept us waiting too long. */
  checkDeadline(nowMs: number): void {
    if (this.#usable && nowMs > this.#deadlineMs) this.#give({ type: 'timeout', phase: this.#client.phase })
  }

  data(bytes: Uint8Array): void {
    if (!this.#usable) return
    this.#client.receive(bytes)
    if (this.#client.repliesCount !== this.#repliesSeen) {
      this.#repliesSeen = this.#client.repliesCount
      this.#touch()
    }
    this.#flush()
    for (let event = this.#client.next(); event; event = this.#client.next()) this.#onEvent(event)
  }

  ended(): void {
    this.#give({ type: 'lost', phase: this.#client.phase, detail: 'the peer closed the connection' })
  }

  drained(): void {
    this.#touch()
    this.#drained?.()
    this.#drained = undefined
  }

  closed(end: ConnectionEnd, detail?: string): void {
    this.#give({ type: 'lost', phase: this.#client.phase, detail: detail ?? `connection ${end}` })
  }

  #onEvent(event: ClientEvent): void {
    if (event.type === 'content-wanted') {
      void this.#pump()
      return
    }
    if (event.type === 'failed') return this.#give(event.failure)
    if (event.type === 'done') {
      this.#endContent()
      if (!event.reusable) this.#close()
    }
    this.#signal(event)
  }

  /** Small content leaves in one write with its end; large content waits for the peer between pieces. */
  async #pump(): Promise<void> {
    const iterator = this.#content
    let step = await this.#firstChunk?.catch(describeError)
    for (let pending = 0; iterator && step !== undefined; ) {
      if (typeof step === 'string') return this.#give({ type: 'content', detail: step })
      if (this.#client.state !== 'content') return
      const refused = this.#encode(step)
      if (refused !== undefined) return this.#give({ type: 'content', detail: refused })
      if (step.done) return
      pending += step.value.length
      if (pending >= WRITE_BYTES) {
        pending = 0
        await this.#flushed()
      }
      step = await iterator.next().catch(describeError)
    }
  }

  /** Why the content cannot be sent, if so: the encoder refuses what is not CRLF canonical (message smuggling). */
  #encode(step: IteratorResult<Uint8Array>): string | undefined {
    try {
      if (step.done) {
        this.#client.endContent()
        this.#flush()
      } else this.#client.content(step.value)
      return undefined
    } catch (error) {
      return describeError(error)
    }
  }

  #flush(): boolean {
    let free = true
    for (let output = this.#client.takeOutput(); output !== undefined; output = this.#client.takeOutput()) {
      free = this.#connection.write(output)
      this.#touch()
    }
    return free
  }

  #flushed(): Promise<void> {
    return this.#flush() || !this.#usable ? Promise.resolve() : new Promise((resolve) => (this.#drained = resolve))
  }

  #touch(): void {
    this.#deadlineMs = this.#options.clock.monotonic() + this.#options.timeouts[this.#client.phase]
  }

  #wait(): Promise<Signal> {
    const signal = this.#undelivered
    if (signal && signal.type !== 'trouble') this.#undelivered = undefined
    return signal ? Promise.resolve(signal) : new Promise((resolve) => (this.#waiting = resolve))
  }

  #signal(signal: Signal): void {
    const waiting = this.#waiting
    this.#waiting = undefined
    if (waiting) waiting(signal)
    else this.#undelivered = signal
  }

  /** The channel is over; the first reason is the one that counts. */
  #give(trouble: ChannelTrouble): void {
    if (!this.#usable) return
    this.#close()
    this.#endContent()
    this.#signal({ type: 'trouble', trouble })
  }

  #close(): void {
    this.#usable = false
    this.#connection.destroy()
    this.#drained?.()
    this.#drained = undefined
  }

  #endContent(): void {
    const content = this.#content
    this.#content = undefined
    this.#firstChunk = undefined
    content?.return?.().catch(() => {})
  }

  #troubleOf(signal: Signal): ChannelTrouble {
    if (signal.type === 'trouble') return signal.trouble
    return { type: 'protocol', phase: this.#client.phase, detail: `${signal.type} came out of turn` }
  }
}

function describeError(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
