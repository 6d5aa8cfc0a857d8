// Stores for tests: a real engine in a temporary place, with production's semantics. Only tests import this.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe } from 'node:test'
import type { Notify } from '../../ground/ports/notify.ts'
import type { Store } from '../store.ts'
import { migrate } from './migrate.ts'
import type { Migration } from './migration.ts'
import type { Procedure } from './procedure.ts'
import { openWriter } from './sqlite/connection.ts'
import { openInProcess } from './sqlite/in-process.ts'
import { sqliteMigrator } from './sqlite/migrator.ts'

export interface TestStoreOptions {
  readonly migrations: readonly Migration[]
  readonly procedures: readonly Procedure<never, never>[] | readonly Procedure<never, unknown>[]
  /** Gets the hints of each commit. */
  readonly notify?: Pick<Notify, 'publish'>
  readonly limitBytes?: number
  /** Absent: a bug in a procedure is printed with its stack; the call answers `failed` in any case. */
  readonly onBug?: (procedure: string, cause: unknown) => void
}

/** A store over real SQLite in a temporary folder, which goes when the store is closed: `t.after(() => store.close())`. */
export async function openTestStore(options: TestStoreOptions): Promise<Store> {
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-test-'))
  const path = join(folder, 'store.db')
  const db = openWriter({ path, sync: 'none' })
  const migrated = await migrate(sqliteMigrator(db), options.migrations, () => 0)
  db.close()
  if (!migrated.ok) throw new Error(migrated.error.detail)
  const store = openInProcess({
    path,
    sync: 'none',
    ...(options.limitBytes === undefined ? {} : { limitBytes: options.limitBytes }),
    procedures: options.procedures,
    publish: (topic, key) => options.notify?.publish(topic as never, key),
    onBug: options.onBug ?? printBug,
  })
  return withCleanup(store, () => rmSync(folder, { recursive: true, force: true }))
}

export function printBug(procedure: string, cause: unknown): void {
  console.error(`bug in procedure ${procedure}:`, cause)
}

export function withCleanup(store: Store, cleanUp: () => unknown): Store {
  return {
    call: (procedure, args) => store.call(procedure, args),
    all: (statement, args) => store.all(statement, args),
    first: (statement, args) => store.first(statement, args),
    query: (build) => store.query(build),
    async close() {
      await store.close()
      await cleanUp()
    },
  }
}

export type EngineName = 'sqlite' | 'postgres'

/** What a suite gets for each engine. */
export interface TestEngine {
  readonly engine: EngineName
  /** A fresh, empty database with these migrations. */
  open(options: TestStoreOptions): Promise<Store>
}

/** Declares one suite per engine: `forEachEngine('queue', ({ open }) => { test('[Q1] …', async (t) => { const store = await open({ … }) … }) })`. */
export function forEachEngine(name: string, declare: (engine: TestEngine) => void): void {
  describe(`${name} on sqlite`, () => declare({ engine: 'sqlite', open: openTestStore }))
}
