// The real program in a process of its own: started with `--json` on free ports, talked to over real sockets, stopped, or killed.

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export const MAIN = new URL('../../src/main.ts', import.meta.url).pathname

export interface Ready {
  readonly ready: true
  readonly web: string
  readonly domain: string | null
  readonly listeners: readonly {
    readonly role: string
    readonly host: string
    readonly port: number
    readonly tls: 'none' | 'starttls' | 'implicit'
  }[]
  readonly people: readonly { readonly address: string; readonly password: string }[]
}

export interface Program {
  readonly ready: Ready
  readonly folder: string
  readonly child: ChildProcess
  port(role: string): number
  /** Everything the program wrote to standard error so far. */
  errors(): string
  /** SIGTERM; answers the exit code. */
  stop(): Promise<number | null>
  /** SIGKILL; harmless where it has ended already. */
  kill(): Promise<number | null>
  readonly exited: Promise<number | null>
}

export interface StartArguments {
  /** Absent: the demo. */
  readonly config?: string
  readonly folder?: string
  readonly extra?: readonly string[]
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'posthorn-program-'))
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}

export async function startProgram(args: StartArguments = {}): Promise<Program> {
  const folder = args.folder ?? temporaryFolder()
  const where = args.config === undefined ? ['--demo', '--port-base', '0'] : ['--config', args.config]
  const child = spawn(process.execPath, [MAIN, 'up', '--json', '--data', folder, ...where, ...(args.extra ?? [])], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
  const line = await Promise.race([
    firstLine(child),
    exited.then((code) => new Error(`the program ended with ${code} before it was ready:\n${errors}`)),
  ])
  if (line instanceof Error) throw line
  const said = JSON.parse(line) as Ready | { readonly error: { readonly message: string } }
  if ('error' in said) throw new Error(`the program did not start: ${said.error.message}\n${errors}`)
  const ready = said
  return {
    ready,
    folder,
    child,
    port(role) {
      const found = ready.listeners.find((listener) => listener.role === role)
      if (!found) throw new Error(`nothing listens as ${role}`)
      return found.port
    },
    errors: () => errors,
    stop() {
      child.kill('SIGTERM')
      return exited
    },
    async kill() {
      child.kill('SIGKILL')
      return await exited
    },
    exited,
  }
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    const { stdout } = child
    if (stdout) createInterface({ input: stdout }).once('line', resolve)
  })
}

export interface Ran {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** One command of the program, or any other. */
export function run(command: string, args: readonly string[], input = ''): Promise<Ran> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] })
  let out = ''
  let err = ''
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
  child.stdin.end(input)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, out, err }))
  })
}

export function posthorn(args: readonly string[], input = ''): Promise<Ran> {
  return run(process.execPath, [MAIN, ...args], input)
}
