// One POP3 session: moves bytes between connection and protocol core, and does what the core's events ask for.

import type { Connection } from '../../../ground/ports/connection.ts'
import { type Pop3Event, Pop3Server } from '../../../mail/protocol/pop3/pop3.ts'
import { type ChannelBindings, NO_BINDINGS } from '../../../mail/protocol/sasl/sasl.ts'
import { removeLockedProcedure } from '../../mailbox/mailbox.ts'
import { liveSession } from '../session-life.ts'
import { isLoopback, mechanismsFor } from '../sign-in.ts'
import { Wire } from '../wire.ts'
import type { Pop3Context } from './context.ts'
import { Login, type LoginOutcome, type OpenMaildrop } from './login.ts'
import { retrieve } from './retrieve.ts'

/** `end`: send what there is and hang up. `cut`: hang up at once. */
type Next = 'go-on' | 'end' | 'cut'

export class Pop3Session {
  readonly #connection: Connection
  readonly #context: Pop3Context
  readonly #core: Pop3Server
  readonly #wire: Wire
  readonly #login: Login
  #maildrop: OpenMaildrop | undefined
  #paused = false
  #loginOverdue = false
  #retrieved = 0
  #deleted = 0

  constructor(connection: Connection, context: Pop3Context) {
    this.#connection = connection
    this.#context = context
    this.#core = new Pop3Server({
      startTls: context.startTls && !connection.tls,
      passwords: connection.tls !== undefined || context.settings.allowPlaintext || isLoopback(connection.remote.address),
      mechanisms: this.#mechanisms(),
    })
    this.#login = new Login(context, connection.remote.address, this.#bindings)
    this.#wire = new Wire(connection, (bytes) => this.#receive(bytes))
    connection.idleTimeout(context.settings.idleTimeout)
  }

  #bindings = (): ChannelBindings => this.#connection.channelBindings?.() ?? NO_BINDINGS

  #mechanisms(): readonly string[] {
    return mechanismsFor({ ...this.#context, bindings: this.#bindings })
  }

  /** Ends with its lock given back; a bug deletes nothing. */
  async run(): Promise<void> {
    await liveSession({
      ...this.#context,
      connection: this.#connection,
      protocol: 'POP3',
      overdue: () => {
        this.#loginOverdue = true
      },
      wake: () => this.#wire.wake(),
      converse: () => this.#converse(),
    })
    await this.#maildrop?.lock.release()
    this.#report()
  }

  #receive(bytes: Uint8Array): void {
    this.#core.receive(bytes)
    if (!this.#core.inputFull || this.#paused) return
    this.#paused = true
    this.#connection.pause()
  }

  async #converse(): Promise<'end' | 'cut'> {
    for (;;) {
      if (!(await this.#flush())) return 'cut'
      const reason = this.#reasonToClose()
      if (reason) {
        this.#core.closing(reason, 'SYS/TEMP')
        return (await this.#flush()) ? 'end' : 'cut'
      }
      const event = this.#core.next()
      if (event) {
        const next = await this.#handle(event)
        if (next === 'go-on') continue
        return next === 'end' && (await this.#flush()) ? 'end' : 'cut'
      }
      if (this.#core.hasOutput) continue
      if (this.#wire.peerEnded) return 'end'
      this.#hearMore()
      await this.#wire.wait()
    }
  }

  #reasonToClose(): string | undefined {
    if (this.#context.signal.aborted) return 'Closing: the server stops or restarts. Nothing was deleted; try again in a minute'
    if (this.#loginOverdue && !this.#maildrop) return 'Closing: no login came in time'
    return undefined
  }

  /** Everything there is to say; false when nobody listens any more. */
  async #flush(): Promise<boolean> {
    for (let bytes = this.#core.takeOutput(); bytes; bytes = this.#core.takeOutput()) {
      if (!(await this.#wire.send(bytes))) return false
    }
    return !this.#wire.closed
  }

  #hearMore(): void {
    if (!this.#paused || this.#core.inputFull) return
    this.#paused = false
    this.#connection.resume()
  }

  async #handle(event: Pop3Event): Promise<Next> {
    switch (event.type) {
      case 'login':
        return this.#decided(await this.#login.password(event.name, event.password))
      case 'auth':
        return this.#decided(await this.#login.begin(event.mechanism, event.initial))
      case 'auth-response':
        return this.#decided(await this.#login.respond(event.response))
      case 'starttls':
        return await this.#startTls()
      case 'retrieve':
        return await this.#retrieve(event)
      case 'update':
        return await this.#update(event.deletedIds)
      case 'close':
        return 'end'
    }
  }

  #decided(outcome: LoginOutcome): Next {
    switch (outcome.type) {
      case 'open':
        this.#maildrop = outcome.maildrop
        this.#core.loggedIn(outcome.maildrop.entries)
        return 'go-on'
      case 'challenge':
        this.#core.challenge(outcome.bytes)
        return 'go-on'
      case 'refused':
        this.#core.refuse(outcome.text, outcome.code)
        return outcome.hangUp ? 'end' : 'go-on'
    }
  }

  async #startTls(): Promise<Next> {
    this.#core.acceptTls()
    if (!(await this.#flush())) return 'cut'
    const started = await this.#connection.startTls()
    if (!started.ok) {
      this.#context.log.info('STLS failed', { peer: this.#connection.remote.address, detail: started.error })
      return 'cut'
    }
    this.#core.tlsStarted({ mechanisms: this.#mechanisms() })
    return 'go-on'
  }

  async #retrieve(event: Extract<Pop3Event, { type: 'retrieve' }>): Promise<Next> {
    if (!this.#maildrop) throw new Error('RETR without a maildrop')
    const { store, log } = this.#context
    const outcome = await retrieve({ store, log, core: this.#core, wire: this.#wire, maildrop: this.#maildrop }, event)
    if (outcome === 'broken') return 'cut'
    this.#retrieved++
    return 'go-on'
  }

  /** RFC 1939 §6: all that was marked goes in one commit, or nothing does and the client is told so. */
  async #update(ids: readonly string[]): Promise<Next> {
    if (!this.#maildrop) throw new Error('QUIT without a maildrop')
    const { mailbox, lock, entries } = this.#maildrop
    const gone = new Set(ids)
    const uids = entries.filter(({ id }) => gone.has(id)).map(({ uid }) => uid)
    const now = this.#context.clock.now()
    const removal = { org: mailbox.org, mailboxId: mailbox.id, uids, token: lock.token, now }
    const answer = await this.#context.store.call(removeLockedProcedure, removal)
    if (!answer.ok) {
      this.#context.log.warn('deletions of a POP3 session were not made', { messages: ids.length, detail: answer.error.detail })
      this.#core.refuse('Nothing was deleted: the server cannot write at the moment. Try again later', 'SYS/TEMP')
    } else if (answer.value.type === 'lost') {
      lock.spent()
      this.#core.refuse('Nothing was deleted: another session has opened the mailbox meanwhile', 'SYS/TEMP')
    } else {
      lock.spent()
      this.#deleted = answer.value.count
      this.#core.updated(answer.value.count)
    }
    return 'end'
  }

  #report(): void {
    const { log } = this.#context
    if (!this.#maildrop) return log.debug('POP3 session without a login ended', { peer: this.#connection.remote.address })
    log.info('POP3 session ended', {
      address: this.#maildrop.account.address,
      peer: this.#connection.remote.address,
      messages: this.#maildrop.entries.length,
      retrieved: this.#retrieved,
      deleted: this.#deleted,
    })
  }
}
