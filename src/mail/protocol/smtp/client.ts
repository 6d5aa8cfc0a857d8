// The SMTP client without I/O: bytes in, events and bytes out. It speaks the protocol; what a refusal means is decided elsewhere.

import { assert } from '../../../ground/assert.ts'
import type { ClientExchange } from '../sasl/sasl.ts'
import { type Capabilities, parseCapabilities } from './client-capabilities.ts'
import { authLine, base64, type ClientEnvelope } from './client-commands.ts'
import type { ClientEvent, ClientFailure, ClientObserver } from './client-events.ts'
import { AUTH_CHALLENGES_MAX, type Phase } from './client-limits.ts'
import { ClientOutput } from './client-output.ts'
import { type ClientState, type ClientStep, nextState, PHASE_OF_STATE } from './client-states.ts'
import { ClientTransaction, type TransactionResult } from './client-transaction.ts'
import { DataEncoder } from './content.ts'
import { type Reply, type ReplyError, ReplyParser } from './reply.ts'

export type { Capabilities } from './client-capabilities.ts'
export { recipientsLimit, sizeLimit } from './client-capabilities.ts'
export { type ClientEnvelope, isSafeOnTheWire } from './client-commands.ts'
export type { ClientEvent, ClientFailure, ClientObserver } from './client-events.ts'
export { PHASE_TIMEOUTS_MS, type Phase, type PhaseTimeouts } from './client-limits.ts'
export type { TransactionResult } from './client-transaction.ts'

export class SmtpClient {
  readonly #hostname: string
  readonly #parser = new ReplyParser()
  readonly #output = new ClientOutput()
  readonly #events: ClientEvent[] = []
  #observer: ClientObserver | undefined
  #state: ClientState = 'greeting'
  #greeting: 'EHLO' | 'HELO' = 'EHLO'
  #capabilities: Capabilities = new Map()
  #exchange: ClientExchange | undefined
  #challenges = 0
  #transaction: ClientTransaction | undefined
  #encoder: DataEncoder | undefined
  #contentBytes = 0
  #repliesCount = 0
  /** A transaction is open on the server that nobody wants: RSET before the next. */
  #leftOpen = false

  constructor(options: { readonly hostname: string }) {
    this.#hostname = options.hostname
  }

  /** Who is told what is said; one transcript at a time. */
  observe(observer: ClientObserver | undefined): void {
    this.#observer = observer
  }

  get capabilities(): Capabilities {
    return this.#capabilities
  }

  get state(): ClientState {
    return this.#state
  }

  /** What the server is expected to do now; `PHASE_TIMEOUTS_MS` says how long it may take. */
  get phase(): Phase {
    return this.#state === 'envelope' && this.#transaction?.awaitsData ? 'data' : PHASE_OF_STATE[this.#state]
  }

  /** Grows with every whole reply: progress that deserves new patience, unlike single bytes. */
  get repliesCount(): number {
    return this.#repliesCount
  }

  /** The transaction under way, as far as it got; for when the connection breaks. */
  get progress(): TransactionResult | undefined {
    return this.#transaction
  }

  /** Keeps no reference to the bytes. */
  receive(bytes: Uint8Array): void {
    // Bytes in clear after the server's 220 to STARTTLS are an attacker's (CVE-2021-38371); after the end they are nobody's.
    if (this.#state === 'handshake' || this.#state === 'closed') return
    this.#parser.receive(bytes)
    for (let parsed = this.#parser.next(); parsed; parsed = this.#parser.next()) {
      if (!parsed.ok) return this.#fail({ type: 'protocol', phase: this.phase, detail: describe(parsed.error) })
      this.#repliesCount++
      this.#observer?.received(parsed.value)
      this.#dispatch(parsed.value)
      if (this.#isDeaf()) return this.#parser.discard()
    }
  }

  next(): ClientEvent | undefined {
    return this.#events.shift()
  }

  /** All there is to send, in one piece. */
  takeOutput(): Uint8Array | string | undefined {
    return this.#output.take()
  }

  startTls(): void {
    this.#step('ask-tls')
    this.#send('STARTTLS\r\n')
  }

  /** The handshake is done: all that was learnt in clear is forgotten (RFC 3207 §4.2). */
  secured(): void {
    this.#step('secured')
    this.#capabilities = new Map()
    this.#parser.discard()
    this.#sayHello('EHLO')
  }

  authenticate(exchange: ClientExchange): void {
    this.#step('ask-auth')
    this.#exchange = exchange
    this.#challenges = 0
    this.#output.push(authLine(exchange.mechanism, exchange.initial))
    this.#observer?.sent(`AUTH ${exchange.mechanism} ${exchange.initial === undefined ? '' : '(hidden)'}`.trimEnd())
  }

  begin(envelope: ClientEnvelope): void {
    assert(envelope.recipients.length > 0, 'a transaction has a recipient')
    this.#step('begin')
    this.#transaction = new ClientTransaction(envelope, this.#capabilities, { resetFirst: this.#leftOpen })
    this.#sendGroup()
  }

  /** Content in pieces, CRLF canonical. */
  content(bytes: Uint8Array): void {
    if (this.#state !== 'content') return
    assert(this.#encoder !== undefined, 'content has an encoder')
    this.#contentBytes += bytes.length
    for (const piece of this.#encoder.encode(bytes)) this.#output.push(piece)
  }

  endContent(): void {
    if (this.#state !== 'content') return
    assert(this.#encoder !== undefined, 'content has an encoder')
    this.#output.push(this.#encoder.end())
    this.#encoder = undefined
    this.#openTransaction().contentEnded = true
    this.#step('content-ended')
    this.#observer?.sent(`… ${grouped(this.#contentBytes)} bytes of content`)
  }

  quit(): void {
    this.#step('say-goodbye')
    this.#send('QUIT\r\n')
  }

  #isDeaf(): boolean {
    return this.#state === 'handshake' || this.#state === 'closed'
  }

  #step(step: ClientStep): void {
    this.#state = nextState(this.#state, step)
  }

  #send(line: string): void {
    this.#output.push(line)
    this.#observer?.sent(line.slice(0, -2))
  }

  #dispatch(reply: Reply): void {
    if (reply.code === 421 && this.#state !== 'quit') return this.#onChannelClosing(reply)
    switch (this.#state) {
      case 'greeting':
        return this.#onGreeting(reply)
      case 'hello':
        return this.#onHello(reply)
      case 'starttls':
        return this.#onStartTls(reply)
      case 'auth':
        return this.#onAuth(reply)
      case 'envelope':
        return this.#onGroupReply(reply)
      case 'content':
        return this.#onEarlyReply(reply)
      case 'final':
        return this.#onFinal(reply)
      case 'discarding':
        return this.#finish('answered')
      case 'quit':
        this.#step('close')
        this.#events.push({ type: 'goodbye' })
        return
      default:
        return this.#unexpected(reply)
    }
  }

  /** 421 may come at any time (RFC 5321 §3.8); once content has gone out it is also the answer to that. */
  #onChannelClosing(reply: Reply): void {
    if (this.#state === 'final' || this.#state === 'content') this.#openTransaction().final = reply
    this.#fail({ type: 'channel', phase: this.phase, reply })
  }

  #onGreeting(reply: Reply): void {
    if (reply.code !== 220) return this.#notWelcome(reply)
    this.#step('greeted')
    this.#sayHello('EHLO')
  }

  #sayHello(word: 'EHLO' | 'HELO'): void {
    this.#greeting = word
    this.#send(`${word} ${this.#hostname}\r\n`)
  }

  /** RFC 5321 §3.2: a server that does not know EHLO is greeted the old way. */
  #onHello(reply: Reply): void {
    if (this.#greeting === 'EHLO' && (reply.code === 500 || reply.code === 502)) return this.#sayHello('HELO')
    if (!isDone(reply)) return this.#notWelcome(reply)
    this.#capabilities = this.#greeting === 'EHLO' ? parseCapabilities(reply) : new Map()
    this.#step('welcomed')
    this.#events.push({ type: 'ready' })
  }

  /** What neither greets nor refuses comes from something that speaks another language. */
  #notWelcome(reply: Reply): void {
    if (isRefusal(reply)) this.#fail({ type: 'refused', phase: this.phase, reply })
    else this.#unexpected(reply)
  }

  #onStartTls(reply: Reply): void {
    if (reply.code === 220) {
      this.#step('tls-agreed')
      this.#events.push({ type: 'tls-agreed' })
    } else if (isRefusal(reply)) {
      this.#step('tls-refused')
      this.#events.push({ type: 'tls-refused', reply })
    } else this.#unexpected(reply)
  }

  #onAuth(reply: Reply): void {
    if (reply.code === 334) return this.#onChallenge(reply)
    if (!isDone(reply) && !isRefusal(reply)) return this.#unexpected(reply)
    this.#step('auth-answered')
    this.#exchange = undefined
    this.#events.push(isDone(reply) ? { type: 'authenticated' } : { type: 'auth-refused', reply })
  }

  #onChallenge(reply: Reply): void {
    const answer =
      ++this.#challenges > AUTH_CHALLENGES_MAX ? undefined : this.#exchange?.respond(Buffer.from(reply.lines[0] ?? '', 'base64'))
    this.#output.push(answer === undefined ? '*\r\n' : `${base64(answer)}\r\n`)
    this.#observer?.sent(answer === undefined ? '*' : '(hidden)')
    if (this.#challenges > AUTH_CHALLENGES_MAX + 1) this.#unexpected(reply)
  }

  #sendGroup(): void {
    const lines = this.#transaction?.takeLines() ?? []
    this.#output.push(lines.join(''))
    if (this.#observer) for (const line of lines) this.#observer.sent(line.slice(0, -2))
  }

  #onGroupReply(reply: Reply): void {
    const step = this.#openTransaction().answer(reply)
    switch (step) {
      case 'more':
        return this.#sendGroup()
      case 'refused':
        return this.#finish('refused')
      case 'unexpected':
        return this.#unexpected(reply)
      case 'nobody-accepted':
        this.#step('nobody-accepted')
        return this.#send('.\r\n')
      case 'go-ahead':
        this.#step('go-ahead')
        this.#encoder = new DataEncoder()
        this.#contentBytes = 0
        this.#events.push({ type: 'content-wanted' })
    }
  }

  #openTransaction(): ClientTransaction {
    assert(this.#transaction !== undefined, 'a transaction is open')
    return this.#transaction
  }

  /** A refusal in the middle of the content counts, but what follows on the stream cannot be told apart any more. */
  #onEarlyReply(reply: Reply): void {
    if (!isRefusal(reply)) return this.#unexpected(reply)
    const transaction = this.#openTransaction()
    transaction.final = reply
    this.#step('close')
    this.#output.clear()
    this.#events.push({ type: 'done', result: transaction, reusable: false })
  }

  #onFinal(reply: Reply): void {
    const transaction = this.#openTransaction()
    if (!isDone(reply) && !isRefusal(reply)) return this.#unexpected(reply)
    transaction.final = reply
    this.#finish('answered')
  }

  #finish(step: 'answered' | 'refused'): void {
    const result = this.#openTransaction()
    // Content that was answered, either way, closes the transaction (RFC 5321 §4.1.1.4).
    this.#leftOpen = step === 'refused' && result.leftOpen
    this.#step(step)
    this.#transaction = undefined
    this.#events.push({ type: 'done', result, reusable: true })
  }

  #unexpected(reply: Reply): void {
    this.#fail({ type: 'protocol', phase: this.phase, detail: `unexpected reply ${reply.code} ${reply.lines[0] ?? ''}` })
  }

  #fail(failure: ClientFailure): void {
    this.#step('close')
    this.#output.clear()
    this.#events.push({ type: 'failed', failure })
  }
}

function isDone(reply: Reply): boolean {
  return reply.code >= 200 && reply.code < 300
}

function isRefusal(reply: Reply): boolean {
  return reply.code >= 400
}

function describe(error: ReplyError): string {
  return 'line' in error ? `${error.type}: ${error.line}` : error.type
}

function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',')
}
