// What time does to a message that is not delivered: first its sender is told that it is late, then it goes back. Looks at messages, not at
// attempts, so that nothing can sit in the queue past its time, wherever it sits. And forgets finished messages.

import { idAt } from '../../ground/ids.ts'
import { all, first, procedure, run, type Steps } from '../../store/database/procedure.ts'
import { deleteEventsBefore, recordEvent } from '../../store/events/events.ts'
import type { Store } from '../../store/store.ts'
import { settleDue } from './claim.ts'
import { expect } from './enqueue.ts'
import { ATTENTION_MAX, FORGET_MAX, FORGET_RECIPIENTS_MAX, RECIPIENTS_MAX, REPAIR_MAX, REPORT_RECIPIENTS_MAX } from './limits.ts'
import { messageOf, recipientOf } from './read.ts'
import { closeRecipients } from './record.ts'
import { enqueueReport, type ReportPlan } from './report.ts'
import type { Message, Recipient } from './rows.ts'
import * as sweeps from './sweep.store.ts'
import * as terms from './terms.store.ts'
import { forgetMessageTerms } from './terms.ts'
import * as workers from './worker.store.ts'

/** A look at a message that could not be dealt with now (an attempt is under way) is repeated after this. */
const LOOK_AGAIN_MS = 60_000

export interface Attention {
  readonly message: Message
  /** `expired`: its time is over. `late`: its sender should be told. */
  readonly type: 'expired' | 'late'
  /** Those to report: scheduled ones, for `late` those not reported late before; REPORT_RECIPIENTS_MAX at most. */
  readonly recipients: readonly Recipient[]
}

/** Messages whose time has come, oldest first; a bounded number. */
export async function wantingAttention(
  store: Store,
  args: { readonly now: number; readonly limit?: number },
): Promise<readonly Attention[]> {
  const rows = await store.all(sweeps.wantingAttention, {
    now: args.now,
    limit: Math.min(args.limit ?? ATTENTION_MAX, ATTENTION_MAX),
  })
  const found: Attention[] = []
  for (const row of rows) {
    const type = row.expires_at <= args.now ? 'expired' : 'late'
    const open = await store.all(sweeps.openRecipientsOf, { org: row.org, messageId: row.id, limit: RECIPIENTS_MAX })
    const wanted = open.filter((one) => one.state === 'scheduled' && (type === 'expired' || one.notified_delay === 0))
    found.push({ message: messageOf(row), type, recipients: wanted.slice(0, REPORT_RECIPIENTS_MAX).map(recipientOf) })
  }
  return found
}

export interface Attend {
  readonly org: number
  readonly messageId: string
  readonly now: number
  /** The recipients the report tells of; may be none. */
  readonly ns: readonly number[]
  readonly report?: ReportPlan
}

/** `changed`: a recipient is no longer as it was seen; nothing was done, the next look will see it. */
export type Attended = { readonly type: 'done' } | { readonly type: 'changed' }

/** [Q14] */
export function* expireMessage(args: Attend): Steps<Attended> {
  const waiting = yield* stillScheduled(args)
  if (waiting === undefined) return { type: 'changed' }
  const { org, messageId, now: at } = args
  const destinations = new Set<string>()
  for (const row of waiting) {
    yield* run(sweeps.expireRecipient, { org, messageId, n: row.n, at })
    const reason = row.last_text ?? 'no attempt was made'
    yield* recordEvent({ org, messageId, recipient: row.address, at, event: { type: 'expired', reason, attempts: row.attempts } })
    destinations.add(row.destination)
  }
  if (args.report !== undefined && waiting.length > 0) yield* enqueueReport({ ...args.report, org, about: messageId, at })
  yield* attendAgain(args)
  if (waiting.length > 0) yield* closeRecipients({ org, messageId, count: waiting.length, at })
  for (const name of destinations) yield* settleUnlessHeld(name)
  return { type: 'done' }
}

export const expireMessageProcedure = procedure('queue.expireMessage', expireMessage)

/** [Q15] Once per recipient. */
export function* noticeDelay(args: Attend): Steps<Attended> {
  const waiting = yield* stillScheduled(args)
  if (waiting === undefined) return { type: 'changed' }
  const { org, messageId, now: at } = args
  for (const row of waiting) yield* run(sweeps.markNotified, { org, messageId, n: row.n })
  if (args.report !== undefined && waiting.length > 0) yield* enqueueReport({ ...args.report, org, about: messageId, at })
  if (args.report?.type === 'send') {
    for (const row of waiting) {
      yield* recordEvent({
        org,
        messageId,
        recipient: row.address,
        at,
        event: { type: 'delay-notified', reportId: args.report.id },
      })
    }
  }
  yield* attendAgain(args)
  return { type: 'done' }
}

export const noticeDelayProcedure = procedure('queue.noticeDelay', noticeDelay)

/** A message that could not be dealt with must not stand before the others for ever. */
export const postponeAttentionProcedure = procedure(
  'queue.postponeAttention',
  function* (args: { readonly org: number; readonly messageId: string; readonly until: number }) {
    yield* run(sweeps.setAttention, { org: args.org, messageId: args.messageId, attentionAt: args.until })
  },
)

function* stillScheduled(args: Attend) {
  const wanted = new Set(args.ns)
  const open = yield* all(sweeps.openRecipientsOf, { org: args.org, messageId: args.messageId, limit: RECIPIENTS_MAX })
  const found = open.filter((row) => wanted.has(row.n) && row.state === 'scheduled')
  return found.length === wanted.size ? found : undefined
}

/** When to look next: at once while scheduled ones are left, soon while an attempt is under way, never while all are held. */
function* attendAgain({ org, messageId, now }: Attend): Steps<void> {
  const message = yield* first(sweeps.messageRow, { org, messageId })
  if (message === undefined) return
  const open = yield* all(sweeps.openRecipientsOf, { org, messageId, limit: RECIPIENTS_MAX })
  const expired = message.expires_at <= now
  const left = open.some((row) => row.state === 'scheduled' && (expired || row.notified_delay === 0))
  const active = open.some((row) => row.state === 'active' && (expired || row.notified_delay === 0))
  const later = active ? now + LOOK_AGAIN_MS : expired ? null : message.expires_at
  yield* run(sweeps.setAttention, { org, messageId, attentionAt: left ? now : later })
}

function* settleUnlessHeld(name: string): Steps<void> {
  const row = yield* first(workers.destinationDue, { name })
  if (row !== undefined && row.held_until === null) yield* settleDue(name, row.due_at)
}

// ---- repair and retention

/** [Q6] Puts right what only a lost race between two servers can put wrong. Answers how many rows. */
export async function lateDestinations(
  store: Store,
): Promise<readonly { readonly destination: string; readonly dueAt: number }[]> {
  const rows = await store.all(workers.lateDestinations, { limit: REPAIR_MAX })
  return rows.map((row) => ({ destination: row.destination, dueAt: row.first_due }))
}

export const repairDestinationsProcedure = procedure(
  'queue.repairDestinations',
  function* (args: { readonly late: readonly { readonly destination: string; readonly dueAt: number }[] }) {
    for (const { destination, dueAt } of args.late) yield* expect(destination, dueAt)
  },
)

export interface Forget {
  readonly before: number
  /** Recipients of one call; less than the bound only in tests. */
  readonly recipients?: number
}

/** [Q16] Messages received before that moment and finished, with all that is theirs, and old events. Call again while above 0. */
export function* forget(args: Forget): Steps<number> {
  let count = yield* deleteEventsBefore({ before: args.before, limit: FORGET_MAX * 5 })
  let room = Math.min(args.recipients ?? FORGET_RECIPIENTS_MAX, FORGET_RECIPIENTS_MAX)
  let org = Number.MIN_SAFE_INTEGER
  for (;;) {
    const next = yield* first(sweeps.firstOrgAfter, { org })
    if (next === undefined || count > FORGET_MAX * 6) break
    org = next.org
    const old = yield* all(sweeps.finishedBefore, { org, id: idAt(args.before), limit: FORGET_MAX })
    for (const { id: messageId } of old) {
      room -= yield* forgetMessage({ org, messageId }, room)
      count++
      if (room === 0) return count
    }
  }
  return count
}

/** Answers how many recipients went. With as many as there was room for, the rest of the message waits for the next call. */
function* forgetMessage(key: { readonly org: number; readonly messageId: string }, room: number): Steps<number> {
  const recipients = yield* all(terms.recipientNumbers, { ...key, limit: room })
  const last = recipients.at(-1)
  if (last !== undefined) {
    yield* run(terms.deleteRecipientTerms, { ...key, upTo: last.n })
    yield* run(sweeps.deleteRecipients, { ...key, upTo: last.n })
  }
  if (recipients.length === room) return room
  yield* forgetMessageTerms(key)
  yield* run(sweeps.deleteMessage, key)
  return recipients.length
}

export const forgetProcedure = procedure('queue.forget', forget)

/** Destinations without recipients, worker or suspension. Answers how many. */
export function* forgetDestinations(args: { readonly now: number }): Steps<number> {
  const idle = yield* all(workers.idleDestinations, { now: args.now, limit: REPAIR_MAX })
  for (const { name } of idle) yield* run(sweeps.deleteDestination, { name })
  return idle.length
}

export const forgetDestinationsProcedure = procedure('queue.forgetDestinations', forgetDestinations)
