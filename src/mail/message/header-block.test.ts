// Scanning, reading and editing headers.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type HeaderFacts, headerFacts } from './header-block.ts'
import { editSubmission, removeFields } from './header-edit.ts'
import { rawValue, readFields } from './header-fields.ts'
import { HeaderScanner } from './header-scanner.ts'
import { HEADER_BYTES_MAX } from './limits.ts'

const MESSAGE = [
  'Received: from a by b; Fri, 02 Jan 2026 15:04:05 +0000',
  'Received: from c by a;',
  '\tFri, 02 Jan 2026 15:04:04 +0000',
  'Delivered-To: list@example.org',
  'From: "Smith, Bob" <Bob@Example.ORG>',
  'To: alice@example.net',
  'Subject: =?utf-8?Q?Gr=C3=BC=C3?=',
  ' =?UTF-8?Q?=9Fe?= und mehr',
  'Date: Fri, 2 Jan 2026 16:04:05 +0100 (CET)',
  'Message-ID: <abc@example.org>',
  'Bcc: secret@example.com,',
  '  other@example.com',
  'X-Last: 1',
  '',
  'Body: no field',
  '',
].join('\r\n')

const EDIT = { messageId: 'new@host.example', dateMs: Date.UTC(2026, 0, 2, 15, 4, 5) }

function scan(text: string, sizes: readonly number[] = [Number.POSITIVE_INFINITY]): HeaderScanner {
  const bytes = Buffer.from(text, 'latin1')
  const scanner = new HeaderScanner()
  for (let position = 0, i = 0; position < bytes.length; i++) {
    const size = Math.max(1, sizes[i % sizes.length] ?? 1)
    if (!scanner.push(bytes.subarray(position, position + size))) return scanner
    position += size
  }
  scanner.end()
  return scanner
}

function headerOf(text: string, sizes?: readonly number[]): string {
  return Buffer.from(scan(text, sizes).header()).toString('latin1')
}

function facts(text: string): HeaderFacts {
  return headerFacts(scan(text).header())
}

function edited(text: string): string {
  return Buffer.from(editSubmission(Buffer.from(text, 'latin1'), EDIT)).toString('latin1')
}

test('[H1] the header ends at the first blank line, however the message is cut', () => {
  const header = MESSAGE.slice(0, MESSAGE.indexOf('\r\n\r\n') + 4)
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 20 }), (sizes) => {
      assert.equal(headerOf(MESSAGE, sizes), header)
    }),
    { numRuns: 200 },
  )
  assert.equal(headerOf(MESSAGE, [1]), header)
})

test('[H2] no header, no body, nothing at all', () => {
  for (const sizes of [[1], [2], [100]]) {
    assert.equal(headerOf('\r\nBody\r\n\r\n', sizes), '\r\n')
    assert.equal(headerOf('A: b\r\n', sizes), 'A: b\r\n')
    assert.equal(headerOf('A: b', sizes), 'A: b')
    assert.equal(headerOf('A: b\r\n\r\n', sizes), 'A: b\r\n\r\n')
    assert.equal(headerOf('', sizes), '')
    // Only CRLF ends a line.
    assert.equal(headerOf('A: b\n\nC: d\r\n\r\nx', sizes), 'A: b\n\nC: d\r\n\r\n')
    assert.equal(headerOf('A: b\r\r\n\r\nx', sizes), 'A: b\r\r\n\r\n')
  }
})

test('[H3] a header without an end stops at the limit, in memory that does not grow further', () => {
  const scanner = new HeaderScanner()
  const chunk = Buffer.alloc(1000, 'a')
  let pushed = 0
  while (scanner.push(chunk) && pushed < 10_000) pushed++
  assert.equal(scanner.state, 'too-long')
  assert.ok(pushed <= HEADER_BYTES_MAX / 1000)
  assert.equal(scanner.header().length, HEADER_BYTES_MAX)
  const big = new HeaderScanner()
  assert.equal(big.push(Buffer.alloc(3_000_000, 'a')), false)
  assert.equal(big.header().length, HEADER_BYTES_MAX)
  const late = new HeaderScanner({ bytesMax: 10 })
  assert.equal(late.push(Buffer.from('A: 345678901\r\n\r\n')), false)
  assert.equal(late.state, 'too-long')
})

test('[H4] the facts', () => {
  assert.deepEqual(facts(MESSAGE), {
    receivedCount: 2,
    deliveredTo: ['list@example.org'],
    hasDate: true,
    hasMessageId: true,
    hasBcc: true,
    hasReturnPath: false,
    eightBit: false,
    bytesLength: MESSAGE.indexOf('\r\n\r\n') + 4,
    problems: [],
    from: 'Bob@example.org',
    fromName: 'Smith, Bob',
    subject: 'Grüße und mehr',
    dateMs: Date.UTC(2026, 0, 2, 15, 4, 5),
    messageId: 'abc@example.org',
  })
})

test('[H5] what is wrong is noted and stops nothing', () => {
  assert.deepEqual(facts('\r\n').problems, ['missing-from', 'missing-date'])
  const odd = facts(
    'From nobody Mon Jan  1\r\nFrom: a@b.c\r\nSUBJECT : one\r\nSubject: two\r\nDate: yesterday\r\nMessage-ID: < >\r\nX: a\nb\r\nY: \0\r\n\r\n',
  )
  assert.equal(odd.subject, 'one')
  assert.deepEqual(odd.problems, ['stray-line', 'bare-cr-or-lf', 'nul', 'duplicate-field', 'bad-date', 'bad-message-id'])
  assert.deepEqual(facts(`From: a@b.c\r\nDate: Fri, 2 Jan 2026 16:04:05 Z\r\nX: ${'x'.repeat(996)}\r\n\r\n`).problems, [
    'long-line',
  ])
  assert.deepEqual(facts(`From: a@b.c\r\nDate: Fri, 2 Jan 2026 16:04:05 Z\r\nX: ${'x'.repeat(995)}\r\n\r\n`).problems, [])
  assert.ok(facts('A: b\r\n'.repeat(3000)).problems.includes('too-many-fields'))
})

test('[H6] a subject is one line of at most 200 characters and whole ones', () => {
  assert.equal(
    facts(`Subject: ${'😀'.repeat(300)}\r\n`.replace(/😀/g, Buffer.from('😀').toString('latin1'))).subject?.length,
    199,
  )
  assert.equal(facts('Subject: =?utf-8?B?YQpi?=\r\n').subject, 'a b')
  const encoded = Buffer.from('a\u009b31m\u0085b\u007f\u2028c \u202eexe.txt\u2066 \u200f\u05d0').toString('base64')
  assert.equal(facts(`Subject: =?utf-8?B?${encoded}?=\r\n`).subject, 'a 31m b c exe.txt \u05d0')
  assert.equal(facts('Subject: \xc3\xbc\r\n').subject, 'ü')
  assert.equal(facts('Subject: \xfc\r\n').subject, 'ü')
})

test('[H7] trap 58: fields named like properties of objects are fields like others', () => {
  const header = readFields(Buffer.from('__proto__: x\r\nconstructor: y\r\nhasOwnProperty: z\r\n\r\n'))
  assert.deepEqual(
    header.fields.map((field) => [field.name, rawValue(header, field)]),
    [
      ['__proto__', 'x'],
      ['constructor', 'y'],
      ['hasOwnProperty', 'z'],
    ],
  )
  assert.equal(facts('__proto__: x\r\n\r\n').messageId, undefined)
})

test('[H8] trap 26: every Received and Delivered-To is counted, and many of them are bounded', () => {
  const many = facts(`${'Received: x\r\n'.repeat(150)}${'delivered-to: a@b\r\n'.repeat(150)}\r\n`)
  assert.equal(many.receivedCount, 150)
  assert.equal(many.deliveredTo.length, 100)
})

test('[H9] fields put together again are the header', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('A: b', ' c', '\td', '\r\n', '\r\n', ':', 'x', 'From : y', '\n')), (pieces) => {
      const text = pieces.join('')
      const header = headerOf(text)
      const { fields } = readFields(Buffer.from(header, 'latin1'))
      let position = 0
      for (const { name, start, valueStart, end } of fields) {
        assert.ok(start >= position && valueStart > start && end >= valueStart)
        assert.equal(header.slice(start, start + name.length), name)
        position = end
      }
      assert.ok(position <= header.length)
    }),
    { numRuns: 500 },
  )
})

test('[H10] trap 47: a submission gets Message-ID and Date if it has none, and loses Bcc', () => {
  assert.equal(
    edited('From: a@b.c\r\nBCC: x@y.z,\r\n\tq@y.z\r\nSubject:  odd   spacing \r\nresent-bcc : k@l.m\r\n\r\n'),
    'Message-ID: <new@host.example>\r\nDate: Fri, 02 Jan 2026 15:04:05 +0000\r\nFrom: a@b.c\r\nSubject:  odd   spacing \r\n\r\n',
  )
  assert.equal(edited('Date: x\r\nBcc: a@b\r\n'), 'Message-ID: <new@host.example>\r\nDate: x\r\n')
  assert.equal(edited('\r\n'), 'Message-ID: <new@host.example>\r\nDate: Fri, 02 Jan 2026 15:04:05 +0000\r\n\r\n')
  assert.equal(edited('Date: x\r\nMessage-ID: y\r\nResent-Bcc: a@b\r\n\r\n'), 'Date: x\r\nMessage-ID: y\r\n\r\n')
  assert.equal(edited('Bcc: a@b').includes('Bcc'), false)
})

test('[H11] with nothing to mend, the same bytes come back', () => {
  const header = Buffer.from('Date: x\r\nMessage-ID: y\r\nX-Bcc: kept\r\n\r\n')
  assert.equal(editSubmission(header, EDIT), header)
  assert.equal(removeFields(header, new Set(['return-path'])), header)
  assert.equal(Buffer.from(removeFields(header, new Set(['x-bcc']))).toString(), 'Date: x\r\nMessage-ID: y\r\n\r\n')
})

test('[H12] a Message-ID is never bracketed twice and never breaks its line', () => {
  assert.ok(
    Buffer.from(editSubmission(Buffer.from('Date: x\r\n\r\n'), { ...EDIT, messageId: '<a@b>' }))
      .toString()
      .startsWith('Message-ID: <a@b>\r\n'),
  )
  for (const messageId of ['a\r\nX: y@b', 'a b@c', 'a>b@c', '', '<>'])
    assert.throws(() => editSubmission(Buffer.from('\r\n'), { ...EDIT, messageId }))
})
