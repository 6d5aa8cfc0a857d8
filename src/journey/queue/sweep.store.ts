// SQL of what time does to messages: attention, expiry, forgetting.

import { statementsOf } from '../../store/database/statement.ts'
import type { QueueTables } from './queue.tables.ts'
import type { RecipientKey } from './rows.ts'

const statement = statementsOf<QueueTables>()

export const wantingAttention = statement<{ now: number; limit: number }>('queue.wantingAttention')((db, a) =>
  db.selectFrom('message').selectAll().where('attention_at', '<=', a.now).orderBy('attention_at').limit(a.limit),
)

export const messageRow = statement<{ org: number; messageId: string }>('queue.messageRow')((db, a) =>
  db.selectFrom('message').selectAll().where('org', '=', a.org).where('id', '=', a.messageId),
)

export const setAttention = statement<{ org: number; messageId: string; attentionAt: number | null }>('queue.setAttention')(
  (db, a) =>
    db.updateTable('message').set({ attention_at: a.attentionAt }).where('org', '=', a.org).where('id', '=', a.messageId),
)

export const recipientsOf = statement<{ org: number; messageId: string; from: number; limit: number }>('queue.recipientsOf')(
  (db, a) =>
    db
      .selectFrom('recipient')
      .selectAll()
      .where('org', '=', a.org)
      .where('message_id', '=', a.messageId)
      .where('n', '>=', a.from)
      .orderBy('n')
      .limit(a.limit),
)

export const openRecipientsOf = statement<{ org: number; messageId: string; limit: number }>('queue.openRecipientsOf')(
  (db, a, sql) =>
    db
      .selectFrom('recipient')
      .selectAll()
      .where('org', '=', a.org)
      .where('message_id', '=', a.messageId)
      .where('state', 'in', [sql.lit('scheduled' as const), sql.lit('active' as const), sql.lit('held' as const)])
      .orderBy('n')
      .limit(a.limit),
)

export const expireRecipient = statement<RecipientKey & { at: number }>('queue.expireRecipient')((db, a, sql) =>
  db
    .updateTable('recipient')
    .set({ state: 'expired', finished_at: a.at })
    .where('org', '=', a.org)
    .where('message_id', '=', a.messageId)
    .where('n', '=', a.n)
    .where('state', '=', sql.lit('scheduled')),
)

export const markNotified = statement<RecipientKey>('queue.markNotified')((db, a) =>
  db
    .updateTable('recipient')
    .set({ notified_delay: 1 })
    .where('org', '=', a.org)
    .where('message_id', '=', a.messageId)
    .where('n', '=', a.n)
    .where('notified_delay', '=', 0),
)

export const firstOrgAfter = statement<{ org: number }>('queue.firstOrgAfter')((db, a) =>
  db.selectFrom('message').select('org').where('org', '>', a.org).orderBy('org').limit(1),
)

/** Ids begin with their time: the oldest messages are the first of the key, and no index on a date is kept. */
export const finishedBefore = statement<{ org: number; id: string; limit: number }>('queue.finishedBefore')((db, a) =>
  db
    .selectFrom('message')
    .select('id')
    .where('org', '=', a.org)
    .where('id', '<', a.id)
    .where('open_recipients', '=', 0)
    .orderBy('id')
    .limit(a.limit),
)

export const deleteRecipients = statement<{ org: number; messageId: string; upTo: number }>('queue.deleteRecipients')((db, a) =>
  db.deleteFrom('recipient').where('org', '=', a.org).where('message_id', '=', a.messageId).where('n', '<=', a.upTo),
)

export const deleteMessage = statement<{ org: number; messageId: string }>('queue.deleteMessage')((db, a) =>
  db.deleteFrom('message').where('org', '=', a.org).where('id', '=', a.messageId),
)

export const deleteDestination = statement<{ name: string }>('queue.deleteDestination')((db, a) =>
  db.deleteFrom('destination').where('name', '=', a.name).where('due_at', 'is', null).where('worker', 'is', null),
)

/** Due later than a deferral can have made them; or never tried, of messages from the future. */
export const scheduledBeyond = statement<{ now: number; dueAt: number; limit: number }>('queue.scheduledBeyond')((db, a, sql) =>
  db
    .selectFrom('recipient as r')
    .innerJoin('message as m', (join) => join.onRef('m.org', '=', 'r.org').onRef('m.id', '=', 'r.message_id'))
    .select(['r.org', 'r.message_id', 'r.n', 'r.destination'])
    .where('r.state', '=', sql.lit('scheduled'))
    .where('r.due_at', '>', a.dueAt)
    .where((e) => e.or([e('r.attempts', '>', 0), e('m.received_at', '>', a.now)]))
    .orderBy('r.due_at')
    .limit(a.limit),
)

export const setDue = statement<RecipientKey & { dueAt: number }>('queue.setDue')((db, a, sql) =>
  db
    .updateTable('recipient')
    .set({ due_at: a.dueAt })
    .where('org', '=', a.org)
    .where('message_id', '=', a.messageId)
    .where('n', '=', a.n)
    .where('state', '=', sql.lit('scheduled')),
)
