// Connections to the SQLite file: the writer's and the readers', with their pragmas and their kept statements.

import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import {
  BUSY_WAIT_MS,
  CHECKPOINT_PAGES,
  KEPT_STATEMENTS_MAX,
  PAGE_BYTES,
  READER_CACHE_BYTES,
  WAL_BYTES_KEPT,
  WRITER_CACHE_BYTES,
} from '../limits.ts'
import type { CompiledStatement, Statement } from '../statement.ts'

export interface WriterOptions {
  readonly path: string
  /** The store refuses to grow beyond it (`full`); 0 or absent: as large as the disk. */
  readonly limitBytes?: number
  /** `none` is for tests only: a commit then survives the process, not the machine. */
  readonly sync?: 'full' | 'none'
  readonly busyWaitMs?: number
}

/** The one connection that changes the file. */
export function openWriter(options: WriterOptions): DatabaseSync {
  const db = new DatabaseSync(options.path, { timeout: options.busyWaitMs ?? BUSY_WAIT_MS, enableForeignKeyConstraints: false })
  // foreign_keys stays off: what belongs together is written and deleted by one procedure, and a check per row costs a lookup.
  db.exec(`PRAGMA page_size = ${PAGE_BYTES}`)
  db.exec('PRAGMA journal_mode = WAL')
  db.exec(`PRAGMA synchronous = ${options.sync === 'none' ? 'OFF' : 'FULL'}`)
  db.exec(`PRAGMA cache_size = ${-WRITER_CACHE_BYTES / 1024}`)
  db.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`)
  db.exec(`PRAGMA journal_size_limit = ${WAL_BYTES_KEPT}`)
  db.exec('PRAGMA temp_store = MEMORY')
  if (options.limitBytes) db.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(options.limitBytes / pageBytes(db)))}`)
  return db
}

/** A connection that only reads. Each statement sees the latest commit: nothing here holds a transaction open. */
export function openReader(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { readOnly: true, timeout: BUSY_WAIT_MS, enableForeignKeyConstraints: false })
  db.exec(`PRAGMA cache_size = ${-READER_CACHE_BYTES / 1024}`)
  db.exec('PRAGMA temp_store = MEMORY')
  return db
}

function pageBytes(db: DatabaseSync): number {
  return Number((db.prepare('PRAGMA page_size').get() as { page_size: number }).page_size)
}

interface Kept {
  readonly prepared: StatementSync
  readonly bind: CompiledStatement['bind']
}

/** Statements of one connection, prepared at first use and kept. */
export class KeptStatements {
  readonly #db: DatabaseSync
  readonly #kept = new Map<Statement<never, unknown>, Kept>()

  constructor(db: DatabaseSync) {
    this.#db = db
  }

  all(statement: Statement<never, unknown>, args: object): Record<string, unknown>[] {
    const { prepared, bind } = this.#keep(statement)
    return plainRows(prepared.all(...(bind(args) as SQLInputValue[])))
  }

  run(statement: Statement<never, unknown>, args: object): number {
    const { prepared, bind } = this.#keep(statement)
    return Number(prepared.run(...(bind(args) as SQLInputValue[])).changes)
  }

  #keep(statement: Statement<never, unknown>): Kept {
    const known = this.#kept.get(statement)
    if (known) return known
    if (this.#kept.size >= KEPT_STATEMENTS_MAX) this.#kept.clear()
    const { sql, bind } = statement.compile('sqlite')
    const kept = { prepared: this.#db.prepare(sql), bind }
    this.#kept.set(statement, kept)
    return kept
  }
}

/** node:sqlite makes rows without a prototype; PostgreSQL's have one. The same call gives the same thing on both engines. */
export function plainRows(rows: object[]): Record<string, unknown>[] {
  return rows.map((row) => ({ ...row }))
}
