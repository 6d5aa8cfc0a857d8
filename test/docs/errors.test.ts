// docs/errors.md has every text, code and exit code, and no other; and the tool that compares would notice.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { textsIn } from '../../tools/errors/texts.ts'
import { differences } from '../../tools/errors.ts'

const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8')

test('docs/errors.md and the source say the same', () => {
  assert.deepEqual(differences(page), [])
})

const REMOVED: readonly (readonly [chapter: string, row: string])[] = [
  ['SMTP: answers of the session', '550 5.7.1 This server takes mail for its own domains here and relays for nobody.'],
  ['SMTP: answers of the protocol', 'Say EHLO first'],
  ['POP3', 'Name or password is wrong; the name is the whole address'],
  ['Starting', 'Nothing was changed.'],
  ['The API', 'still-in-use'],
  ['Exit codes', '3'],
  ['Setting up', '75'],
]

for (const [chapter, text] of REMOVED) {
  test(`a row that is missing, or changed, is named: ${text}`, () => {
    const row = `| \`${text}\``
    assert.ok(page.includes(row))
    const missing = { chapter, text, what: 'not in the page' }
    assert.deepEqual(differences(page.replace(row, '| gone')), [missing])
    const strange = { chapter, text: 'a text of old', what: 'no longer in the source' }
    assert.deepEqual(differences(page.replace(row, '| `a text of old`')), [missing, strange])
  })
}

test('texts are found as they are said: with codes, with … for what is filled in, without those for the log', () => {
  const source = [
    "export const A = reply(550, '5.1.1', 'One.', `Two ${a ? 'x' : `y${b}`} words.`)",
    'reply(\n  354,\n  undefined,\n  "x",\n)',
    "log.info('for the log alone', { a: 'b' })",
    "assert(open, 'nothing is open here')",
    "throw new Error('a bug of ours')",
    "const words = 'It\\'s a whole sentence\\n'",
    "const short = 'two words'",
    "// a comment with 'a quoted text inside' it",
  ].join('\n')
  const replies = ['550 5.1.1 One.', '550 5.1.1 Two … words.']
  assert.deepEqual(textsIn(source), [...replies, "It's a whole sentence"])
  assert.deepEqual(textsIn(source, { repliesOnly: true }), replies)
})
