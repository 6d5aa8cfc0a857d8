// Mailboxes get other names.

import { assert } from '../../ground/assert.ts'
import type { Id } from '../../ground/ids.ts'
import { err, ok, type Result } from '../../ground/result.ts'
import { all, first, notify, procedure, run, type Steps } from '../../store/database/procedure.ts'
import { insertMissing, insertOne } from './create.ts'
import type { MailboxError } from './errors.ts'
import { insertExpunged } from './history.store.ts'
import { insertKeyword, keywordsOf } from './keywords.store.ts'
import { MAILBOXES_MAX } from './limits.ts'
import { addTotals, deleteMailboxRow, mailboxesOfPerson, renameOne, takeModseq } from './mailbox.store.ts'
import { adoptMessages } from './messages.store.ts'
import { canonicalName, isBelow, isName, parentsOf } from './names.ts'
import { hasChildren, type NamedRow, tidyParents } from './placeholders.ts'
import { leaveName, validityAt } from './validity.ts'

export interface RenameMailbox {
  readonly org: number
  readonly personId: string
  readonly from: string
  readonly to: string
  /** Fresh ones, `depthOf(to)` of them: parents that are not there are made too. */
  readonly ids: readonly Id[]
  readonly now: number
}

interface Row extends NamedRow {
  readonly uidValidity: number
  readonly uidNext: number
  readonly highestModseq: number
  readonly messageCount: number
  readonly totalBytes: number
  readonly unseenCount: number
  readonly deletedCount: number
}

/** With all that stands below it. Of INBOX the mail moves, and INBOX stays, empty (RFC 9051 §6.3.6). */
export function* renameMailbox(args: RenameMailbox): Steps<Result<void, MailboxError>> {
  const from = canonicalName(args.from)
  const to = canonicalName(args.to)
  const rows: readonly Row[] = yield* all(mailboxesOfPerson, { org: args.org, personId: args.personId, limit: MAILBOXES_MAX })
  const source = rows.find((row) => row.name === from)
  const refused = refusalOf({ from, to, rows, source })
  if (refused !== undefined || !source) return err(refused ?? 'no-mailbox')
  // A name that somebody is only subscribed to gives way.
  const inTheWay = rows.find((row) => row.name === to)
  if (inTheWay) yield* run(deleteMailboxRow, { org: args.org, mailboxId: inTheWay.id })
  const missing = parentsOf(to).filter((parent) => !rows.some((row) => row.name === parent))
  if (rows.length + missing.length >= MAILBOXES_MAX) return err('too-many-mailboxes')
  yield* insertMissing(args, missing, args.ids)
  if (from === 'INBOX') yield* emptyInbox(args, source, { to, id: args.ids[missing.length] })
  else yield* renameAll(args, { from, to, rows })
  return ok()
}

export const renameMailboxProcedure = procedure('mailbox.rename', renameMailbox)

interface Wish {
  readonly from: string
  readonly to: string
  readonly rows: readonly Row[]
  readonly source: Row | undefined
}

function refusalOf({ from, to, rows, source }: Wish): MailboxError | undefined {
  if (!isName(to)) return 'bad-name'
  if (!source || (source.selectable === 0 && !hasChildren(rows, from))) return 'no-mailbox'
  const target = rows.find((row) => row.name === to)
  if (to === from || (target && (target.selectable === 1 || hasChildren(rows, to)))) return 'already-exists'
  if (from !== 'INBOX' && isBelow(to, from)) return 'not-permitted'
  const below = from === 'INBOX' ? [] : rows.filter((row) => isBelow(row.name, from))
  return below.every((row) => isName(to + row.name.slice(from.length))) ? undefined : 'bad-name'
}

function* renameAll(args: RenameMailbox, { from, to, rows }: Omit<Wish, 'source'>): Steps<void> {
  const { org, now } = args
  const moved = rows.filter((row) => row.name === from || isBelow(row.name, from))
  for (const row of moved) {
    const name = to + row.name.slice(from.length)
    if (row.selectable === 1) yield* leaveName(args, row.name, row.uidValidity)
    const uidValidity = yield* validityAt(args, name, row.uidValidity, now)
    yield* run(renameOne, { org, mailboxId: row.id, name, uidValidity })
    yield* notify('mailbox', row.id)
  }
  yield* tidyParents(
    org,
    from,
    rows.filter((row) => !moved.includes(row)),
  )
}

/** The messages keep their uids in the new mailbox; in INBOX those uids are gone. */
function* emptyInbox(args: RenameMailbox, inbox: Row, target: { readonly to: string; readonly id: Id | undefined }): Steps<void> {
  const { org, now } = args
  const { uidNext, highestModseq, messageCount, totalBytes, unseenCount, deletedCount } = inbox
  assert(target.id !== undefined, 'renameMailbox wants an id for each part of the name')
  const made = yield* insertOne(args, { id: target.id, name: target.to, uidNext, highestModseq })
  const there = { org, mailboxId: made.id }
  const here = { org, mailboxId: inbox.id }
  for (const { name } of yield* all(keywordsOf, here)) yield* run(insertKeyword, { ...there, name })
  if (messageCount === 0) return
  const totals = { messages: messageCount, sizeBytes: totalBytes, unseen: unseenCount, deleted: deletedCount }
  yield* run(adoptMessages, { ...here, toMailboxId: made.id })
  yield* run(addTotals, { ...there, ...totals })
  const gone = { messages: -messageCount, sizeBytes: -totalBytes, unseen: -unseenCount, deleted: -deletedCount }
  yield* run(addTotals, { ...here, ...gone })
  const taken = yield* first(takeModseq, here)
  assert(taken, 'the inbox is there')
  yield* run(insertExpunged, { ...here, modseq: taken.modseq, firstUid: 1, lastUid: uidNext - 1, at: now })
  yield* notify('mailbox', inbox.id)
}
