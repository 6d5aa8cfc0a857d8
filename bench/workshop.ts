// The place of one run: a folder for stores and queues, and every process that was started. Both go when the run ends, however it ends.

import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'

/** A process that does not end within it is killed. */
const STOP_MS = 20_000
/** The same when the run itself ends early. */
const LAST_STOP_MS = 2_000
const PORT_WAIT_MS = 20_000
const ERRORS_KEPT = 4000

export interface Child {
  readonly pid: number
  readonly process: ChildProcess
  readonly exited: Promise<number | null>
  /** The end of what it wrote to standard error. */
  errors(): string
  stop(signal?: NodeJS.Signals): Promise<void>
}

export class Workshop {
  readonly folder: string
  readonly #children = new Set<Child>()
  #rooms = 0

  constructor(parent: string) {
    this.folder = mkdtempSync(join(parent, 'posthorn-bench-'))
    // Postfix and Dovecot give up root and must still reach their folders.
    chmodSync(this.folder, 0o755)
    process.once('exit', () => this.#clear())
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))
  }

  /** A new folder in it, of which the name tells what for. */
  room(name: string): string {
    const folder = join(this.folder, `${++this.#rooms}-${name}`)
    mkdirSync(folder, { recursive: true, mode: 0o755 })
    return folder
  }

  start(command: string, args: readonly string[], onOutput: (text: string) => void = () => {}): Child {
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] })
    let errors = ''
    child.stdout.on('data', (chunk: Buffer) => onOutput(chunk.toString('latin1')))
    child.stderr.on('data', (chunk: Buffer) => {
      errors = (errors + chunk.toString()).slice(-ERRORS_KEPT)
    })
    const exited = new Promise<number | null>((resolve) => {
      child.once('exit', (code) => resolve(code))
      child.once('error', (cause) => {
        errors += cause.message
        resolve(null)
      })
    })
    const stop = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<void> => {
      child.kill(signal)
      const cut = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
      await exited
      clearTimeout(cut)
    }
    const started = { pid: child.pid ?? -1, process: child, exited, errors: () => errors, stop }
    this.#children.add(started)
    void exited.then(() => this.#children.delete(started))
    return started
  }

  /** At the end of the process nothing can be awaited: whoever has not ended after a while is killed. */
  #clear(): void {
    for (const { process: child } of this.#children) child.kill('SIGTERM')
    if (this.#children.size > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LAST_STOP_MS)
    for (const { process: child } of this.#children) child.kill('SIGKILL')
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** A port of the loopback that nobody has at the moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

/** Waits until somebody listens there; throws with what the child said if it dies before. */
export async function portOpen(port: number, child: Child): Promise<void> {
  const end = performance.now() + PORT_WAIT_MS
  let dead = false
  void child.exited.then(() => (dead = true))
  while (!(await answers(port))) {
    if (dead || performance.now() > end) throw new Error(`nothing listens on port ${port}: ${child.errors()}`)
    await pause(50)
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const over = (answer: boolean): void => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('connect', () => over(true))
    socket.once('error', () => over(false))
  })
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
