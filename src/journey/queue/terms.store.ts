// SQL of what messages are found by: terms, and the messages whose terms are not written yet.

import { statementsOf } from '../../store/database/statement.ts'
import type { QueueTables } from './queue.tables.ts'

const statement = statementsOf<QueueTables>()

interface MessageKey {
  readonly org: number
  readonly messageId: string
}

/** Where one waits already, it waits for recipients that came earlier: these too then. */
export const insertUnindexed = statement<MessageKey & { nextN: number }>('queue.insertUnindexed')((db, a) =>
  db
    .insertInto('message_unindexed')
    .values({ org: a.org, message_id: a.messageId, next_n: a.nextN })
    .onConflict((c) => c.doNothing()),
)

export const anyUnindexed = statement<object>('queue.anyUnindexed')((db) =>
  db.selectFrom('message_unindexed').select('message_id').limit(1),
)

/** The oldest, with what is found of the message itself. */
export const unindexed = statement<{ limit: number }>('queue.unindexed')((db, a) =>
  db
    .selectFrom('message_unindexed as u')
    .leftJoin('message as m', (j) => j.onRef('m.org', '=', 'u.org').onRef('m.id', '=', 'u.message_id'))
    .select(['u.org', 'u.message_id', 'u.next_n', 'm.reverse_path', 'm.header_message_id'])
    .orderBy('u.org')
    .orderBy('u.message_id')
    .limit(a.limit),
)

export const addressesFrom = statement<MessageKey & { from: number; limit: number }>('queue.addressesFrom')((db, a) =>
  db
    .selectFrom('recipient')
    .select(['n', 'address', 'original_address'])
    .where('org', '=', a.org)
    .where('message_id', '=', a.messageId)
    .where('n', '>=', a.from)
    .orderBy('n')
    .limit(a.limit),
)

/** A message has a term once, however many of its recipients are called so. */
export const insertTerm = statement<MessageKey & { term: string }>('queue.insertTerm')((db, a) =>
  db
    .insertInto('message_term')
    .values({ org: a.org, term: a.term, message_id: a.messageId })
    .onConflict((c) => c.doNothing()),
)

export const advanceUnindexed = statement<MessageKey & { nextN: number }>('queue.advanceUnindexed')((db, a) =>
  db.updateTable('message_unindexed').set({ next_n: a.nextN }).where('org', '=', a.org).where('message_id', '=', a.messageId),
)

export const deleteUnindexed = statement<MessageKey>('queue.deleteUnindexed')((db, a) =>
  db.deleteFrom('message_unindexed').where('org', '=', a.org).where('message_id', '=', a.messageId),
)

export const deleteTerm = statement<MessageKey & { term: string }>('queue.deleteTerm')((db, a) =>
  db.deleteFrom('message_term').where('org', '=', a.org).where('term', '=', a.term).where('message_id', '=', a.messageId),
)

// ---- finding

interface Page {
  readonly org: number
  readonly before: string
  readonly limit: number
}

export const byTerm = statement<Page & { term: string }>('queue.byTerm')((db, a) =>
  db
    .selectFrom('message_term')
    .select('message_id as id')
    .where('org', '=', a.org)
    .where('term', '=', a.term)
    .where('message_id', '<', a.before)
    .orderBy('message_id', 'desc')
    .limit(a.limit),
)

/** Of those whose terms are not all written: the messages of the last second, as a rule. */
export const unindexedByAddress = statement<Page & { address: string }>('queue.unindexedByAddress')((db, a, sql) =>
  db
    .selectFrom('message_unindexed as u')
    .innerJoin('message as m', (j) => j.onRef('m.org', '=', 'u.org').onRef('m.id', '=', 'u.message_id'))
    .select('u.message_id as id')
    .where('u.org', '=', a.org)
    .where('u.message_id', '<', a.before)
    .where((e) =>
      e.or([
        e.and([e('m.reverse_path', '<>', ''), e(sql<string>`lower(m.reverse_path)`, '=', a.address)]),
        e.exists(
          e
            .selectFrom('recipient as r')
            .select('r.n')
            .whereRef('r.org', '=', 'u.org')
            .whereRef('r.message_id', '=', 'u.message_id')
            .whereRef('r.n', '>=', 'u.next_n')
            .where((x) =>
              x.or([x(sql<string>`lower(r.address)`, '=', a.address), x(sql<string>`lower(r.original_address)`, '=', a.address)]),
            ),
        ),
      ]),
    )
    .orderBy('u.message_id', 'desc')
    .limit(a.limit),
)

export const unindexedByHeaderMessageId = statement<Page & { headerMessageId: string }>('queue.unindexedByHeaderMessageId')(
  (db, a) =>
    db
      .selectFrom('message_unindexed as u')
      .innerJoin('message as m', (j) => j.onRef('m.org', '=', 'u.org').onRef('m.id', '=', 'u.message_id'))
      .select('u.message_id as id')
      .where('u.org', '=', a.org)
      .where('u.message_id', '<', a.before)
      .where('m.header_message_id', '=', a.headerMessageId)
      .orderBy('u.message_id', 'desc')
      .limit(a.limit),
)
