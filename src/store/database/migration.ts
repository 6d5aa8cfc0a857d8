// Tables come into being and change by migrations, only ever added. Each part names its own: `queue/0001-first`.

import type { Kysely } from 'kysely'
import type { Sql } from './kysely.ts'

export type { Sql } from './kysely.ts'

/** The types in which the engines differ. */
export interface ColumnTypes {
  /** Counts up by itself, 1, 2, 3 …; the key of its table. */
  readonly serial: 'integer' | 'bigserial'
  readonly integer: 'integer' | 'bigint'
  readonly bytes: 'blob' | 'bytea'
}

export interface Migration {
  /** `part/NNNN-what`; runs once, in the order of the list. */
  readonly name: string
  up(db: Kysely<never>, types: ColumnTypes, sql: Sql): Promise<void>
}
