// Reads of one thread: its own read-only connection, kept statements, and queries built when asked.

import { statSync } from 'node:fs'
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import type { Compilable, Kysely } from 'kysely'
import type { StoreRoom } from '../../store.ts'
import { builderOf } from '../dialects.ts'
import { StoreFault, sqliteFault } from '../fault.ts'
import { kysely } from '../kysely.ts'
import { KEPT_QUERIES_MAX } from '../limits.ts'
import type { Row, Sql, Statement } from '../statement.ts'
import { KeptStatements, openReader, plainRows } from './connection.ts'

export class SqliteReader {
  readonly #path: string
  readonly #db: DatabaseSync
  readonly #statements: KeptStatements
  /** By SQL text; the oldest goes first. */
  readonly #queries = new Map<string, StatementSync>()

  constructor(path: string) {
    this.#path = path
    this.#db = openReader(path)
    this.#statements = new KeptStatements(this.#db)
  }

  all<Args extends object, R>(statement: Statement<Args, R>, args: Args): readonly Row<R>[] {
    return this.#read(() => this.#statements.all(statement as Statement<never, unknown>, args)) as readonly Row<R>[]
  }

  query<DB, R>(build: (db: Kysely<DB>, sql: Sql) => Compilable<R>): readonly R[] {
    const { sql, parameters } = build(builderOf('sqlite') as unknown as Kysely<DB>, kysely().sql).compile()
    return this.#read(() => plainRows(this.#keep(sql).all(...(parameters as SQLInputValue[])))) as readonly R[]
  }

  room(): StoreRoom {
    return this.#read(() => {
      const free = this.#db.prepare('PRAGMA freelist_count').get() as { freelist_count: number }
      const page = this.#db.prepare('PRAGMA page_size').get() as { page_size: number }
      const log = statSync(`${this.#path}-wal`, { throwIfNoEntry: false })
      return { insideBytes: free.freelist_count * page.page_size, logBytes: log?.size ?? 0 }
    })
  }

  close(): void {
    if (this.#db.isOpen) this.#db.close()
  }

  #read<T>(work: () => T): T {
    if (!this.#db.isOpen) throw new StoreFault({ type: 'closed', detail: 'the store is closed' })
    try {
      return work()
    } catch (cause) {
      if ((cause as { errcode?: number }).errcode === undefined) throw cause
      throw new StoreFault(sqliteFault(cause), { cause })
    }
  }

  #keep(sql: string): StatementSync {
    const known = this.#queries.get(sql)
    if (known) return known
    const oldest = this.#queries.keys().next()
    if (this.#queries.size >= KEPT_QUERIES_MAX && !oldest.done) this.#queries.delete(oldest.value)
    const prepared = this.#db.prepare(sql)
    this.#queries.set(sql, prepared)
    return prepared
  }
}
