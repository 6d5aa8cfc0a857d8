// The tables of every part, in the order in which their migrations run. Only the main thread and commands load this.

import { mailboxMigrations } from '../journey/mailbox/mailbox.tables.ts'
import { queueMigrations } from '../journey/queue/queue.tables.ts'
import { contentMigrations } from '../store/content/content.tables.ts'
import type { Migration } from '../store/database/migration.ts'
import { directoryMigrations } from '../store/directory/directory.tables.ts'
import { eventMigrations } from '../store/events/events.tables.ts'

export const MIGRATIONS: readonly Migration[] = [
  ...directoryMigrations,
  ...contentMigrations,
  ...eventMigrations,
  ...queueMigrations,
  ...mailboxMigrations,
]
