// Checks the house style where no other tool does: `node tools/bootstrap.cjs tool tools/tidy.ts [--root folder] [--longest n]`.
// Prints what is wrong as `file:line: what — what to do instead`, and always the longest functions, so that they are seen.

import { existsSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { parseArgs } from 'node:util'
import { blankLiterals, filesUnder } from './source.ts'
import { judgeCode } from './tidy/code.ts'
import type { FoundFunction } from './tidy/functions.ts'
import { RATCHET } from './tidy/limits.ts'
import type { Problem } from './tidy/problem.ts'
import { judgeText } from './tidy/text.ts'

const ROOT = join(import.meta.dirname, '..')
const FOLDERS = ['src', 'test', 'tools', 'bench', 'docs', 'web', 'bin', 'runtime', '.ci']
const TEXT = /\.(?:[cm]?[jt]sx?|md|json|ya?ml|toml|html|css|sh|txt)$|\/(?:run|posthorn)$/
const CODE = /^(?:src|test|tools|bench)\/.*\.(?:ts|cjs)$/

/** Data that is as it is: mail to be parsed, locks, what was generated. */
const DATA = /package-lock\.json$|^test\/vectors\/|^web\/dist\/|\/golden\//

export function tidy(root: string): { problems: readonly Problem[]; functions: readonly FoundFunction[] } {
  const problems: Problem[] = []
  const functions: FoundFunction[] = []
  const paths = textFiles(root)
  for (const path of paths) {
    const text = readFileSync(join(root, path), 'utf8')
    problems.push(...judgeText(root, path, text))
    if (!CODE.test(path)) continue
    const judged = judgeCode({ path, text, code: blankLiterals(text) })
    problems.push(...judged.problems)
    functions.push(...judged.functions)
  }
  problems.push(...judgeParts(paths))
  if (root === ROOT) problems.push(...judgeRatchet(root, functions))
  problems.sort((a, b) => (a.path === b.path ? a.line - b.line : a.path < b.path ? -1 : 1))
  return { problems, functions: functions.sort((a, b) => b.lines - a.lines) }
}

function textFiles(root: string): string[] {
  const top = filesUnder(root, '').filter((path) => !path.includes('/'))
  const all = [...top, ...FOLDERS.flatMap((folder) => filesUnder(root, folder))]
  return all.filter((path) => TEXT.test(path) && !DATA.test(path))
}

/** A part is a folder with a door (the file with its name), or one of the two that have none. Each says in a README what it is. */
function judgeParts(paths: readonly string[]): Problem[] {
  const present = new Set(paths)
  const folders = new Set(paths.filter((path) => path.startsWith('src/')).map((path) => posix.dirname(path)))
  return [...folders].flatMap((folder) => {
    const isPart =
      present.has(`${folder}/${posix.basename(folder)}.ts`) || ['src/ground', 'src/main', 'src/store/database'].includes(folder)
    if (!isPart || present.has(`${folder}/README.md`)) return []
    return [
      {
        path: folder,
        line: 1,
        what: 'a part without README.md',
        instead: 'ten lines: what it is, what it is not, how to read it',
      },
    ]
  })
}

/** Entries of the ratchet that nothing needs any more. */
function judgeRatchet(root: string, functions: readonly FoundFunction[]): Problem[] {
  return [...RATCHET.keys()].flatMap((key) => {
    const [path = '', name] = key.split('#')
    const used =
      name === undefined ? existsSync(join(root, path)) : functions.some((found) => found.path === path && found.name === name)
    return used
      ? []
      : [{ path: 'tools/tidy/limits.ts', line: 1, what: `permits ${key}, which is gone`, instead: 'remove the entry' }]
  })
}

function main(): number {
  const { values } = parseArgs({ options: { root: { type: 'string' }, longest: { type: 'string' } } })
  const { problems, functions } = tidy(values.root ?? ROOT)
  for (const { path, line, what, instead } of problems) console.log(`${path}:${line}: ${what} — ${instead}`)
  console.log('The longest functions:')
  for (const { path, name, line, lines } of functions.slice(0, Number(values.longest ?? 5)))
    console.log(`  ${lines} lines  ${name}  ${path}:${line}`)
  return problems.length === 0 ? 0 : 1
}

if (import.meta.main) process.exitCode = main()
