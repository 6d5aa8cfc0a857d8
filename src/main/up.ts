// `posthorn up`: starts the server, tells that it is ready, and stays until it is told to stop.

import { spawn } from 'node:child_process'
import { idSource } from '../ground/ids.ts'
import { ok, type Result } from '../ground/result.ts'
import { nodeClock } from '../platform/node/clock.ts'
import { writeCompiledCode } from '../platform/node/compiled.ts'
import { nodeDigests } from '../platform/node/digests.ts'
import { nodeLog } from '../platform/node/log.ts'
import { tidyWhenQuiet } from '../platform/node/memory.ts'
import { nodePasswords } from '../platform/node/passwords.ts'
import { nodeRandom } from '../platform/node/random.ts'
import { listDomains, listOrganisations } from '../store/directory/directory.ts'
import type { Store } from '../store/store.ts'
import { type DemoPerson, demoPeople } from './demo.ts'
import { TLS_OF } from './endpoints.ts'
import { writeForOwnerAlone } from './privileges.ts'
import { type Server, type StartProblem, startServer } from './server.ts'
import { type Start, type StartOptions, startOf } from './settings.ts'
import { readyLine, summary } from './summary.ts'
import { VERSION } from './version.ts'

export interface UpOptions extends StartOptions {
  /** Makes a domain and two people at the first start, and shows how to try them. */
  readonly demo?: boolean
  /** Options that name the place, for hints. */
  readonly words?: string
  /** One line for programs instead of the summary. */
  readonly json?: boolean
}

export interface Terminal {
  out(text: string): void
  note(text: string): void
  readonly colour: boolean
  /** The log goes to the person's screen. */
  readonly showsLog: boolean
}

const EXIT_OK = 0
const EXIT_FAILED = 1
/** Second Ctrl-C: the person does not want to wait. */
const EXIT_FORCED = 130

const DEMO_ADVICE =
  'Remove the file, then start again: nothing else is lost. New passwords: posthorn user passwd ADDRESS --generate.'

/** One Ctrl-C may come twice: from the terminal to every process, and again from whoever started us. */
const SAME_SIGNAL_MS = 500

export async function up(options: UpOptions, terminal: Terminal): Promise<number> {
  const began = nodeClock.monotonic()
  writeForOwnerAlone()
  const read = () => settingsFor(options, terminal)
  const start = read()
  if (!start.ok)
    return complain(
      {
        code: 'invalid-request',
        message: start.error.join('\n  '),
        next: 'Mend the settings, then start again. docs/settings.md lists them all.',
      },
      options,
      terminal,
    )
  const stop = stopSignal(terminal)
  const log = nodeLog(start.value.settings.log)
  const reload = reloadSignal()
  const starting = startServer(start.value, { log, reread: read, onStop: stop.ask })
  const server = await Promise.race([starting, stop.died])
  // A thread that dies so early leaves the others waiting for it.
  if (server === 'died') process.exit(EXIT_FAILED)
  if (!server.ok) return complain(server.error, options, terminal)
  reload.to(() => void server.value.reload())
  const { store } = server.value.supervisor
  const people = options.demo === true ? await firstPeople(start.value.folder, store) : ok([])
  if (!people.ok) {
    await server.value.stop()
    return complain({ message: `The passwords of the try-out are lost: ${people.error}.`, next: DEMO_ADVICE }, options, terminal)
  }
  server.value.supervisor.work()
  await announce(start.value, server.value, people.value, { ...options, readyMs: nodeClock.monotonic() - began }, terminal)
  writeCompiledCode()
  tidyWhenQuiet()
  const why = await stop.asked
  if (options.json !== true) terminal.note('\n  Stopping: no new connections, finishing what is under way …\n')
  await server.value.stop()
  if (options.json !== true) terminal.note('  Stopped. Everything is kept.\n')
  return why === 'died' ? EXIT_FAILED : EXIT_OK
}

/** Whoever tries the program out at a terminal reads the summary, not what a server tells of its daily work. */
function settingsFor(options: UpOptions, { showsLog }: Terminal): Result<Start, readonly string[]> {
  const start = startOf(options)
  if (!start.ok || !showsLog || options.demo !== true || options.configFile !== undefined) return start
  return ok({ ...start.value, settings: { ...start.value.settings, log: { level: 'warn' } } })
}

function firstPeople(folder: string, store: Store): Promise<Result<readonly DemoPerson[], string>> {
  const random = nodeRandom()
  return demoPeople(folder, {
    store,
    random,
    clock: nodeClock,
    ids: idSource(nodeClock, random),
    passwords: nodePasswords,
    digests: nodeDigests,
  })
}

async function announce(
  start: Start,
  server: Server,
  people: readonly DemoPerson[],
  how: UpOptions & { readonly readyMs: number },
  terminal: Terminal,
) {
  const { endpoints, supervisor } = server
  const http = endpoints.find(({ role }) => role === 'http')
  const facts = {
    endpoints,
    people,
    web: http ? `http://${http.host}:${http.port}/` : '',
    domain: await firstDomain(supervisor.store),
    folder: start.folder,
    placeWords: how.words ?? '',
    readyMs: how.readyMs,
    version: VERSION,
  }
  if (how.json === true) terminal.out(readyLine(facts, (role) => (role === 'http' ? 'none' : TLS_OF[role])))
  else terminal.out(summary(facts, { colour: terminal.colour }))
  tellSystemd()
}

async function firstDomain(store: Store): Promise<string | undefined> {
  const [organisation] = await listOrganisations(store)
  return organisation && (await listDomains(store, { org: organisation.id }))[0]?.name
}

/** sd_notify(3). Its socket is of a kind that Node cannot open, so systemd's own program says it. */
function tellSystemd(): void {
  if (process.env['NOTIFY_SOCKET'] === undefined) return
  spawn('systemd-notify', ['--ready', `--pid=${process.pid}`], { stdio: 'ignore' }).on('error', () => {})
}

/** To a program on standard output, like every answer; to a person on standard error. */
function complain({ code = 'internal', message, next }: StartProblem, { json }: UpOptions, terminal: Terminal): number {
  if (json === true) terminal.out(`${JSON.stringify({ error: { code, message: message.replaceAll('\n  ', '; '), next } })}\n`)
  else terminal.note(`✗ ${message}\n  ${next}\n`)
  return EXIT_FAILED
}

interface StopSignal {
  readonly asked: Promise<'asked' | 'died'>
  readonly died: Promise<'died'>
  ask(why: 'asked' | 'died'): void
}

function stopSignal(terminal: Terminal): StopSignal {
  const { promise, resolve } = Promise.withResolvers<'asked' | 'died'>()
  let firstAt: number | undefined
  const onSignal = (): void => {
    resolve('asked')
    firstAt ??= nodeClock.monotonic()
    if (nodeClock.monotonic() - firstAt < SAME_SIGNAL_MS) return
    terminal.note('  Stopped at once. What was accepted is safe.\n')
    process.exit(EXIT_FORCED)
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  const death = Promise.withResolvers<'died'>()
  void promise.then((why) => why === 'died' && death.resolve(why))
  return { asked: promise, died: death.promise, ask: resolve }
}

/** Asked for before the server is there, it is done once it is: SIGHUP must never end a server that is starting. */
function reloadSignal(): { to(reload: () => void): void } {
  let asked = false
  let perform = (): void => {
    asked = true
  }
  process.on('SIGHUP', () => perform())
  return {
    to(reload) {
      perform = reload
      if (asked) reload()
    },
  }
}
