// Everything durable, listed: the migrations in the order they run, and the procedures the writer knows by name.

import { deliverProcedures } from '../journey/deliver/deliver.ts'
import { mailboxMigrations, mailboxProcedures } from '../journey/mailbox/mailbox.ts'
import { queueMigrations, queueProcedures } from '../journey/queue/queue.ts'
import { sessionProcedures } from '../journey/session/session.ts'
import { contentMigrations, contentProcedures } from '../store/content/content.ts'
import type { Migration } from '../store/database/migration.ts'
import type { Procedure } from '../store/database/procedure.ts'
import { directoryMigrations, directoryProcedures } from '../store/directory/directory.ts'
import { eventMigrations, eventProcedures } from '../store/events/events.ts'
import { accountProcedures } from '../surface/operations/operations.ts'

export const MIGRATIONS: readonly Migration[] = [
  ...directoryMigrations,
  ...contentMigrations,
  ...eventMigrations,
  ...queueMigrations,
  ...mailboxMigrations,
]

export const PROCEDURES = [
  ...directoryProcedures,
  ...contentProcedures,
  ...eventProcedures,
  ...queueProcedures,
  ...mailboxProcedures,
  ...sessionProcedures,
  ...deliverProcedures,
  ...accountProcedures,
] as readonly Procedure<never, unknown>[]
