// MIME structure: places, limits, and what real mail looks like.

import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { MIME_DEPTH_MAX, MIME_PARTS_MAX } from './limits.ts'
import { type Part, type Structure, StructureIndexer, structureOf } from './structure.ts'

const CORPUS = join(import.meta.dirname, '../../../test/corpus/eml')
const GOLDEN = join(CORPUS, 'golden/structure.txt')

function message(lines: readonly string[]): Buffer {
  return Buffer.from(lines.join('\r\n'), 'latin1')
}

function indexed(bytes: Uint8Array, sizes: readonly number[]): Structure {
  const indexer = new StructureIndexer()
  for (let position = 0, i = 0; position < bytes.length; i++) {
    const size = Math.max(1, sizes[i % sizes.length] ?? 1)
    indexer.push(bytes.subarray(position, position + size))
    position += size
  }
  return indexer.finish()
}

/** One line for each part: its place in the tree, its type, its body. */
function outline(bytes: Buffer, part: Part = structureOf(bytes).root, indent = ''): string[] {
  const body = part.children.length > 0 ? '' : ` ${JSON.stringify(bytes.toString('latin1', part.bodyStart, part.bodyEnd))}`
  const line = `${indent}${part.mediaType.type}/${part.mediaType.subtype} ${part.lines}${body}${part.opaque ? ' opaque' : ''}`
  return [line, ...part.children.flatMap((child) => outline(bytes, child, `${indent}  `))]
}

test('[M1] bodies begin behind the blank line and end before the CRLF of the boundary', () => {
  const bytes = message([
    'Content-Type: multipart/mixed; boundary=b',
    '',
    'preamble',
    '--b',
    '',
    'one',
    '--b  ',
    'Content-Type: text/html',
    '',
    'two',
    'two',
    '',
    '--b',
    '',
    '',
    '--b',
    '',
    '--b--',
    'epilogue',
    '--b',
    '',
  ])
  assert.deepEqual(outline(bytes), [
    'multipart/mixed 18',
    '  text/plain 1 "one"',
    '  text/html 2 "two\\r\\ntwo\\r\\n"',
    '  text/plain 0 ""',
    '  text/plain 0 ""',
  ])
  const structure = structureOf(bytes)
  assert.equal(structure.missingEnd, false)
  assert.equal(structure.root.bodyEnd, bytes.length)
})

test('[M2] a boundary that begins like another is not mistaken for it, inside and outside', () => {
  const bytes = message([
    'Content-Type: multipart/mixed; boundary="a"',
    '',
    '--a',
    'Content-Type: multipart/alternative; boundary="ab"',
    '',
    '--ab',
    '',
    'x',
    '--abc',
    '--a-',
    '--ab--',
    '--a--',
  ])
  assert.deepEqual(outline(bytes), [
    'multipart/mixed 10',
    '  multipart/alternative 6',
    '    text/plain 3 "x\\r\\n--abc\\r\\n--a-"',
  ])
})

test('[M3] an outer boundary ends inner parts that forgot their own; a missing end ends with the message', () => {
  const bytes = message([
    'Content-Type: multipart/mixed; boundary=out',
    '',
    '--out',
    'Content-Type: multipart/mixed; boundary=in',
    '',
    '--in',
    '',
    'a',
    '--out',
    'X: header without end',
    '--out',
    '',
    'last',
  ])
  assert.deepEqual(outline(bytes), [
    'multipart/mixed 11',
    '  multipart/mixed 3',
    '    text/plain 1 "a"',
    '  text/plain 0 ""',
    '  text/plain 1 "last"',
  ])
  assert.equal(structureOf(bytes).missingEnd, true)
})

test('[M3] where an inner part uses the boundary of an outer one, the inner comes first', () => {
  const nested = 'Content-Type: multipart/mixed; boundary=b'
  const bytes = message([nested, '', '--b', nested, '', '--b', '', 'in', '--b--', '--b', '', 'out', '--b--'])
  assert.deepEqual(outline(bytes), ['multipart/mixed 11', '  multipart/mixed 4', '    text/plain 1 "in"', '  text/plain 1 "out"'])
})

test('[M4] a message in a message has one child; in a digest that is the default; encoded it stays closed', () => {
  const inner = ['Subject: in', 'Content-Type: text/html', '', 'hi']
  const bytes = message([
    'Content-Type: multipart/digest; boundary=d',
    '',
    '--d',
    '',
    ...inner,
    '--d',
    'Content-Type: message/rfc822',
    'Content-Transfer-Encoding: base64',
    '',
    'U3ViamVjdDogeA==',
    '--d--',
  ])
  assert.deepEqual(outline(bytes), [
    'multipart/digest 12',
    '  message/rfc822 4',
    '    text/html 1 "hi"',
    '  message/rfc822 1 "U3ViamVjdDogeA==" opaque',
  ])
})

test('[M5] no blank line, no header, nothing at all', () => {
  assert.deepEqual(outline(message([''])), ['text/plain 0 ""'])
  assert.deepEqual(outline(message(['', 'body'])), ['text/plain 1 "body"'])
  assert.deepEqual(outline(message(['Content-Type: text/html', ''])), ['text/html 0 ""'])
  assert.deepEqual(outline(message(['Content-Type: multipart/mixed', '', '--', 'x'])), ['multipart/mixed 2 "--\\r\\nx" opaque'])
  assert.deepEqual(outline(message(['Content-Type: nonsense', '', 'x'])), ['text/plain 1 "x"'])
})

test('[M6] trap 59: ten thousand parts inside each other cost a bounded depth', () => {
  const lines: string[] = []
  for (let i = 0; i < 10_000; i++) lines.push(`Content-Type: multipart/mixed; boundary=b${i}`, '', `--b${i}`)
  const structure = structureOf(message(lines))
  assert.equal(structure.truncated, true)
  assert.equal(structure.partCount, MIME_DEPTH_MAX)
  const messages = structureOf(Buffer.from('Content-Type: message/rfc822\r\n\r\n'.repeat(10_000)))
  assert.equal(messages.partCount, MIME_DEPTH_MAX)
})

test('[M7] trap 59: a million empty parts cost a thousand; the last takes the rest', () => {
  const bytes = Buffer.from(`Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\n\r\n'.repeat(1_000_000)}--b--\r\n`)
  const structure = structureOf(bytes)
  assert.equal(structure.partCount, MIME_PARTS_MAX)
  assert.equal(structure.truncated, true)
  const last = structure.root.children.at(-1)
  assert.equal(last?.opaque, true)
  assert.equal(last?.bodyEnd, bytes.length)
})

test('[M8] trap 59: an endless header and an endless line are kept only up to their limits', () => {
  const indexer = new StructureIndexer()
  const chunk = Buffer.alloc(100_000, 'x')
  for (let i = 0; i < 50; i++) indexer.push(chunk)
  const { root } = indexer.finish()
  assert.equal(root.bodyStart, 5_000_000)
})

test('[M9] trap 58: parameters named like properties of objects are parameters like others', () => {
  const { root } = structureOf(message(['Content-Type: text/plain; __proto__=x; constructor=y; charset=z', '', '']))
  assert.deepEqual(
    [...root.mediaType.parameters],
    [
      ['__proto__', 'x'],
      ['constructor', 'y'],
      ['charset', 'z'],
    ],
  )
})

test('[M10] the structure does not depend on how the content is cut', () => {
  const pieces = [
    '--a',
    '--a--',
    '--b',
    '--b--',
    'Content-Type: multipart/mixed; boundary=a',
    'Content-Type: multipart/mixed; boundary=b',
    'x',
  ]
  const line = fc.tuple(
    fc.constantFrom(...pieces, 'Content-Type: message/rfc822', '', '', '-', ' '),
    fc.constantFrom('\r\n', '\r\n', '\r\n', '\n', '\r'),
  )
  const sizes = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(fc.array(line, { maxLength: 40 }), sizes, (lines, cuts) => {
      const bytes = Buffer.from(lines.map((pair) => pair.join('')).join(''))
      const whole = structureOf(bytes)
      assert.deepEqual(indexed(bytes, cuts), whole)
      assertNested(whole.root)
    }),
    { numRuns: 500 },
  )
})

function assertNested(part: Part): void {
  assert.ok(part.headerStart <= part.bodyStart && part.bodyStart <= part.bodyEnd)
  let position = part.bodyStart
  for (const child of part.children) {
    assert.ok(child.headerStart >= position && child.bodyEnd <= part.bodyEnd)
    position = child.bodyEnd
    assertNested(child)
  }
}

test('[M11] the public test messages have the structure they had', () => {
  const found: string[] = []
  for (const folder of ['rfc', 'legacy']) {
    for (const name of readdirSync(join(CORPUS, folder)).sort()) {
      const text = readFileSync(join(CORPUS, folder, name), 'latin1').replace(/\r?\n/g, '\r\n')
      const bytes = Buffer.from(text, 'latin1')
      const structure = structureOf(bytes)
      assert.deepEqual(indexed(bytes, [7, 1, 300]), structure, name)
      found.push(`${folder}/${name}`, ...placed(structure.root, '  '))
    }
  }
  const text = `${found.join('\n')}\n`
  if (process.env['UPDATE_GOLDEN'] !== undefined) writeFileSync(GOLDEN, text)
  assert.equal(text, readFileSync(GOLDEN, 'utf8'))
})

function placed(part: Part, indent: string): string[] {
  const { mediaType, disposition } = part
  const type = [`${mediaType.type}/${mediaType.subtype}`, ...[...mediaType.parameters].map((pair) => pair.join('='))].join('; ')
  const shown = disposition ? [disposition.value, ...[...disposition.parameters].map((pair) => pair.join('='))].join('; ') : '-'
  const line = [part.headerStart, part.bodyStart, part.bodyEnd, type, part.encoding, shown, `${part.lines} lines`].join(' | ')
  return [indent + line, ...part.children.flatMap((child) => placed(child, `${indent}  `))]
}
