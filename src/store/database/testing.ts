// Stores for tests: a real engine in a temporary place, with production's semantics. Only tests import this.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, describe } from 'node:test'
import pg from 'pg'
import type { Notify } from '../../ground/ports/notify.ts'
import type { Store } from '../store.ts'
import { type Migrator, migrate } from './migrate.ts'
import type { Migration } from './migration.ts'
import { postgresMigrator } from './postgres/migrator.ts'
import { openPostgres } from './postgres/store.ts'
import type { Procedure } from './procedure.ts'
import { openWriter } from './sqlite/connection.ts'
import { openInProcess } from './sqlite/in-process.ts'
import { sqliteMigrator } from './sqlite/migrator.ts'
import { postgresMissing, testPostgres } from './testing/postgres.ts'

export interface TestStoreOptions {
  readonly migrations: readonly Migration[]
  readonly procedures: readonly Procedure<never, unknown>[]
  /** Gets the hints of each commit. */
  readonly notify?: Pick<Notify, 'publish'>
  /** SQLite only. */
  readonly limitBytes?: number
  /** Absent: a bug in a procedure is printed with its stack; the call answers `failed` in any case. */
  readonly onBug?: (procedure: string, cause: unknown) => void
}

/** A store over real SQLite in a temporary folder, which goes when the store is closed: `t.after(() => store.close())`. */
export async function openTestStore(options: TestStoreOptions): Promise<Store> {
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-test-'))
  const path = join(folder, 'store.db')
  const db = openWriter({ path, sync: 'none' })
  await mustMigrate(sqliteMigrator(db), options)
  db.close()
  const limit = options.limitBytes === undefined ? {} : { limitBytes: options.limitBytes }
  const store = openInProcess({ path, sync: 'none', ...limit, ...callbacks(options) })
  return withCleanup(store, () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
}

let schemas = 0

/** A store in a schema of its own on the test server. */
export async function openPostgresTestStore(url: string, options: TestStoreOptions): Promise<Store> {
  const schema = `test_${process.pid}_${++schemas}`
  await execute(url, `CREATE SCHEMA ${schema}`)
  const migrator = await postgresMigrator({ url, schema })
  await mustMigrate(migrator, options)
  await migrator.close()
  const store = openPostgres({ url, schema, connectionsMax: 5, ...callbacks(options) })
  return withCleanup(store, () => execute(url, `DROP SCHEMA ${schema} CASCADE`))
}

export type EngineName = 'sqlite' | 'postgres'

/** What a suite gets for each engine. */
export interface TestEngine {
  readonly engine: EngineName
  /** A fresh, empty database with these migrations. */
  open(options: TestStoreOptions): Promise<Store>
}

/**
 * Declares one suite per engine:
 * `forEachEngine('queue', ({ open }) => { test('[Q1] …', async (t) => { const store = await open({ … }); t.after(() => store.close()) }) })`.
 * Where there is no PostgreSQL its suite is skipped and says why.
 */
export function forEachEngine(name: string, declare: (engine: TestEngine) => void): void {
  describe(`${name} on sqlite`, () => declare({ engine: 'sqlite', open: openTestStore }))
  const missing = postgresMissing()
  describe(`${name} on postgres`, missing === undefined ? {} : { skip: missing }, () => {
    before(() => testPostgres())
    declare({ engine: 'postgres', open: async (options) => openPostgresTestStore(await testPostgres(), options) })
  })
}

async function mustMigrate(migrator: Migrator, options: TestStoreOptions): Promise<void> {
  const migrated = await migrate(migrator, options.migrations, () => 0)
  if (!migrated.ok) throw new Error(migrated.error.detail)
}

function callbacks(options: TestStoreOptions) {
  return {
    procedures: options.procedures,
    publish: (topic: string, key: string) => options.notify?.publish(topic as never, key),
    onBug: options.onBug ?? printBug,
  }
}

function printBug(procedure: string, cause: unknown): void {
  console.error(`bug in procedure ${procedure}:`, cause)
}

async function execute(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

function withCleanup(store: Store, cleanUp: () => unknown): Store {
  let closing: Promise<unknown> | undefined
  return {
    call: (procedure, args) => store.call(procedure, args),
    all: (statement, args) => store.all(statement, args),
    first: (statement, args) => store.first(statement, args),
    query: (build) => store.query(build),
    async close() {
      await store.close()
      closing ??= Promise.resolve(cleanUp())
      await closing
    },
  }
}
