// The table of events: one row for each thing that happened to a message or to one of its recipients.

import type { Generated } from 'kysely'
import type { Migration } from '../database/migration.ts'

export interface EventTables {
  event: {
    id: Generated<number>
    org: number
    /** The queue's message. */
    message_id: string
    /** The address as accepted; null for what concerns the whole message. */
    recipient: string | null
    type: string
    at: number
    /** The event's other fields, as JSON. */
    data: string
  }
}

export const eventMigrations: readonly Migration[] = [
  {
    name: 'events/0001-first',
    async up(db, types, sql) {
      await db.schema
        .createTable('event')
        .addColumn('id', sql.raw(types.serial), (c) => c.primaryKey().notNull())
        .addColumn('org', sql.raw(types.integer), (c) => c.notNull())
        .addColumn('message_id', 'text', (c) => c.notNull())
        .addColumn('recipient', 'text')
        .addColumn('type', 'text', (c) => c.notNull())
        .addColumn('at', sql.raw(types.integer), (c) => c.notNull())
        .addColumn('data', 'text', (c) => c.notNull())
        .execute()
      await db.schema.createIndex('event_of_message').on('event').columns(['org', 'message_id', 'id']).execute()
    },
  },
]
