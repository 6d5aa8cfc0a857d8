// Mailboxes come into being.

import { assert } from '../../ground/assert.ts'
import type { Id } from '../../ground/ids.ts'
import { err, ok, type Result } from '../../ground/result.ts'
import { all, first, notify, procedure, run, type Steps } from '../../store/database/procedure.ts'
import type { MailboxError } from './errors.ts'
import { MAILBOXES_MAX } from './limits.ts'
import { deleteMailboxRow, insertMailbox, mailboxById, mailboxesOfPerson, mailboxOfPerson } from './mailbox.store.ts'
import type { Mailbox } from './mailbox.ts'
import { canonicalName, isName, parentsOf } from './names.ts'
import { mailboxOf } from './row.ts'
import { nextValidity, wasUsed } from './validity.ts'

/** What `subscribed` says in a row. */
export const NOT_SUBSCRIBED = 0
/** Since the mailbox was made: some programs show nothing else. */
export const SUBSCRIBED_FROM_BIRTH = 1
/** Somebody said so: the name stays subscribed even when the mailbox goes (RFC 9051 §6.3.7). */
export const SUBSCRIBED_AS_ASKED = 2

export interface CreateInbox {
  readonly org: number
  readonly personId: string
  /** For the mailbox, should it not exist yet. */
  readonly id: Id
  readonly now: number
}

/** The person's inbox: a new one, or the one there is. */
export function* createInbox({ org, personId, id, now }: CreateInbox): Steps<Mailbox> {
  const found = yield* first(mailboxOfPerson, { org, personId, name: 'INBOX' })
  return found ? mailboxOf(found) : yield* insertOne({ org, personId, now }, { id, name: 'INBOX' })
}

export const createInboxProcedure = procedure('mailbox.createInbox', createInbox)

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
export function* createMailbox({ ids, ...args }: CreateMailbox): Steps<Result<Mailbox, MailboxError>> {
  const name = canonicalName(args.name)
  if (!isName(name)) return err('bad-name')
  const rows = yield* all(mailboxesOfPerson, { org: args.org, personId: args.personId, limit: MAILBOXES_MAX })
  const there = new Map(rows.map((row) => [row.name, mailboxOf(row)]))
  const same = there.get(name)
  if (same?.selectable) return err('already-exists')
  const missing = parentsOf(name).filter((parent) => !there.has(parent))
  if (rows.length + missing.length >= MAILBOXES_MAX) return err('too-many-mailboxes')
  yield* insertMissing(args, missing, ids)
  const id = ids[missing.length]
  assert(id !== undefined, 'createMailbox wants an id for each part of the name')
  // The name stood for its children alone: now it is a mailbox.
  if (same) yield* run(deleteMailboxRow, { org: args.org, mailboxId: same.id })
  return ok(yield* insertOne(args, { id, name, specialUse: args.specialUse ?? null }))
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
export function* ensureStandardMailboxes({ org, personId, ids, now }: EnsureStandardMailboxes): Steps<number> {
  assert(ids.length === STANDARD_MAILBOXES.length, 'ensureStandardMailboxes wants an id for each')
  const rows = yield* all(mailboxesOfPerson, { org, personId, limit: MAILBOXES_MAX })
  let made = 0
  for (const [n, { name, specialUse }] of STANDARD_MAILBOXES.entries()) {
    if (rows.some((row) => row.name === name || (specialUse !== null && row.specialUse === specialUse))) continue
    if (yield* wasUsed({ org, personId }, name)) continue
    yield* insertOne({ org, personId, now }, { id: ids[n] as Id, name, specialUse })
    made++
  }
  return made
}

export const ensureStandardMailboxesProcedure = procedure('mailbox.ensureStandard', ensureStandardMailboxes)

interface Owner {
  readonly org: number
  readonly personId: string
  readonly now: number
}

interface NewOne {
  readonly id: Id
  readonly name: string
  readonly specialUse?: string | null
  /** For one that takes over from another. */
  readonly uidNext?: number
  readonly highestModseq?: number
}

/** No name is checked here. */
export function* insertOne({ org, personId, now }: Owner, { id, name, ...as }: NewOne): Steps<Mailbox> {
  const uidValidity = yield* nextValidity({ org, personId }, now)
  const { uidNext = 1, highestModseq = 1, specialUse = null } = as
  const kind = { subscribed: SUBSCRIBED_FROM_BIRTH, selectable: 1, specialUse }
  yield* run(insertMailbox, { org, id, personId, name, uidValidity, uidNext, highestModseq, ...kind, now })
  yield* notify('mailbox', id)
  const made = yield* first(mailboxById, { org, mailboxId: id })
  assert(made, 'a mailbox exists after it was inserted')
  return mailboxOf(made)
}

/** Parents that are not there, from the top. */
export function* insertMissing(owner: Owner, missing: readonly string[], ids: readonly Id[]): Steps<void> {
  for (const [n, name] of missing.entries()) {
    const id = ids[n]
    assert(id !== undefined, 'an id is wanted for each part of the name')
    yield* insertOne(owner, { id, name })
  }
}
