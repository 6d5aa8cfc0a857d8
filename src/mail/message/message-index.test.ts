// The index: the same however the content comes, bounded, and the same when it is read back.

import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeIndex, encodeIndex } from './index-codec.ts'
import { HEADER_BYTES_MAX, REFERENCES_MAX } from './limits.ts'
import { type IndexedPart, indexOf, type MessageIndex } from './message-index.ts'
import { resolveSection } from './section.ts'
import { indexInPieces, messageOf, readWire } from './testing.ts'

const CORPUS = join(import.meta.dirname, '../../../test/corpus/eml')

/** The members of an index that was read back are made when they are asked for. */
function plain(index: MessageIndex | undefined): Record<string, unknown> {
  assert.ok(index)
  const names = Object.keys(indexOf(new Uint8Array(0))) as (keyof MessageIndex)[]
  return Object.fromEntries(
    names.map((name) => [name, index[name] instanceof Uint8Array ? Buffer.from(index[name]) : index[name]]),
  )
}

const unit = fc.constantFrom(
  ...[
    '\r\n',
    '\n',
    '\r',
    '\r\n\r\n',
    ':',
    ';',
    ' ',
    '\t',
    '=',
    '"',
    '(',
    ')',
    '<',
    '>',
    '@',
    ',',
    '--',
    '--b',
    '--b--',
    'b',
    'é',
    '\u0000',
  ],
  ...[
    'From: ',
    'Subject: ',
    'References: ',
    'Content-Type: ',
    'Content-Disposition: attachment',
    'multipart/mixed',
    '; boundary=b',
  ],
  ...[
    'message/rfc822',
    'text/html',
    'multipart/digest',
    'base64',
    'Content-Transfer-Encoding: ',
    '{5}\r\n',
    '=?utf-8?q?=C3=BC?=',
  ],
)

test('[I1] any octets in any pieces give the same index, which is readable, complete and inside its bounds', () => {
  fc.assert(
    fc.property(
      fc.string({ unit, maxLength: 120 }),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
      (text, sizes) => {
        const bytes = Buffer.from(text, 'latin1')
        const index = indexOf(bytes)
        assert.deepEqual(plain(indexInPieces(bytes, sizes)), plain(index))
        assert.equal(index.sizeBytes, bytes.length)
        assert.equal((readWire(index.envelope) as readonly unknown[]).length, 10)
        assertStructure(readWire(index.bodyStructure), index.parts)
        readWire(index.body)
        assertInside(index.parts, 0, bytes.length)
        assert.ok(index.preview.length <= 200 && !/[\u0000-\u001f]/.test(index.preview))
        assert.deepEqual(plain(decodeIndex(encodeIndex(index))), plain(index))
      },
    ),
    { numRuns: 1500 },
  )
})

/** What is shown and what can be fetched are the same parts. */
function assertStructure(shown: unknown, part: IndexedPart): void {
  assert.ok(Array.isArray(shown))
  if (part.type === 'multipart') {
    const children = shown.slice(0, part.children.length)
    assert.ok(children.length > 0 && children.every(Array.isArray) && typeof shown[children.length] === 'string')
    assert.equal(shown.length, children.length + 5)
    for (const [i, child] of part.children.entries()) assertStructure(shown[i], child)
    return
  }
  assert.equal(shown[6], part.bodyEnd - part.bodyStart)
  const isMessage = part.type === 'message' && part.subtype === 'rfc822'
  assert.equal(shown.length, part.type === 'text' ? 12 : isMessage ? 14 : 11)
  const inner = part.children[0]
  if (isMessage && inner !== undefined) assertStructure(shown[8], inner)
}

function assertInside(part: IndexedPart, start: number, end: number): void {
  assert.ok(
    start <= part.headerStart && part.headerStart <= part.bodyStart && part.bodyStart <= part.bodyEnd && part.bodyEnd <= end,
  )
  for (const child of part.children) assertInside(child, part.bodyStart, part.bodyEnd)
}

test('[I2] the public test messages: the same in pieces and when read back', () => {
  for (const folder of ['rfc', 'legacy']) {
    for (const name of readdirSync(join(CORPUS, folder))) {
      const bytes = Buffer.from(readFileSync(join(CORPUS, folder, name), 'latin1').replace(/\r?\n/g, '\r\n'), 'latin1')
      const index = indexOf(bytes)
      assert.deepEqual(plain(indexInPieces(bytes, [1, 7, 300])), plain(index), name)
      assert.deepEqual(plain(decodeIndex(encodeIndex(index))), plain(index), name)
      readWire(index.envelope)
      assertStructure(readWire(index.bodyStructure), index.parts)
    }
  }
})

test('[I3] sort keys, dates and identifiers of the header', () => {
  const index = indexOf(
    messageOf(
      'Date: Fri, 02 Jan 2026 16:04:02 +0100 (CET)',
      'From: =?utf-8?q?J=C3=B6rg?= <Joerg@d.example>, other@d.example',
      'To: group: "Ann B." <Ann@d.example>;',
      'Cc: carl@d.example',
      'Subject: Re: [list] =?utf-8?q?Gr=C3=BC=C3=9Fe?= (fwd)',
      'Message-ID: <"a.b"@d.example>',
      'In-Reply-To: Your message of <c@d.example> and <e@d.example>',
      'References: <1@d.example> <bad id@d.example>',
      ' <>, <2@d.example>',
      '',
      'x',
    ),
  )
  assert.equal(index.sentAtMs, Date.UTC(2026, 0, 2, 15, 4, 2))
  assert.deepEqual([index.from, index.to, index.cc], ['JOERG', 'GROUP', 'CARL'])
  assert.deepEqual([index.fromDisplay, index.toDisplay], ['Jörg', 'group'])
  assert.deepEqual([index.subject, index.isReply], ['Re: [list] Grüße (fwd)', true])
  assert.equal(index.baseSubject, 'GRÜßE'.normalize('NFKD'))
  assert.equal(index.messageId, '<a.b@d.example>')
  assert.deepEqual(index.inReplyTo, ['<c@d.example>', '<e@d.example>'])
  assert.deepEqual(index.references, ['<1@d.example>', '<badid@d.example>', '<2@d.example>'])
  const empty = indexOf(new Uint8Array(0))
  assert.deepEqual(
    [empty.sentAtMs, empty.messageId, empty.subject, empty.from, empty.fromDisplay],
    [undefined, undefined, '', '', ''],
  )
  assert.equal(indexOf(messageOf('From: bob@d.example', '', '')).fromDisplay, 'bob@d.example')
})

test('[I4] of many references the first and the last are kept', () => {
  const all = Array.from({ length: 500 }, (_, i) => `<${i}@d>`)
  const { references } = indexOf(messageOf(`References: ${all.join('\r\n ')}`, '', ''))
  assert.equal(references.length, REFERENCES_MAX)
  assert.deepEqual([references[0], references[1], references.at(-1)], ['<0@d>', '<401@d>', '<499@d>'])
})

test('[I5] attachments are what people would save', () => {
  const holds = (...part: readonly string[]) =>
    indexOf(messageOf('Content-Type: multipart/mixed; boundary=b', '', '--b', '', 'x', '--b', ...part, '', 'y', '--b--'))
      .hasAttachment
  assert.equal(holds('Content-Type: text/plain'), false)
  assert.equal(holds('Content-Type: text/plain', 'Content-Disposition: attachment'), true)
  assert.equal(holds('Content-Type: text/csv', 'Content-Disposition: inline; filename=a.csv'), true)
  assert.equal(holds('Content-Type: application/pdf'), true)
  assert.equal(holds('Content-Type: message/rfc822'), true)
  assert.equal(holds('Content-Type: application/pgp-signature; name=s.asc'), false)
  const related = (...part: readonly string[]) =>
    indexOf(messageOf('Content-Type: multipart/related; boundary=b', '', '--b', '', 'x', '--b', ...part, '', 'y', '--b--'))
      .hasAttachment
  assert.equal(related('Content-Type: image/png; name=a.png', 'Content-ID: <a@b>'), false)
  assert.equal(related('Content-Type: image/png; name=a.png'), true)
})

test('[I6] a header without end is read as far as it is kept, and the offsets are right', () => {
  const long = Buffer.from(`Subject: s\r\n${'X: y\r\n'.repeat(100_000)}\r\nbody`)
  for (const index of [indexOf(long), indexInPieces(long, [65_536])]) {
    assert.equal(index.subject, 's')
    assert.equal(index.headerBytes, long.length - 4)
    assert.ok(index.headerBytes > HEADER_BYTES_MAX)
    assert.deepEqual(resolveSection(index.parts, { part: [], text: 'text' }), {
      start: long.length - 4,
      end: long.length,
      withPrefix: false,
    })
  }
})

test('[I7] what another version wrote, or what is broken, is no index; nothing broken can throw', () => {
  const bytes = encodeIndex(indexOf(messageOf('Subject: s', 'Content-Type: multipart/mixed; boundary=b', '', '--b', '', 'x')))
  const other = Buffer.from(bytes)
  other[0] = 255
  assert.equal(decodeIndex(other), undefined)
  assert.equal(decodeIndex(bytes.subarray(0, 30)), undefined)
  assert.equal(decodeIndex(new Uint8Array(0)), undefined)
  // More children than there can be: nine empty members, then the largest of numbers.
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  const partsStart = 36 + view.getUint32(8, true) + view.getUint32(12, true)
  const endless = Buffer.from(bytes)
  endless.fill(255, partsStart, partsStart + view.getUint32(16, true)).fill(0, partsStart, partsStart + 9)
  assert.ok((decodeIndex(endless)?.parts.children.length ?? 0) < 10)
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.nat(255), fc.nat(bytes.length), (at, octet, length) => {
      const broken = Buffer.from(bytes.subarray(0, length))
      if (at > 0 && at < length) broken[at] = octet
      const index = decodeIndex(broken)
      if (index !== undefined) plain(index)
    }),
    { numRuns: 2000 },
  )
})

test('[I8] trap 35: mail stored with lone LFs is read like any other', () => {
  const lines = [
    'Subject: a',
    ' b',
    'From: c@d',
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    'Content-Type: text/html',
    '',
    '<p>x',
  ]
  const lone = indexOf(Buffer.from([...lines, '--b--'].join('\n')))
  const strict = indexOf(messageOf(...lines, '--b--'))
  assert.deepEqual(Buffer.from(lone.envelope), Buffer.from(strict.envelope))
  assert.deepEqual(Buffer.from(lone.bodyStructure), Buffer.from(strict.bodyStructure))
  assert.equal(lone.preview, 'x')
})
