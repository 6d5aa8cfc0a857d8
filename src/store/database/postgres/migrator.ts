// Migrations on PostgreSQL: each in a transaction that holds an advisory lock, so that two processes that start together take turns.

import type { Kysely, PostgresPoolClient } from 'kysely'
import pg from 'pg'
import { POSTGRES_TYPES } from '../dialects.ts'
import { kysely } from '../kysely.ts'
import type { Migrator } from '../migrate.ts'
import { clientConfig, type PostgresOptions } from './connection.ts'

/** Any number that no other program of the same database uses ("PHOR"). */
const LOCK = 0x50484f52

export interface PostgresMigrator extends Migrator {
  close(): Promise<void>
}

export async function postgresMigrator(options: PostgresOptions): Promise<PostgresMigrator> {
  const client = new pg.Client(clientConfig(options))
  await client.connect()
  return {
    types: POSTGRES_TYPES,
    async seen() {
      const { rows: tables } = await client.query<{ found: string | null }>("SELECT to_regclass('migration') AS found")
      if (tables[0]?.found == null) return undefined
      return (await client.query<{ name: string }>('SELECT name FROM migration')).rows.map(({ name }) => name)
    },
    async exclusively(work) {
      await client.query('BEGIN')
      try {
        await client.query('SELECT pg_advisory_xact_lock($1)', [LOCK])
        const result = await work(kyselyOver(client))
        await client.query('COMMIT')
        return result
      } catch (cause) {
        await client.query('ROLLBACK')
        throw cause
      }
    },
    close: () => client.end(),
  }
}

function kyselyOver(client: pg.Client): Kysely<never> {
  const connection = { query: client.query.bind(client), release: () => undefined } as unknown as PostgresPoolClient
  const { Kysely, PostgresDialect } = kysely()
  return new Kysely({
    dialect: new PostgresDialect({ pool: { connect: async () => connection, end: async () => undefined } as never }),
  })
}
