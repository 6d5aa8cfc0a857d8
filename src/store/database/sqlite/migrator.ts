// Migrations on SQLite: Kysely over the writer's connection, one immediate transaction for each.

import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import type { CompiledQuery, DatabaseConnection, Driver, Kysely, QueryResult } from 'kysely'
import { SQLITE_TYPES } from '../dialects.ts'
import { kysely } from '../kysely.ts'
import { ForeignDatabase, type Migrator } from '../migrate.ts'

/** Marks the file as a store of Posthorn's ("PHOR"), so that another program's database is refused, not changed. */
const APPLICATION_ID = 0x50484f52

export function sqliteMigrator(db: DatabaseSync): Migrator {
  return {
    types: SQLITE_TYPES,
    async seen() {
      refuseForeign(db)
      if (!db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'migration'").get()) return undefined
      return db
        .prepare('SELECT name FROM migration')
        .all()
        .map(({ name }) => String(name))
    },
    async exclusively(work) {
      refuseForeign(db)
      db.exec('BEGIN IMMEDIATE')
      try {
        const result = await work(kyselyOver(db))
        db.exec(`PRAGMA application_id = ${APPLICATION_ID}`)
        db.exec('COMMIT')
        return result
      } catch (cause) {
        if (db.isTransaction) db.exec('ROLLBACK')
        throw cause
      }
    },
  }
}

function refuseForeign(db: DatabaseSync): void {
  const { application_id: id } = db.prepare('PRAGMA application_id').get() as { application_id: number }
  const { tables } = db.prepare('SELECT count(*) AS tables FROM sqlite_schema').get() as { tables: number }
  if (tables > 0 && id !== APPLICATION_ID) throw new ForeignDatabase('the file is a database, but not one of Posthorn')
}

/** A Kysely that executes on this connection; slow and general, for migrations. */
function kyselyOver(db: DatabaseSync): Kysely<never> {
  const { Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } = kysely()
  return new Kysely<never>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new ConnectionDriver(db),
      createIntrospector: (builder) => new SqliteIntrospector(builder),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  })
}

class ConnectionDriver implements Driver {
  readonly #connection: DatabaseConnection

  constructor(db: DatabaseSync) {
    this.#connection = { executeQuery: async <R>(query: CompiledQuery) => execute<R>(db, query), streamQuery: neverStream }
  }

  async init(): Promise<void> {}
  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection
  }
  async beginTransaction(): Promise<void> {
    throw new Error('a migration is already one transaction')
  }
  async commitTransaction(): Promise<void> {}
  async rollbackTransaction(): Promise<void> {}
  async releaseConnection(): Promise<void> {}
  async destroy(): Promise<void> {}
}

function execute<R>(db: DatabaseSync, query: CompiledQuery): QueryResult<R> {
  const rows = db.prepare(query.sql).all(...(query.parameters as SQLInputValue[]))
  return { rows: rows as R[] }
}

async function* neverStream(): AsyncIterableIterator<QueryResult<never>> {
  throw new Error('migrations do not stream')
}
