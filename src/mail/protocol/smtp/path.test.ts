// [S24] [S25]: paths, where they end, what remains.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parsePath } from './path.ts'

const VALID: readonly [input: string, mailbox: string, rest: string][] = [
  ['<a@b>', 'a@b', ''],
  ['<>', '', ''],
  ['<a@b> SIZE=3', 'a@b', ' SIZE=3'],
  ['<a@b>SIZE=3', 'a@b', 'SIZE=3'],
  ['<Postmaster>', 'Postmaster', ''],
  ['<"a>b"@c> X', '"a>b"@c', ' X'],
  ['<"a\\">b"@c>', '"a\\">b"@c', ''],
  ['<"a b"@c>', '"a b"@c', ''],
  ['<@x:a@b>', 'a@b', ''],
  ['<@x.example,@y.example:a@b> SIZE=1', 'a@b', ' SIZE=1'],
  ['<a@[IPv6:2001:db8::1]>', 'a@[IPv6:2001:db8::1]', ''],
  ['<a@b> "> <c@d>', 'a@b', ' "> <c@d>'],
]

const INVALID: readonly [input: string, error: RegExp][] = [
  ['', /angle brackets/],
  ['a@b', /angle brackets/],
  ['a@b>', /angle brackets/],
  ['<a@b', /closing/],
  ['<"a>b', /closing/],
  ['<"a\\">', /closing/],
  ['<@x>', /source route/],
  ['<@x:>', /source route/],
  ['<@x,y:a@b>', /source route/],
  ['<@:a@b>', /source route/],
  [`<${'a'.repeat(260)}@b>`, /longer than 256/],
]

test('[trap 19] [S25] paths: the mailbox, source routes dropped, and what remains', () => {
  for (const [input, mailbox, rest] of VALID) assert.deepEqual(parsePath(input), { ok: true, value: { mailbox, rest } }, input)
})

test('[S24] what is no path, and why', () => {
  for (const [input, error] of INVALID) {
    const path = parsePath(input)
    assert.ok(!path.ok, input)
    assert.match(path.error, error, input)
  }
})

test('no text makes it throw or lose characters', () => {
  const alphabet = fc
    .array(fc.constantFrom('<', '>', '"', '\\', '@', ':', ',', 'a', '.', ' ', 'ä'), { maxLength: 40 })
    .map((parts) => parts.join(''))
  fc.assert(
    fc.property(alphabet, (text) => {
      const path = parsePath(`<${text}`)
      if (path.ok) assert.ok(`<${text}`.endsWith(`${path.value.mailbox}>${path.value.rest}`))
    }),
  )
})
