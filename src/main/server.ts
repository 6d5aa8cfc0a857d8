// The running server: store, threads, web page and control socket, from the first lock to the last commit.

import { join } from 'node:path'
import type { Endpoint } from '../config/config.ts'
import type { TlsCredentials } from '../ground/ports/connection.ts'
import type { Log } from '../ground/ports/log.ts'
import { err, ok, type Result } from '../ground/result.ts'
import { forgetLocksProcedure } from '../journey/mailbox/lock.ts'
import { recoverWorkersProcedure } from '../journey/queue/lease.ts'
import { nodeClock } from '../platform/node/clock.ts'
import { nodeListener } from '../platform/node/listener.ts'
import { type ProcessNotify, processNotify } from '../platform/node/notify.ts'
import { nodeRandom } from '../platform/node/random.ts'
import { lockDataFolder } from '../store/database/lock.ts'
import { migrate } from '../store/database/migrate.ts'
import { openWriter } from '../store/database/sqlite/connection.ts'
import { sqliteMigrator } from '../store/database/sqlite/migrator.ts'
import { type Api, createApi, type ErrorCode } from '../surface/api/api.ts'
import { certificate, NAME_FILES } from './certificate.ts'
import { mayWrite, ownerOf } from './folder-access.ts'
import { MIGRATIONS } from './migrations.ts'
import { leaveRoot } from './privileges.ts'
import { type Reloaded, reloader } from './reload.ts'
import type { Start } from './settings.ts'
import { STORE_FILE, storeTrouble } from './store-file.ts'
import { Supervisor } from './supervisor.ts'
import { VERSION } from './version.ts'

/** Problem in words, and what to do about it. */
export interface StartProblem {
  /** For programs; `internal` when absent. */
  readonly code?: ErrorCode
  readonly message: string
  readonly next: string
}

export interface ServerHooks {
  readonly log: Log
  /** Settings again, from where they came. */
  readonly reread: () => Result<Start, readonly string[]>
  /** Somebody asked the server to stop (control socket), or a thread died. */
  readonly onStop: (why: 'asked' | 'died') => void
}

export class Server {
  readonly endpoints: readonly Endpoint[]
  readonly supervisor: Supervisor
  /** Reads settings and certificate again. */
  readonly reload: () => Promise<Reloaded>
  readonly #closers: readonly Closer[]

  constructor(endpoints: readonly Endpoint[], supervisor: Supervisor, doors: OpenDoors, closers: readonly Closer[]) {
    this.endpoints = endpoints
    this.supervisor = supervisor
    this.reload = doors.reload
    this.#closers = closers
  }

  /** In order: doors, sessions and attempts, page and control socket, store, lock. */
  async stop(): Promise<void> {
    await this.supervisor.stopWorkers()
    for (const close of this.#closers) await close()
  }
}

/**
 * First what may need root: the operator's certificate is read, the ports are opened. Then root is left, and only then the data folder is
 * touched: whoever can write in it must have nobody else's rights lent to what they put there. Whoever connects early waits.
 */
export async function startServer(start: Start, hooks: ServerHooks): Promise<Result<Server, StartProblem>> {
  const named = await namedCertificate(start)
  if (named && !named.ok) return named
  const taken = await takenPort(start.endpoints)
  if (taken) return err(taken)
  const supervisor = supervise(start, hooks)
  const [opened, api] = await Promise.all([
    supervisor.listen(start.endpoints.filter(({ role }) => role !== 'http')),
    openApi(start, supervisor, hooks),
  ])
  const undo: Closer[] = [() => supervisor.abandon(), ...(api.ok ? api.value.closers : [])]
  const failed = async (problem: StartProblem): Promise<Result<never, StartProblem>> => {
    for (const close of undo) await close()
    return err(problem)
  }
  if (!opened.ok) return failed(portProblem(opened.error.endpoint, opened.error.error.detail, opened.error.error.type))
  if (!api.ok) return failed(api.error)
  const left = leaveRoot(start.settings.process, start.folder)
  if (!left.ok) return failed(left.error)
  const lock = lockDataFolder(start.folder, process.pid)
  if (!lock.ok) return failed(lockProblem(lock.error.type, lock.error.detail, start.folder))
  undo.push(() => lock.value.release())
  const begun = await begin(start, supervisor, api.value, named?.value)
  if (!begun.ok) return failed(begun.error)
  const endpoints = [...opened.value, ...api.value.endpoints]
  api.value.told(endpoints)
  const closers = [begun.value.closeControl, ...api.value.closers, () => supervisor.stopWriter(), () => lock.value.release()]
  return ok(new Server(endpoints, supervisor, api.value, closers))
}

/** The operator's pair, or undefined where there is none: it stands outside the data folder, and only root may be able to read it. */
async function namedCertificate({ settings, folder, hostname }: Start) {
  if (settings.tls.certificate === undefined && settings.tls.key === undefined) return undefined
  return readable(await certificate(settings.tls, folder, hostname))
}

function readable(credentials: Result<TlsCredentials, string>): Result<TlsCredentials, StartProblem> {
  return credentials.ok ? credentials : err({ message: credentials.error, next: NAME_FILES })
}

/** All that stands in the data folder; those who wait are served at the end. */
async function begin(
  { folder, settings, hostname }: Start,
  supervisor: Supervisor,
  api: OpenDoors,
  named: TlsCredentials | undefined,
): Promise<Result<{ readonly closeControl: Closer }, StartProblem>> {
  const credentials = named ? ok(named) : readable(await certificate(settings.tls, folder, hostname))
  if (!credentials.ok) return credentials
  const prepared = await prepareStore(folder)
  if (!prepared.ok) return prepared
  supervisor.openStore()
  await forgetTheDead(supervisor)
  const [control] = await Promise.all([api.begin(), supervisor.serve(credentials.value)])
  return control.ok ? ok({ closeControl: control.value }) : control
}

function supervise({ settings, folder, hostname }: Start, hooks: ServerHooks): Supervisor {
  return new Supervisor({
    ...{ settings, folder, storePath: join(folder, STORE_FILE), hostname },
    onDeath: (thread, cause) => {
      hooks.log.error('a thread died; the server stops, and what was accepted is safe', {
        thread,
        cause: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause),
      })
      hooks.onStop('died')
    },
  })
}

export async function prepareStore(folder: string): Promise<Result<void, StartProblem>> {
  const file = join(folder, STORE_FILE)
  try {
    const db = openWriter({ path: file })
    try {
      const migrated = await migrate(sqliteMigrator(db), MIGRATIONS, () => nodeClock.now())
      if (migrated.ok) return ok()
      return err({ message: `The store in ${folder} cannot be used: ${migrated.error.detail}`, next: 'Nothing was changed.' })
    } finally {
      db.close()
    }
  } catch (cause) {
    return err(storeTrouble(file, cause))
  }
}

/** The lock on the folder proves that nobody else works with this store: whoever held something before is gone. */
async function forgetTheDead({ store }: Supervisor): Promise<void> {
  for (let more = true; more; ) {
    const recovered = await store.call(recoverWorkersProcedure, { now: nodeClock.now(), all: true })
    more = recovered.ok && recovered.value > 0
  }
  await store.call(forgetLocksProcedure, {})
}

/** With shared ports the kernel would let two servers have the same port; asked for alone it says no. */
async function takenPort(endpoints: readonly Endpoint[]): Promise<StartProblem | undefined> {
  for (const endpoint of endpoints) {
    if (endpoint.port === 0) continue
    const { host, port } = endpoint
    const probe = await nodeListener({ shared: false }).listen({ host, port, tls: 'none', maxConnections: 1 }, (connection) =>
      connection.destroy(),
    )
    if (!probe.ok) return portProblem(endpoint, probe.error.detail, probe.error.type)
    await probe.value.close()
  }
  return undefined
}

function portProblem({ role, host, port }: Endpoint, detail: string, type: string): StartProblem {
  const message = `The port for ${role} (${host}:${port}) cannot be opened: ${detail}.`
  if (type === 'in-use')
    return {
      code: 'still-in-use',
      message,
      next: 'Another program has it. Stop that one, or choose other ports with --port-base N (0 takes free ones); where that is a Posthorn too, also another data folder with --data DIR.',
    }
  if (type === 'forbidden')
    return {
      code: 'not-allowed-here',
      message,
      next: 'Ports below 1024 need root or the capability CAP_NET_BIND_SERVICE; or choose high ports with --port-base N.',
    }
  return { message, next: 'Check the address in the settings.' }
}

function lockProblem(type: 'held' | 'failed', detail: string, folder: string): StartProblem {
  const foreign = type === 'failed' && !mayWrite(folder)
  const next = type === 'held' ? 'Another server on other data: --data DIR and another --port-base.' : WRITABLE_FOLDER
  return {
    code: type === 'held' ? 'still-in-use' : 'internal',
    message: `${detail[0]?.toUpperCase()}${detail.slice(1)}.`,
    next: foreign ? ownerAdvice(folder) : next,
  }
}

type Closer = () => Promise<void> | void

const WRITABLE_FOLDER = 'Choose a folder this user may write: --data DIR.'

function ownerAdvice(folder: string): string {
  return `It belongs to ${ownerOf(folder)}: start as that user, or choose another folder with --data DIR.`
}

interface OpenDoors {
  readonly endpoints: readonly Endpoint[]
  readonly closers: readonly Closer[]
  /** Answers what is asked from now on, and opens the control socket; with what closes that. */
  readonly begin: () => Promise<Result<Closer, StartProblem>>
  /** What `status` will say. */
  readonly told: (endpoints: readonly Endpoint[]) => void
  readonly reload: () => Promise<Reloaded>
}

async function openApi(start: Start, supervisor: Supervisor, hooks: ServerHooks): Promise<Result<OpenDoors, StartProblem>> {
  const notify = processNotify()
  let told: readonly Endpoint[] = []
  const startedAt = nodeClock.now()
  const about = { version: VERSION, hostname: start.hostname }
  let settings = start.settings
  const reload = reloader({
    ...{ start, log: hooks.log, reread: hooks.reread },
    apply: (changed, credentials) => {
      settings = changed
      return supervisor.reload(changed, credentials)
    },
  })
  const server = {
    status: () => ({
      ...about,
      pid: process.pid,
      startedAt,
      listeners: told.map(({ role, host, port }) => ({ name: role, address: host, port })),
    }),
    reload,
    stop: () => hooks.onStop('asked'),
  }
  const parts = { start, notify, log: hooks.log, settings: () => settings, server, about }
  const api = createApi({
    ...{ clock: nodeClock, random: nodeRandom(), log: hooks.log, dataDir: start.folder, web: start.settings.web },
    messageBytesMax: start.settings.session.messageSize,
    answers: async () => (await import('./questions.ts')).answersTo({ ...parts, store: supervisor.store }),
  })
  const opened = await openDoors(start, api, notify)
  if (!opened.ok) return opened
  const tell = (endpoints: readonly Endpoint[]): void => {
    told = endpoints
  }
  return ok({ ...opened.value, told: tell, reload })
}

async function openDoors(
  start: Start,
  api: Api,
  notify: ProcessNotify,
): Promise<Result<Pick<OpenDoors, 'endpoints' | 'closers' | 'begin'>, StartProblem>> {
  const closers: Closer[] = []
  const endpoints: Endpoint[] = []
  for (const endpoint of start.endpoints.filter(({ role }) => role === 'http')) {
    const web = await api.listenWeb({ host: endpoint.host, port: endpoint.port })
    if (!web.ok) {
      for (const close of closers) await close()
      return err({ message: web.error, next: 'Choose another address for the page in the settings, or another --port-base.' })
    }
    endpoints.push({ ...endpoint, port: web.value.port })
    closers.push(() => web.value.close())
  }
  const begin = async (): Promise<Result<Closer, StartProblem>> => {
    const token = await api.begin()
    if (!token.ok) return err({ message: token.error, next: WRITABLE_FOLDER })
    const control = await api.listenControl()
    if (control.ok) return ok(() => control.value.close())
    return err({ message: control.error, next: 'The command line needs this socket. Choose another folder with --data DIR.' })
  }
  return ok({ endpoints, closers: [...closers, () => notify.close()], begin })
}
