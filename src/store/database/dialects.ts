// The two SQL dialects as Kysely sees them: builders that only compile, and the column types in which the engines differ.

import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import type { ColumnTypes } from './migration.ts'

export const SQLITE_TYPES: ColumnTypes = { serial: 'integer', integer: 'integer', bytes: 'blob' }
export const POSTGRES_TYPES: ColumnTypes = { serial: 'bigserial', integer: 'bigint', bytes: 'bytea' }

export const sqliteBuilder: Kysely<never> = new Kysely({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
})

export const postgresBuilder: Kysely<never> = new Kysely({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
})
