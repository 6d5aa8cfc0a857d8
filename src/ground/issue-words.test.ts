// Issues of the schema library in our own words.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { issueWords } from './issue-words.ts'

test('no word of the library is left', () => {
  const cases: readonly (readonly [z.ZodType, unknown, string])[] = [
    [z.string().min(1), '', 'must not be empty'],
    [z.string().min(8), 'short', 'must have at least 8 characters'],
    [z.string().max(2), 'long', 'must have at most 2 characters'],
    [z.int(), 'x', 'must be a number, not a text'],
    [z.int(), 1.5, 'must be a whole number'],
    [z.int().max(9), 10, 'must be at most 9'],
    [z.coerce.number(), 'x', 'must be a number'],
    [z.array(z.int()).min(1), [], 'must have at least 1 entry'],
    [z.string(), undefined, 'is missing'],
    [z.boolean(), 'yes', 'must be true or false, not a text'],
    [z.strictObject({}), 3, 'must be a table, not a number'],
    [z.enum(['a', 'b']), 'c', 'must be one of "a", "b"'],
    [z.string().regex(/x/, 'an x'), 'y', 'an x'],
    [z.string().regex(/x/), 'y', 'is not written as it has to be'],
    [z.string().refine(() => false, 'no such thing'), 'y', 'no such thing'],
    [z.union([z.int(), z.boolean()]), 'y', 'is not what is wanted here'],
  ]
  for (const [schema, value, words] of cases) {
    const issue = schema.safeParse(value).error?.issues[0]
    assert.equal(issue && issueWords(issue), words)
  }
})
