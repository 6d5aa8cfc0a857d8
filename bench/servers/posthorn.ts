// Our server: the real program, started as a user starts it, with a settings file and a data folder of its own.

import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type Child, pause, type Workshop } from '../workshop.ts'
import type { Server } from './server.ts'

const MAIN = new URL('../../src/main.ts', import.meta.url).pathname
const BOOTSTRAP = new URL('../../tools/bootstrap.cjs', import.meta.url).pathname

const READY_MS = 30_000

/** Of ours, with a mailbox. */
export const MAILBOX = 'user@bench.test'
/** Goes to the sink by a static route. */
export const RELAYED = 'user@sink.test'
/** Goes to a port where nobody listens: the destination is held, its recipients wait. */
export const WAITING = 'user@waiting.test'

export interface PosthornOptions {
  readonly name?: string
  readonly folder?: string
  readonly sinkPort?: number
  readonly profile?: string
}

/** Port 1 is nobody's. */
function settings(sinkPort: number): string {
  return `hostname = "mx.bench.test"
[listen]
endpoints = [{ role = "mx", host = "127.0.0.1", port = 0 }]
[session]
trustedNetworks = ["127.0.0.0/8"]
[route.routes]
"waiting.test" = "127.0.0.1:1"
"sink.test" = "127.0.0.1:${sinkPort}"
[log]
level = "warn"
`
}

export async function startPosthorn(workshop: Workshop, options: PosthornOptions = {}): Promise<Server> {
  const { name = 'Posthorn', sinkPort = 1, profile } = options
  const folder = options.folder ?? workshop.room(name.replace(/\W+/g, '-'))
  const config = join(folder, 'bench.toml')
  writeFileSync(config, settings(sinkPort))
  // The bootstrap knows nothing of profiles: for them the program is started without it.
  const start = profile === undefined ? [BOOTSTRAP, 'run'] : ['--cpu-prof', `--cpu-prof-dir=${profile}`, MAIN]
  let output = ''
  const child = workshop.start(
    process.execPath,
    [...start, 'up', '--json', '--data', folder, '--config', config],
    (text) => (output += text),
  )
  const port = await ready(child, () => output)
  openMailbox(folder)
  return { name, port, pids: [child.pid], delivered: () => countMailbox(folder), stop: () => child.stop() }
}

async function ready(child: Child, output: () => string): Promise<number> {
  const end = performance.now() + READY_MS
  let dead = false
  void child.exited.then(() => (dead = true))
  while (!output().includes('\n')) {
    if (dead || performance.now() > end) throw new Error(`our server is not ready: ${child.errors()}`)
    await pause(20)
  }
  const { listeners } = JSON.parse(output()) as { listeners: readonly { role: string; port: number }[] }
  const mx = listeners.find(({ role }) => role === 'mx')
  if (mx === undefined) throw new Error('our server takes no mail')
  return mx.port
}

/** Again and again without harm: a folder may be started twice. */
function openMailbox(folder: string): void {
  command(['domain', 'add', 'bench.test', '--data', folder])
  command(['user', 'add', MAILBOX, '--data', folder, '--password-stdin'])
}

function command(args: readonly string[]): void {
  const { status, stderr } = spawnSync(process.execPath, [MAIN, ...args], { input: 'bench password\n', encoding: 'utf8' })
  if (status !== 0) throw new Error(`posthorn ${args.join(' ')}: ${stderr}`)
}

/** Looks into the store itself: the only witness that is nobody's program. */
function countMailbox(folder: string): number {
  const db = new DatabaseSync(join(folder, 'posthorn.db'), { readOnly: true })
  try {
    return (db.prepare('select count(*) as n from mailbox_message').get() as { n: number }).n
  } finally {
    db.close()
  }
}
