// SQL of destinations and of the workers that deliver to them.

import type { Kysely } from 'kysely'
import { statementsOf } from '../../store/database/statement.ts'
import type { QueueTables } from './queue.tables.ts'

const statement = statementsOf<QueueTables>()

export const destinationDue = statement<{ name: string }>('queue.destinationDue')((db, a) =>
  db.selectFrom('destination').select(['due_at', 'held_until']).where('name', '=', a.name),
)

export const expectDestination = statement<{ name: string; dueAt: number }>('queue.expectDestination')((db, a) =>
  db
    .insertInto('destination')
    .values({ name: a.name, due_at: a.dueAt, token: a.dueAt })
    .onConflict((c) =>
      c
        .column('name')
        .doUpdateSet((e) => ({ due_at: e.ref('excluded.due_at') }))
        .where((e) => e.or([e('destination.due_at', 'is', null), e('destination.due_at', '>', e.ref('excluded.due_at'))])),
    ),
)

export const setDestinationDue = statement<{ name: string; dueAt: number | null }>('queue.setDestinationDue')((db, a) =>
  db.updateTable('destination').set({ due_at: a.dueAt }).where('name', '=', a.name),
)

export const holdDestination = statement<{ name: string; until: number; reason: string }>('queue.holdDestination')((db, a) =>
  db.updateTable('destination').set({ held_until: a.until, held_reason: a.reason }).where('name', '=', a.name),
)

export const unholdDestination = statement<{ name: string }>('queue.unholdDestination')((db, a) =>
  db
    .updateTable('destination')
    .set({ held_until: null, held_reason: null })
    .where('name', '=', a.name)
    .where('held_until', 'is not', null),
)

/** The destination with its holder, whose life is the lease's. */
export const destinationLease = statement<{ name: string }>('queue.destinationLease')((db, a) =>
  db
    .selectFrom('destination as d')
    .leftJoin('worker as w', 'w.id', 'd.worker')
    .select(['d.due_at', 'd.worker', 'd.token', 'd.held_until', 'd.held_reason', 'w.lease_until'])
    .where('d.name', '=', a.name),
)

/** Takes the lease from the holder it was seen with: 0 rows when someone was faster. */
export const takeDestination = statement<{ name: string; worker: string; token: number }>('queue.takeDestination')((db, a, sql) =>
  db
    .updateTable('destination')
    .set({ worker: a.worker, token: sql<number>`token + 1` })
    .where('name', '=', a.name)
    .where('token', '=', a.token),
)

export const releaseDestination = statement<{ name: string; worker: string }>('queue.releaseDestination')((db, a) =>
  db.updateTable('destination').set({ worker: null }).where('name', '=', a.name).where('worker', '=', a.worker),
)

export const releaseDestinationsOf = statement<{ worker: string }>('queue.releaseDestinationsOf')((db, a) =>
  db.updateTable('destination').set({ worker: null }).where('worker', '=', a.worker),
)

/** One row per destination, so that many recipients of one that another worker holds cost one step. */
export const dueDestinations = statement<{ worker: string; now: number; limit: number }>('queue.dueDestinations')((db, a) =>
  dueAndFree(db, a).where('d.held_until', 'is', null),
)

/** The same of those that have not answered since they were last suspended. */
export const dueSuspects = statement<{ worker: string; now: number; limit: number }>('queue.dueSuspects')((db, a) =>
  dueAndFree(db, a).where('d.held_until', 'is not', null),
)

function dueAndFree(db: Kysely<QueueTables>, a: { worker: string; now: number; limit: number }) {
  return db
    .selectFrom('destination as d')
    .leftJoin('worker as w', 'w.id', 'd.worker')
    .select(['d.name', 'd.due_at'])
    .where('d.due_at', '<=', a.now)
    .where((e) =>
      e.or([
        e('d.worker', 'is', null),
        e('d.worker', '=', a.worker),
        e('w.lease_until', 'is', null),
        e('w.lease_until', '<=', a.now),
      ]),
    )
    .orderBy('d.due_at')
    .limit(a.limit)
}

export const nextDueAt = statement<object>('queue.nextDueAt')((db) => nextDue(db).where('held_until', 'is', null))

export const nextSuspectDueAt = statement<object>('queue.nextSuspectDueAt')((db) =>
  nextDue(db).where('held_until', 'is not', null),
)

function nextDue(db: Kysely<QueueTables>) {
  return db.selectFrom('destination').select('due_at').where('due_at', 'is not', null).orderBy('due_at').limit(1)
}

/** Destinations whose row is later than their recipients, which only a lost race can bring about. */
export const lateDestinations = statement<{ limit: number }>('queue.lateDestinations')((db, a, sql) =>
  db
    .selectFrom(
      db
        .selectFrom('recipient')
        .select((e) => ['destination', e.fn.min('due_at').as('first_due')])
        .where('state', '=', sql.lit('scheduled'))
        .groupBy('destination')
        .as('r'),
    )
    .leftJoin('destination as d', 'd.name', 'r.destination')
    .select(['r.destination', 'r.first_due'])
    .where((e) =>
      e.or([
        e('d.due_at', 'is', null),
        e.and([e('d.due_at', '>', e.ref('r.first_due')), e('d.due_at', '>', e.fn.coalesce('d.held_until', e.lit(0)))]),
      ]),
    )
    .limit(a.limit),
)

export const idleDestinations = statement<{ now: number; limit: number }>('queue.idleDestinations')((db, a) =>
  db
    .selectFrom('destination as d')
    .select('d.name')
    .where('d.due_at', 'is', null)
    .where('d.worker', 'is', null)
    .where((e) => e.or([e('d.held_until', 'is', null), e('d.held_until', '<=', a.now)]))
    .limit(a.limit),
)

export const insertWorker = statement<{ id: string; leaseUntil: number; startedAt: number }>('queue.insertWorker')((db, a) =>
  db
    .insertInto('worker')
    .values({ id: a.id, lease_until: a.leaseUntil, started_at: a.startedAt })
    .onConflict((c) => c.column('id').doUpdateSet((e) => ({ lease_until: e.ref('excluded.lease_until') }))),
)

export const workerLease = statement<{ id: string }>('queue.workerLease')((db, a) =>
  db.selectFrom('worker').select('lease_until').where('id', '=', a.id),
)

export const lapsedWorkers = statement<{ now: number; limit: number }>('queue.lapsedWorkers')((db, a) =>
  db.selectFrom('worker').select('id').where('lease_until', '<=', a.now).orderBy('id').limit(a.limit),
)

export const deleteWorker = statement<{ id: string }>('queue.deleteWorker')((db, a) =>
  db.deleteFrom('worker').where('id', '=', a.id),
)

/** Leases that last longer than any heartbeat makes them: their worker is dead, or will say so soon. */
export const shortenLeases = statement<{ leaseUntil: number }>('queue.shortenLeases')((db, a) =>
  db.updateTable('worker').set({ lease_until: a.leaseUntil }).where('lease_until', '>', a.leaseUntil),
)

export const heldBeyond = statement<{ until: number; limit: number }>('queue.heldBeyond')((db, a) =>
  db.selectFrom('destination').select(['name', 'due_at']).where('held_until', '>', a.until).orderBy('name').limit(a.limit),
)

export const shortenHold = statement<{ name: string; until: number }>('queue.shortenHold')((db, a) =>
  db.updateTable('destination').set({ held_until: a.until }).where('name', '=', a.name),
)
