// A worker's share of delivering: the dispatcher with the ways out that it may use, and in one worker the sweep.

import { networkInterfaces } from 'node:os'
import type { Settings } from '../config/config.ts'
import type { IdSource } from '../ground/ids.ts'
import type { Log } from '../ground/ports/log.ts'
import type { Notify } from '../ground/ports/notify.ts'
import { Dispatcher, Indexing, type RemoteDeliverer, RemoteDelivery, Sweep } from '../journey/deliver/deliver.ts'
import { Router } from '../journey/route/route.ts'
import { nodeClock } from '../platform/node/clock.ts'
import { nodeDialer } from '../platform/node/dialer.ts'
import { nodeRandom } from '../platform/node/random.ts'
import { nodeResolver } from '../platform/node/resolver.ts'
import type { DirectoryCache } from '../store/directory/directory.ts'
import type { Store } from '../store/store.ts'
import { startHousekeeping } from './housekeeping.ts'

export interface Delivery {
  /** What begins from now on follows these settings; attempts under way go on as they began. */
  configure(settings: Settings): void
  stop(): Promise<void>
}

export interface DeliveryParts {
  readonly store: Store
  readonly notify: Notify
  readonly directory: DirectoryCache
  readonly ids: IdSource
  readonly log: Log
  readonly hostname: string
  readonly settings: Settings
  /** Also ends what time ends (expiry, delay notices, what is forgotten) and writes what messages are found by. One worker does. */
  readonly sweeps: boolean
}

export function startDelivery(parts: DeliveryParts): Delivery {
  const { store, notify, directory, ids, log, hostname, settings } = parts
  const shared = { store, clock: nodeClock, ids, log, hostname, settings: settings.queue }
  let remote = remoteDelivery(parts)
  const current: RemoteDeliverer = { attempt: (job) => remote.attempt(job) }
  const dispatcher = new Dispatcher({ ...shared, notify, random: nodeRandom(), remote: current, directory })
  const sweep = parts.sweeps ? new Sweep({ ...shared, holdMsMax: longestHold(settings) }) : undefined
  const indexing = parts.sweeps ? new Indexing({ store, clock: nodeClock, log }) : undefined
  const stopHousekeeping = parts.sweeps ? startHousekeeping({ store, clock: nodeClock, log }) : undefined
  dispatcher.start()
  sweep?.start()
  indexing?.start()
  return {
    configure(changed) {
      const before = remote
      remote = remoteDelivery({ ...parts, settings: changed })
      before.close()
      dispatcher.configure(changed.queue)
      sweep?.configure(changed.queue)
    },
    async stop() {
      stopHousekeeping?.()
      await Promise.all([dispatcher.stop(), sweep?.stop(), indexing?.stop()])
      // What is still under way when patience ends is cut; it is tried again after the next start.
      if (dispatcher.state.running > 0) remote.abort()
      else remote.close()
    },
  }
}

function longestHold({ remote }: Settings): number {
  return Math.max(remote.holdBusy, remote.holdUnreachable)
}

function remoteDelivery({ log, hostname, settings }: DeliveryParts): RemoteDelivery {
  const { servers, timeout, tries } = settings.dns
  const router = new Router({
    resolver: nodeResolver({ servers, timeoutMs: timeout, tries }),
    clock: nodeClock,
    random: nodeRandom(),
    settings: settings.route,
    own: { names: [hostname], addresses: ownAddresses() },
  })
  return new RemoteDelivery({ dialer: nodeDialer, router, clock: nodeClock, settings: settings.remote, hostname, log })
}

function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((addresses) => (addresses ?? []).map(({ address }) => address))
}
