// The procedures the writer knows by name: everything that changes what is durable, listed. The tables are in `migrations.ts`.

import { deliverProcedures } from '../journey/deliver/deliver.ts'
import { mailboxProcedures } from '../journey/mailbox/mailbox.ts'
import { queueProcedures } from '../journey/queue/queue.ts'
import { sessionProcedures } from '../journey/session/session.ts'
import { contentProcedures } from '../store/content/content.ts'
import type { Procedure } from '../store/database/procedure.ts'
import { directoryProcedures } from '../store/directory/directory.ts'
import { eventProcedures } from '../store/events/events.ts'
import { accountProcedures } from '../surface/operations/operations.ts'

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
