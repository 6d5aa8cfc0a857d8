// Workers and their lives. A worker's lease is renewed by heartbeat; the destinations it took are its own for as long. Looking at another's
// lease never changes it, so a dead worker's work is free when its lease is over, however many have asked for it.

import { all, first, notify, procedure, run, type Steps } from '../../store/database/procedure.ts'
import type { Store } from '../../store/store.ts'
import { settleDue } from './claim.ts'
import { expect } from './enqueue.ts'
import { RECOVER_MAX, RECOVER_WORKERS_MAX } from './limits.ts'
import * as statements from './queue.store.ts'
import * as workers from './worker.store.ts'

export interface Heartbeat {
  /** New at every start of a worker: an id is never used twice. */
  readonly worker: string
  readonly now: number
  readonly leaseUntil: number
}

/** The first one makes the worker known. */
export function* heartbeat(args: Heartbeat): Steps<void> {
  yield* run(workers.insertWorker, { id: args.worker, leaseUntil: args.leaseUntil, startedAt: args.now })
}

export const heartbeatProcedure = procedure('queue.heartbeat', heartbeat)

export interface ReleaseDestinations {
  readonly worker: string
  readonly destinations: readonly string[]
}

/** For destinations the worker has nothing to do for: whoever finds work there next may take them. */
export function* releaseDestinations(args: ReleaseDestinations): Steps<void> {
  for (const name of args.destinations) yield* run(workers.releaseDestination, { name, worker: args.worker })
}

export const releaseDestinationsProcedure = procedure('queue.releaseDestinations', releaseDestinations)

export interface Unclaim {
  readonly worker: string
  readonly token: number
  readonly now: number
  readonly recipients: readonly {
    readonly org: number
    readonly messageId: string
    readonly n: number
    readonly destination: string
  }[]
}

/** [Q9] Gives back recipients whose attempt was not begun, due at once and with their attempts as they were. */
export function* unclaim(args: Unclaim): Steps<void> {
  const destinations = new Set<string>()
  for (const { org, messageId, n, destination } of args.recipients) {
    const changed = yield* run(statements.unclaim, { org, messageId, n, worker: args.worker, token: args.token, dueAt: args.now })
    if (changed > 0) destinations.add(destination)
  }
  for (const destination of destinations) {
    yield* expect(destination, args.now)
    yield* notify('queue', destination)
  }
}

export const unclaimProcedure = procedure('queue.unclaim', unclaim)

/**
 * [Q9] An orderly stop, after its last attempt was recorded or given up: what is still active goes back to the time recorded before its
 * attempt. Answers how many did; call again while the answer is RECOVER_MAX.
 */
export function* releaseWorker(args: { readonly worker: string }): Steps<number> {
  const count = yield* recoverRecipients(args.worker)
  if (count === RECOVER_MAX) return count
  yield* run(workers.releaseDestinationsOf, { worker: args.worker })
  yield* run(workers.deleteWorker, { id: args.worker })
  return count
}

export const releaseWorkerProcedure = procedure('queue.releaseWorker', releaseWorker)

export interface RecoverWorkers {
  readonly now: number
  /** The process lock proves that every worker in the table is dead: their leases need not be waited for. */
  readonly all?: boolean
  /** Of the workers whose lease is over, only these: who was seen dead for a while by a clock that does not jump. */
  readonly only?: readonly string[]
}

/** [Q8] The recipients of dead workers are scheduled again. Call again while the answer is above 0. */
export function* recoverWorkers(args: RecoverWorkers): Steps<number> {
  const now = args.all === true ? Number.MAX_SAFE_INTEGER : args.now
  const lapsed = yield* all(workers.lapsedWorkers, { now, limit: RECOVER_WORKERS_MAX })
  let recovered = 0
  const only = args.only && new Set(args.only)
  for (const { id } of lapsed) if (only === undefined || only.has(id)) recovered += 1 + (yield* releaseWorker({ worker: id }))
  return recovered
}

/** Workers whose lease is over by the wall clock. */
export async function lapsedWorkers(store: Store, args: { readonly now: number }): Promise<readonly string[]> {
  return (await store.all(workers.lapsedWorkers, { now: args.now, limit: RECOVER_WORKERS_MAX })).map((row) => row.id)
}

export const recoverWorkersProcedure = procedure('queue.recoverWorkers', recoverWorkers)

function* recoverRecipients(worker: string): Steps<number> {
  const rows = yield* all(statements.activeOf, { worker, limit: RECOVER_MAX })
  const earliest = new Map<string, number>()
  for (const row of rows) {
    yield* run(statements.recover, { org: row.org, messageId: row.message_id, n: row.n, worker })
    earliest.set(row.destination, Math.min(row.due_at, earliest.get(row.destination) ?? row.due_at))
  }
  for (const [destination, dueAt] of earliest) {
    yield* expect(destination, dueAt)
    yield* notify('queue', destination)
  }
  return rows.length
}

export interface HoldDestination {
  readonly destination: string
  readonly until: number
  readonly reason: string
  readonly now: number
}

/** [Q7] Leaves the destination alone until then: nothing is claimed, nothing changes about its recipients. */
export function* holdDestination(args: HoldDestination): Steps<void> {
  yield* run(workers.holdDestination, { name: args.destination, until: args.until, reason: args.reason })
  const row = yield* first(workers.destinationDue, { name: args.destination })
  const next = yield* first(statements.firstScheduled, { destination: args.destination })
  // Also when it comes nearer: a rest may be followed by a shorter one.
  const dueAt = next === undefined ? null : Math.max(next.due_at, args.until)
  if (row !== undefined && row.due_at !== dueAt) yield* run(workers.setDestinationDue, { name: args.destination, dueAt })
}

export const holdDestinationProcedure = procedure('queue.holdDestination', holdDestination)

/** An operator lets it go on before its time. */
export function* resumeDestination(args: { readonly destination: string }): Steps<void> {
  const changed = yield* run(workers.unholdDestination, { name: args.destination })
  if (changed === 0) return
  const row = yield* first(workers.destinationDue, { name: args.destination })
  yield* settleDue(args.destination, row?.due_at ?? null)
  yield* notify('queue', args.destination)
}

export const resumeDestinationProcedure = procedure('queue.resumeDestination', resumeDestination)
