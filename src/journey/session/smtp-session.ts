// One SMTP connection from greeting to goodbye: the core says what the client wants, the session decides and acts.

import type { Connection, ConnectionEnd, ConnectionHandler, TlsFacts } from '../../ground/ports/connection.ts'
import { formatAddress } from '../../mail/message/message.ts'
import type { ServerEvent } from '../../mail/protocol/smtp/smtp.ts'
import { type Reply, reply, SmtpServer, type SmtpServerOptions } from '../../mail/protocol/smtp/smtp.ts'
import type { Person } from '../../store/directory/directory.ts'
import type { SessionContext, SessionRole } from './context.ts'
import { IncomingMessage } from './incoming.ts'
import { keepMessage } from './keep.ts'
import { FAREWELL_MS, RECIPIENTS_EXPANDED_MAX, UNKNOWN_RECIPIENTS_AT_ONCE, UNKNOWN_RECIPIENTS_MAX } from './limits.ts'
import { isLoopback } from './loopback.ts'
import { bareRecipient, organisationOf, resolveRecipient, withoutRepeats } from './recipients.ts'
import * as replies from './replies.ts'
import { senderRefused } from './sender.ts'
import { mechanismsFor, SignIn, type SignInStep } from './sign-in.ts'
import type { Transaction } from './transaction.ts'

type EventOf<T extends ServerEvent['type']> = Extract<ServerEvent, { readonly type: T }>

const GO_ON = reply(354, undefined, 'Send the message; end it with a line that holds only a dot.')
const OK_SENDER = reply(250, '2.1.0', 'Sender accepted.')
const OK_RECIPIENT = reply(250, '2.1.5', 'Recipient accepted.')
const READY_FOR_TLS = reply(220, '2.0.0', 'Ready for TLS.')

export interface SessionOptions {
  readonly role: SessionRole
  readonly context: SessionContext
  readonly smtp: SmtpServerOptions
  readonly closed: (session: SmtpSession) => void
}

export class SmtpSession implements ConnectionHandler {
  readonly #connection: Connection
  readonly #options: SessionOptions
  readonly #context: SessionContext
  readonly #core: SmtpServer
  #busy = false
  #paused = false
  /** Replies wait for the client to read those before. */
  #clogged = false
  #stopping = false
  #over = false
  /** It has talked when it should have listened, and the log has it. */
  #wasEarly = false
  /** Takes back the deadline of the farewell, or the greeting that is still to come. */
  #patienceOver = (): void => {}
  #halfClosed = false
  /** Recipients that do not exist here, named so far. */
  #unknown = 0
  #helo: string | undefined
  #person: Person | undefined
  #signIn: SignIn | undefined
  #transaction: Transaction | undefined
  #incoming: IncomingMessage | undefined

  constructor(connection: Connection, options: SessionOptions) {
    this.#connection = connection
    this.#options = options
    this.#context = options.context
    this.#core = new SmtpServer(options.smtp, { tls: connection.tls !== undefined, mechanisms: this.#mechanisms(connection.tls) })
    connection.handle(this)
    connection.idleTimeout(this.#context.settings.idle)
    const delayMs = this.#greetingDelayMs()
    if (delayMs === 0) this.#greet()
    else this.#patienceOver = this.#context.clock.after(delayMs, () => this.#greet())
  }

  #greetingDelayMs(): number {
    const stranger = this.#options.role === 'mx' && !this.#context.isTrusted(this.#connection.remote.address)
    return stranger ? this.#context.settings.greetingDelay : 0
  }

  #greet(): void {
    if (this.#over) return
    this.#core.greet()
    this.#turn()
  }

  /** Says goodbye at once, or after the message that is coming in. */
  stop(): void {
    this.#stopping = true
    if (this.#busy || this.#incoming !== undefined) return
    this.#core.close(replies.STOPPING)
    this.#turn()
  }

  data(bytes: Uint8Array): void {
    if (this.#over) return
    this.#core.receive(bytes)
    this.#turn()
  }

  /** A client that has half closed still gets the answers to all it sent; the end follows them. */
  ended(): void {
    this.#halfClosed = true
    this.#turn()
  }

  drained(): void {
    this.#clogged = false
    if (this.#paused) this.#turn()
  }

  idle(): void {
    if (this.#busy || this.#over) return
    this.#core.close(replies.TOO_SILENT)
    this.#turn()
  }

  closed(end: ConnectionEnd, detail?: string): void {
    this.#over = true
    this.#patienceOver()
    this.#forget()
    if (end === 'reset' || end === 'tls')
      this.#context.log.debug('SMTP connection lost', { peer: this.#connection.remote.address, end, detail })
    this.#options.closed(this)
  }

  /** Takes events as long as each is dealt with at once; a slow one ends the turn and begins the next when it is done. */
  #turn(): void {
    while (!this.#busy) {
      const event = this.#core.next()
      if (event === undefined) break
      const slow = this.#take(event)
      if (slow !== undefined) this.#await(slow, event)
    }
    this.#flush()
    if (this.#halfClosed && !this.#busy && !this.#over) this.#farewell()
    else this.#steer()
  }

  #await(slow: Promise<void>, event: ServerEvent): void {
    this.#busy = true
    void slow
      .catch((bug: unknown) => this.#confess(bug, event))
      .then(() => {
        this.#busy = false
        if (!this.#over) this.#turn()
      })
  }

  /** A bug of ours refuses the step for now and leaves the connection usable. */
  #confess(bug: unknown, event: ServerEvent): void {
    const cause = bug instanceof Error ? (bug.stack ?? bug.message) : String(bug)
    this.#context.log.error('a step of an SMTP session failed', { event: event.type, cause })
    // A recipient that could not be judged leaves the others, and the transaction, as they are.
    if (event.type !== 'recipient') this.#forget()
    if (this.#core.awaiting !== undefined) this.#core.reply(replies.INTERNAL)
    else if (event.type === 'content') this.#core.refuseContent(replies.INTERNAL)
  }

  #flush(): void {
    const output = this.#core.takeOutput()
    if (output !== undefined && !this.#connection.write(output)) this.#clogged = true
  }

  /** Back-pressure: what we cannot take now stays in the client's window; a client that reads no replies is not heard either. */
  #steer(): void {
    if (this.#over) return
    if (this.#clogged || !this.#core.wantsInput) this.#pause()
    else this.#resume()
  }

  #resume(): void {
    if (!this.#paused) return
    this.#paused = false
    this.#connection.resume()
  }

  #pause(): void {
    if (this.#paused) return
    this.#paused = true
    this.#connection.pause()
  }

  #take(event: ServerEvent): Promise<void> | undefined {
    switch (event.type) {
      case 'content':
        return this.#content(event)
      case 'mail':
        return this.#mail(event)
      case 'recipient':
        return this.#recipient(event)
      case 'data':
        return this.#data()
      case 'content-end':
        return this.#contentEnd(event)
      case 'hello':
        return this.#hello(event)
      case 'auth':
        this.#signIn ??= new SignIn(this.#context, this.#connection)
        return this.#signIn.start(event.mechanism, event.initial).then((step) => this.#signedIn(step))
      case 'auth-response':
        return this.#signIn?.respond(event.bytes).then((step) => this.#signedIn(step))
      case 'starttls':
        return this.#startTls()
      case 'verify':
        return this.#say(replies.NOT_VERIFIED)
      case 'reset':
      case 'content-discarded':
        return this.#forget()
      case 'quit':
        return this.#farewell({ peerIsDone: true })
      case 'close':
        return this.#farewell()
      case 'early-input':
        return this.#early(event)
      case 'auth-cancelled':
        return undefined
    }
  }

  /** Who talks before a reply that must be awaited is heard all the same; only who talks before the greeting is not. */
  #early({ before }: EventOf<'early-input'>): undefined {
    if (!this.#wasEarly) this.#context.log.info('a client did not wait', { peer: this.#connection.remote.address, before })
    this.#wasEarly = true
    if (before === 'greeting') this.#core.close(replies.SPOKE_FIRST)
  }

  #say(verdict: Reply): undefined {
    this.#core.reply(verdict)
  }

  #forget(): undefined {
    this.#transaction = undefined
    this.#incoming?.discard()
    this.#incoming = undefined
  }

  #farewell(options: { readonly peerIsDone?: boolean } = {}): undefined {
    this.#over = true
    this.#flush()
    this.#connection.end(options)
    // Its end is only seen by who reads; whatever else still comes is not looked at.
    this.#resume()
    this.#patienceOver = this.#context.clock.after(FAREWELL_MS, () => this.#connection.destroy())
  }

  #hello(event: EventOf<'hello'>): undefined {
    this.#helo = event.name
    this.#forget()
    this.#core.accept()
  }

  #mechanisms(tls: TlsFacts | undefined): readonly string[] {
    if (this.#options.role !== 'submission') return []
    const allowed = this.#context.settings.plaintextLogin
    const inClear = allowed === 'always' || (allowed === 'loopback' && isLoopback(this.#connection.remote.address))
    return tls !== undefined || inClear ? mechanismsFor(this.#context, this.#connection) : []
  }

  #mail(event: EventOf<'mail'>): Promise<void> | undefined {
    this.#forget()
    if (this.#stopping) return this.#say(replies.STOPPING)
    if (!this.#context.hasRoom()) return this.#say(replies.NO_ROOM)
    if (this.#options.role === 'submission') return this.#submissionMail(event)
    return this.#begin(event)
  }

  async #submissionMail(event: EventOf<'mail'>): Promise<void> {
    if (this.#person === undefined)
      return this.#say(this.#mechanisms(this.#connection.tls).length > 0 ? replies.AUTH_REQUIRED : replies.AUTH_NEEDS_TLS)
    const refusal = await senderRefused(this.#context, this.#person, event.reversePath)
    return refusal ? this.#say(refusal) : this.#begin(event)
  }

  #begin(event: EventOf<'mail'>): undefined {
    this.#transaction = {
      reversePath: event.reversePath === undefined ? '' : formatAddress(event.reversePath),
      smtpUtf8: event.smtpUtf8,
      org: this.#person?.org,
      paths: [],
      recipients: [],
    }
    return this.#say(OK_SENDER)
  }

  async #recipient(event: EventOf<'recipient'>): Promise<void> {
    const transaction = this.#transaction
    if (transaction === undefined) return this.#say(replies.INTERNAL)
    const address = event.barePostmaster ? await bareRecipient(this.#context, event.address) : event.address
    const found = await resolveRecipient(this.#context, address)
    if (found.type === 'unknown-user') return this.#unknownRecipient()
    if (found.type === 'alias-loop') return this.#say(replies.ALIAS_LOOP)
    if (found.org === undefined && this.#options.role === 'mx' && !this.#context.isTrusted(this.#connection.remote.address))
      return this.#say(replies.RELAY_DENIED)
    if (transaction.recipients.length + found.recipients.length > RECIPIENTS_EXPANDED_MAX)
      return this.#say(replies.TOO_MANY_RECIPIENTS)
    transaction.org ??= found.org
    transaction.paths.push(formatAddress(address))
    transaction.recipients.push(...found.recipients)
    return this.#say(OK_RECIPIENT)
  }

  async #unknownRecipient(): Promise<void> {
    this.#unknown++
    const { clock, settings, stopping } = this.#context
    if (this.#unknown > UNKNOWN_RECIPIENTS_AT_ONCE) await clock.sleep(settings.unknownRecipientDelay, stopping)
    return this.#say(this.#unknown > UNKNOWN_RECIPIENTS_MAX ? replies.TOO_MANY_UNKNOWN : replies.UNKNOWN_USER)
  }

  #data(): undefined {
    const { remote, tls } = this.#connection
    const { paths = [], recipients = [] } = this.#transaction ?? {}
    this.#incoming = new IncomingMessage(this.#context, {
      role: this.#options.role,
      protocol: this.#core.transmissionType,
      ...(this.#helo === undefined ? {} : { helo: this.#helo }),
      peerAddress: remote.address,
      ...(tls === undefined ? {} : { tls: { version: tls.protocol, cipher: tls.cipher } }),
      ...(paths.length === 1 && paths[0] !== undefined ? { for: paths[0] } : {}),
      isForMailboxes: recipients.some(({ mailbox }) => mailbox !== undefined),
    })
    return this.#say(GO_ON)
  }

  #content(event: EventOf<'content'>): Promise<void> | undefined {
    const outcome = this.#incoming?.write(event.bytes)
    if (outcome === undefined || outcome instanceof Promise) return outcome
    this.#core.refuseContent(outcome)
    return this.#forget()
  }

  async #contentEnd(event: EventOf<'content-end'>): Promise<void> {
    const incoming = this.#incoming
    const transaction = this.#transaction
    this.#incoming = undefined
    this.#forget()
    const verdict = incoming && transaction ? await this.#keep(incoming, transaction, event) : replies.INTERNAL
    if (verdict.code !== 250) incoming?.discard()
    this.#core.reply(verdict)
    if (this.#stopping) this.#core.close(replies.STOPPING)
  }

  async #keep(incoming: IncomingMessage, transaction: Transaction, event: EventOf<'content-end'>): Promise<Reply> {
    const fault = replies.contentFault(event.facts)
    if (fault !== undefined) return fault
    const content = await incoming.finish()
    if (!content.ok) return 'code' in content.error ? content.error : replies.storeTrouble(content.error)
    const kept = await keepMessage(
      this.#context,
      incoming,
      content.value,
      this.#envelope(transaction, incoming, {
        eightBit: event.facts.eightBit,
        org: transaction.org ?? (await organisationOf(this.#context)),
      }),
    )
    return kept.ok ? replies.accepted(incoming.id) : replies.storeTrouble(kept.error)
  }

  #envelope(
    transaction: Transaction,
    incoming: IncomingMessage,
    { eightBit, org }: { readonly eightBit: boolean; readonly org: number },
  ) {
    const { remote, tls } = this.#connection
    return {
      org,
      source: this.#options.role,
      reversePath: transaction.reversePath,
      recipients: withoutRepeats(transaction.recipients),
      smtpUtf8: transaction.smtpUtf8,
      eightBit,
      peerAddress: remote.address,
      protocol: incoming.protocol,
      ...(this.#helo === undefined ? {} : { helo: this.#helo }),
      ...(tls === undefined ? {} : { tls: `${tls.protocol} ${tls.cipher}` }),
      ...(this.#person === undefined ? {} : { authAddress: this.#person.address }),
    }
  }

  #signedIn(step: SignInStep): void {
    if (step.type === 'challenge') return this.#core.challenge(step.bytes)
    if (step.type === 'done') this.#person = step.person
    this.#core.reply(step.reply)
  }

  async #startTls(): Promise<void> {
    this.#core.reply(READY_FOR_TLS)
    this.#flush()
    const started = await this.#connection.startTls()
    if (!started.ok) {
      this.#context.log.info('TLS could not be agreed on', { peer: this.#connection.remote.address, detail: started.error })
      this.#over = true
      return
    }
    this.#person = undefined
    this.#forget()
    this.#core.tlsStarted({ mechanisms: this.#mechanisms(started.value) })
  }
}
