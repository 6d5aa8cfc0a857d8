// Migrations on PostgreSQL: each in a transaction that holds an advisory lock, so that two processes that start together take turns.

import { Kysely, PostgresDialect, type PostgresPoolClient } from 'kysely'
import pg from 'pg'
import { POSTGRES_TYPES } from '../dialects.ts'
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
  const kysely = kyselyOver(client)
  return {
    types: POSTGRES_TYPES,
    async exclusively(work) {
      await client.query('BEGIN')
      try {
        await client.query('SELECT pg_advisory_xact_lock($1)', [LOCK])
        const result = await work(kysely)
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
  return new Kysely({
    dialect: new PostgresDialect({ pool: { connect: async () => connection, end: async () => undefined } as never }),
  })
}
