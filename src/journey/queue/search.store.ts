// SQL of questions: lists, searches, counts. Each state of open recipients is asked for by its own partial index.

import type { Kysely, RawBuilder } from 'kysely'
import { idAt } from '../../ground/ids.ts'
import { type Sql, statementsOf } from '../../store/database/statement.ts'
import type { Store } from '../../store/store.ts'
import type { QueueTables } from './queue.tables.ts'
import type { QueueFilter, RecipientKey } from './rows.ts'
import { OPEN_STATES, type OpenState } from './states.ts'

export type QueueAction = 'hold' | 'release' | 'retry' | 'drop'

export interface KeyPage {
  readonly limit: number
  readonly after?: RecipientKey
}

export interface ChangeableArgs {
  readonly action: QueueAction
  readonly now: number
  readonly limit: number
}

/** Open recipients with their messages, in the order in which those came. */
export function entriesOf(store: Store, filter: QueueFilter, page: KeyPage) {
  return store.query((db: Kysely<QueueTables>, sql) =>
    db
      .selectFrom(openKeys({ db, sql, filter }, page).as('key'))
      .innerJoin('recipient as r', (j) =>
        j.onRef('r.org', '=', 'key.org').onRef('r.message_id', '=', 'key.messageId').onRef('r.n', '=', 'key.n'),
      )
      .innerJoin('message as m', (j) => j.onRef('m.org', '=', 'key.org').onRef('m.id', '=', 'key.messageId'))
      .selectAll('r')
      .select(['m.reverse_path', 'm.subject', 'm.size_bytes', 'm.received_at', 'm.expires_at'])
      .orderBy('r.org')
      .orderBy('r.message_id')
      .orderBy('r.n'),
  )
}

export function changeableOf(store: Store, filter: QueueFilter, args: ChangeableArgs): Promise<readonly RecipientKey[]> {
  return store.query((db: Kysely<QueueTables>, sql) => changeableKeys({ db, sql, filter }, args))
}

export async function countOpen(store: Store, filter: QueueFilter, state: OpenState): Promise<number> {
  const rows = await store.query((db: Kysely<QueueTables>, sql) => countIn({ db, sql, filter }, state))
  return rows[0]?.count ?? 0
}

/** A question about open recipients, and what it is put into words with. */
interface Question {
  readonly db: Kysely<QueueTables>
  readonly sql: Sql
  readonly filter: QueueFilter
}

/** Keys of open recipients in the order in which their messages came. */
function openKeys(question: Question, { limit, after }: KeyPage) {
  const { db, sql, filter } = question
  const states = filter.state === undefined ? OPEN_STATES : [filter.state]
  const each = states.map((state) =>
    db
      .selectFrom(
        matching(question, state)
          .$if(after !== undefined, (q) =>
            q.where(sql<boolean>`(${offKey(sql)}, r.message_id, r.n) > (${after?.org}, ${after?.messageId}, ${after?.n})`),
          )
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
function changeableKeys(question: Question, args: ChangeableArgs) {
  const { db, filter } = question
  const states = FROM[args.action].filter((state) => filter.state === undefined || filter.state === state)
  if (states.length === 0) return matching(question, 'scheduled').limit(0)
  const each = states.map((state) =>
    db
      .selectFrom(
        matching(question, state)
          .$if(args.action === 'retry', (q) =>
            q.where((e) => e.or([e('r.due_at', '>', args.now), e.exists(heldDestination(question, args.now))])),
          )
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

function countIn(question: Question, state: OpenState) {
  const { sql, filter } = question
  const counted = filter.state === undefined || filter.state === state
  return matching(question, state)
    .$if(!counted, (q) => q.where(sql<boolean>`1 = 0`))
    .clearSelect()
    .select((e) => e.fn.countAll<number>().as('count'))
}

/**
 * Of one state, by that state's index. Addresses have no index: all that are open in that state are looked at. But never those that have
 * ended, of which there are most: only with a message's id may the key of all recipients be used.
 */
function matching(question: Question, state: OpenState) {
  const { db, sql, filter } = question
  return db
    .selectFrom('recipient as r')
    .select(['r.org', 'r.message_id as messageId', 'r.n'])
    .where('r.state', '=', sql.lit(state))
    .$if(filter.org !== undefined, (q) =>
      q.where(filter.messageId === undefined ? offKey(sql) : 'r.org', '=', filter.org as number),
    )
    .$if(filter.messageId !== undefined, (q) => q.where('r.message_id', '=', filter.messageId as string))
    .$if(filter.destination !== undefined, (q) => q.where('r.destination', '=', filter.destination as string))
    .$if(filter.address !== undefined, (q) =>
      q.where(sql<string>`lower(r.address)`, '=', (filter.address as string).toLowerCase()),
    )
    .$if(filter.receivedBefore !== undefined, (q) => q.where('r.message_id', '<', idAt(filter.receivedBefore as number)))
    .$if(filter.reversePath !== undefined, (q) => q.where((e) => e.exists(sentBy(question, filter.reversePath as string))))
}

/** As an expression, so that the key of all recipients cannot be used. */
function offKey(sql: Sql) {
  return sql<number>`r.org + 0`
}

function sentBy({ db, sql }: Question, reversePath: string) {
  return db
    .selectFrom('message as m')
    .select('m.id')
    .where(sql<boolean>`m.org = r.org and m.id = r.message_id`)
    .where(sql<string>`lower(m.reverse_path)`, '=', reversePath.toLowerCase())
}

function heldDestination({ db, sql }: Question, now: number) {
  return db
    .selectFrom('destination as d')
    .select('d.name')
    .where(sql<boolean>`d.name = r.destination`)
    .where('d.held_until', '>', now)
}

function unionOf<Q extends { unionAll(other: Q): Q }>(queries: readonly Q[]): Q {
  const [head, ...others] = queries as [Q, ...Q[]]
  return others.reduce((union, other) => union.unionAll(other), head)
}

const statement = statementsOf<QueueTables>()

const countScheduled = statement<object>('queue.countScheduled')((db, _, sql) => countOf(db, sql.lit('scheduled')))
const countActiveOnes = statement<object>('queue.countActive')((db, _, sql) => countOf(db, sql.lit('active')))
const countHeld = statement<object>('queue.countHeld')((db, _, sql) => countOf(db, sql.lit('held')))

function countOf(db: Kysely<QueueTables>, state: RawBuilder<OpenState>) {
  return db
    .selectFrom('recipient')
    .select((e) => ['destination', e.fn.countAll<number>().as('count'), e.fn.min('due_at').as('due_at')])
    .where('state', '=', state)
    .groupBy('destination')
}

const COUNTS = { scheduled: countScheduled, active: countActiveOnes, held: countHeld }

/** For each destination, how many are in this state. */
export function countState(store: Store, state: OpenState) {
  return store.all(COUNTS[state], {})
}

export const latest = statement<{ org: number; before: string; limit: number }>('queue.latest')((db, a) =>
  db.selectFrom('message').select('id').where('org', '=', a.org).where('id', '<', a.before).orderBy('id', 'desc').limit(a.limit),
)

export const suspendedDestinations = statement<{ now: number; limit: number }>('queue.suspendedDestinations')((db, a) =>
  db.selectFrom('destination').select(['name', 'held_until', 'held_reason']).where('held_until', '>', a.now).limit(a.limit),
)
