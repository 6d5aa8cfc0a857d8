// What the command line, the control socket and the page can ask for, carried out on the parts. The door.

import type { IdSource } from '../../ground/ids.ts'
import type { Clock } from '../../ground/ports/clock.ts'
import type { Digests } from '../../ground/ports/digests.ts'
import type { Passwords } from '../../ground/ports/passwords.ts'
import type { Random } from '../../ground/ports/random.ts'
import type { SessionContext } from '../../journey/session/session.ts'
import type { Store } from '../../store/store.ts'
import { failure, type Operations, type Status } from '../api/api.ts'
import { directoryOperations } from './directory.ts'
import { journeyOperations } from './messages.ts'
import { queueOperations } from './queue.ts'
import { sendOperation } from './send.ts'

export { type OpenAccount, openAccountProcedure } from './accounts.ts'
export { changesOf } from './changes.ts'
export { newPassword } from './password.ts'

export interface OperationsContext {
  readonly store: Store
  readonly clock: Clock
  readonly ids: IdSource
  readonly random: Random
  readonly passwords: Passwords
  readonly digests: Digests
  /** For `send`. */
  readonly session: SessionContext
  /** What the running server tells of itself; absent when the store was opened without one. */
  readonly server?: {
    status(): Omit<Status, 'queue'>
    reload(): Promise<
      { readonly ok: true; readonly waiting: readonly string[] } | { readonly ok: false; readonly message: string }
    >
    stop(): void
  }
  /** Without a server: what `status` has to say. */
  readonly about: { readonly version: string; readonly hostname: string }
}

const NO_SERVER = failure('try-later', 'No server runs on this data folder.', '"posthorn up" starts one.')

export function createOperations(context: OperationsContext): Operations {
  const queue = queueOperations(context)
  return {
    ...directoryOperations(context),
    ...journeyOperations(context),
    ...queue,
    send: (submission) => sendOperation(context, submission),
    async status() {
      const about = context.server?.status() ?? { ...context.about, listeners: [] }
      return { ok: true, value: { ...about, queue: await queue.counts() } }
    },
    async reload() {
      if (!context.server) return NO_SERVER
      const outcome = await context.server.reload()
      if (outcome.ok) return { ok: true, value: { done: true, waiting: [...outcome.waiting] } }
      return failure(
        'invalid-request',
        outcome.message,
        'Nothing was changed: the server goes on with the settings it has. Mend the file, then reload again.',
      )
    },
    async stop() {
      if (!context.server) return NO_SERVER
      context.server.stop()
      return { ok: true, value: { done: true } }
    },
  }
}
