// A worker takes the due recipients of one destination. The attempt and the time of the next one are written down before anybody connects:
// a crash in the attempt cannot make the queue hammer a host.

import { all, first, procedure, run, type Steps } from '../../store/database/procedure.ts'
import { CLAIM_MAX, CLAIM_REST_MAX } from './limits.ts'
import * as statements from './queue.store.ts'
import { delayAfter } from './retry.ts'
import type { Claimed } from './rows.ts'
import * as workers from './worker.store.ts'

export interface ClaimDestination {
  readonly worker: string
  readonly destination: string
  readonly now: number
  /** Recipients at most; up to CLAIM_MAX. */
  readonly limit: number
  /** Delays after the first, second … attempt; the last one repeats. */
  readonly scheduleMs: readonly number[]
}

export type ClaimAnswer =
  /**
   * `more`: the limit was reached, others are due. `token` fences what the attempts will record. `suspect`: the destination has not
   * answered since it was last suspended, and gives out one message to find out whether it does (`resumeDestination` when it did).
   */
  | {
      readonly type: 'claimed'
      readonly token: number
      readonly recipients: readonly Claimed[]
      readonly more: boolean
      readonly suspect: boolean
    }
  /** Another living worker delivers there; no use in asking before `until`. */
  | { readonly type: 'leased'; readonly worker: string; readonly until: number }
  /** An attempt asked to leave the destination alone for a while, or an operator did. */
  | { readonly type: 'held'; readonly until: number; readonly reason: string }
  /** The asking worker's own lease is over: it must send a heartbeat first. */
  | { readonly type: 'lapsed' }

export function* claimDestination(args: ClaimDestination): Steps<ClaimAnswer> {
  const worker = yield* first(workers.workerLease, { id: args.worker })
  if (worker === undefined || worker.lease_until <= args.now) return { type: 'lapsed' }
  const row = yield* first(workers.destinationLease, { name: args.destination })
  if (row === undefined) return { type: 'claimed', token: 0, recipients: [], more: false, suspect: false }
  if (row.worker !== null && row.worker !== args.worker && row.lease_until !== null && row.lease_until > args.now) {
    return { type: 'leased', worker: row.worker, until: row.lease_until }
  }
  if (row.held_until !== null && row.held_until > args.now)
    return { type: 'held', until: row.held_until, reason: row.held_reason ?? '' }
  const token = row.worker === args.worker ? row.token : row.token + 1
  if (row.worker !== args.worker) {
    const taken = yield* run(workers.takeDestination, { name: args.destination, worker: args.worker, token: row.token })
    if (taken === 0) return { type: 'leased', worker: '', until: args.now }
  }
  const suspect = row.held_until !== null
  const limit = suspect ? 1 : Math.min(args.limit, CLAIM_MAX)
  const recipients = yield* activateDue({ ...args, limit }, token)
  const dueAt = yield* settleDue(args.destination, row.due_at)
  return { type: 'claimed', token, recipients, more: dueAt !== null && dueAt <= args.now, suspect }
}

export const claimDestinationProcedure = procedure('queue.claimDestination', claimDestination)

function* activateDue(args: ClaimDestination, token: number): Steps<Claimed[]> {
  const due = yield* all(statements.claimable, { destination: args.destination, now: args.now, limit: args.limit })
  const claimed: Claimed[] = []
  for (const row of [...due, ...(yield* restOfLast(args, due))]) {
    const dueAt = args.now + delayAfter(row.attempts + 1, args.scheduleMs)
    const key = { org: row.org, messageId: row.message_id, n: row.n }
    const changed = yield* run(statements.activate, { ...key, worker: args.worker, token, dueAt, now: args.now })
    if (changed === 0) continue
    claimed.push({
      ...key,
      address: row.address,
      ...(row.original_address === null ? {} : { originalAddress: row.original_address }),
      destination: args.destination,
      attempt: row.attempts + 1,
      contentId: row.content_id,
      reversePath: row.reverse_path,
      sizeBytes: row.size_bytes,
      eightBit: row.eight_bit === 1,
      smtpUtf8: row.smtputf8 === 1,
      source: row.source,
      receivedAt: row.received_at,
      expiresAt: row.expires_at,
    })
  }
  return claimed
}

/** [Q5] Where the limit cuts through a message, its other recipients come along: they travel in one transaction. */
function* restOfLast<R extends { org: number; message_id: string; n: number }>(args: ClaimDestination, due: readonly R[]) {
  const last = due.at(-1)
  if (last === undefined || due.length < args.limit) return []
  const { destination, now } = args
  return yield* all(statements.claimableRest, {
    destination,
    now,
    org: last.org,
    messageId: last.message_id,
    n: last.n,
    limit: CLAIM_REST_MAX,
  })
}

/** [Q6] After recipients have left a destination: its row says when the next one is due. */
export function* settleDue(destination: string, known: number | null): Steps<number | null> {
  const next = yield* first(statements.firstScheduled, { destination })
  const dueAt = next?.due_at ?? null
  if (dueAt !== known) yield* run(workers.setDestinationDue, { name: destination, dueAt })
  return dueAt
}
