// The catalogue of compiled statements (`compiled.sqlite.json`): SQL as Kysely made it, kept in the repository, so that at run time
// nothing needs to be built. `tools/statements.ts` writes it and checks it.

import { readFileSync } from 'node:fs'

/** Where a parameter of the SQL comes from: an argument of the statement, or a value that stands in its text. */
export type ParameterSource = { readonly arg: string } | { readonly value: unknown }

export interface CatalogueEntry {
  readonly sql: string
  readonly parameters: readonly ParameterSource[]
  /** Of the builder's text: an entry whose builder has changed since does not count. */
  readonly hash: string
}

export type Catalogue = Readonly<Record<string, CatalogueEntry>>

export const CATALOGUE_FILE = new URL('./compiled.sqlite.json', import.meta.url)

let loaded: ReadonlyMap<string, CatalogueEntry> | undefined

/** The entry of this statement as it stands in the code now, if there is one. */
export function inCatalogue(name: string, build: () => string): CatalogueEntry | undefined {
  loaded ??= load()
  const entry = loaded.get(name)
  return entry !== undefined && entry.hash === hashOf(build()) ? entry : undefined
}

/** Without the file everything still works: statements are built when they are first used. */
function load(): ReadonlyMap<string, CatalogueEntry> {
  try {
    return new Map(Object.entries(JSON.parse(readFileSync(CATALOGUE_FILE, 'utf8')) as Catalogue))
  } catch {
    return new Map()
  }
}

/**
 * FNV-1a, 32 bits, of the text without its white space (where types were stripped, blanks stand). It tells a builder from an older one of
 * the same name, nothing more: that all entries are right is checked by compiling them.
 */
export function hashOf(text: string): string {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code > 0x20) hash = Math.imul(hash ^ code, 0x01000193)
  }
  return (hash >>> 0).toString(16).padStart(8, '0')
}
