// SQL of what messages are found by: terms, and the messages whose terms are not written yet. Whole pieces are written by one statement:
// terms pass from table to table, and what is lower case is said by one and the same function of the engine.

import { type Sql, statementsOf } from '../../store/database/statement.ts'
import { TERM_CHARACTERS_MAX } from './limits.ts'
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

/** The oldest, with the number of the last recipient of each. */
export const unindexed = statement<{ limit: number }>('queue.unindexed')((db, a) =>
  db
    .selectFrom('message_unindexed as u')
    .select(['u.org', 'u.message_id', 'u.next_n'])
    .select((e) =>
      e
        .selectFrom('recipient as r')
        .select('r.n')
        .whereRef('r.org', '=', 'u.org')
        .whereRef('r.message_id', '=', 'u.message_id')
        .orderBy('r.n', 'desc')
        .limit(1)
        .as('last_n'),
    )
    .orderBy('u.org')
    .orderBy('u.message_id')
    .limit(a.limit),
)

/** Messages that wait, from one to another, and how many recipients of each at most. */
export interface Piece {
  readonly org: number
  readonly first: string
  readonly last: string
  readonly recipients: number
}

/** In the order of the table, so that what lies on one page is written while the page is at hand. A term that is there already stays. */
export const insertTerms = statement<Piece>('queue.insertTerms')((db, a, sql) => {
  const messages = db
    .selectFrom('message_unindexed as u')
    .innerJoin('message as m', (j) => j.onRef('m.org', '=', 'u.org').onRef('m.id', '=', 'u.message_id'))
    .where('u.org', '=', a.org)
    .where('u.message_id', '>=', a.first)
    .where('u.message_id', '<=', a.last)
    .where('u.next_n', '=', 0)
    .select(['u.org', 'u.message_id'])
  const recipients = db
    .selectFrom('message_unindexed as u')
    .innerJoin('recipient as r', (j) => j.onRef('r.org', '=', 'u.org').onRef('r.message_id', '=', 'u.message_id'))
    .where('u.org', '=', a.org)
    .where('u.message_id', '>=', a.first)
    .where('u.message_id', '<=', a.last)
    .whereRef('r.n', '>=', 'u.next_n')
    .where(sql<boolean>`r.n < u.next_n + ${a.recipients}`)
    .select(['u.org', 'u.message_id'])
  const found = messages
    .where('m.reverse_path', '<>', '')
    .select(addressTerm(sql, sql`m.reverse_path`).as('term'))
    .unionAll(messages.where('m.header_message_id', 'is not', null).select(term(sql, sql`m.header_message_id`).as('term')))
    .unionAll(recipients.select(addressTerm(sql, sql`r.address`).as('term')))
    .unionAll(recipients.where('r.original_address', 'is not', null).select(addressTerm(sql, sql`r.original_address`).as('term')))
  const sorted = db.selectFrom(found.as('found')).select(['org', 'term', 'message_id']).where(sql<boolean>`1 = 1`)
  return db
    .insertInto('message_term')
    .columns(['org', 'term', 'message_id'])
    .expression(sorted.orderBy('org').orderBy('term').orderBy('message_id'))
    .onConflict((c) => c.doNothing())
})

export const deleteUnindexed = statement<Omit<Piece, 'recipients'>>('queue.deleteUnindexed')((db, a) =>
  db
    .deleteFrom('message_unindexed')
    .where('org', '=', a.org)
    .where('message_id', '>=', a.first)
    .where('message_id', '<=', a.last),
)

export const advanceUnindexed = statement<MessageKey & { by: number }>('queue.advanceUnindexed')((db, a, sql) =>
  db
    .updateTable('message_unindexed')
    .set({ next_n: sql<number>`next_n + ${a.by}` })
    .where('org', '=', a.org)
    .where('message_id', '=', a.messageId),
)

export const recipientNumbers = statement<MessageKey & { limit: number }>('queue.recipientNumbers')((db, a) =>
  db
    .selectFrom('recipient')
    .select('n')
    .where('org', '=', a.org)
    .where('message_id', '=', a.messageId)
    .orderBy('n')
    .limit(a.limit),
)

export const deleteRecipientTerms = statement<MessageKey & { upTo: number }>('queue.deleteRecipientTerms')((db, a, sql) => {
  const recipients = db
    .selectFrom('recipient as r')
    .where('r.org', '=', a.org)
    .where('r.message_id', '=', a.messageId)
    .where('r.n', '<=', a.upTo)
  return db
    .deleteFrom('message_term')
    .where('org', '=', a.org)
    .where('message_id', '=', a.messageId)
    .where(
      'term',
      'in',
      recipients
        .select(addressTerm(sql, sql`r.address`).as('term'))
        .unionAll(
          recipients.where('r.original_address', 'is not', null).select(addressTerm(sql, sql`r.original_address`).as('term')),
        ),
    )
})

export const deleteMessageTerms = statement<MessageKey>('queue.deleteMessageTerms')((db, a, sql) => {
  const message = db.selectFrom('message as m').where('m.org', '=', a.org).where('m.id', '=', a.messageId)
  return db
    .deleteFrom('message_term')
    .where('org', '=', a.org)
    .where('message_id', '=', a.messageId)
    .where(
      'term',
      'in',
      message
        .select(addressTerm(sql, sql`m.reverse_path`).as('term'))
        .unionAll(message.where('m.header_message_id', 'is not', null).select(term(sql, sql`m.header_message_id`).as('term'))),
    )
})

// ---- finding

interface Page {
  readonly org: number
  readonly before: string
  readonly limit: number
}

export const byAddress = statement<Page & { address: string }>('queue.byAddress')((db, a, sql) =>
  db
    .selectFrom('message_term')
    .select('message_id as id')
    .where('org', '=', a.org)
    .where('term', '=', addressTerm(sql, sql`cast(${a.address} as text)`))
    .where('message_id', '<', a.before)
    .orderBy('message_id', 'desc')
    .limit(a.limit),
)

export const byHeaderMessageId = statement<Page & { headerMessageId: string }>('queue.byHeaderMessageId')((db, a, sql) =>
  db
    .selectFrom('message_term')
    .select('message_id as id')
    .where('org', '=', a.org)
    .where('term', '=', term(sql, sql`cast(${a.headerMessageId} as text)`))
    .where('message_id', '<', a.before)
    .orderBy('message_id', 'desc')
    .limit(a.limit),
)

/** Of those whose terms are not all written: the messages of the last second, as a rule. */
export const unindexedByAddress = statement<Page & { address: string }>('queue.unindexedByAddress')((db, a, sql) => {
  const wanted = addressTerm(sql, sql`cast(${a.address} as text)`)
  return db
    .selectFrom('message_unindexed as u')
    .innerJoin('message as m', (j) => j.onRef('m.org', '=', 'u.org').onRef('m.id', '=', 'u.message_id'))
    .select('u.message_id as id')
    .where('u.org', '=', a.org)
    .where('u.message_id', '<', a.before)
    .where((e) =>
      e.or([
        e.and([e('m.reverse_path', '<>', ''), e(addressTerm(sql, sql`m.reverse_path`), '=', wanted)]),
        e.exists(
          e
            .selectFrom('recipient as r')
            .select('r.n')
            .whereRef('r.org', '=', 'u.org')
            .whereRef('r.message_id', '=', 'u.message_id')
            .whereRef('r.n', '>=', 'u.next_n')
            .where((x) =>
              x.or([x(addressTerm(sql, sql`r.address`), '=', wanted), x(addressTerm(sql, sql`r.original_address`), '=', wanted)]),
            ),
        ),
      ]),
    )
    .orderBy('u.message_id', 'desc')
    .limit(a.limit)
})

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

type Text = ReturnType<Sql>

function addressTerm(sql: Sql, address: Text) {
  return term(sql, sql`lower(${address})`)
}

function term(sql: Sql, text: Text) {
  return sql<string>`substr(${text}, 1, ${sql.lit(TERM_CHARACTERS_MAX)})`
}
