// How much memory the server takes: idle, with thousands of idle connections, while large messages come in, and while one is read.
//
//   node bench/memory.ts [--connections 5000] [--megabytes 50] [--plain]      Linux (reads /proc)
//
// The server runs as tools/bootstrap starts it (`--plain`: as `node src/main.ts` does) on data of its own; load comes from this process.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { holdIdle } from './load/idle.ts'
import { type Mailbox, sendLarge, signInByPop3, type Way } from './load/large.ts'

const ROOT = join(import.meta.dirname, '..')
const PRELOAD = join(ROOT, 'tools', 'bootstrap', 'preload.cjs')
const SOURCES = join(ROOT, 'tools', 'bootstrap', 'sources.cjs')

/** As tools/bootstrap/launch.cjs sets them. */
const MALLOC = { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '131072', MALLOC_TRIM_THRESHOLD_: '131072' }

/** Longer than a quiet thread waits before it tidies up, twice. */
const SETTLE_MS = 13_000
/** As many as src/main/supervisor.ts starts. */
const WORKERS = Math.min(Math.max(1, availableParallelism() - 1), 8)

interface Server {
  readonly child: ChildProcess
  readonly mx: number
  readonly pop3: number
  readonly mailbox: Mailbox
}

const { values } = parseArgs({
  options: {
    connections: { type: 'string', default: '5000' },
    megabytes: { type: 'string', default: '50' },
    plain: { type: 'boolean', default: false },
  },
})

const folder = mkdtempSync(join(tmpdir(), 'posthorn-memory-'))

function start(): ChildProcess {
  const main = [join(ROOT, 'src', 'main.ts'), 'up', '--demo', '--json', '--data', folder, '--port-base', '0']
  const { NODE_COMPILE_CACHE: _, ...env } = process.env
  const flags = values.plain ? [] : ['--disable-warning=ExperimentalWarning', '--expose-gc', '--require', PRELOAD]
  if (!values.plain) spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', SOURCES])
  return spawn(process.execPath, [...flags, ...main], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: values.plain ? env : { ...MALLOC, ...env, NODE_DISABLE_COMPILE_CACHE: '1' },
  })
}

async function ready(child: ChildProcess): Promise<Server> {
  let text = ''
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    text += chunk.toString()
    if (text.includes('\n')) break
  }
  const { listeners, people } = JSON.parse(text) as {
    listeners: { role: string; port: number }[]
    people: Mailbox[]
  }
  const port = (role: string): number => listeners.find((one) => one.role === role)?.port ?? 0
  return { child, mx: port('mx'), pop3: port('pop3'), mailbox: people[0] as Mailbox }
}

async function stop({ child }: Pick<Server, 'child'>): Promise<void> {
  const exited = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await exited
}

function residentKiB(server: Server): number {
  return statusKiB(server, 'VmRSS')
}

/** Of the whole process. */
function statusKiB({ child }: Server, field: 'VmRSS' | 'VmHWM'): number {
  return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${child.pid}/status`, 'latin1'))?.[1])
}

function note(what: string, number: string): void {
  console.log(`${what.padEnd(58)} ${number.padStart(12)}`)
}

const mib = (kib: number): string => `${(kib / 1024).toFixed(1)} MiB`

/** The largest resident size while `work` went on, as the kernel saw it. */
async function peakDuring(server: Server, work: () => Promise<unknown>): Promise<number> {
  // proc(5): 5 sets the high-water mark back to what is resident now.
  writeFileSync(`/proc/${server.child.pid}/clear_refs`, '5')
  await work()
  return statusKiB(server, 'VmHWM')
}

async function idleConnections(server: Server, count: number): Promise<void> {
  const before = residentKiB(server)
  const held = await holdIdle(server.mx, count)
  const opened = residentKiB(server)
  await sleep(SETTLE_MS)
  const settled = residentKiB(server)
  note(`each of ${count} idle SMTP connections, just opened`, `${((opened - before) / count).toFixed(1)} KiB`)
  note('the same, when it is quiet', `${((settled - before) / count).toFixed(1)} KiB`)
  await held.release()
  await sleep(SETTLE_MS)
  note('when they are gone', mib(residentKiB(server)))
}

async function largeMessages(server: Server, way: Way, sessions: number, bytes: number): Promise<void> {
  const before = residentKiB(server)
  const send = () => sendLarge(server.mx, server.mailbox.address, { way, bytes })
  const peak = await peakDuring(server, () => Promise.all(Array.from({ length: sessions }, send)))
  note(`${sessions} × ${bytes / 1e6} MB by ${way}: rise for each session`, mib((peak - before) / sessions))
}

async function reading(server: Server): Promise<void> {
  const read = await signInByPop3(server.pop3, server.mailbox)
  await sleep(SETTLE_MS)
  const before = residentKiB(server)
  const peak = await peakDuring(server, read)
  note('one of them read by POP3: rise', mib(peak - before))
}

async function measure(server: Server): Promise<void> {
  await sleep(SETTLE_MS)
  note(`idle, second start, ${WORKERS} workers`, mib(residentKiB(server)))
  await idleConnections(server, Number(values.connections))
  const bytes = Number(values.megabytes) * 1e6
  for (const way of ['DATA', 'BDAT'] as const)
    for (const sessions of [1, 3]) {
      await largeMessages(server, way, sessions, bytes)
      await sleep(SETTLE_MS)
    }
  await reading(server)
  await sleep(SETTLE_MS)
  note('when all is quiet again', mib(residentKiB(server)))
}

try {
  await stop(await ready(start()))
  const server = await ready(start())
  try {
    await measure(server)
  } finally {
    await stop(server)
  }
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}
