// Conditions on open recipients, as SQL. Each state is asked for by its own partial index.

import { type Kysely, sql } from 'kysely'
import { idAt } from '../../ground/ids.ts'
import type { QueueTables } from './queue.tables.ts'
import type { QueueFilter } from './rows.ts'
import { OPEN_STATES, type OpenState } from './states.ts'

export type QueueAction = 'hold' | 'release' | 'retry' | 'drop'

export interface KeyPage {
  readonly limit: number
  readonly after?: { readonly org: number; readonly messageId: string; readonly n: number }
}

/** Keys of open recipients in the order in which their messages came. */
export function openKeys(db: Kysely<QueueTables>, filter: QueueFilter, { limit, after }: KeyPage) {
  const states = filter.state === undefined ? OPEN_STATES : [filter.state]
  const each = states.map((state) =>
    db
      .selectFrom(
        matching(db, filter, state)
          .$if(after !== undefined, (q) => q.where(sql<boolean>`(r.org, r.message_id, r.n) > (${after?.org}, ${after?.messageId}, ${after?.n})`))
          .orderBy('r.org')
          .orderBy('r.message_id')
          .orderBy('r.n')
          .limit(limit)
          .as(state),
      )
      .selectAll(),
  )
  return db.selectFrom(unionOf(each).as('k')).selectAll().orderBy('org').orderBy('messageId').orderBy('n').limit(limit)
}

/** Those an action can change, in no order. Once changed they are no longer among them. */
export function changeableKeys(db: Kysely<QueueTables>, filter: QueueFilter, args: { action: QueueAction; now: number; limit: number }) {
  const states = FROM[args.action].filter((state) => filter.state === undefined || filter.state === state)
  if (states.length === 0) return matching(db, filter, 'scheduled').limit(0)
  const each = states.map((state) =>
    db
      .selectFrom(
        matching(db, filter, state)
          .$if(args.action === 'retry', (q) => q.where((e) => e.or([e('r.due_at', '>', args.now), e.exists(heldDestination(db, args.now))])))
          .limit(args.limit)
          .as(state),
      )
      .selectAll(),
  )
  return unionOf(each)
}

/** Which states an action takes recipients from: docs/states/queue.md. */
const FROM: Readonly<Record<QueueAction, readonly OpenState[]>> = {
  hold: ['scheduled'],
  retry: ['scheduled'],
  release: ['held'],
  drop: ['scheduled', 'held'],
}

export function countActive(db: Kysely<QueueTables>, filter: QueueFilter) {
  const counted = filter.state === undefined || filter.state === 'active'
  return matching(db, filter, 'active')
    .$if(!counted, (q) => q.where(sql<boolean>`1 = 0`))
    .clearSelect()
    .select((e) => e.fn.countAll<number>().as('count'))
}

function matching(db: Kysely<QueueTables>, filter: QueueFilter, state: OpenState) {
  return db
    .selectFrom('recipient as r')
    .select(['r.org', 'r.message_id as messageId', 'r.n'])
    .where('r.state', '=', sql.lit(state))
    .$if(filter.org !== undefined, (q) => q.where('r.org', '=', filter.org as number))
    .$if(filter.messageId !== undefined, (q) => q.where('r.message_id', '=', filter.messageId as string))
    .$if(filter.destination !== undefined, (q) => q.where('r.destination', '=', filter.destination as string))
    .$if(filter.address !== undefined, (q) => q.where(sql<string>`lower(r.address)`, '=', (filter.address as string).toLowerCase()))
    .$if(filter.receivedBefore !== undefined, (q) => q.where('r.message_id', '<', idAt(filter.receivedBefore as number)))
    .$if(filter.reversePath !== undefined, (q) => q.where((e) => e.exists(sentBy(db, filter.reversePath as string))))
}

function sentBy(db: Kysely<QueueTables>, reversePath: string) {
  return db
    .selectFrom('message as m')
    .select('m.id')
    .where(sql<boolean>`m.org = r.org and m.id = r.message_id`)
    .where(sql<string>`lower(m.reverse_path)`, '=', reversePath.toLowerCase())
}

function heldDestination(db: Kysely<QueueTables>, now: number) {
  return db.selectFrom('destination as d').select('d.name').where(sql<boolean>`d.name = r.destination`).where('d.held_until', '>', now)
}

function unionOf<Q extends { unionAll(other: Q): Q }>(queries: readonly Q[]): Q {
  const [head, ...others] = queries as [Q, ...Q[]]
  return others.reduce((union, other) => union.unionAll(other), head)
}
