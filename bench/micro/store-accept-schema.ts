// Tables and the procedure of store-accept.ts: the shape of an accepted message, without depending on the stages.

import { type Generated, sql } from 'kysely'
import { contentMigrations } from '../../src/store/content/content.tables.ts'
import { putContent } from '../../src/store/content/content.ts'
import type { Migration } from '../../src/store/database/migration.ts'
import { procedure, run, type Steps } from '../../src/store/database/procedure.ts'
import { statementsOf } from '../../src/store/database/statement.ts'
import { eventMigrations } from '../../src/store/events/events.tables.ts'
import { recordEvent } from '../../src/store/events/events.ts'

interface Tables {
  message: { org: number; id: string; content_id: string; reverse_path: string; subject: string; received_at: number }
  recipient: {
    org: number
    message_id: string
    n: Generated<number> | number
    address: string
    destination: string
    due_at: number
    state: string
  }
}

export const acceptMigrations: readonly Migration[] = [
  ...contentMigrations,
  ...eventMigrations,
  {
    name: 'bench/0001-first',
    async up(db) {
      await sql`create table message (org integer, id text, content_id text, reverse_path text, subject text, received_at integer, primary key (org, id))`.execute(
        db,
      )
      await sql`create table recipient (org integer, message_id text, n integer, address text, destination text, due_at integer, state text, primary key (org, message_id, n))`.execute(
        db,
      )
      await sql`create index due on recipient (destination, due_at) where state = 'scheduled'`.execute(db)
    },
  },
]

const statement = statementsOf<Tables>()
const insertMessage = statement<{ id: string; at: number }>('bench.message')((db, a) =>
  db
    .insertInto('message')
    .values({ org: 1, id: a.id, content_id: a.id, reverse_path: 'sender@example.org', subject: 'A subject', received_at: a.at }),
)
const insertRecipient = statement<{ id: string; at: number }>('bench.recipient')((db, a) =>
  db.insertInto('recipient').values({
    org: 1,
    message_id: a.id,
    n: 0,
    address: 'user@example.com',
    destination: 'example.com',
    due_at: a.at,
    state: 'scheduled',
  }),
)

export const acceptProcedure = procedure(
  'bench.accept',
  function* (args: { readonly id: string; readonly body: Uint8Array; readonly at: number }): Steps<void> {
    yield* putContent({
      id: args.id,
      sizeBytes: args.body.length,
      encoding: 'identity',
      head: args.body,
      refs: 1,
      createdAt: args.at,
    })
    yield* run(insertMessage, { id: args.id, at: args.at })
    yield* run(insertRecipient, { id: args.id, at: args.at })
    const event = {
      type: 'received',
      source: 'mx',
      sizeBytes: args.body.length,
      reversePath: 'sender@example.org',
      recipientCount: 1,
    } as const
    yield* recordEvent({ org: 1, messageId: args.id, recipient: null, at: args.at, event })
  },
)
