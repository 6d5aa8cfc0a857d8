// Widths, wrapping, tables, and texts of strangers made harmless.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { canonicalLines, withHeader } from './run-send.ts'
import { cut, jsonText, type Look, safe, table, width, wrap } from './terminal.ts'
import { relative, sizeOf } from './times.ts'

const LOOK: Look = { columns: 40, colour: false, fit: true }

test('widths', () => {
  for (const [text, columns] of [
    ['abc', 3],
    ['日本', 4],
    ['e\u0301', 1],
    ['👩‍👩‍👧', 2],
    ['한글', 4],
    ['', 0],
    ['naïve', 5],
    ['ﾊ', 1],
  ] as const) {
    assert.equal(width(text), columns, text)
  }
})

test('controls, direction marks and separators become visible or go', () => {
  assert.equal(safe('a\u001b[31mb\r\nc\td'), 'a␛[31mb␍␊c d')
  assert.equal(safe('\u202eexe.txt\u2066\u009b'), '\ufffdexe.txt\ufffd\ufffd')
  assert.equal(safe('\ud800x'), '\ufffdx')
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => !/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u.test(safe(text))),
  )
})

test('cut and wrap never exceed the width and lose nothing', () => {
  assert.equal(cut('日本語', 5), '日本…')
  const text = fc
    .array(fc.constantFrom('a', 'bb', 'longer-word', '日本語', 'é', ' '), { maxLength: 30 })
    .map((parts) => parts.join(''))
  fc.assert(
    fc.property(text, fc.integer({ min: 4, max: 30 }), (line, columns) => {
      assert.ok(width(cut(line, columns)) <= columns)
      const lines = wrap(line, columns)
      for (const one of lines) assert.ok(width(one) <= columns, `${one} in ${columns}`)
      assert.equal(lines.join('').replaceAll(' ', ''), line.replaceAll(' ', ''))
    }),
  )
})

test('tables align wide characters and fit', () => {
  const columns = [
    { title: 'NAME', text: (row: readonly [string, string]) => row[0] },
    { title: 'WHAT', text: (row: readonly [string, string]) => row[1], flexible: true as const },
  ]
  assert.equal(
    table(LOOK, columns, [
      ['日本', 'x'],
      ['abcdef', 'y'.repeat(60)],
    ]),
    `NAME    WHAT\n日本    x\nabcdef  ${'y'.repeat(31)}…\n`,
  )
  assert.ok(table({ ...LOOK, fit: false }, columns, [['a', 'y'.repeat(60)]]).includes('y'.repeat(60)))
})

test('times and sizes', () => {
  const now = 1_000_000_000
  for (const [at, words] of [
    [now, 'now'],
    [now + 240_000, 'in 4 m'],
    [now - 7_200_000, '2 h ago'],
    [now - 900, 'now'],
    [now - 90_000_000, '1 d ago'],
  ] as const) {
    assert.equal(relative(at, now), words)
  }
  assert.deepEqual([0, 999, 1000, 9_949, 9_960, 48_213, 1_204_331, 5e9].map(sizeOf), [
    '0 B',
    '999 B',
    '1.0 kB',
    '9.9 kB',
    '10 kB',
    '48 kB',
    '1.2 MB',
    '5.0 GB',
  ])
})

async function collect(source: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = []
  for await (const part of source) parts.push(part)
  return Buffer.concat(parts).toString('latin1')
}

async function* chunks(text: string, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0
  for (const size of [...sizes, text.length]) {
    yield Buffer.from(text.slice(at, at + size), 'latin1')
    at += size
  }
}

test('line ends become CRLF, wherever the chunks end', async () => {
  const text = fc.array(fc.constantFrom('a', '\r', '\n', '\r\n', 'é'), { maxLength: 20 }).map((parts) => parts.join(''))
  await fc.assert(
    fc.asyncProperty(text, fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 8 }), async (message, sizes) => {
      const lines = message.replace(/\r\n|\r|\n/g, '\n')
      const expected = (lines === '' || lines.endsWith('\n') ? lines : `${lines}\n`).replaceAll('\n', '\r\n')
      assert.equal(await collect(canonicalLines(chunks(message, sizes))), expected)
    }),
  )
})

test('a header is added exactly where there is none, wherever the chunks end', async () => {
  const header = { from: 'a@example.com', to: ['b@example.org'], subject: undefined }
  for (const [text, has] of [
    ['X-Y: 1\r\n\r\nbody', true],
    ['no header here\r\n', false],
    ['http://x\r\n', false],
    ['', false],
    ['a b: c\r\n', false],
    ['Reminder: the meeting is at 5\r\nBring cake\r\n', false],
    ['Reminder: at 5\r\n\r\nBring cake\r\n', false],
    ['Subject: half a text\r\nBring cake\r\n\r\n', false],
    ['Subject: no text\r\n', true],
    ['Note: own field\r\nSubject: folded\r\n over\r\n\tlines\r\n\r\nbody', true],
    [`${'X-Long: value\r\n'.repeat(6000)}\r\nbody`, true],
  ] as const) {
    for (const sizes of [[], [1], [3, 1, 1]]) {
      const result = await collect(withHeader(chunks(text, sizes), header))
      assert.equal(result.startsWith('From: a@'), !has, text)
      assert.ok(result.endsWith(text))
    }
  }
})

test('JSON for programs is the same value, and harmless on a terminal', () => {
  const nasty = 'a\u009b31m\u2028b\u2029\u202eexe.txt\u2066\u007f\u001b[2J\n"\\ü€😀'
  const text = jsonText({ [nasty]: [nasty] })
  assert.match(text, /a\\u009b31m\\u2028b\\u2029\\u202eexe\.txt\\u2066\\u007f\\u001b\[2J\\n\\"\\\\ü€😀/)
  assert.deepEqual(JSON.parse(text), { [nasty]: [nasty] })
  fc.assert(
    fc.property(fc.anything({ withNullPrototype: false }), (value) => {
      const plain = JSON.stringify(value, undefined, 2)
      if (plain === undefined) return
      assert.deepEqual(JSON.parse(jsonText(value)), JSON.parse(plain))
    }),
  )
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      (value) => !/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u.test(jsonText(value).trimEnd()),
    ),
  )
})
