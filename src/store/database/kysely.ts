// Kysely, loaded when a query must be built: a thread that finds its statements in the catalogue never holds the library, which is as
// large as everything else in it together.

import { createRequire } from 'node:module'
import type * as Library from 'kysely'

/** The template tag for SQL in words. Builders are given it, so that the files they stand in load nothing. */
export type Sql = typeof Library.sql

const require = createRequire(import.meta.url)

export function kysely(): typeof Library {
  return require('kysely') as typeof Library
}
