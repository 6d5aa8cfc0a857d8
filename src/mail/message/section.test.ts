// BODY[…] and BINARY[…]: which octets a section is.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { headerFieldsOf } from './header-selection.ts'
import { indexOf } from './message-index.ts'
import { partAt, partialRange, resolveSection, type Section } from './section.ts'
import { messageOf } from './testing.ts'
import { decodePart, isDecodable, TransferDecoder } from './transfer-decoder.ts'

function sections(bytes: Buffer) {
  const { parts } = indexOf(bytes)
  return (name: string): string | null => {
    const words = name.split('.').filter((word) => word !== '')
    const last = /^[a-z]+$/.test(words.at(-1) ?? '') ? (words.pop() as NonNullable<Section['text']>) : undefined
    const range = resolveSection(parts, { part: words.map(Number), ...(last === undefined ? {} : { text: last }) })
    return range === 'absent' ? null : `${range.withPrefix ? '+' : ''}${bytes.toString('latin1', range.start, range.end)}`
  }
}

test('[X1] a message without parts has one, which is its body; only sections with its header have the prefix', () => {
  const section = sections(messageOf('Subject: s', '', 'body'))
  assert.equal(section(''), '+Subject: s\r\n\r\nbody')
  assert.equal(section('header'), '+Subject: s\r\n\r\n')
  assert.equal(section('text'), 'body')
  assert.equal(section('1'), 'body')
  assert.equal(section('1.mime'), 'Subject: s\r\n\r\n')
  for (const absent of ['2', '0', '1.1', '1.header', '1.text', 'mime']) assert.equal(section(absent), null, absent)
})

const MIXED = messageOf(
  'Subject: s',
  'Content-Type: multipart/mixed; boundary="foo',
  ' bar"',
  '',
  'prologue',
  '--foo bar',
  'Content-Type: text/html',
  '',
  'hello',
  '',
  '--foo bar',
  'Content-Type: message/rfc822',
  '',
  'Subject: sub',
  'Content-Type: multipart/alternative; boundary=sub1',
  '',
  '--sub1',
  '',
  'one',
  '--sub1',
  'X: y',
  '',
  'two',
  '--sub1--',
  '--foo bar--',
  'epilogue',
)

test('[X2] trap 38: numbers lead through multiparts and into messages; MIME is of the part, HEADER and TEXT of the message in it', () => {
  const section = sections(MIXED)
  assert.equal(section('1'), 'hello\r\n')
  assert.equal(section('1.mime'), 'Content-Type: text/html\r\n\r\n')
  assert.equal(section('2.mime'), 'Content-Type: message/rfc822\r\n\r\n')
  const header = 'Subject: sub\r\nContent-Type: multipart/alternative; boundary=sub1\r\n\r\n'
  const text = '--sub1\r\n\r\none\r\n--sub1\r\nX: y\r\n\r\ntwo\r\n--sub1--'
  assert.equal(section('2'), header + text)
  assert.equal(section('2.header'), header)
  assert.equal(section('2.text'), text)
  assert.equal(section('2.1'), 'one')
  assert.equal(section('2.1.mime'), '\r\n')
  assert.equal(section('2.2.mime'), 'X: y\r\n\r\n')
  assert.equal(section('2.2'), 'two')
  for (const absent of ['3', '1.header', '1.text', '1.1', '2.3', '2.1.1', '2.1.header'])
    assert.equal(section(absent), null, absent)
})

test('[X3] trap 38: a message that is a message that is a message', () => {
  const inner = 'Subject: sub\r\n\r\nHello'
  const middle = `Subject: middle\r\nContent-Type: message/rfc822\r\n\r\n${inner}`
  const section = sections(messageOf('Content-Type: message/rfc822', '', middle))
  assert.equal(section('text'), middle)
  assert.equal(section('1'), middle)
  assert.equal(section('1.header'), 'Subject: middle\r\nContent-Type: message/rfc822\r\n\r\n')
  assert.equal(section('1.text'), inner)
  assert.equal(section('1.1'), inner)
  assert.equal(section('1.1.header'), 'Subject: sub\r\n\r\n')
  assert.equal(section('1.1.text'), 'Hello')
  assert.equal(section('1.1.1'), 'Hello')
  assert.equal(section('1.1.1.1'), null)
})

test('[X4] trap 38: fields are chosen in any case, keep their order and folding, and end with a blank line even if there are none', () => {
  const header = messageOf('Subject: a', ' b', 'TO: c', 'X-Y: d', 'subject : e', '', '')
  const chosen = (names: readonly string[], options = {}) =>
    Buffer.from(headerFieldsOf(header, names, options)).toString('latin1')
  assert.equal(chosen(['to', 'SUBJECT', 'none']), 'Subject: a\r\n b\r\nTO: c\r\nsubject : e\r\n\r\n')
  assert.equal(chosen(['to', 'subject'], { not: true }), 'X-Y: d\r\n\r\n')
  assert.equal(chosen(['none']), '\r\n')
  assert.equal(Buffer.from(headerFieldsOf(Buffer.from('Subject: a'), ['subject'])).toString(), 'Subject: a\r\n\r\n')
  assert.equal(Buffer.from(headerFieldsOf(Buffer.from('Subject: a\n b\nTo: c\n\n'), ['to'])).toString(), 'To: c\r\n\r\n')
  assert.equal(Buffer.from(headerFieldsOf(Buffer.from(''), ['subject'])).toString(), '\r\n')
})

test('[X5] trap 35: a partial range ends with the section; behind its end there is the empty string', () => {
  assert.deepEqual(partialRange(10, { offset: 2, count: 3 }), { start: 2, end: 5 })
  assert.deepEqual(partialRange(10, { offset: 8, count: 30 }), { start: 8, end: 10 })
  assert.deepEqual(partialRange(10, { offset: 10, count: 1 }), { start: 10, end: 10 })
  assert.deepEqual(partialRange(10, { offset: 4_000_000_000, count: 4_000_000_000 }), { start: 10, end: 10 })
})

test('[X6] trap 34: the whole message is all octets, its header and text are the whole, and parts lie inside', () => {
  const { parts, sizeBytes, headerBytes } = indexOf(MIXED)
  assert.deepEqual(resolveSection(parts, { part: [] }), { start: 0, end: MIXED.length, withPrefix: true })
  assert.equal(sizeBytes, MIXED.length)
  assert.deepEqual(resolveSection(parts, { part: [], text: 'header' }), { start: 0, end: headerBytes, withPrefix: true })
  assert.deepEqual(resolveSection(parts, { part: [], text: 'text' }), { start: headerBytes, end: sizeBytes, withPrefix: false })
  assert.equal(partAt(parts, [2, 2])?.type, 'text')
  assert.equal(partAt(parts, []), undefined)
})

test('[X7] BINARY: base64 and quoted-printable are undone, whatever stands between; the rest is not ours', () => {
  const decoded = (text: string, encoding: string) =>
    Buffer.from(decodePart(Buffer.from(text, 'latin1'), encoding)).toString('latin1')
  assert.equal(decoded('SGVs\r\nbG8*h\r\nIQ==\r\nrest', 'base64'), 'Hello!!')
  assert.equal(decoded('SGVsbG8', 'base64'), 'Hello')
  assert.equal(decoded('a=3D=\r\nb \r\n=C3=BC=zz', 'quoted-printable'), 'a=b\r\n\u00c3\u00bc=zz')
  assert.equal(decoded('as = it\r\nis', '8bit'), 'as = it\r\nis')
  assert.deepEqual(['7bit', 'binary', 'base64', 'x-uuencode'].map(isDecodable), [true, true, true, false])
})

test('[X8] decoding does not depend on how the octets come', () => {
  const unit = fc.constantFrom(...'=\r\n \tA3dD+/é!'.split(''), '=\r\n', '=41', 'QUJD')
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 200 }), fc.array(fc.nat(9), { minLength: 1 }), (text, sizes) => {
      const bytes = Buffer.from(text, 'latin1')
      for (const encoding of ['base64', 'quoted-printable', '7bit']) {
        const decoder = new TransferDecoder(encoding)
        const pieces: Uint8Array[] = []
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const size = 1 + (sizes[i % sizes.length] ?? 0)
          pieces.push(decoder.push(bytes.subarray(at, at + size)))
          at += size
        }
        pieces.push(decoder.finish())
        assert.equal(
          Buffer.concat(pieces).toString('latin1'),
          Buffer.from(decodePart(bytes, encoding)).toString('latin1'),
          encoding,
        )
      }
    }),
    { numRuns: 300 },
  )
  const endless = new TransferDecoder('quoted-printable')
  let sizeBytes = 0
  for (let i = 0; i < 100; i++) sizeBytes += endless.push(Buffer.alloc(4096).fill('=41x')).length
  assert.ok(sizeBytes > 100_000)
  assert.equal(sizeBytes + endless.finish().length, 100 * 2048)
})
