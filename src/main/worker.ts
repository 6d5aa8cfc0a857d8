// What a serving thread is made of: its listeners, the sessions behind them, and its share of delivering.

import type { ListenerRole, Settings } from '../config/config.ts'
import { type IdSource, idSource } from '../ground/ids.ts'
import type { Connection, OpenListener, TlsCredentials } from '../ground/ports/connection.ts'
import type { Log } from '../ground/ports/log.ts'
import { type ImapContext, MessageFacts, type Pop3Context, refuseImap, serveImap, servePop3 } from '../journey/access/access.ts'
import { MailboxImages, MaildropLocks } from '../journey/mailbox/mailbox.ts'
import { LocalMailboxes, networkTest, type SessionContext, type SessionRole, SmtpService } from '../journey/session/session.ts'
import { nodeClock } from '../platform/node/clock.ts'
import { nodeDigests } from '../platform/node/digests.ts'
import { type DiskWatch, watchDisk } from '../platform/node/disk.ts'
import { nodeLog } from '../platform/node/log.ts'
import { type ProcessNotify, processNotify } from '../platform/node/notify.ts'
import { nodePasswords } from '../platform/node/passwords.ts'
import { nodeRandom } from '../platform/node/random.ts'
import { type ConnectedStore, connectStore } from '../store/database/sqlite/client.ts'
import { Authenticator, DirectoryCache } from '../store/directory/directory.ts'
import { type Delivery, startDelivery } from './delivery.ts'
import type { Door } from './doors.ts'
import { sessionSettings } from './session-settings.ts'
import type { Opening, WorkerData } from './thread-messages.ts'

/** How often a stopping worker looks whether the last session has ended. */
const DRAIN_LOOK_MS = 50

interface Service {
  accept(connection: Connection): void
  refuse?(connection: Connection): void
  /** The sessions that begin from now on follow the settings in force. */
  configure(): void
  /** Sessions under way. */
  readonly open: number
  stop(): void
}

export class Worker {
  readonly #data: WorkerData
  readonly #log: Log
  readonly #notify: ProcessNotify
  readonly #store: ConnectedStore
  readonly #disk: DiskWatch
  readonly #ids: IdSource
  readonly #stopping = new AbortController()
  readonly #directory: DirectoryCache
  readonly #authenticator: Authenticator
  readonly #mailboxes: LocalMailboxes
  readonly #locks: MaildropLocks
  readonly #images: MailboxImages
  readonly #facts = new MessageFacts()
  readonly #imapSessions = new Map<string, number>()
  readonly #listeners: OpenListener[] = []
  readonly #services: Service[] = []
  #settings: Settings
  #delivery: Delivery | undefined

  constructor(data: WorkerData, { port, credentials }: Opening, doors: readonly Door[]) {
    this.#data = data
    this.#settings = data.settings
    this.#log = nodeLog(data.settings.log).child({ thread: data.name })
    this.#notify = processNotify()
    this.#store = connectStore({ port, path: data.storePath })
    this.#disk = watchDisk({
      folder: data.folder,
      minimumFreeBytes: data.settings.store.minimumFree,
      store: () => this.#store.room(),
    })
    this.#ids = idSource(nodeClock, nodeRandom())
    const parts = { store: this.#store, clock: nodeClock, notify: this.#notify }
    this.#directory = new DirectoryCache(parts)
    this.#authenticator = new Authenticator({ ...parts, passwords: nodePasswords, digests: nodeDigests, random: nodeRandom() })
    this.#mailboxes = new LocalMailboxes(parts)
    this.#images = new MailboxImages({ ...parts, log: this.#log })
    this.#locks = new MaildropLocks({ store: this.#store, clock: nodeClock, log: this.#log, holder: this.#ids.next() })
    const options = { credentials, maxConnections: this.#settings.session.connections }
    for (const door of doors) {
      const service = this.#serve(door.role)
      this.#services.push(service)
      this.#listeners.push(door.port.serve(options, service.accept, service.refuse))
    }
  }

  /** Begins to deliver; called when every thread serves. */
  work(): void {
    this.#delivery ??= startDelivery({
      store: this.#store,
      notify: this.#notify,
      directory: this.#directory,
      ids: this.#ids,
      log: this.#log,
      hostname: this.#data.hostname,
      settings: this.#settings,
      sweeps: this.#data.sweeps,
    })
  }

  reload(settings: Settings, credentials: TlsCredentials): void {
    this.#settings = settings
    for (const listener of this.#listeners) {
      listener.renew(credentials)
      listener.limit(settings.session.connections)
    }
    for (const service of this.#services) service.configure()
    this.#delivery?.configure(settings)
  }

  /** In order: no new connections, sessions end after the message in hand, attempts under way finish, the store is let go. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await Promise.all(this.#listeners.map((listener) => listener.close()))
    for (const service of this.#services) service.stop()
    await Promise.all([this.#drain(), this.#delivery?.stop()])
    this.#directory.close()
    this.#mailboxes.close()
    this.#images.close()
    this.#disk.close()
    await this.#store.close()
    this.#notify.close()
  }

  async #drain(): Promise<void> {
    const until = nodeClock.monotonic() + this.#settings.process.stopWithin
    while (this.#services.some((service) => service.open > 0) && nodeClock.monotonic() < until)
      await nodeClock.sleep(DRAIN_LOOK_MS)
  }

  #serve(role: Exclude<ListenerRole, 'http'>): Service {
    switch (role) {
      case 'mx':
        return this.#smtp('mx', { startTls: true })
      case 'submission':
        return this.#smtp('submission', { startTls: true })
      case 'submissions':
        return this.#smtp('submission', { startTls: false })
      case 'imap':
        return this.#access(() => this.#imapContext({ startTls: true }), serveImap, refuseImap)
      case 'imaps':
        return this.#access(() => this.#imapContext({ startTls: false }), serveImap, refuseImap)
      case 'pop3':
        return this.#access(() => this.#pop3Context({ startTls: true }), servePop3)
      case 'pop3s':
        return this.#access(() => this.#pop3Context({ startTls: false }), servePop3)
    }
  }

  #smtp(role: SessionRole, tls: { readonly startTls: boolean }): Service {
    const service = new SmtpService({ role, context: this.#sessionContext(), startTls: tls.startTls })
    return {
      accept: service.accept,
      refuse: service.refuse,
      configure: () => service.configure(this.#sessionContext()),
      get open() {
        return service.open
      },
      stop: () => service.stop(),
    }
  }

  #sessionContext(): SessionContext {
    return {
      store: this.#store,
      directory: this.#directory,
      mailboxes: this.#mailboxes,
      authenticator: this.#authenticator,
      clock: nodeClock,
      ids: this.#ids,
      log: this.#log,
      hostname: this.#data.hostname,
      ...sessionSettings(this.#settings),
      isTrusted: networkTest(this.#settings.session.trustedNetworks),
      hasRoom: () => this.#disk.hasRoom(),
      stopping: this.#stopping.signal,
    }
  }

  #pop3Context({ startTls }: { readonly startTls: boolean }): Pop3Context {
    return {
      store: this.#store,
      locks: this.#locks,
      authenticate: (name, password, peer) => this.#authenticator.authenticate(name, password, peer),
      scram: this.#authenticator.scram,
      clock: nodeClock,
      log: this.#log,
      ids: this.#ids,
      settings: this.#settings.pop3,
      signal: this.#stopping.signal,
      startTls,
    }
  }

  #imapContext({ startTls }: { readonly startTls: boolean }): ImapContext {
    return {
      store: this.#store,
      images: this.#images,
      facts: this.#facts,
      authenticate: (name, password, peer) => this.#authenticator.authenticate(name, password, peer),
      scram: this.#authenticator.scram,
      sessionsOf: this.#imapSessions,
      clock: nodeClock,
      log: this.#log,
      ids: this.#ids,
      hostname: this.#data.hostname,
      settings: this.#settings.imap,
      hasRoom: () => this.#disk.hasRoom(),
      signal: this.#stopping.signal,
      startTls,
    }
  }

  #access<Context>(
    contextNow: () => Context,
    serve: (connection: Connection, context: Context) => Promise<void>,
    refuse?: (connection: Connection) => void,
  ): Service {
    let context = contextNow()
    let open = 0
    const accept = (connection: Connection): void => {
      open++
      void serve(connection, context).finally(() => open--)
    }
    return {
      accept,
      ...(refuse ? { refuse } : {}),
      configure: () => {
        context = contextNow()
      },
      get open() {
        return open
      },
      // The sessions hear of it by the signal.
      stop: () => {},
    }
  }
}
