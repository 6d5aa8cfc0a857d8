// The surroundings of messages that programs on this machine hand in: the same as those of a connection.

import type { IdSource } from '../ground/ids.ts'
import type { Log } from '../ground/ports/log.ts'
import type { Notify } from '../ground/ports/notify.ts'
import { LocalMailboxes, type SessionContext } from '../journey/session/session.ts'
import { nodeClock } from '../platform/node/clock.ts'
import { nodeDigests } from '../platform/node/digests.ts'
import { watchDisk } from '../platform/node/disk.ts'
import { nodePasswords } from '../platform/node/passwords.ts'
import { nodeRandom } from '../platform/node/random.ts'
import { Authenticator, DirectoryCache } from '../store/directory/directory.ts'
import type { Store } from '../store/store.ts'
import { sessionSettings } from './session-settings.ts'
import type { Start } from './settings.ts'

export interface LocalSessionParts {
  readonly start: Start
  readonly store: Store
  readonly notify: Notify
  readonly ids: IdSource
  readonly log: Log
}

export function localSession({ start, store, notify, ids, log }: LocalSessionParts): SessionContext {
  const { settings, folder, hostname } = start
  const disk = watchDisk({ folder, minimumFreeBytes: settings.store.minimumFree, store: () => ({ insideBytes: 0, logBytes: 0 }) })
  const parts = { store, clock: nodeClock, notify }
  return {
    store,
    directory: new DirectoryCache(parts),
    mailboxes: new LocalMailboxes(parts),
    authenticator: new Authenticator({ ...parts, passwords: nodePasswords, digests: nodeDigests, random: nodeRandom() }),
    clock: nodeClock,
    ids,
    log,
    hostname,
    ...sessionSettings(settings),
    isTrusted: () => true,
    hasRoom: disk.hasRoom,
    stopping: new AbortController().signal,
  }
}
