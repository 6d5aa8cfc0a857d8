// docs/api.md names every address of the two doors and every error code with its HTTP status, and so does docs/errors.md for the codes.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { ErrorCode, HTTP_STATUS } from '../../src/surface/api/errors.ts'
import { EXIT_WORDS } from '../../src/surface/cli/exit.ts'

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

test('every error code stands in both pages with its HTTP status', () => {
  for (const page of ['docs/api.md', 'docs/errors.md']) {
    const rows = [...read(page).matchAll(/^\| `([a-z-]+)` \| (\d{3}) \|/gm)].map(([, code, status]) => [code, Number(status)])
    assert.deepEqual(Object.fromEntries(rows), HTTP_STATUS, page)
    assert.equal(rows.length, ErrorCode.options.length, page)
  }
})

test('exit codes have the words of the program', () => {
  const page = read('docs/errors.md')
  for (const [code, words] of EXIT_WORDS) {
    const meaning = new RegExp(`^\\| \`${code}\` \\| (.*) \\|$`, 'm').exec(page)?.[1]?.replaceAll('posthorn check', 'check')
    assert.equal(meaning, words)
  }
})

test('every address that is served stands in docs/api.md', () => {
  const page = read('docs/api.md')
  const sources = ['control', 'web'].map((name) => read(`src/surface/api/${name}.ts`)).join('\n')
  const routes = [...sources.matchAll(/app\.(get|post|put|delete)(?:<[^(]*>)?\(\s*'([^']+)'/g)]
  assert.ok(routes.length > 15)
  const missing = routes
    .map(([, method = '', path]) => `${method.toUpperCase()} ${path}`)
    .filter((route) => !page.includes(`${route}\``) && !page.includes(`${route}?`))
  assert.deepEqual(missing, [])
})
