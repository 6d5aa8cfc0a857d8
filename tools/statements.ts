// Keeps the catalogue of compiled statements in step with the code: `node tools/bootstrap.cjs tool tools/statements.ts --write | --check`.
// `--write` compiles every statement of every *.store.ts and writes src/store/database/compiled.sqlite.json; `--check` only compares.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { CATALOGUE_FILE, type Catalogue, type CatalogueEntry, hashOf } from '../src/store/database/catalogue.ts'
import { definedStatements, type StatementSource } from '../src/store/database/statement.ts'
import { filesUnder } from './source.ts'

const ROOT = join(import.meta.dirname, '..')

/** The catalogue's text as it follows from the code. */
export async function compiledCatalogue(): Promise<string> {
  for (const path of filesUnder(ROOT, 'src').filter((file) => file.endsWith('.store.ts')))
    await import(pathToFileURL(join(ROOT, path)).href)
  return textOf(catalogueOf(definedStatements()))
}

export function catalogueOf(statements: readonly StatementSource[]): Catalogue {
  const entries = new Map<string, CatalogueEntry>()
  for (const statement of statements) {
    if (entries.has(statement.name)) throw new Error(`two statements are called "${statement.name}": give one another name`)
    const { sql, parameters } = statement.build('sqlite')
    entries.set(statement.name, { sql, parameters, hash: hashOf(statement.text()) })
  }
  return Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)))
}

const LINE_COLUMNS = 130

/** As the formatter would write it: parameters on one line where they fit. */
function textOf(catalogue: Catalogue): string {
  const entries = Object.entries(catalogue).map(([name, { sql, parameters, hash }]) => {
    const fields = [`"sql": ${JSON.stringify(sql)}`, `"parameters": ${listOf(parameters)}`, `"hash": "${hash}"`]
    return `  ${JSON.stringify(name)}: {\n    ${fields.join(',\n    ')}\n  }`
  })
  return `{\n${entries.join(',\n')}\n}\n`
}

function listOf(parameters: CatalogueEntry['parameters']): string {
  const items = parameters.map((parameter) => JSON.stringify(parameter).replace(/^\{(".*?"):(.*)\}$/s, '{ $1: $2 }'))
  const line = `[${items.join(', ')}]`
  return line.length + '    "parameters": ,'.length <= LINE_COLUMNS ? line : `[\n      ${items.join(',\n      ')}\n    ]`
}

function committed(): string {
  try {
    return readFileSync(CATALOGUE_FILE, 'utf8')
  } catch {
    return ''
  }
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { write: { type: 'boolean' }, check: { type: 'boolean' } } })
  const text = await compiledCatalogue()
  if (values.write) writeFileSync(CATALOGUE_FILE, text)
  if (values.write || text === committed()) return 0
  console.log(
    'src/store/database/compiled.sqlite.json: not what the statements say now — run `node tools/bootstrap.cjs tool tools/statements.ts --write`',
  )
  return 1
}

if (import.meta.main) process.exitCode = await main()
