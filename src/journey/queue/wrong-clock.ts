// What was written while the clock on the wall was wrong: a machine that started years ahead and was put right leaves leases, holds and due
// times that nobody would wait for. Nothing of ours lies further ahead than its setting says; what does is taken for the past.

import { all, notify, procedure, run, type Steps } from '../../store/database/procedure.ts'
import { settleDue } from './claim.ts'
import { expect } from './enqueue.ts'
import { REPAIR_MAX } from './limits.ts'
import * as sweeps from './sweep.store.ts'
import * as workers from './worker.store.ts'

export interface PutTimesRight {
  readonly now: number
  /** Further ahead no deferral puts a recipient, no hold a destination, no heartbeat a lease. */
  readonly retryMsMax: number
  readonly holdMsMax: number
  readonly leaseMsMax: number
}

/** [Q17] Answers how many rows were put right. */
export function* putTimesRight({ now, retryMsMax, holdMsMax, leaseMsMax }: PutTimesRight): Steps<number> {
  const leases = yield* run(workers.shortenLeases, { leaseUntil: now + leaseMsMax })
  const held = yield* all(workers.heldBeyond, { until: now + holdMsMax, limit: REPAIR_MAX })
  // They stay suspect, and are asked at once.
  for (const { name } of held) yield* run(workers.shortenHold, { name, until: now })
  const late = yield* all(sweeps.scheduledBeyond, { now, dueAt: now + retryMsMax, limit: REPAIR_MAX })
  for (const { org, message_id: messageId, n } of late) yield* run(sweeps.setDue, { org, messageId, n, dueAt: now })
  for (const name of new Set(late.map(({ destination }) => destination))) {
    yield* expect(name, now)
    yield* notify('queue', name)
  }
  for (const { name, due_at: dueAt } of held) yield* settleDue(name, dueAt)
  return leases + held.length + late.length
}

export const putTimesRightProcedure = procedure('queue.putTimesRight', putTimesRight)
