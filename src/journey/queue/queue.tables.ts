// Tables of the queue. A message has one row, each of its recipients one more; `destination` and `worker` are global on purpose: a
// destination's limits and a worker's life concern all organisations at once.

import type { Kysely } from 'kysely'
import type { ColumnTypes, Migration, Sql } from '../../store/database/migration.ts'
import type { RecipientState } from './states.ts'

/** The door a message came in by. */
export type MessageSource = 'mx' | 'submission' | 'api' | 'report' | 'command'

export interface MessageTable {
  readonly org: number
  readonly id: string
  readonly content_id: string
  /** Empty for the null reverse path. */
  readonly reverse_path: string
  /** With its angle brackets. */
  readonly header_message_id: string | null
  readonly subject: string
  readonly size_bytes: number
  readonly eight_bit: number
  readonly smtputf8: number
  readonly source: MessageSource
  readonly peer_address: string | null
  readonly helo: string | null
  readonly protocol: string | null
  readonly auth_address: string | null
  readonly tls: string | null
  readonly received_at: number
  readonly expires_at: number
  /** When the sweep must look at it next (delay notice, then expiry); null when it need not. */
  readonly attention_at: number | null
  readonly open_recipients: number
  readonly finished_at: number | null
}

export interface RecipientTable {
  readonly org: number
  readonly message_id: string
  readonly n: number
  readonly address: string
  /** Before an alias changed it. */
  readonly original_address: string | null
  readonly destination: string
  readonly state: RecipientState
  /** Of the next attempt; while active: of the attempt that follows should the worker die. */
  readonly due_at: number
  readonly attempts: number
  readonly last_code: number | null
  readonly last_enhanced: string | null
  readonly last_text: string | null
  readonly last_host: string | null
  readonly last_attempt_at: number | null
  readonly worker: string | null
  readonly token: number | null
  /** 1 when the sender was told that this one is late. */
  readonly notified_delay: number
  readonly finished_at: number | null
}

/** One row per destination that has or lately had recipients: how a worker finds work without looking at recipients. */
export interface DestinationTable {
  readonly name: string
  /** Not later than the earliest scheduled recipient, except while held; null: none scheduled. */
  readonly due_at: number | null
  /** Who delivers to it at present; the lease lasts as long as the worker's own. */
  readonly worker: string | null
  /** Grows each time the lease changes hands: a fencing token. */
  readonly token: number
  /** Nothing is claimed before. Stays when that time is over, until the destination has answered: it is suspect till then. */
  readonly held_until: number | null
  readonly held_reason: string | null
}

export interface WorkerTable {
  readonly id: string
  readonly lease_until: number
  readonly started_at: number
}

/** What a message is found by: addresses in lower case, and its Message-ID in angle brackets, which no address has. */
export interface MessageTermTable {
  readonly org: number
  readonly term: string
  readonly message_id: string
}

/** Messages whose terms are not all written. */
export interface MessageUnindexedTable {
  readonly org: number
  readonly message_id: string
  /** Those of its recipients from here on; 0: also its own. */
  readonly next_n: number
}

export interface QueueTables {
  readonly message: MessageTable
  readonly recipient: RecipientTable
  readonly message_term: MessageTermTable
  readonly message_unindexed: MessageUnindexedTable
  readonly destination: DestinationTable
  readonly worker: WorkerTable
}

export const queueMigrations: readonly Migration[] = [
  {
    name: 'queue/0001-first',
    async up(db, types, sql) {
      await createMessages(db, types, sql)
      await createRecipients(db, types, sql)
      await createTerms(db, types, sql)
      await createDestinationsAndWorkers(db, types, sql)
      await createIndexes(db, sql)
    },
  },
]

async function createMessages(db: Kysely<never>, types: ColumnTypes, sql: Sql): Promise<void> {
  await db.schema
    .createTable('message')
    .addColumn('org', sql.raw(types.integer), (c) => c.notNull())
    .addColumn('id', 'text', (c) => c.notNull())
    .addColumn('content_id', 'text', (c) => c.notNull())
    .addColumn('reverse_path', 'text', (c) => c.notNull())
    .addColumn('header_message_id', 'text')
    .addColumn('subject', 'text', (c) => c.notNull())
    .addColumn('size_bytes', sql.raw(types.integer), (c) => c.notNull())
    .addColumn('eight_bit', sql.raw(types.integer), (c) => c.notNull())
    .addColumn('smtputf8', sql.raw(types.integer), (c) => c.notNull())
    .addColumn('source', 'text', (c) => c.notNull())
    .addColumn('peer_address', 'text')
    .addColumn('helo', 'text')
    .addColumn('protocol', 'text')
    .addColumn('auth_address', 'text')
    .addColumn('tls', 'text')
    .addColumn('received_at', sql.raw(types.integer), (c) => c.notNull())
    .addColumn('expires_at', sql.raw(types.integer), (c) => c.notNull())
    .addColumn('attention_at', sql.raw(types.integer))
    .addColumn('open_recipients', sql.raw(types.integer), (c) => c.notNull())
    .addColumn('finished_at', sql.raw(types.integer))
    .addPrimaryKeyConstraint('message_key', ['org', 'id'])
    .execute()
}

async function createRecipients(db: Kysely<never>, types: ColumnTypes, sql: Sql): Promise<void> {
  await db.schema
    .createTable('recipient')
    .addColumn('org', sql.raw(types.integer), (c) => c.notNull())
    .addColumn('message_id', 'text', (c) => c.notNull())
    .addColumn('n', sql.raw(types.integer), (c) => c.notNull())
    .addColumn('address', 'text', (c) => c.notNull())
    .addColumn('original_address', 'text')
    .addColumn('destination', 'text', (c) => c.notNull())
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('due_at', sql.raw(types.integer), (c) => c.notNull())
    .addColumn('attempts', sql.raw(types.integer), (c) => c.notNull())
    .addColumn('last_code', sql.raw(types.integer))
    .addColumn('last_enhanced', 'text')
    .addColumn('last_text', 'text')
    .addColumn('last_host', 'text')
    .addColumn('last_attempt_at', sql.raw(types.integer))
    .addColumn('worker', 'text')
    .addColumn('token', sql.raw(types.integer))
    .addColumn('notified_delay', sql.raw(types.integer), (c) => c.notNull())
    .addColumn('finished_at', sql.raw(types.integer))
    .addPrimaryKeyConstraint('recipient_key', ['org', 'message_id', 'n'])
    .execute()
}

async function createTerms(db: Kysely<never>, types: ColumnTypes, sql: Sql): Promise<void> {
  await db.schema
    .createTable('message_term')
    .addColumn('org', sql.raw(types.integer), (c) => c.notNull())
    .addColumn('term', 'text', (c) => c.notNull())
    .addColumn('message_id', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('message_term_key', ['org', 'term', 'message_id'])
    .modifyEnd(sql.raw(types.clustered))
    .execute()
  await db.schema
    .createTable('message_unindexed')
    .addColumn('org', sql.raw(types.integer), (c) => c.notNull())
    .addColumn('message_id', 'text', (c) => c.notNull())
    .addColumn('next_n', sql.raw(types.integer), (c) => c.notNull())
    .addPrimaryKeyConstraint('message_unindexed_key', ['org', 'message_id'])
    .modifyEnd(sql.raw(types.clustered))
    .execute()
}

async function createDestinationsAndWorkers(db: Kysely<never>, types: ColumnTypes, sql: Sql): Promise<void> {
  await db.schema
    .createTable('destination')
    .addColumn('name', 'text', (c) => c.notNull().primaryKey())
    .addColumn('due_at', sql.raw(types.integer))
    .addColumn('worker', 'text')
    .addColumn('token', sql.raw(types.integer), (c) => c.notNull())
    .addColumn('held_until', sql.raw(types.integer))
    .addColumn('held_reason', 'text')
    .execute()
  await db.schema
    .createTable('worker')
    .addColumn('id', 'text', (c) => c.notNull().primaryKey())
    .addColumn('lease_until', sql.raw(types.integer), (c) => c.notNull())
    .addColumn('started_at', sql.raw(types.integer), (c) => c.notNull())
    .execute()
}

async function createIndexes(db: Kysely<never>, sql: Sql): Promise<void> {
  // Partial indexes: rows enter and leave them with their state, so that finished rows cost the living nothing.
  await sql`create index recipient_due on recipient (destination, due_at, org, message_id, n) where state = 'scheduled'`.execute(
    db,
  )
  await sql`create index recipient_active on recipient (worker, destination) where state = 'active'`.execute(db)
  await sql`create index recipient_held on recipient (destination, org, message_id) where state = 'held'`.execute(db)
  // Two, so that thousands of unreachable destinations that are due do not stand before one that is well.
  await sql`create index destination_due on destination (due_at) where due_at is not null and held_until is null`.execute(db)
  await sql`create index destination_suspect on destination (due_at) where due_at is not null and held_until is not null`.execute(
    db,
  )
  await sql`create index destination_worker on destination (worker) where worker is not null`.execute(db)
  await sql`create index message_attention on message (attention_at) where attention_at is not null`.execute(db)
}
