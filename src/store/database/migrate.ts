// Runs the migrations an engine's database has not seen, in order, each atomically, one process at a time.

import type { Kysely } from 'kysely'
import { err, ok, type Result } from '../../ground/result.ts'
import { kysely } from './kysely.ts'
import type { ColumnTypes, Migration, Sql } from './migration.ts'

/** `newer`: the data was written by a newer Posthorn than this one; it is left alone. `foreign`: the file is no store of ours. */
export interface MigrateError {
  readonly type: 'newer' | 'foreign' | 'failed'
  readonly detail: string
}

export interface MigrationTable {
  migration: { name: string; at: number }
}

/** The engine found a database that is not ours. */
export class ForeignDatabase extends Error {
  override readonly name = 'ForeignDatabase'
}

/** What an engine brings: a connection, and a way to run work in one transaction that nobody else's migration overlaps. */
export interface Migrator {
  readonly types: ColumnTypes
  /** The migrations that ran, by name; undefined: there is no table of them yet. */
  seen(): Promise<readonly string[] | undefined>
  /** Takes the lock, runs, commits; rolls back when the work throws. */
  exclusively<T>(work: (db: Kysely<never>) => Promise<T>): Promise<T>
}

/** The names that ran now. Running twice is harmless. */
export async function migrate(
  engine: Migrator,
  migrations: readonly Migration[],
  now: () => number,
): Promise<Result<readonly string[], MigrateError>> {
  if (await isUpToDate(engine, migrations)) return ok([])
  const done: string[] = []
  for (const migration of [undefined, ...migrations]) {
    const result = await runOne(engine, migration, migrations, now)
    if (!result.ok) return result
    if (result.value) done.push(result.value)
  }
  return ok(done)
}

/** Nearly every start is the second or a later one: it needs no lock, and no Kysely. What is not as it should be is found again below. */
async function isUpToDate(engine: Migrator, migrations: readonly Migration[]): Promise<boolean> {
  try {
    const seen = new Set(await engine.seen())
    return seen.size === migrations.length && migrations.every(({ name }) => seen.has(name))
  } catch {
    return false
  }
}

async function runOne(engine: Migrator, migration: Migration | undefined, list: readonly Migration[], now: () => number) {
  try {
    return await engine.exclusively(async (db): Promise<Result<string | undefined, MigrateError>> => {
      const { sql } = kysely()
      const table = db as unknown as Kysely<MigrationTable>
      await createTable(table, engine.types, sql)
      const seen = new Set((await table.selectFrom('migration').select('name').execute()).map((row) => row.name))
      const newer = unknownTo(list, seen)
      if (newer) return err(newer)
      if (!migration || seen.has(migration.name)) return ok(undefined)
      await migration.up(db, engine.types, sql)
      await table.insertInto('migration').values({ name: migration.name, at: now() }).execute()
      return ok(migration.name)
    })
  } catch (cause) {
    if (cause instanceof ForeignDatabase) return err<MigrateError>({ type: 'foreign', detail: cause.message })
    const what = migration ? `migration ${migration.name}` : 'preparing the table of migrations'
    return err<MigrateError>({ type: 'failed', detail: `${what}: ${cause instanceof Error ? cause.message : String(cause)}` })
  }
}

async function createTable(db: Kysely<MigrationTable>, types: ColumnTypes, sql: Sql): Promise<void> {
  await db.schema
    .createTable('migration')
    .ifNotExists()
    .addColumn('name', 'text', (column) => column.primaryKey().notNull())
    .addColumn('at', sql.raw(types.integer), (column) => column.notNull())
    .execute()
}

function unknownTo(list: readonly Migration[], seen: ReadonlySet<string>): MigrateError | undefined {
  const known = new Set(list.map((migration) => migration.name))
  const strange = [...seen].filter((name) => !known.has(name))
  if (strange.length === 0) return undefined
  const detail = `the data was written by a newer Posthorn (it has ${strange.join(', ')}); start that version, or restore a backup of this one`
  return { type: 'newer', detail }
}
