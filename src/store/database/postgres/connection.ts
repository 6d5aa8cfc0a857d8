// Connections to PostgreSQL, and how its values become ours.

import pg from 'pg'
import { KEPT_STATEMENTS_MAX, POSTGRES_CONNECT_WAIT_MS, POSTGRES_CONNECTIONS_MAX } from '../limits.ts'
import type { CompiledStatement, Statement } from '../statement.ts'

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database`; a socket folder goes into `?host=/path`. */
  readonly url: string
  readonly connectionsMax?: number
  /** Tables live in this schema; for tests, which share a server. */
  readonly schema?: string
}

const BYTEA = 17
const INT8 = 20
const NUMERIC = 1700

/** The same values as from SQLite: numbers are numbers, bytes are plain bytes. */
const types: pg.CustomTypesConfig = {
  getTypeParser(id: number, format?: 'text' | 'binary') {
    if (id === INT8 || id === NUMERIC) return Number as never
    if (id === BYTEA) return parseBytes as never
    return pg.types.getTypeParser(id, format as 'text') as never
  },
}

/** `\x0102…` */
function parseBytes(text: string): Uint8Array {
  const buffer = Buffer.from(text.slice(2), 'hex')
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
}

export function clientConfig(options: PostgresOptions): pg.ClientConfig {
  return {
    connectionString: options.url,
    types,
    application_name: 'posthorn',
    connectionTimeoutMillis: POSTGRES_CONNECT_WAIT_MS,
    keepAlive: true,
    ...(options.schema === undefined ? {} : { options: `-c search_path=${options.schema}` }),
  }
}

export function openPool(options: PostgresOptions): pg.Pool {
  const pool = new pg.Pool({
    ...clientConfig(options),
    max: options.connectionsMax ?? POSTGRES_CONNECTIONS_MAX,
    allowExitOnIdle: true,
  })
  // An idle connection that the server closes says so here; the next call takes a new one.
  pool.on('error', () => undefined)
  return pool
}

/** Statements compiled once; PostgreSQL prepares them by name, once on each connection. */
export class CompiledStatements {
  readonly #compiled = new Map<Statement<never, unknown>, CompiledStatement>()

  query(statement: Statement<never, unknown>, args: object): { name: string; text: string; values: unknown[] } {
    let compiled = this.#compiled.get(statement)
    if (!compiled) {
      if (this.#compiled.size >= KEPT_STATEMENTS_MAX) this.#compiled.clear()
      compiled = statement.compile('postgres')
      this.#compiled.set(statement, compiled)
    }
    return { name: statement.name, text: compiled.sql, values: compiled.bind(args) }
  }
}
