// One IMAP session: moves bytes between connection and protocol core, and does what the core's events ask for, one after another.

import type { Connection } from '../../../ground/ports/connection.ts'
import { type Command, type ImapEvent, ImapServer } from '../../../mail/protocol/imap/imap.ts'
import { type ChannelBindings, NO_BINDINGS } from '../../../mail/protocol/sasl/sasl.ts'
import { liveSession } from '../session-life.ts'
import { type Account, isLoopback, mechanismsFor, SignIn, type SignInStep } from '../sign-in.ts'
import { Wire } from '../wire.ts'
import { Append } from './append.ts'
import { deflater } from './compress.ts'
import type { ImapContext } from './context.ts'
import { execute } from './execute.ts'
import { Idle } from './idle.ts'
import { OUTPUT_OCTETS_MAX, TURN_MS } from './limits.ts'
import { type Done, done, no, type Outcome } from './outcome.ts'
import { BYE, COMPRESSED_ALREADY, SIGN_IN_CODES } from './refusals.ts'
import { closeView } from './select.ts'
import { signedIn, signedOut } from './signed-in.ts'
import { supported } from './supported.ts'
import type { Talk } from './talk.ts'
import { tellChanges } from './tell.ts'
import type { View } from './view.ts'

/** `end`: send what there is and hang up. `cut`: hang up at once. */
type Next = 'go-on' | 'end' | 'cut'

export class ImapSession implements Talk {
  readonly context: ImapContext
  readonly core: ImapServer
  readonly peerAddress: string
  account: Account | undefined
  selected: View | undefined
  readonly #connection: Connection
  readonly #wire: Wire
  readonly #append: Append
  readonly #idle: Idle
  #signIn: SignIn
  /** Of AUTHENTICATE, between its lines. */
  #tag = ''
  #paused = false
  #loginOverdue = false
  #isSilent = false
  #commands = 0
  #turnBegan = 0

  constructor(connection: Connection, context: ImapContext) {
    this.#connection = connection
    this.context = context
    this.peerAddress = connection.remote.address
    const { settings, hostname } = context
    this.core = new ImapServer({
      hostname,
      supported: supported(settings),
      mechanisms: this.#mechanisms(),
      startTls: context.startTls && !connection.tls,
      passwords: connection.tls !== undefined || settings.allowPlaintext || isLoopback(this.peerAddress),
      appendBytesMax: settings.messageSize,
    })
    this.#signIn = this.#newSignIn()
    this.#wire = new Wire(
      connection,
      (bytes) => this.#receive(bytes),
      () => this.#silence(),
    )
    this.#append = new Append(this)
    this.#idle = new Idle(this, () => this.#wire.wake())
    connection.idleTimeout(settings.idleTimeout)
  }

  #bindings = (): ChannelBindings => this.#connection.channelBindings?.() ?? NO_BINDINGS

  #mechanisms(): readonly string[] {
    return mechanismsFor({ ...this.context, bindings: this.#bindings })
  }

  #newSignIn(): SignIn {
    return new SignIn({ ...this.context, protocol: 'IMAP', peerAddress: this.peerAddress, bindings: this.#bindings })
  }

  async run(): Promise<void> {
    await liveSession({
      ...this.context,
      connection: this.#connection,
      protocol: 'IMAP',
      overdue: () => {
        this.#loginOverdue = true
      },
      wake: () => this.#wire.wake(),
      converse: () => this.#converse(),
    })
    this.#idle.end()
    this.#append.discard()
    closeView(this)
    this.#report()
    signedOut(this)
  }

  #report(): void {
    const { account, peerAddress, context } = this
    if (!account) return context.log.debug('IMAP session without a login ended', { peer: peerAddress })
    context.log.info('IMAP session ended', { address: account.address, peer: peerAddress, commands: this.#commands })
  }

  async flush(): Promise<boolean> {
    for (let bytes = this.core.takeOutput(); bytes; bytes = this.core.takeOutput()) {
      if (!(await this.#wire.send(bytes))) return false
    }
    return !this.#wire.closed
  }

  get isDue(): boolean {
    return this.core.out.bytesLength >= OUTPUT_OCTETS_MAX || this.#isOverTurn
  }

  get #isOverTurn(): boolean {
    return this.context.clock.monotonic() - this.#turnBegan > TURN_MS
  }

  async pause(): Promise<boolean> {
    if (this.core.out.bytesLength >= OUTPUT_OCTETS_MAX && !(await this.flush())) return false
    if (this.#isOverTurn) {
      const { clock } = this.context
      await clock.sleep(0)
      this.#turnBegan = clock.monotonic()
    }
    return !this.#wire.closed
  }

  #receive(bytes: Uint8Array): void {
    this.core.receive(bytes)
    if (this.core.wantsInput || this.#paused) return
    this.#paused = true
    this.#wire.pause()
  }

  /** RFC 9051 §5.4. Who takes nothing is not waited for either. */
  #silence(): void {
    if (this.#isSilent || this.core.out.bytesLength > 0) return this.#connection.destroy()
    this.#isSilent = true
    this.#wire.wake()
  }

  #hearMore(): void {
    if (!this.#paused || !this.core.wantsInput) return
    this.#paused = false
    this.#wire.resume()
  }

  async #converse(): Promise<'end' | 'cut'> {
    this.core.greet()
    for (;;) {
      if (!(await this.flush())) return 'cut'
      const reason = this.#reasonToClose()
      if (reason) {
        this.core.bye(reason, 'UNAVAILABLE')
        return (await this.flush()) ? 'end' : 'cut'
      }
      const event = this.core.next()
      if (event) {
        const next = await this.#handle(event)
        if (next === 'go-on') continue
        return next === 'end' && (await this.flush()) ? 'end' : 'cut'
      }
      if (await this.#idle.tell()) return await this.#mailboxGone()
      if (this.core.out.bytesLength > 0) continue
      if (this.#wire.peerEnded) return 'end'
      this.#hearMore()
      await this.#wire.wait()
    }
  }

  #reasonToClose(): string | undefined {
    if (this.context.signal.aborted) return BYE.stopping
    if (this.#loginOverdue && !this.account) return BYE.noLogin
    if (this.#isSilent) return BYE.silent
    return undefined
  }

  async #handle(event: ImapEvent): Promise<Next> {
    this.#turnBegan = this.context.clock.monotonic()
    switch (event.type) {
      case 'command':
        return await this.#command(event.command)
      case 'append-message':
        await this.#append.begin(event)
        return 'go-on'
      case 'append-content':
        await this.#append.write(event.bytes)
        return 'go-on'
      case 'append-message-end':
        await this.#append.messageEnd()
        return 'go-on'
      case 'append-end':
        return await this.#finish(event.target.tag, await this.#append.end(event.target))
      case 'append-aborted':
        this.#append.discard()
        return 'go-on'
      case 'auth-response':
        return await this.#signInStep(this.#tag, await this.#signIn.respond(event.bytes))
      case 'auth-cancelled':
        return 'go-on'
      case 'idle-done': {
        const tag = this.#idle.end()
        return event.answered ? 'go-on' : await this.#finish(tag, done('IDLE is over'))
      }
      case 'close':
        return 'end'
    }
  }

  async #command(command: Command): Promise<Next> {
    this.#commands++
    switch (command.name) {
      case 'STARTTLS':
        return await this.#startTls(command.tag)
      case 'LOGIN':
        return await this.#signInStep(command.tag, await this.#signIn.password(command.user, command.password))
      case 'AUTHENTICATE':
        return await this.#signInStep(command.tag, await this.#signIn.begin(command.mechanism, command.initial))
      case 'IDLE':
        this.#idle.begin(command.tag)
        return 'go-on'
      case 'COMPRESS':
        return await this.#compress(command.tag)
      case 'UNAUTHENTICATE':
        return await this.#unauthenticate(command.tag)
      default:
        return await this.#finish(command.tag, await execute(this, command))
    }
  }

  /** What changed meanwhile, then the tagged answer. */
  async #finish(tag: string, outcome: Done): Promise<Next> {
    if (outcome === 'gone') return 'cut'
    const { tell = 'all' } = outcome
    if (tell !== 'nothing' && (await tellChanges(this, { expunges: tell === 'all' }))) {
      this.#answer(tag, outcome)
      return await this.#mailboxGone()
    }
    this.#answer(tag, outcome)
    return 'go-on'
  }

  #answer(tag: string, { status, code, text }: Outcome): void {
    this.core.finish(tag, status, { text, ...(code === undefined ? {} : { code }) })
  }

  /** RFC 2180 §3: a session whose mailbox is deleted cannot go on with it; the client connects anew and finds it gone. */
  async #mailboxGone(): Promise<'end' | 'cut'> {
    this.core.bye(BYE.mailboxDeleted)
    return (await this.flush()) ? 'end' : 'cut'
  }

  async #startTls(tag: string): Promise<Next> {
    this.core.finish(tag, 'OK', { text: 'Begin the handshake' })
    if (!(await this.flush())) return 'cut'
    const started = await this.#connection.startTls()
    if (!started.ok) {
      this.context.log.info('STARTTLS failed', { peer: this.peerAddress, detail: started.error })
      return 'cut'
    }
    this.core.tlsStarted({ mechanisms: this.#mechanisms() })
    return 'go-on'
  }

  async #signInStep(tag: string, step: SignInStep): Promise<Next> {
    if (step.type === 'challenge') {
      this.#tag = tag
      this.core.challenge(step.bytes)
      return 'go-on'
    }
    if (step.type === 'in') {
      const outcome = await signedIn(this, step.account)
      this.#answer(tag, outcome)
      return 'go-on'
    }
    this.#answer(tag, no(step.text, SIGN_IN_CODES[step.why]))
    if (!step.hangUp) return 'go-on'
    this.core.bye(BYE.failedLogins)
    return 'end'
  }

  async #compress(tag: string): Promise<Next> {
    if (this.#wire.isCoded) return await this.#finish(tag, COMPRESSED_ALREADY)
    this.core.finish(tag, 'OK', { text: 'Compressed from here on' })
    if (!(await this.flush())) return 'cut'
    this.#wire.code(deflater, this.core.takeUnread())
    return 'go-on'
  }

  /** RFC 8437 §2: as if the connection had just been made; what is encrypted or compressed stays so. */
  async #unauthenticate(tag: string): Promise<Next> {
    closeView(this)
    signedOut(this)
    this.#signIn = this.#newSignIn()
    this.#answer(tag, done('Nobody is signed in any more'))
    return 'go-on'
  }
}
