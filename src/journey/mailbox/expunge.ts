// Messages are removed, and remembered as removed.

import { assert } from '../../ground/assert.ts'
import { err, ok, type Result } from '../../ground/result.ts'
import { releaseContents } from '../../store/content/content.ts'
import { first, notify, procedure, run, type Steps } from '../../store/database/procedure.ts'
import type { Store } from '../../store/store.ts'
import { answered, type MailboxError, type MailboxTrouble } from './errors.ts'
import { FLAG_DELETED } from './flags.ts'
import { rememberExpunged } from './history.ts'
import { EXPUNGE_MESSAGES_MAX, GAP_UIDS_MAX, SPANS_MAX } from './limits.ts'
import { type Holding, holdingsIn } from './lines.ts'
import { addTotals, mailboxById, takeModseq } from './mailbox.store.ts'
import { deleteRange, holdingsInRange } from './messages.store.ts'
import { restOf, runsOf, spansOf } from './selection.ts'
import { totalsOf } from './totals.ts'
import { orderedRanges, UID_MAX, type UidRange } from './uids.ts'

export interface ExpungeMessages {
  readonly org: number
  readonly mailboxId: string
  /** Absent: the whole mailbox. */
  readonly ranges?: readonly UidRange[]
  /** Removed are those flagged \Deleted, which is the rule; `all`: whatever their flags. */
  readonly which?: 'deleted' | 'all'
  readonly now: number
}

export interface Expunged {
  /** Ascending. */
  readonly uids: readonly number[]
  /** Of the mailbox afterwards. */
  readonly modseq: number
}

interface ExpungedPiece extends Expunged {
  /** Where to go on; empty at the end. */
  readonly rest: readonly UidRange[]
}

/** As many as one commit may remove. */
export function* expungePiece(args: ExpungeMessages): Steps<Result<ExpungedPiece, MailboxError>> {
  const where = { org: args.org, mailboxId: args.mailboxId }
  const mailbox = yield* first(mailboxById, where)
  if (!mailbox || mailbox.selectable === 0) return err('no-mailbox')
  const flagged = args.which === 'all' ? 0 : FLAG_DELETED
  const removed: Holding[] = []
  const spans = spansOf(args.ranges ?? [{ from: 1, to: UID_MAX }], GAP_UIDS_MAX)
  const rest: UidRange[] = []
  let room = EXPUNGE_MESSAGES_MAX
  for (const [n, span] of spans.entries()) {
    if (room <= 0 || n >= SPANS_MAX) {
      rest.push(...span.ranges)
      continue
    }
    const page = yield* first(holdingsInRange, { ...where, fromUid: span.from, toUid: span.to, flagged, limit: room })
    const found = holdingsIn(page?.lines ?? null)
    const last = found.length === room ? found.at(-1) : undefined
    if (last) rest.push(...restOf(span, last.uid))
    room -= found.length
    for (const meant of runsOf(found, span.ranges, () => true)) {
      yield* deleteRun(where, meant, flagged)
      for (const one of meant) removed.push(one)
    }
  }
  if (removed.length === 0) return ok({ uids: [], modseq: mailbox.highestModseq, rest })
  const modseq = yield* removedFrom(where, removed, args.now)
  yield* releaseContents({ ids: removed.map(({ contentId }) => contentId) })
  return ok({ uids: removed.map(({ uid }) => uid), modseq, rest })
}

function* deleteRun(
  where: { readonly org: number; readonly mailboxId: string },
  removed: readonly Holding[],
  flagged: number,
): Steps<void> {
  const [from, to] = [removed[0], removed.at(-1)]
  if (from && to) yield* run(deleteRange, { ...where, fromUid: from.uid, toUid: to.uid, flagged })
}

export const expungePieceProcedure = procedure('mailbox.expunge', expungePiece)

/** The rows are gone: totals, history and hint follow. Answers the modseq of the change. */
export function* removedFrom(
  where: { readonly org: number; readonly mailboxId: string },
  removed: readonly Holding[],
  at: number,
): Steps<number> {
  yield* run(addTotals, { ...where, ...totalsOf(removed, -1) })
  const taken = yield* first(takeModseq, where)
  assert(taken, 'a mailbox is there as long as messages are in it')
  yield* rememberExpunged({ ...where, modseq: taken.modseq, uids: removed.map(({ uid }) => uid), at })
  yield* notify('mailbox', where.mailboxId)
  return taken.modseq
}

/** Many messages go in several commits; an error tells that the last ones stayed. */
export async function expungeMessages(store: Store, args: ExpungeMessages): Promise<Result<Expunged, MailboxTrouble>> {
  const uids: number[] = []
  let rest: readonly UidRange[] = orderedRanges(args.ranges ?? [{ from: 1, to: UID_MAX }])
  for (;;) {
    const answer = answered(await store.call(expungePieceProcedure, { ...args, ranges: rest }))
    if (!answer.ok) return answer
    for (const uid of answer.value.uids) uids.push(uid)
    rest = answer.value.rest
    if (rest.length === 0) return ok({ uids, modseq: answer.value.modseq })
  }
}
