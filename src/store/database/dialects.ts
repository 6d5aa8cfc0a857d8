// The two SQL dialects as Kysely sees them: builders that only compile, and the column types in which the engines differ.

import type { Kysely } from 'kysely'
import { kysely } from './kysely.ts'
import type { ColumnTypes } from './migration.ts'

export type Dialect = 'sqlite' | 'postgres'

export const SQLITE_TYPES: ColumnTypes = { serial: 'integer', integer: 'integer', bytes: 'blob', clustered: 'without rowid' }
export const POSTGRES_TYPES: ColumnTypes = { serial: 'bigserial', integer: 'bigint', bytes: 'bytea', clustered: '' }

const builders = new Map<Dialect, Kysely<never>>()

/** Made at the first use, which loads Kysely. */
export function builderOf(dialect: Dialect): Kysely<never> {
  let builder = builders.get(dialect)
  if (builder === undefined) {
    builder = dialect === 'sqlite' ? sqliteBuilder() : postgresBuilder()
    builders.set(dialect, builder)
  }
  return builder
}

function sqliteBuilder(): Kysely<never> {
  const { DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } = kysely()
  return new Kysely({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  })
}

function postgresBuilder(): Kysely<never> {
  const { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } = kysely()
  return new Kysely({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  })
}
