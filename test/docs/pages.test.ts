// What the pages name exists: files, settings, commands, reply codes, rules, tables of decisions.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { COMMANDS } from '../../src/surface/cli/commands.ts'
import { allSettings } from '../../tools/settings.ts'
import { filesUnder } from '../../tools/source.ts'

const ROOT = join(import.meta.dirname, '../..')
const FILES = filesUnder(ROOT, '').filter((path) => !path.startsWith('data/'))
const PAGES = FILES.filter((path) => path.endsWith('.md') && !path.startsWith('test/corpus/'))
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

/** All `…` of a page, with the page's name; blocks of code are left out. */
function codes(pages: readonly string[]): { readonly page: string; readonly text: string }[] {
  return pages.flatMap((page) => {
    const prose = read(page).replace(/```[\s\S]*?```/g, '')
    return [...prose.matchAll(/`([^`\n]+)`/g)].map((match) => ({ page, text: match[1] as string }))
  })
}

test('files that pages name are there', () => {
  const missing = codes(PAGES).filter(({ page, text }) => {
    if (!/^[\w.@/-]+\/[\w.*-]+\.(ts|md|cjs|js|toml|service|json|css)$/.test(text)) return false
    const pattern = new RegExp(
      `(^|/)${text
        .replace(/^\.\.?\//, '')
        .replaceAll('.', '\\.')
        .replaceAll('*', '[\\w.-]*')}$`,
    )
    return !text.includes('node_modules') && !FILES.some((file) => pattern.test(file)) && page !== 'CHANGELOG.md'
  })
  assert.deepEqual(missing, [])
})

test('settings that pages name are there', () => {
  const known = allSettings().map(({ path }) => path)
  const sections = new Set(known.map((path) => path.split('.')[0]))
  const unknown = codes(PAGES).filter(({ text }) => {
    const [section = '', name = ''] = (/^(\w+\.\w+)(?: = .*)?$/.exec(text)?.[1] ?? '').split('.')
    // `queue.retry` may also be a procedure, `store.ts` a file: those have tests of their own.
    return sections.has(section) && /^[a-z]+[A-Z]/.test(name) && !known.includes(`${section}.${name}`) && !isProcedure(text)
  })
  assert.deepEqual(unknown, [])
})

let sources: string | undefined

function isProcedure(name: string): boolean {
  sources ??= FILES.filter((path) => /^src\/.*\.ts$/.test(path))
    .map(read)
    .join('\n')
  return sources.includes(`'${name}'`)
}

test('commands that pages show are there', () => {
  const pages = PAGES.filter((page) => page === 'README.md' || page.startsWith('docs/'))
  const names = COMMANDS.map(({ name }) => name)
  const unknown = pages.flatMap((page) =>
    [...read(page).matchAll(/(?:^|`|bin\/)posthorn ((?:(?:domain|user|queue) )?[a-z]+)/gm)]
      .map((match) => match[1] as string)
      .filter((command) => !names.includes(command))
      .map((command) => `${page}: posthorn ${command}`),
  )
  assert.deepEqual(unknown, [])
})

test('reply codes of the walks through a journey are those the program gives', () => {
  const known = new Set([...read('docs/errors.md').matchAll(/\b(\d{3} \d\.\d{1,3}\.\d{1,3})\b/g)].map(([, reply]) => reply))
  const said = ['src/journey/deliver/local/local.ts', 'src/journey/route/plan.ts'].map(read).join('\n')
  for (const [, code, enhanced] of said.matchAll(/code: (\d{3}), enhanced: [^}]*?'(\d\.\d{1,3}\.\d{1,3})'(?=,|\s|\})/g))
    known.add(`${code} ${enhanced}`)
  const unknown = FILES.filter((path) => path.startsWith('docs/journey/')).flatMap((page) =>
    [...read(page).matchAll(/`(\d{3} \d\.\d{1,3}\.\d{1,3})/g)].filter(([, reply]) => !known.has(reply ?? '')).map(([, r]) => r),
  )
  assert.deepEqual([...new Set(unknown)], [])
})

test('every decision is in the list of decisions, under its own title', () => {
  const list = read('docs/decisions/README.md')
  for (const path of FILES.filter((file) => /^docs\/decisions\/\d{4}-.*\.md$/.test(file))) {
    const name = path.split('/').at(-1) ?? ''
    const row = `| [${name.slice(0, 4)}](${name}) | ${read(path).split('\n')[0]?.replace('# ', '')} |`
    assert.ok(list.includes(row), `docs/decisions/README.md needs the row ${row}`)
  }
})
