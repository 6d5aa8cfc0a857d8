// What src/main/worker.ts and src/main/delivery.ts make of the platform, made of the simulated one: sessions behind a listener, and a share
// of delivering. Keep it in step with them; nothing else of the program is written anew here.

import type { Settings } from '../../../src/config/config.ts'
import { idSource } from '../../../src/ground/ids.ts'
import type { Clock } from '../../../src/ground/ports/clock.ts'
import type { Log } from '../../../src/ground/ports/log.ts'
import type { Notify } from '../../../src/ground/ports/notify.ts'
import type { Resolver } from '../../../src/ground/ports/resolver.ts'
import { Dispatcher, RemoteDelivery, Sweep } from '../../../src/journey/deliver/deliver.ts'
import { Router } from '../../../src/journey/route/route.ts'
import { LocalMailboxes, networkTest, type SessionContext, SmtpService } from '../../../src/journey/session/session.ts'
import { startHousekeeping } from '../../../src/main/housekeeping.ts'
import { nodeDigests } from '../../../src/platform/node/digests.ts'
import { type Life, type Node, type SimulatedRandom, simulatedPasswords } from '../../../src/platform/simulated/simulated.ts'
import { Authenticator, DirectoryCache } from '../../../src/store/directory/directory.ts'
import type { Store } from '../../../src/store/store.ts'

export interface WorkerParts {
  readonly life: Life
  readonly clock: Clock
  readonly random: SimulatedRandom
  readonly notify: Notify
  readonly resolver: Resolver
  readonly log: Log
  readonly node: Node
  readonly store: Store
  readonly settings: Settings
  readonly hostname: string
  readonly hasRoom: () => boolean
  /** Also ends what time ends. */
  readonly sweeps: boolean
}

const MX_PORT = 25

const SWEEP_STARTS_MS = 15_000

export class SimulatedWorker {
  readonly life: Life
  readonly dispatcher: Dispatcher
  readonly #parts: WorkerParts
  readonly #remote: RemoteDelivery
  readonly #sweep: Sweep | undefined
  readonly #service: SmtpService
  readonly #stopping = new AbortController()
  #stopHousekeeping = () => {}

  constructor(parts: WorkerParts) {
    const { store, clock, notify, log, hostname, settings, random } = parts
    this.#parts = parts
    this.life = parts.life
    const ids = idSource(clock, random.fork('ids'))
    const directory = new DirectoryCache({ store, clock, notify })
    const shared = { store, clock, ids, log, hostname, settings: settings.queue }
    this.#remote = remoteDelivery(parts)
    this.dispatcher = new Dispatcher({ ...shared, notify, random: random.fork('dispatcher'), remote: this.#remote, directory })
    this.#sweep = parts.sweeps
      ? new Sweep({ ...shared, holdMsMax: Math.max(settings.remote.holdBusy, settings.remote.holdUnreachable) })
      : undefined
    const context: SessionContext = {
      ...{ store, clock, ids, log, hostname, directory },
      mailboxes: new LocalMailboxes({ store, notify }),
      authenticator: new Authenticator({
        store,
        clock,
        passwords: simulatedPasswords,
        digests: nodeDigests,
        random: random.fork('authenticator'),
      }),
      settings: settings.session,
      patience: {
        expireAfter: settings.queue.expireAfter,
        delayNoticeAfter: settings.queue.delayNotices ? settings.queue.delayNoticeAfter : undefined,
      },
      isTrusted: networkTest(settings.session.trustedNetworks),
      hasRoom: parts.hasRoom,
      stopping: this.#stopping.signal,
    }
    this.#service = new SmtpService({ role: 'mx', context, startTls: true })
  }

  get sweeps(): boolean {
    return this.#sweep !== undefined
  }

  async start(): Promise<void> {
    const { node, settings, sweeps, store, clock, log, random } = this.#parts
    const options = { host: node.address, port: MX_PORT, tls: 'starttls', maxConnections: settings.session.connections } as const
    await node.listener.listen(options, this.#service.accept, this.#service.refuse)
    this.dispatcher.start()
    // Threads and their timers do not begin in one moment; who comes first, the heartbeat or the sweep, is not for us to say.
    clock.after(random.below(SWEEP_STARTS_MS), () => this.#sweep?.start())
    if (sweeps) this.#stopHousekeeping = startHousekeeping({ store, clock, log })
  }

  /** In order, as at SIGTERM. The caller lets time go on. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#service.stop()
    this.#stopHousekeeping()
    await Promise.all([this.dispatcher.stop(), this.#sweep?.stop()])
    this.#remote.close()
    this.life.end()
  }
}

function remoteDelivery({ clock, random, resolver, settings, hostname, node, log }: WorkerParts): RemoteDelivery {
  const router = new Router({
    resolver,
    clock,
    random: random.fork('router'),
    settings: settings.route,
    own: { names: [hostname], addresses: [node.address] },
  })
  return new RemoteDelivery({ dialer: node.dialer, router, clock, settings: settings.remote, hostname, log })
}
