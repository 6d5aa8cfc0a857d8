// Mailboxes come into being.

import { assert } from '../../ground/assert.ts'
import type { Id } from '../../ground/ids.ts'
import type { Result } from '../../ground/result.ts'
import { first, procedure, run, type Steps } from '../../store/database/procedure.ts'
import type { MailboxError } from './errors.ts'
import { insertMailbox, mailboxOfPerson } from './mailbox.store.ts'
import type { Mailbox } from './mailbox.ts'
import { mailboxOf } from './row.ts'

export interface CreateInbox {
  readonly org: number
  readonly personId: string
  /** For the mailbox, should it not exist yet. */
  readonly id: Id
  readonly now: number
}

/** The person's inbox: a new one, or the one there is. */
export function* createInbox({ org, personId, id, now }: CreateInbox): Steps<Mailbox> {
  yield* run(insertMailbox, { org, id, personId, name: 'INBOX', uidValidity: uidValidityAt(now), now })
  const mailbox = yield* first(mailboxOfPerson, { org, personId, name: 'INBOX' })
  assert(mailbox, 'an inbox exists after it was inserted')
  return mailboxOf(mailbox)
}

export const createInboxProcedure = procedure('mailbox.createInbox', createInbox)

/** RFC 9051 §2.3.1.1: 32 bits, never zero, greater each time: the seconds since 1970 last until 2106. */
function uidValidityAt(nowMs: number): number {
  return (Math.floor(nowMs / 1000) % 0xffff_ffff) + 1
}

export interface CreateMailbox {
  readonly org: number
  readonly personId: string
  readonly name: string
  /** Fresh ones, `depthOf(name)` of them: parents that are not there are made too. */
  readonly ids: readonly Id[]
  readonly now: number
  readonly specialUse?: string
}

/** The new mailbox, subscribed, as are parents that were made for it. */
export function* createMailbox(_: CreateMailbox): Steps<Result<Mailbox, MailboxError>> {
  throw new Error('createMailbox is not built yet')
}

export const createMailboxProcedure = procedure('mailbox.create', createMailbox)

/** What a person finds from the first day. */
export const STANDARD_MAILBOXES: readonly { readonly name: string; readonly specialUse: string | null }[] = [
  { name: 'INBOX', specialUse: null },
  { name: 'Drafts', specialUse: '\\Drafts' },
  { name: 'Sent', specialUse: '\\Sent' },
  { name: 'Archive', specialUse: '\\Archive' },
  { name: 'Junk', specialUse: '\\Junk' },
  { name: 'Trash', specialUse: '\\Trash' },
]

export interface EnsureStandardMailboxes {
  readonly org: number
  readonly personId: string
  /** One for each of STANDARD_MAILBOXES. */
  readonly ids: readonly Id[]
  readonly now: number
}

/** Makes those that were never there; a person who deleted one does not get it again. Answers how many were made. */
export function* ensureStandardMailboxes(_: EnsureStandardMailboxes): Steps<number> {
  throw new Error('ensureStandardMailboxes is not built yet')
}

export const ensureStandardMailboxesProcedure = procedure('mailbox.ensureStandard', ensureStandardMailboxes)
