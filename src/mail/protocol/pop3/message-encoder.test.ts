// Messages as bodies of multi-line responses: dots, ends of lines, TOP, and every way to cut them.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { MessageEncoder } from './message-encoder.ts'

function encode(chunks: readonly Uint8Array[], bodyLines?: number): string {
  const encoder = new MessageEncoder(bodyLines === undefined ? {} : { bodyLines })
  const out = chunks.map((chunk) => Buffer.from(encoder.encode(chunk)))
  return Buffer.concat([...out, encoder.finish()]).toString('latin1')
}

const WHOLE: readonly (readonly [string, string])[] = [
  ['', '.\r\n'],
  ['a\r\n', 'a\r\n.\r\n'],
  ['a', 'a\r\n.\r\n'],
  ['.', '..\r\n.\r\n'],
  ['.\r\n', '..\r\n.\r\n'],
  ['..\r\n', '...\r\n.\r\n'],
  ['a\r\n.\r\nQUIT\r\n', 'a\r\n..\r\nQUIT\r\n.\r\n'],
  ['a.\r\n', 'a.\r\n.\r\n'],
  ['a\r\n\r\n', 'a\r\n\r\n.\r\n'],
  // A lone LF becomes a whole line end: else the message could end the response in some clients.
  ['a\n.\nb\n', 'a\r\n..\r\nb\r\n.\r\n'],
  // A lone CR is content.
  ['a\rb\r\r\n', 'a\rb\r\r\n.\r\n'],
  ['a\r', 'a\r\r\n.\r\n'],
]
for (const [message, expected] of WHOLE) {
  test(`[M1] ${JSON.stringify(message)}`, () => assert.equal(encode([Buffer.from(message)]), expected))
}

const TOP: readonly (readonly [string, number, string])[] = [
  ['H: 1\r\n\r\na\r\nb\r\n', 0, 'H: 1\r\n\r\n.\r\n'],
  ['H: 1\r\n\r\na\r\nb\r\n', 1, 'H: 1\r\n\r\na\r\n.\r\n'],
  ['H: 1\r\n\r\na\r\nb\r\n', 2, 'H: 1\r\n\r\na\r\nb\r\n.\r\n'],
  ['H: 1\r\n\r\na\r\nb\r\n', 9, 'H: 1\r\n\r\na\r\nb\r\n.\r\n'],
  ['H: 1\r\n\r\n.a\r\n.b', 2, 'H: 1\r\n\r\n..a\r\n..b\r\n.\r\n'],
  ['H: 1\r\n\r\n\r\n\r\nb\r\n', 2, 'H: 1\r\n\r\n\r\n\r\n.\r\n'],
  ['\r\na\r\nb\r\n', 1, '\r\na\r\n.\r\n'],
  ['H: no body', 3, 'H: no body\r\n.\r\n'],
  ['H: 1\r\n \r\nx: still header\r\n', 0, 'H: 1\r\n \r\nx: still header\r\n.\r\n'],
]
for (const [message, lines, expected] of TOP) {
  test(`[M2] TOP ${lines} of ${JSON.stringify(message)}`, () => {
    assert.equal(encode([Buffer.from(message)], lines), expected)
    assert.equal(
      encode(
        [...Buffer.from(message)].map((byte) => Uint8Array.of(byte)),
        lines,
      ),
      expected,
    )
  })
}

const BYTES = fc.array(fc.constantFrom(0x0d, 0x0a, 0x2e, 0x61, 0), { maxLength: 60 }).map((bytes) => Uint8Array.from(bytes))

test('[M3] where a message is cut makes no difference', () => {
  const property = fc.property(BYTES, fc.array(fc.nat(60)), fc.option(fc.nat(4), { nil: undefined }), (bytes, cuts, lines) => {
    const edges = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length]
    const chunks = edges.slice(1).map((edge, i) => bytes.subarray(edges[i], edge))
    assert.equal(encode(chunks, lines), encode([bytes], lines))
  })
  fc.assert(property, { numRuns: 500 })
})

test('[M4] a client that unstuffs gets the message back, and nothing in it ends the response', () => {
  const property = fc.property(BYTES, (bytes) => {
    const encoded = encode([bytes])
    const lines = encoded.split('\n')
    assert.deepEqual(lines.slice(-2), ['.\r', ''])
    assert.ok(lines.slice(0, -2).every((line) => line !== '.\r' && line !== '.' && line.endsWith('\r')))
    const decoded = lines
      .slice(0, -2)
      .map((line) => (line.startsWith('.') ? line.slice(1) : line))
      .join('\n')
    // What it should be, the other way round: lone LFs completed, a last line ended.
    const canonical = Buffer.from(bytes)
      .toString('latin1')
      .replaceAll(/(?<!\r)\n/g, '\r\n')
    assert.equal(
      decoded === '' ? '' : `${decoded}\n`,
      canonical === '' || canonical.endsWith('\r\n') ? canonical : `${canonical}\r\n`,
    )
  })
  fc.assert(property, { numRuns: 500 })
})

test('[M5] bytes of any value pass', () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i).filter((byte) => byte !== 0x0a)
  assert.equal(encode([bytes]), `${Buffer.from(bytes).toString('latin1')}\r\n.\r\n`)
})
