// The procedures the writer knows by name: everything that changes what is durable, listed. The tables are in `migrations.ts`.
// Imported past the doors, so that the thread that writes loads the procedures and not what else their parts can do.

import { deliverProcedures } from '../journey/deliver/record.ts'
import { mailboxProcedures } from '../journey/mailbox/mailbox.ts'
import { queueProcedures } from '../journey/queue/queue.ts'
import { sessionProcedures } from '../journey/session/accept.ts'
import { contentProcedures } from '../store/content/content.ts'
import type { Procedure } from '../store/database/procedure.ts'
import { directoryProcedures } from '../store/directory/directory.ts'
import { eventProcedures } from '../store/events/events.ts'
import { accountProcedures } from '../surface/operations/accounts.ts'

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
