// What only SQLite has: the disk's limits, other processes, kills.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { lockDataFolder } from '../lock.ts'
import { migrate } from '../migrate.ts'
import type { Migration } from '../migration.ts'
import type { Procedure } from '../procedure.ts'
import { contractMigrations, contractProcedures, item, names, put } from '../testing/fixture.ts'
import { openWriter } from './connection.ts'
import { type InProcessOptions, openInProcess } from './in-process.ts'
import { sqliteMigrator } from './migrator.ts'

const procedures = contractProcedures as readonly Procedure<never, unknown>[]

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-test-'))
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  return folder
}

async function migrated(t: TestContext): Promise<string> {
  const path = join(temporaryFolder(t), 'store.db')
  const db = openWriter({ path })
  assert.ok((await migrate(sqliteMigrator(db), contractMigrations, () => 0)).ok)
  db.close()
  return path
}

function openStore(t: TestContext, path: string, options: Partial<InProcessOptions> = {}) {
  const store = openInProcess({ path, procedures, publish: () => undefined, onBug: () => undefined, ...options })
  t.after(() => store.close())
  return store
}

/** Runs the child until it has acknowledged so many, kills it in the middle of its work, answers what it acknowledged. */
function killAfter(path: string, acknowledged: number, width: number): Promise<string[]> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [new URL('../testing/child.ts', import.meta.url).pathname, path, String(width)])
    let printed = ''
    child.stdout.on('data', (bytes: Buffer) => {
      printed += bytes.toString()
      if (printed.split('\n').length > acknowledged) child.kill('SIGKILL')
    })
    child.on('close', () => resolve(printed.split('\n').slice(0, -1)))
  })
}

test('[D20] what was acknowledged is there after kill -9, and nothing is half there', async (t) => {
  const path = await migrated(t)
  const acknowledged: string[] = []
  for (const [count, width] of [
    [7, 1],
    [90, 20],
    [201, 50],
  ] as const)
    acknowledged.push(...(await killAfter(path, count, width)))
  assert.ok(acknowledged.length >= 298)
  const store = openStore(t, path)
  const there = new Set((await store.all(names, {})).map((row) => row.name))
  assert.deepEqual(
    acknowledged.filter((name) => !there.has(name)),
    [],
  )
  assert.deepEqual(await store.query((db) => db.selectFrom('pragma_integrity_check' as never).selectAll() as never), [
    { integrity_check: 'ok' },
  ])
  assert.ok((await store.call(put, item('after'))).ok)
})

test('[D21] a full store says so, keeps what it has, and goes on when there is room again', async (t) => {
  const path = await migrated(t)
  const small = openStore(t, path, { limitBytes: 300_000 })
  const large = item('large', { bytes: new Uint8Array(400_000) })
  assert.ok((await small.call(put, item('before'))).ok)
  const answers = await Promise.all([small.call(put, item('with')), small.call(put, large)])
  assert.equal(answers[1].ok ? 'ok' : answers[1].error.type, 'full')
  const alone = await small.call(put, large)
  assert.equal(alone.ok ? 'ok' : alone.error.type, 'full')
  assert.ok((await small.call(put, item('after'))).ok)
  // The neighbour of the large one was either written and told so, or told `full` too.
  const there = (await small.all(names, {})).map((row) => row.name)
  assert.deepEqual(there, answers[0].ok ? ['before', 'with', 'after'] : ['before', 'after'])
  await small.close()
  assert.ok((await openStore(t, path).call(put, large)).ok)
})

test('[D22] a database held by another process is busy after a bounded wait, and free again later', async (t) => {
  const path = await migrated(t)
  const store = openStore(t, path, { busyWaitMs: 20 })
  const other = new DatabaseSync(path)
  other.exec('BEGIN IMMEDIATE')
  const answers = await Promise.all([store.call(put, item('a')), store.call(put, item('b'))])
  assert.deepEqual(
    answers.map((answer) => (answer.ok ? 'ok' : answer.error.type)),
    ['busy', 'busy'],
  )
  other.exec('ROLLBACK')
  other.close()
  assert.ok((await store.call(put, item('a'))).ok)
})

test('[D23] calls of one turn share one commit', async (t) => {
  const path = await migrated(t)
  const store = openStore(t, path)
  const before = commitsIn(`${path}-wal`)
  await Promise.all(Array.from({ length: 100 }, (_, n) => store.call(put, item(`n${n}`))))
  assert.equal((await store.all(names, {})).length, 100)
  assert.equal(commitsIn(`${path}-wal`) - before, 1)
})

/** Frames of a WAL file that end a commit (https://www.sqlite.org/fileformat.html#the_write_ahead_log). */
function commitsIn(wal: string): number {
  const bytes = readFileSync(wal)
  if (bytes.length === 0) return 0
  const frameBytes = 24 + bytes.readUInt32BE(8)
  let commits = 0
  for (let at = 32; at + frameBytes <= bytes.length; at += frameBytes) if (bytes.readUInt32BE(at + 4) > 0) commits++
  return commits
}

test('[D30] migrations run once, in order', async (t) => {
  const path = await migrated(t)
  const db = openWriter({ path })
  t.after(() => db.close())
  const more: Migration[] = [
    ...contractMigrations,
    addColumn('contract/0002-more', 'more'),
    addColumn('contract/0003-last', 'last'),
  ]
  assert.deepEqual(await migrate(sqliteMigrator(db), more, () => 5), {
    ok: true,
    value: ['contract/0002-more', 'contract/0003-last'],
  })
  assert.deepEqual(await migrate(sqliteMigrator(db), more, () => 6), { ok: true, value: [] })
  assert.deepEqual(
    db
      .prepare('select name, at from migration order by rowid')
      .all()
      .map((row) => ({ ...row })),
    [
      { name: 'contract/0001-first', at: 0 },
      { name: 'contract/0002-more', at: 5 },
      { name: 'contract/0003-last', at: 5 },
    ],
  )
})

test('[D31] a migration that fails leaves nothing of itself', async (t) => {
  const path = await migrated(t)
  const db = openWriter({ path })
  t.after(() => db.close())
  const broken: Migration = {
    name: 'contract/0002-broken',
    async up(kysely) {
      await kysely.schema.createTable('half').addColumn('id', 'integer').execute()
      throw new Error('broken on purpose')
    },
  }
  const result = await migrate(sqliteMigrator(db), [...contractMigrations, broken], () => 0)
  assert.ok(!result.ok && result.error.type === 'failed' && result.error.detail.includes('contract/0002-broken'))
  assert.equal(db.prepare("select count(*) as n from sqlite_schema where name = 'half'").get()?.['n'], 0)
})

test('[D32] data of a newer Posthorn is refused and left alone; so is a database of another program', async (t) => {
  const path = await migrated(t)
  const db = openWriter({ path })
  t.after(() => db.close())
  await migrate(sqliteMigrator(db), [...contractMigrations, addColumn('contract/0002-newer', 'newer')], () => 0)
  const older = await migrate(sqliteMigrator(db), contractMigrations, () => 0)
  assert.ok(!older.ok && older.error.type === 'newer' && older.error.detail.includes('contract/0002-newer'))
  const foreign = new DatabaseSync(join(temporaryFolder(t), 'other.db'))
  foreign.exec('create table theirs (a)')
  const refused = await migrate(sqliteMigrator(foreign), contractMigrations, () => 0)
  assert.ok(!refused.ok && refused.error.type === 'foreign')
  assert.equal(foreign.prepare('select count(*) as n from sqlite_schema').get()?.['n'], 1)
  foreign.close()
})

function addColumn(name: string, column: string): Migration {
  return { name, up: async (db) => db.schema.alterTable('item').addColumn(column, 'text').execute() }
}

const HOLD = `
  import { lockDataFolder } from ${JSON.stringify(new URL('../lock.ts', import.meta.url).href)}
  const lock = lockDataFolder(process.argv[1], process.pid)
  console.log(lock.ok ? 'locked' : lock.error.detail)
  if (lock.ok) setInterval(() => lock, 1000)
`

test('[D40] a data folder has one owner, named to others, and none after kill -9', async (t) => {
  const folder = temporaryFolder(t)
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', HOLD, folder])
  const said = await new Promise<string>((resolve) => child.stdout.once('data', (bytes: Buffer) => resolve(bytes.toString())))
  assert.equal(said.trim(), 'locked')
  const refused = lockDataFolder(folder, process.pid)
  assert.ok(!refused.ok && refused.error.type === 'held' && refused.error.pid === child.pid)
  assert.match(refused.error.detail, new RegExp(`process ${child.pid}`))
  child.kill('SIGKILL')
  await new Promise((resolve) => child.once('close', resolve))
  const lock = lockDataFolder(folder, process.pid)
  assert.ok(lock.ok)
  const again = lockDataFolder(folder, process.pid)
  assert.ok(!again.ok && again.error.pid === process.pid)
  lock.value.release()
  const last = lockDataFolder(folder, process.pid)
  assert.ok(last.ok)
  last.value.release()
})
