// What the control socket and the page are answered by. Loaded at the first question: a server that nobody asks carries none of it.

import type { Settings } from '../config/config.ts'
import { idSource } from '../ground/ids.ts'
import type { Log } from '../ground/ports/log.ts'
import type { Notify } from '../ground/ports/notify.ts'
import { nodeClock } from '../platform/node/clock.ts'
import { nodeDigests } from '../platform/node/digests.ts'
import { nodePasswords } from '../platform/node/passwords.ts'
import { nodeRandom } from '../platform/node/random.ts'
import type { Store } from '../store/store.ts'
import { changesOf, createOperations, type OperationsContext } from '../surface/operations/operations.ts'
import { localSession } from './local-session.ts'
import { sessionSettings } from './session-settings.ts'
import type { Start } from './settings.ts'

export interface QuestionParts extends Required<Pick<OperationsContext, 'server' | 'about'>> {
  readonly start: Start
  readonly store: Store
  readonly notify: Notify
  readonly log: Log
  /** In force now. */
  readonly settings: () => Settings
}

export function answersTo({ start, settings, store, notify, log, server, about }: QuestionParts) {
  const ids = idSource(nodeClock, nodeRandom())
  const session = localSession({ start, store, notify, ids, log })
  const operations = createOperations({
    ...{ store, clock: nodeClock, ids, random: nodeRandom(), passwords: nodePasswords, digests: nodeDigests, about, server },
    get session() {
      return { ...session, ...sessionSettings(settings()) }
    },
  })
  return { operations, changes: changesOf({ store, notify }) }
}
