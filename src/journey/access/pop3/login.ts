// Who is there: passwords checked, failures slowed and counted, the maildrop locked and listed.

import type { ResponseCode } from '../../../mail/protocol/pop3/pop3.ts'
import { isServerMechanism, type ServerExchange, type ServerStep, startServerExchange } from '../../../mail/protocol/sasl/sasl.ts'
import type { AuthenticateError } from '../../../store/directory/directory.ts'
import {
  createInboxProcedure,
  findInbox,
  type HeldLock,
  listMaildrop,
  type Mailbox,
  type MaildropEntry,
} from '../../mailbox/mailbox.ts'
import type { Pop3Account, Pop3Context } from './context.ts'
import { LOGINS_MAX } from './limits.ts'

/** A maildrop that is ours for this session. */
export interface OpenMaildrop {
  readonly account: Pop3Account
  readonly mailbox: Mailbox
  readonly lock: HeldLock
  readonly entries: readonly MaildropEntry[]
}

export type LoginOutcome =
  | { readonly type: 'open'; readonly maildrop: OpenMaildrop }
  | { readonly type: 'challenge'; readonly bytes: Uint8Array }
  | { readonly type: 'refused'; readonly text: string; readonly code?: ResponseCode; readonly hangUp: boolean }

const UNAVAILABLE = 'The mailbox cannot be opened at the moment. Try again in a few minutes'

export class Login {
  readonly #context: Pop3Context
  readonly #peerAddress: string
  #exchange: ServerExchange | undefined
  #failures = 0
  #attempts = 0

  constructor(context: Pop3Context, peerAddress: string) {
    this.#context = context
    this.#peerAddress = peerAddress
  }

  /** AUTH. */
  async begin(mechanism: string, initial: Uint8Array | undefined): Promise<LoginOutcome> {
    if (!isServerMechanism(mechanism)) return { type: 'refused', text: 'That mechanism is not offered', hangUp: false }
    return await this.#step(startServerExchange(mechanism, initial))
  }

  /** A further line of AUTH. */
  async respond(response: Uint8Array): Promise<LoginOutcome> {
    const exchange = this.#exchange
    this.#exchange = undefined
    if (!exchange) return { type: 'refused', text: 'No exchange is going on', hangUp: false }
    return await this.#step(exchange.respond(response))
  }

  async #step(step: ServerStep): Promise<LoginOutcome> {
    if (step.type === 'failed') return await this.#failed('The mechanism was not followed')
    if (step.type === 'challenge') {
      this.#exchange = step.exchange
      return { type: 'challenge', bytes: step.bytes }
    }
    const { authorize, name, password } = step.credentials
    if (authorize !== undefined) return await this.#failed('Nobody may open the mailbox of another')
    return await this.password(name, password)
  }

  async password(name: string, password: string): Promise<LoginOutcome> {
    this.#attempts++
    try {
      const answer = await this.#context.authenticate(name, password, this.#peerAddress)
      return answer.ok ? await this.#open(answer.value) : await this.#refused(answer.error)
    } catch (error) {
      // The store or the directory has a fault: a password that nobody could check must never look like a wrong one.
      this.#context.log.error('a POP3 login could not be decided', { cause: String(error) })
      return this.#unavailable()
    }
  }

  async #refused(why: AuthenticateError): Promise<LoginOutcome> {
    switch (why) {
      case 'bad-credentials':
        return await this.#failed('Name or password is wrong; the name is the whole address')
      case 'disabled':
        return await this.#failed('This account is disabled; ask your administrator', 'SYS/PERM')
      case 'busy':
        return this.#unavailable('Too many people are logging in. Try again in a minute')
    }
  }

  async #failed(text: string, code: ResponseCode = 'AUTH'): Promise<LoginOutcome> {
    const { clock, log, settings, signal } = this.#context
    this.#failures++
    log.info('POP3 login failed', { peer: this.#peerAddress, failures: this.#failures })
    await clock.sleep(settings.failureDelay * this.#failures, signal)
    return { type: 'refused', text, code, hangUp: this.#failures >= settings.loginAttempts }
  }

  #unavailable(text = UNAVAILABLE): LoginOutcome {
    return { type: 'refused', text, code: 'SYS/TEMP', hangUp: this.#attempts >= LOGINS_MAX }
  }

  async #open(account: Pop3Account): Promise<LoginOutcome> {
    const mailbox = await this.#inbox(account)
    if (!mailbox) return this.#unavailable()
    const lock = await this.#context.locks.take({ org: mailbox.org, mailboxId: mailbox.id })
    if (!lock.ok && lock.error.type === 'in-use') return this.#inUse()
    if (!lock.ok) return this.#unavailable()
    const { store, clock } = this.#context
    try {
      const entries = await listMaildrop(store, { org: mailbox.org, mailboxId: mailbox.id }, () => clock.sleep(0))
      return { type: 'open', maildrop: { account, mailbox, lock: lock.value, entries } }
    } catch (error) {
      await lock.value.release()
      throw error
    }
  }

  #inUse(): LoginOutcome {
    const text = 'This mailbox is open in another POP3 session, and POP3 allows one at a time. Try again when it has ended'
    return { type: 'refused', text, code: 'IN-USE', hangUp: this.#attempts >= LOGINS_MAX }
  }

  /** The inbox; made now for a person who has none yet. */
  async #inbox({ org, id }: Pop3Account): Promise<Mailbox | undefined> {
    const { store, ids, clock } = this.#context
    const found = await findInbox(store, { org, personId: id })
    if (found) return found
    const made = await store.call(createInboxProcedure, { org, personId: id, id: ids.next(), now: clock.now() })
    return made.ok ? made.value : undefined
  }
}
