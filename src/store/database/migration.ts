// Tables come into being and change by migrations, only ever added. Each part names its own: `queue/0001-first`.

import type { Kysely } from 'kysely'
import type { Sql } from './kysely.ts'

export type { Sql } from './kysely.ts'

/** What the engines name differently. */
export interface ColumnTypes {
  /** Counts up by itself, 1, 2, 3 …; the key of its table. */
  readonly serial: 'integer' | 'bigserial'
  readonly integer: 'integer' | 'bigint'
  readonly bytes: 'blob' | 'bytea'
  /**
   * Ends a table that is hardly more than its composite key: `.modifyEnd(sql.raw(types.clustered))`. SQLite then keeps the rows in the
   * key's tree, and no second one. Wide rows would fill that tree's inner pages: where rows come in order it writes more, not less.
   */
  readonly clustered: 'without rowid' | ''
}

export interface Migration {
  /** `part/NNNN-what`; runs once, in the order of the list. */
  readonly name: string
  up(db: Kysely<never>, types: ColumnTypes, sql: Sql): Promise<void>
}
