// Every rule of SPEC.md has a test that bears its number, and no test names a rule that is not there.

import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'

const FOLDER = new URL('.', import.meta.url)

function numbers(text: string, pattern: RegExp): Set<string> {
  return new Set([...text.matchAll(pattern)].map((match) => match[1] ?? ''))
}

test('rules and tests match', () => {
  const rules = numbers(readFileSync(new URL('SPEC.md', FOLDER), 'utf8'), /^- ([IFR]\d+) /gm)
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.test.ts') && name !== 'spec.test.ts')
  const titles = files.flatMap((name) => readFileSync(new URL(name, FOLDER), 'utf8').match(/^ *test\(.*$/gm) ?? [])
  const tested = numbers(titles.join('\n'), /\[([IFR]\d+)\]/g)
  assert.deepEqual(
    [...tested].filter((rule) => !rules.has(rule)),
    [],
    'tests of rules that do not exist',
  )
  assert.deepEqual(
    [...rules].filter((rule) => !tested.has(rule)),
    [],
    'rules without a test',
  )
})
