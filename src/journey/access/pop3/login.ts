// From a login to an open maildrop: found or made, locked and listed.

import type { ResponseCode } from '../../../mail/protocol/pop3/pop3.ts'
import type { ChannelBindings } from '../../../mail/protocol/sasl/sasl.ts'
import {
  createInboxProcedure,
  findInbox,
  type HeldLock,
  listMaildrop,
  type Mailbox,
  type MaildropEntry,
} from '../../mailbox/mailbox.ts'
import { type Account, SignIn, type SignInRefusal, type SignInRefused, type SignInStep } from '../sign-in.ts'
import type { Pop3Context } from './context.ts'

/** A maildrop that is ours for this session. */
export interface OpenMaildrop {
  readonly account: Account
  readonly mailbox: Mailbox
  readonly lock: HeldLock
  readonly entries: readonly MaildropEntry[]
}

export type LoginOutcome =
  | { readonly type: 'open'; readonly maildrop: OpenMaildrop }
  | { readonly type: 'challenge'; readonly bytes: Uint8Array }
  | { readonly type: 'refused'; readonly text: string; readonly code?: ResponseCode; readonly hangUp: boolean }

const CODES: Readonly<Record<SignInRefusal, ResponseCode | undefined>> = {
  credentials: 'AUTH',
  disabled: 'SYS/PERM',
  'not-now': 'SYS/TEMP',
  protocol: undefined,
}

export class Login {
  readonly #context: Pop3Context
  readonly #signIn: SignIn

  constructor(context: Pop3Context, peerAddress: string, bindings: () => ChannelBindings) {
    this.#context = context
    this.#signIn = new SignIn({ ...context, protocol: 'POP3', peerAddress, bindings })
  }

  /** AUTH. */
  async begin(mechanism: string, initial: Uint8Array | undefined): Promise<LoginOutcome> {
    return await this.#decided(await this.#signIn.begin(mechanism, initial))
  }

  /** A further line of AUTH. */
  async respond(response: Uint8Array): Promise<LoginOutcome> {
    return await this.#decided(await this.#signIn.respond(response))
  }

  async password(name: string, password: string): Promise<LoginOutcome> {
    return await this.#decided(await this.#signIn.password(name, password))
  }

  async #decided(step: SignInStep): Promise<LoginOutcome> {
    if (step.type === 'challenge') return step
    if (step.type === 'refused') return refused(step)
    try {
      return await this.#open(step.account)
    } catch (error) {
      this.#context.log.error('a maildrop could not be opened', { cause: String(error) })
      return this.#unavailable()
    }
  }

  #unavailable(): LoginOutcome {
    return refused(this.#signIn.unavailable())
  }

  async #open(account: Account): Promise<LoginOutcome> {
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
    return { type: 'refused', text, code: 'IN-USE', hangUp: this.#signIn.isWornOut }
  }

  /** The inbox; made now for a person who has none yet. */
  async #inbox({ org, id }: Account): Promise<Mailbox | undefined> {
    const { store, ids, clock } = this.#context
    const found = await findInbox(store, { org, personId: id })
    if (found) return found
    const made = await store.call(createInboxProcedure, { org, personId: id, id: ids.next(), now: clock.now() })
    return made.ok ? made.value : undefined
  }
}

function refused({ why, text, hangUp }: SignInRefused): LoginOutcome {
  const code = CODES[why]
  return { type: 'refused', text, ...(code === undefined ? {} : { code }), hangUp }
}
