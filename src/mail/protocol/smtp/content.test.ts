// [S30]–[S32], [S40]: the content codecs, and the smuggling suite over every way to end data wrongly.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ChunkDecoder, type ContentFacts, DataDecoder, DataEncoder } from './content.ts'
import { TEXT_LINE_OCTETS_HARD_MAX } from './limits.ts'

interface Decoded {
  readonly content: string
  readonly done: boolean
  /** What follows the end of data. */
  readonly rest: string
  readonly facts: ContentFacts
}

function decodeData(text: string, cuts: readonly number[] = []): Decoded {
  const decoder = new DataDecoder()
  let content = ''
  let rest = ''
  for (const part of cut(text, cuts)) {
    let at = 0
    while (at < part.length && !decoder.done) {
      const before = at
      at = decoder.decode(part, at)
      content += Buffer.from(decoder.piece ?? []).toString('latin1')
      assert.ok(at > before || decoder.piece !== undefined, 'no progress')
    }
    rest += part.toString('latin1', at)
  }
  assert.equal(decoder.sizeBytes, content.length)
  return { content, done: decoder.done, rest, facts: decoder.finish() }
}

function decodeChunks(
  text: string,
  sizes: readonly number[] = [],
  cuts: readonly number[] = [],
): { content: string; facts: ContentFacts } {
  const decoder = new ChunkDecoder()
  let content = ''
  let at = 0
  for (const size of [...sizes, text.length]) {
    const length = Math.min(size, text.length - at)
    decoder.begin(length)
    for (const part of cut(text.slice(at, at + length), cuts))
      content += Buffer.from(decoder.decode(part, 0) ?? []).toString('latin1')
    assert.equal(decoder.remaining, 0)
    at += length
  }
  return { content, facts: decoder.finish() }
}

function cut(text: string, cuts: readonly number[]): Buffer[] {
  const parts: Buffer[] = []
  let at = 0
  for (const length of cuts) {
    if (at + length >= text.length) break
    if (length > 0) parts.push(Buffer.from(text.slice(at, at + length), 'latin1'))
    at += length
  }
  parts.push(Buffer.from(text.slice(at), 'latin1'))
  return parts
}

function encode(content: string, cuts: readonly number[] = []): string {
  const encoder = new DataEncoder()
  const parts: Uint8Array[] = []
  for (const part of cut(content, cuts)) parts.push(...encoder.encode(part))
  parts.push(encoder.end())
  return Buffer.concat(parts).toString('latin1')
}

const DATA_TABLE: readonly { input: string; content: string; rest?: string; violation?: [string, number] }[] = [
  { input: '.\r\n', content: '' },
  { input: '\r\n.\r\n', content: '\r\n' },
  { input: 'a\r\n.\r\nQUIT\r\n', content: 'a\r\n', rest: 'QUIT\r\n' },
  { input: '..\r\n.\r\n', content: '.\r\n' },
  { input: '..a\r\n.\r\n', content: '.a\r\n' },
  { input: '.a\r\n.\r\n', content: 'a\r\n' },
  { input: 'a.\r\n.\r\n', content: 'a.\r\n' },
  { input: 'a\r\n...\r\n..\r\n.\r\n', content: 'a\r\n..\r\n.\r\n' },
  { input: '.\r\r\n.\r\n', content: '\r\r\n', violation: ['bare-cr', 0] },
  { input: '.\n.\r\n\r\n.\r\n', content: '\n.\r\n\r\n', violation: ['bare-lf', 0] },
  { input: 'a\nb\r\n.\r\n', content: 'a\nb\r\n', violation: ['bare-lf', 1] },
  { input: 'a\rb\nc\r\n.\r\n', content: 'a\rb\nc\r\n', violation: ['bare-cr', 1] },
  { input: 'a\r\r\n.\r\nX', content: 'a\r\r\n', violation: ['bare-cr', 1], rest: 'X' },
]

test('[S30] [S31] what is content, what is the end, what remains', () => {
  for (const { input, content, rest = '', violation } of DATA_TABLE) {
    for (const cuts of [[], Array.from(input, () => 1)]) {
      const decoded = decodeData(input, cuts)
      assert.deepEqual([decoded.content, decoded.done, decoded.rest], [content, true, rest], JSON.stringify(input))
      assert.deepEqual(decoded.facts.violation, violation && { type: violation[0], offset: violation[1] }, JSON.stringify(input))
    }
  }
})

// Everything that some server has taken for the end of data and another has not.
const FALSE_ENDS = [
  '\n.\n',
  '\n.\r\n',
  '\r.\r',
  '\r.\r\n',
  '\r\n.\r',
  '\r\n.\n',
  '\r\n\0.\r\n',
  '\r\n.\0\r\n',
  '\r.\n',
  '\n.\r',
  '\n\n.\r\n',
  '\r\r\n.\r',
  '\r\n.\r\r\n',
  '\r\n.\r\0\n',
  '\0\r\n.\n',
]
const SMUGGLED = 'MAIL FROM:<admin@example.com>\r\nRCPT TO:<victim@example.net>\r\nDATA\r\nevil\r\n'

test('[trap 1] end of data is exactly CRLF.CRLF: no other end is one, and each is told', () => {
  for (const end of FALSE_ENDS) {
    const text = `Subject: x\r\n\r\nhello${end}${SMUGGLED}`
    const decoded = decodeData(`${text}.\r\nRSET\r\n`)
    assert.equal(decoded.rest, 'RSET\r\n', JSON.stringify(end))
    assert.match(decoded.content, /evil\r\n$/)
    if (!end.includes('\0')) assert.ok(decoded.facts.violation, JSON.stringify(end))
    else assert.ok(decoded.facts.violation ?? decoded.facts.nulAt !== undefined, JSON.stringify(end))
  }
})

test('[trap 2] content with a bare CR or LF cannot be written to another server', () => {
  for (const end of FALSE_ENDS.filter((end) => !end.includes('\0'))) {
    const content = decodeData(`hello${end}${SMUGGLED}.\r\n`).content
    assert.throws(() => encode(content), /content to send has a bare-/, JSON.stringify(end))
  }
})

test('[trap 3] dots are un-stuffed only after CRLF, also across pieces', () => {
  for (const cuts of [[], [1], [2], [3], [4], [1, 1, 1, 1, 1, 1]]) {
    assert.equal(decodeData('a\n..\r\n.\r\n', cuts).content, 'a\n..\r\n')
    assert.equal(decodeData('a\r\n..\r\n.\r\n', cuts).content, 'a\r\n.\r\n')
  }
})

test('[trap 4] BDAT content is checked for bare CR and LF like DATA, across chunks, and keeps its dots', () => {
  for (const end of FALSE_ENDS.filter((end) => !end.includes('\0'))) {
    for (const sizes of [[], [1, 1, 1, 1, 1, 1, 1], [6, 1, 1], [7]]) {
      const { content, facts } = decodeChunks(`hello${end}${SMUGGLED}`, sizes)
      assert.equal(content, `hello${end}${SMUGGLED}`)
      // CRLF.CR CRLF and the like hold a bare CR; a mere dot line is fine in a chunk.
      assert.ok(facts.violation, JSON.stringify(end))
      assert.throws(() => encode(content), /content to send/)
    }
  }
  assert.equal(decodeChunks('a\r\n.\r\nMAIL\r\n').facts.violation, undefined)
  assert.equal(encode('a\r\n.\r\nMAIL\r\n'), 'a\r\n..\r\nMAIL\r\n.\r\n')
})

test('[S32] a CR at the very end of a chunk waits for the next chunk, and is bare at the end of all', () => {
  assert.equal(decodeChunks('ab\r\ncd\r\n', [3]).facts.violation, undefined)
  assert.deepEqual(decodeChunks('ab\r').facts, {
    ...decodeChunks('').facts,
    sizeBytes: 3,
    endsWithLineEnd: false,
    violation: { type: 'bare-cr', offset: 2 },
  })
})

test('[S32] NUL, eight-bit octets, long lines and a missing last line end are told', () => {
  const facts = decodeChunks(`ab\0c\r\n${'x'.repeat(998)}\r\n${'y'.repeat(999)}\r\n\xe4`).facts
  assert.deepEqual(facts, {
    sizeBytes: 6 + 1000 + 1001 + 1,
    eightBit: true,
    violation: undefined,
    nulAt: 2,
    longLineAt: 1006,
    endsWithLineEnd: false,
  })
  assert.equal(decodeData('abc\r\n.\r\n').facts.eightBit, false)
})

test('[S32] eight-bit octets are seen wherever they stand in a word', () => {
  for (let at = 0; at < 200; at++) {
    const text = `${'x'.repeat(at)}\x80${'x'.repeat(199 - at)}`
    assert.equal(decodeChunks(text).facts.eightBit, true, String(at))
    const nul = decodeChunks(`${'x'.repeat(at)}\0${'x'.repeat(199 - at)}`).facts.nulAt
    assert.equal(nul, at)
    const lf = decodeChunks(`\xff${'x'.repeat(at)}\n${'\xff'.repeat(199 - at)}`).facts.violation
    assert.deepEqual(lf, { type: 'bare-lf', offset: at + 1 })
  }
})

test('[S32] a line that does not end is a violation, at the same place however it is cut', () => {
  const long = `${'x'.repeat(TEXT_LINE_OCTETS_HARD_MAX)}\n\r\n`
  const expected = { type: 'line-too-long', offset: TEXT_LINE_OCTETS_HARD_MAX }
  assert.deepEqual(decodeChunks(long).facts.violation, expected)
  assert.deepEqual(
    decodeChunks(
      long,
      [],
      Array.from({ length: 20 }, () => 9_999),
    ).facts.violation,
    expected,
  )
  assert.equal(decodeChunks(`${'x'.repeat(TEXT_LINE_OCTETS_HARD_MAX - 2)}\r\n`).facts.violation, undefined)
})

// Text made of what matters to the lexer, long enough for its word-wise part.
const nasty = fc
  .array(
    fc.oneof(fc.constantFrom('\r', '\n', '.', '\r\n', '\r\n.', '\r\n.\r\n', '\0', '\xff', '\t'), fc.string({ maxLength: 90 })),
    { maxLength: 30 },
  )
  .map((parts) => parts.join('').replace(/[^\x00-\xff]/g, '?'))
const cuts = fc.array(fc.integer({ min: 0, max: 70 }), { maxLength: 40 })

test('[S5] [S30] any way of cutting the input gives the same content and the same facts', () => {
  fc.assert(
    fc.property(nasty, cuts, (text, sizes) => {
      assert.deepEqual(decodeData(text, sizes), decodeData(text))
      assert.deepEqual(decodeChunks(text, sizes), decodeChunks(text))
      assert.deepEqual(decodeChunks(text, [], sizes), decodeChunks(text))
    }),
    { numRuns: 400 },
  )
})

/** The same rules, one octet at a time and with nothing clever. */
function plainDecode(text: string): { content: string; done: boolean } {
  const end = `\r\n${text}`.indexOf('\r\n.\r\n')
  const body = end === -1 ? text : text.slice(0, end)
  return { content: `\r\n${body}`.replaceAll('\r\n.', '\r\n').slice(2), done: end !== -1 }
}

test('[S30] [S31] the decoder agrees with a plain one', () => {
  fc.assert(
    fc.property(nasty, (text) => {
      const whole = `${text}\r\n.\r\n`
      const decoded = decodeData(whole)
      assert.deepEqual({ content: decoded.content, done: decoded.done }, plainDecode(whole))
      const bare = /(?<!\r)\n|\r(?!\n)/.exec(decoded.content)
      assert.equal(decoded.facts.violation?.offset, bare?.index)
      assert.equal(decoded.facts.eightBit, /[\x80-\xff]/.test(decoded.content))
      assert.equal(decoded.facts.nulAt ?? -1, decoded.content.indexOf('\0'))
    }),
    { numRuns: 400 },
  )
})

test('[S40] what is encoded is decoded to the same octets, and nothing of it is taken for a command', () => {
  const canonical = fc.array(fc.oneof(fc.constantFrom('.', '..', '\r\n', '\r\n.', '\r\n.\r\n'), fc.string({ maxLength: 50 })), {
    maxLength: 30,
  })
  fc.assert(
    fc.property(canonical, cuts, (parts, sizes) => {
      const content = parts
        .join('')
        .replace(/[^\x00-\xff]/g, '?')
        .replace(/(?<!\r)\n|\r(?!\n)/g, '')
      const fixed = content.replace(/(?<!\r)\n|\r(?!\n)/g, '')
      const decoded = decodeData(`${encode(fixed, sizes)}QUIT\r\n`)
      assert.equal(decoded.content, fixed === '' || fixed.endsWith('\r\n') ? fixed : `${fixed}\r\n`)
      assert.equal(decoded.rest, 'QUIT\r\n')
    }),
    { numRuns: 300 },
  )
})

test('content without dots is handed on without copying', () => {
  const bytes = Buffer.from('Subject: x\r\n\r\nhello\r\n')
  const decoder = new DataDecoder()
  decoder.decode(bytes, 0)
  assert.equal(decoder.piece, bytes)
  assert.equal(new DataEncoder().encode(bytes)[0], bytes)
})
