// Checks that every import in src runs the permitted way: `node tools/bootstrap.cjs tool tools/architecture.ts [--root folder] [--table | --write | --check]`.
// `--table` prints the table of permitted imports, `--write` puts it into ARCHITECTURE.md between its two marks, `--check` compares.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { judgeCycles } from './architecture/cycles.ts'
import { importsOf } from './architecture/imports.ts'
import { judgeImport, judgeWords, type Problem } from './architecture/rules.ts'
import { tableAsMarkdown } from './architecture/table.ts'
import { filesUnder, readSource } from './source.ts'

const BEGIN = '<!-- imports:begin -->'
const END = '<!-- imports:end -->'

/** All problems of the tree at `root`, in the order of files and lines. */
export function checkArchitecture(root: string): readonly Problem[] {
  const paths = filesUnder(root, 'src').filter((path) => /\.[cm]?ts$/.test(path) && !path.endsWith('.d.ts'))
  const sources = paths.map((path) => readSource(root, path))
  const imports = sources.flatMap(importsOf)
  const problems = [...imports.flatMap(judgeImport), ...sources.flatMap(judgeWords), ...judgeCycles(imports)]
  return problems.sort((a, b) => (a.path === b.path ? a.line - b.line : a.path < b.path ? -1 : 1))
}

/** The document with the table between its marks, or undefined where the marks are missing. */
export function withTable(document: string): string | undefined {
  const begin = document.indexOf(BEGIN)
  const end = document.indexOf(END)
  if (begin === -1 || end < begin) return undefined
  return `${document.slice(0, begin + BEGIN.length)}\n\n${tableAsMarkdown()}\n\n${document.slice(end)}`
}

function write(root: string): number {
  const file = join(root, 'ARCHITECTURE.md')
  const updated = withTable(readFileSync(file, 'utf8'))
  if (updated === undefined) {
    console.error(`ARCHITECTURE.md has no place for the table: add the lines ${BEGIN} and ${END}`)
    return 1
  }
  writeFileSync(file, updated)
  return 0
}

function check(root: string): number {
  const document = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8')
  if (withTable(document) === document) return 0
  console.error(
    'ARCHITECTURE.md does not show the table as it is: run `node tools/bootstrap.cjs tool tools/architecture.ts --write`',
  )
  return 1
}

function main(): number {
  const flag = { type: 'boolean' } as const
  const { values } = parseArgs({ options: { root: { type: 'string' }, table: flag, write: flag, check: flag } })
  const root = values.root ?? join(import.meta.dirname, '..')
  if (values.table) console.log(tableAsMarkdown())
  if (values.table) return 0
  if (values.write) return write(root)
  if (values.check) return check(root)
  const problems = checkArchitecture(root)
  for (const { path, line, what, instead } of problems) console.log(`${path}:${line}: ${what} — ${instead}`)
  return problems.length === 0 ? 0 : 1
}

if (import.meta.main) process.exitCode = main()
