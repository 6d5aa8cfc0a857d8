// The tables that all migrations together make, as text: kept in the repository so that a migration is reviewed by its effect.

import type { DatabaseSync } from 'node:sqlite'

/** Tables, then their indexes, each by name. */
export function dumpSchema(db: DatabaseSync): string {
  const rows = db
    .prepare(
      "SELECT type, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY tbl_name, type = 'index', name",
    )
    .all() as unknown as readonly { readonly sql: string }[]
  return rows.map((row) => `${spread(row.sql)};\n`).join('\n')
}

/** One column on each line. */
function spread(sql: string): string {
  if (!/^create table/i.test(sql)) return sql
  const open = sql.indexOf('(')
  const close = sql.lastIndexOf(')')
  const columns = splitOutsideParentheses(sql.slice(open + 1, close))
  return `${sql.slice(0, open)}(\n${columns.map((column) => `  ${column.trim()}`).join(',\n')}\n${sql.slice(close)}`
}

function splitOutsideParentheses(text: string): readonly string[] {
  const parts: string[] = ['']
  let depth = 0
  for (const character of text) {
    if (character === '(') depth++
    if (character === ')') depth--
    if (character === ',' && depth === 0) parts.push('')
    else parts[parts.length - 1] += character
  }
  return parts
}
