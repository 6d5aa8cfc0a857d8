// The store without a server, for commands: its lock is taken, so that a server cannot start meanwhile.

import { join, resolve } from 'node:path'
import { idSource } from '../ground/ids.ts'
import { err, ok, type Result } from '../ground/result.ts'
import { nodeClock } from '../platform/node/clock.ts'
import { nodeDigests } from '../platform/node/digests.ts'
import { nodeLog } from '../platform/node/log.ts'
import { processNotify } from '../platform/node/notify.ts'
import { nodePasswords } from '../platform/node/passwords.ts'
import { nodeRandom } from '../platform/node/random.ts'
import { lockDataFolder } from '../store/database/lock.ts'
import { openInProcess } from '../store/database/sqlite/in-process.ts'
import type { Offline, OfflineError } from '../surface/cli/cli.ts'
import { createOperations } from '../surface/operations/operations.ts'
import { mayWrite, obstacle, ownerOf } from './folder-access.ts'
import { localSession } from './local-session.ts'
import { becomeOwner, writeForOwnerAlone } from './privileges.ts'
import { PROCEDURES } from './schema.ts'
import { prepareStore } from './server.ts'
import { startOf } from './settings.ts'
import { STORE_FILE } from './store-file.ts'
import { VERSION } from './version.ts'

export async function openOffline(dataDir: string, configFile?: string): Promise<Result<Offline, OfflineError>> {
  const folder = resolve(dataDir)
  const fault = obstacle(folder)
  if (fault) return err(fault)
  const start = startOf({ dataDir, dataDirNamed: true, ...(configFile === undefined ? {} : { configFile }) })
  if (!start.ok) return err({ type: 'failed', detail: start.error.join('; ') })
  writeForOwnerAlone()
  becomeOwner(folder)
  const lock = lockDataFolder(folder, process.pid)
  if (!lock.ok) {
    if (lock.error.type === 'held') return err({ type: 'locked', detail: lock.error.detail })
    return err(mayWrite(folder) ? { type: 'failed', detail: lock.error.detail } : { type: 'forbidden', detail: ownerOf(folder) })
  }
  const prepared = await prepareStore(folder)
  if (!prepared.ok) {
    lock.value.release()
    return err({ type: 'failed', detail: prepared.error.message, next: prepared.error.next })
  }
  const notify = processNotify()
  const log = nodeLog({ level: 'error' })
  const store = openInProcess({
    path: join(folder, STORE_FILE),
    procedures: PROCEDURES,
    publish: () => {},
    onBug: (procedure, cause) => log.error('a procedure failed', { procedure, cause: String(cause) }),
  })
  const random = nodeRandom()
  const ids = idSource(nodeClock, random)
  const session = localSession({ start: { ...start.value, folder }, store, notify, ids, log })
  const about = { version: VERSION, hostname: start.value.hostname }
  const operations = createOperations({
    store,
    clock: nodeClock,
    ids,
    random,
    passwords: nodePasswords,
    digests: nodeDigests,
    session,
    about,
  })
  return ok({
    operations,
    async close() {
      await store.close()
      notify.close()
      lock.value.release()
    },
  })
}
