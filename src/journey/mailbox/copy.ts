// Messages are copied and moved between mailboxes of one person. In one commit: either all are there, or nothing happened.

import { assert } from '../../ground/assert.ts'
import type { Id } from '../../ground/ids.ts'
import { err, ok, type Result } from '../../ground/result.ts'
import { retainContents } from '../../store/content/content.ts'
import { first, notify, procedure, run, type Steps } from '../../store/database/procedure.ts'
import type { MailboxError } from './errors.ts'
import { removedFrom } from './expunge.ts'
import { keywordsIn, keywordsText } from './flags.ts'
import { spellKeywords } from './keywords.ts'
import { COPY_MESSAGES_MAX, GAP_UIDS_MAX } from './limits.ts'
import { type Holding, holdingsIn } from './lines.ts'
import { mailboxById, takeUids } from './mailbox.store.ts'
import { copyRange, deleteRange, holdingsInRange, moveRange, respellKeywords } from './messages.store.ts'
import { fitsQuota } from './quota.ts'
import { runsOf, spansOf } from './selection.ts'
import { totalsOf } from './totals.ts'
import { orderedRanges, UID_MAX, type UidRange } from './uids.ts'

export interface CopyMessages {
  readonly org: number
  readonly fromMailboxId: string
  readonly toMailboxId: string
  /** Uids that are not there are passed over. */
  readonly ranges: readonly UidRange[]
  /** Fresh; the copies' ids are made of it. */
  readonly id: Id
  readonly now: number
  /** What all mailboxes of the person together may hold; absent: no bound. */
  readonly quotaBytes?: number
}

export interface Copied {
  /** Of the mailbox they were copied to. */
  readonly uidValidity: number
  readonly modseq: number
  /** Ascending. */
  readonly sourceUids: readonly number[]
  /** The copy of `sourceUids[i]` has the uid `firstUid + i`. */
  readonly firstUid: number
  /** Of the mailbox they left, when they were moved. */
  readonly sourceModseq?: number
}

/** All or none; flags, keywords and the internal date go with them. */
export function* copyMessages(args: CopyMessages): Steps<Result<Copied, MailboxError>> {
  const carried = yield* carry(args, 'copy')
  if (!carried.ok) return carried
  yield* retainContents({ ids: carried.value.messages.map(({ contentId }) => contentId) })
  return ok(carried.value.copied)
}

export const copyMessagesProcedure = procedure('mailbox.copyMessages', copyMessages)

/** All or none: what arrives there is gone here, in one commit. */
export function* moveMessages(args: CopyMessages): Steps<Result<Copied, MailboxError>> {
  const carried = yield* carry(args, 'move')
  if (!carried.ok) return carried
  const { copied, messages, runs } = carried.value
  if (messages.length === 0) return ok(copied)
  const from = { org: args.org, mailboxId: args.fromMailboxId }
  for (const one of runs) yield* run(deleteRange, { ...from, ...endsOf(one), flagged: 0 })
  const sourceModseq = yield* removedFrom(from, messages, args.now)
  return ok({ ...copied, sourceModseq })
}

export const moveMessagesProcedure = procedure('mailbox.moveMessages', moveMessages)

interface Carried {
  readonly copied: Copied
  readonly messages: readonly Holding[]
  readonly runs: readonly (readonly Holding[])[]
}

/** The rows are there twice afterwards. */
function* carry(args: CopyMessages, how: 'copy' | 'move'): Steps<Result<Carried, MailboxError>> {
  const from = { org: args.org, mailboxId: args.fromMailboxId }
  const to = { org: args.org, mailboxId: args.toMailboxId }
  const source = yield* first(mailboxById, from)
  const target = yield* first(mailboxById, to)
  if (!source || source.selectable === 0 || !target || target.selectable === 0) return err('no-mailbox')
  if (target.appendable === 0) return err('not-appendable')
  const runs = yield* messagesIn(from, args.ranges)
  const messages = runs.flat()
  const { uidValidity, uidNext, highestModseq } = target
  if (messages.length === 0)
    return ok({ copied: { uidValidity, modseq: highestModseq, sourceUids: [], firstUid: uidNext }, messages, runs })
  if (uidNext + messages.length - 1 > UID_MAX) return err('no-more-uids')
  const totals = totalsOf(messages)
  if (how === 'copy' && !(yield* fitsQuota(target, totals.sizeBytes, args.quotaBytes))) return err('over-quota')
  const spelt = yield* spellThere(to, messages)
  if (!spelt.ok) return spelt
  const taken = yield* first(takeUids, { ...to, ...totals })
  assert(taken, 'what was found and locked is there')
  let afterUid = taken.uidNext - messages.length - 1
  const firstUid = afterUid + 1
  const there = { toMailboxId: args.toMailboxId, modseq: taken.modseq, savedAtMs: args.now }
  for (const one of runs) {
    const range = { ...from, ...endsOf(one), ...there, afterUid }
    const count = how === 'copy' ? yield* run(copyRange, { ...range, id: args.id }) : yield* run(moveRange, range)
    assert(count === one.length, 'what was found and locked is there')
    afterUid += one.length
  }
  for (const [fromKeywords, keywords] of spelt.value)
    yield* run(respellKeywords, { ...to, fromUid: firstUid, toUid: afterUid, fromKeywords, keywords })
  yield* notify('mailbox', args.toMailboxId)
  const sourceUids = messages.map(({ uid }) => uid)
  return ok({ copied: { uidValidity, modseq: taken.modseq, sourceUids, firstUid }, messages, runs })
}

function endsOf(one: readonly Holding[]): { readonly fromUid: number; readonly toUid: number } {
  return { fromUid: (one[0] as Holding).uid, toUid: (one.at(-1) as Holding).uid }
}

/** In runs of rows with nothing else between them. */
function* messagesIn(where: { readonly org: number; readonly mailboxId: string }, ranges: readonly UidRange[]) {
  const runs: Holding[][] = []
  let room = COPY_MESSAGES_MAX
  for (const span of spansOf(orderedRanges(ranges), GAP_UIDS_MAX)) {
    const page = yield* first(holdingsInRange, { ...where, fromUid: span.from, toUid: span.to, flagged: 0, limit: room + 1 })
    const found = holdingsIn(page?.lines ?? null)
    room -= found.length
    assert(room >= 0, `at most ${COPY_MESSAGES_MAX} messages are copied at once`)
    runs.push(...runsOf(found, span.ranges, () => true))
  }
  return runs
}

/** The sets of keywords that are spelt otherwise where they come to; all of them are known there afterwards. */
function* spellThere(
  where: { readonly org: number; readonly mailboxId: string },
  messages: readonly Holding[],
): Steps<Result<ReadonlyMap<string, string>, MailboxError>> {
  const otherwise = new Map<string, string>()
  for (const text of new Set(messages.map(({ keywords }) => keywords))) {
    const spelt = yield* spellKeywords(where, keywordsIn(text))
    if (!spelt.ok) return spelt
    const there = keywordsText(spelt.value)
    if (there !== text) otherwise.set(text, there)
  }
  return ok(otherwise)
}
