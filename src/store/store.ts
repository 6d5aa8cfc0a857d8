// What is remembered: the door of the store. Everyone who reads or changes durable data holds one of these.

import type { Compilable, Kysely } from 'kysely'
import type { Result } from '../ground/result.ts'
import type { Procedure } from './database/procedure.ts'
import type { Row, Sql, Statement } from './database/statement.ts'

/**
 * `busy`: another process holds the database. `full`: no room on the disk (or the store's own limit is reached). `failed`: the engine
 * reported a fault. `closed`: the program is stopping. Nothing of the call was written and trying again later is right. (One exception:
 * when the writer thread dies or PostgreSQL's connection breaks during a commit nobody knows, and trying again may do the same twice.)
 */
export interface StoreError {
  readonly type: 'busy' | 'full' | 'failed' | 'closed'
  /** For the operator. */
  readonly detail: string
}

export interface Store {
  /** Runs a procedure. An `ok` answer means: the commit has reached the disk. */
  call<Args, R>(procedure: Procedure<Args, R>, args: Args): Promise<Result<R, StoreError>>
  /** Reads what is committed, on this thread's own read connection. A fault of the engine throws StoreFault. */
  all<Args extends object, R>(statement: Statement<Args, R>, args: Args): Promise<readonly Row<R>[]>
  first<Args extends object, R>(statement: Statement<Args, R>, args: Args): Promise<Row<R> | undefined>
  /** For questions whose shape is only known when asked (filters); built each time. */
  query<DB, R>(build: (db: Kysely<DB>, sql: Sql) => Compilable<R>): Promise<readonly R[]>
  close(): Promise<void>
}

/** What of the disk is the store's and can be used again. */
export interface StoreRoom {
  /** Pages inside the file that hold nothing. */
  readonly insideBytes: number
  /** The WAL as it is: it is written anew from its beginning. */
  readonly logBytes: number
}
