// What is written: values, lines, FETCH items, and pieces that pass through.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  copyUidCode,
  decodeUtf7,
  FetchWriter,
  FLAG,
  flagsText,
  internalDateText,
  ResponseWriter,
  rangesText,
  setText,
  writeExists,
  writeExpunge,
  writeFlags,
  writeId,
  writeList,
  writeMailbox,
  writeMetadata,
  writeMetadataChanged,
  writeNamespace,
  writeNString,
  writeNumbers,
  writeQuota,
  writeQuotaRoots,
  writeRecent,
  writeRights,
  writeSearchResult,
  writeSeparator,
  writeStatus,
  writeString,
  writeVanished,
} from './imap.ts'
import { QUOTED_CHARACTERS_MAX, WRITER_COPY_OCTETS_MAX, WRITER_TEXT_CHARACTERS } from './limits.ts'

const ASCII = { utf8: false }
const UTF8 = { utf8: true }

/** Octets as Latin-1. */
function written(write: (out: ResponseWriter) => void): string {
  const out = new ResponseWriter()
  write(out)
  let text = ''
  for (let piece = out.take(); piece; piece = out.take()) text += Buffer.from(piece).toString('latin1')
  assert.equal(out.bytesLength, 0)
  return text
}

test('[I60] strings are quoted where that can be, else literals', () => {
  const cases: readonly [text: string | Uint8Array | undefined, wire: string][] = [
    ['', '""'],
    ['a "b" \\', '"a \\"b\\" \\\\"'],
    ['a\r\nb', '{4}\r\na\r\nb'],
    ['ä', '{2}\r\n\xc3\xa4'],
    ['\0', '{1}\r\n\0'],
    ['x'.repeat(QUOTED_CHARACTERS_MAX + 1), `{${QUOTED_CHARACTERS_MAX + 1}}\r\n${'x'.repeat(QUOTED_CHARACTERS_MAX + 1)}`],
    [Buffer.from('raw'), '{3}\r\nraw'],
    [undefined, 'NIL'],
  ]
  for (const [text, wire] of cases)
    assert.equal(
      written((out) => writeNString(out, text)),
      wire,
    )
  assert.equal(
    written((out) => writeString(out, 'NIL')),
    '"NIL"',
  )
})

test('[I61] names go out so that they come in again', () => {
  const cases: readonly [name: string, ascii: string, utf8: string][] = [
    ['INBOX', 'INBOX', 'INBOX'],
    ['a/b', 'a/b', 'a/b'],
    ['NIL', '"NIL"', '"NIL"'],
    ['nil', '"nil"', '"nil"'],
    ['', '""', '""'],
    ['Sent Mail', '"Sent Mail"', '"Sent Mail"'],
    ['a"b\\', '"a\\"b\\\\"', '"a\\"b\\\\"'],
    ['Tom & Jerry', '"Tom &- Jerry"', '"Tom & Jerry"'],
    ['Entwürfe', '"Entw&APw-rfe"', '"Entw\xc3\xbcrfe"'],
    ['a%*(b', '"a%*(b"', '"a%*(b"'],
  ]
  for (const [name, ascii, utf8] of cases) {
    assert.equal(
      written((out) => writeMailbox(out, name, ASCII)),
      ascii,
    )
    assert.equal(
      written((out) => writeMailbox(out, name, UTF8)),
      utf8,
    )
  }
  const name = fc.string({ unit: 'binary', maxLength: 20 }).filter((text) => !/[\x00-\x1f\x7f]/.test(text))
  fc.assert(
    fc.property(name, (text) => {
      const wire = written((out) => writeMailbox(out, text, ASCII))
      const inner = wire.startsWith('"') ? wire.slice(1, -1).replace(/\\(["\\])/g, '$1') : wire
      assert.equal(decodeUtf7(inner), text)
    }),
  )
})

test('[I62] flags: the system flags in their order, then keywords', () => {
  assert.equal(flagsText(0), '()')
  assert.equal(flagsText(FLAG.seen), '(\\Seen)')
  assert.equal(flagsText(63), '(\\Seen \\Answered \\Flagged \\Deleted \\Draft \\Recent)')
  assert.equal(flagsText(FLAG.draft, 'a $b'), '(\\Draft a $b)')
  assert.equal(flagsText(0, ['a', '$b']), '(a $b)')
  assert.equal(flagsText(0, []), '()')
})

test('[I62] dates', () => {
  assert.equal(internalDateText(Date.UTC(1996, 6, 17, 9, 44, 25), -420), '"17-Jul-1996 02:44:25 -0700"')
  assert.equal(internalDateText(0, 0), '"01-Jan-1970 00:00:00 +0000"')
  assert.equal(internalDateText(Date.UTC(2026, 11, 31, 23, 59, 59, 999), 330), '"01-Jan-2027 05:29:59 +0530"')
  assert.equal(internalDateText(-1, 0), '"31-Dec-1969 23:59:59 +0000"')
  assert.equal(internalDateText(Date.UTC(2024, 1, 29), 0), '"29-Feb-2024 00:00:00 +0000"')
})

test('[I62] trap 37: a FETCH line, item by item in the order of the calls', () => {
  const line = (write: (fetch: FetchWriter) => void): string => written((out) => write(new FetchWriter(out)))
  assert.equal(
    line((fetch) => fetch.begin(3).uid(7).flags(FLAG.seen, 'x').modseq(9_007_199_254_740_991).end()),
    '* 3 FETCH (UID 7 FLAGS (\\Seen x) MODSEQ (9007199254740991))\r\n',
  )
  assert.equal(
    line((fetch) => fetch.begin(1).size(5).internalDate(0, 0).saveDate(undefined).saveDate(0).end()),
    '* 1 FETCH (RFC822.SIZE 5 INTERNALDATE "01-Jan-1970 00:00:00 +0000" SAVEDATE NIL SAVEDATE "01-Jan-1970 00:00:00 +0000")\r\n',
  )
  assert.equal(
    line((fetch) =>
      fetch.begin(1).ready('ENVELOPE', Buffer.from('(NIL)')).objectId('EMAILID', 'M1').objectId('THREADID', undefined).end(),
    ),
    '* 1 FETCH (ENVELOPE (NIL) EMAILID (M1) THREADID NIL)\r\n',
  )
  assert.equal(
    line((fetch) => fetch.begin(1).preview('a b').preview('ä').preview(undefined).end()),
    '* 1 FETCH (PREVIEW "a b" PREVIEW {2}\r\n\xc3\xa4 PREVIEW NIL)\r\n',
  )
  assert.equal(
    line((fetch) =>
      fetch.begin(1).uid(2).section('BODY[TEXT]<0>', Buffer.from('a\r\n')).nil('BODY[9]').number('BINARY.SIZE[1]', 4).end(),
    ),
    '* 1 FETCH (UID 2 BODY[TEXT]<0> {3}\r\na\r\n BODY[9] NIL BINARY.SIZE[1] 4)\r\n',
  )
  const pieces = written((out) => {
    const fetch = new FetchWriter(out).begin(1).literal('BINARY[1]', 4, 'literal8')
    out.bytes(Buffer.from('a\0')).bytes(Buffer.from('b\xff', 'latin1'))
    fetch.uid(1).end()
  })
  assert.equal(pieces, '* 1 FETCH (BINARY[1] ~{4}\r\na\0b\xff UID 1)\r\n')
  assert.equal(
    line((fetch) => fetch.begin(1).end()),
    '* 1 FETCH ()\r\n',
  )
})

test('[I63] sets are short, and keep their order', () => {
  assert.equal(setText([1, 2, 3, 7, 9, 10]), '1:3,7,9:10')
  assert.equal(setText([3, 2, 1, 2]), '3,2,1:2')
  assert.equal(setText([]), '')
  assert.equal(setText(new Uint32Array([4_294_967_294, 4_294_967_295])), '4294967294:4294967295')
  assert.equal(
    rangesText([
      { from: 1, to: 1 },
      { from: 3, to: 9 },
    ]),
    '1,3:9',
  )
  const pairs = [
    [4, 10],
    [5, 11],
    [9, 12],
    [2, 13],
  ] as const
  assert.equal(copyUidCode(7, pairs), 'COPYUID 7 4:5,9,2 10:13')
})

test('[I64] search results, in the old form and the new', () => {
  assert.equal(
    written((out) => writeNumbers(out, 'SEARCH', [2, 84, 4_294_967_295])),
    '* SEARCH 2 84 4294967295\r\n',
  )
  assert.equal(
    written((out) => writeNumbers(out, 'SEARCH', [2], 917)),
    '* SEARCH 2 (MODSEQ 917)\r\n',
  )
  assert.equal(
    written((out) => writeNumbers(out, 'SORT', [], 917)),
    '* SORT\r\n',
  )
  const result = (rest: object): string => written((out) => writeSearchResult(out, { tag: 'a', byUid: true, ...rest }))
  assert.equal(result({}), '* ESEARCH (TAG "a") UID\r\n')
  assert.equal(result({ byUid: false, count: 0, all: '' }), '* ESEARCH (TAG "a") COUNT 0\r\n')
  assert.equal(
    result({ min: 1, max: 9, all: '1:9', count: 9, modseq: 5 }),
    '* ESEARCH (TAG "a") UID MIN 1 MAX 9 ALL 1:9 COUNT 9 MODSEQ 5\r\n',
  )
  assert.equal(result({ partial: { from: -1, to: -10, set: '' } }), '* ESEARCH (TAG "a") UID PARTIAL (-1:-10 NIL)\r\n')
  assert.equal(
    result({ addTo: { position: 0, set: '5' }, removeFrom: { position: 1, set: '2:3' } }),
    '* ESEARCH (TAG "a") UID ADDTO (0 5) REMOVEFROM (1 2:3)\r\n',
  )
})

test('[I65] the other untagged responses', () => {
  const cases: readonly [write: (out: ResponseWriter) => void, line: string][] = [
    [(out) => writeExists(out, 18), '* 18 EXISTS'],
    [(out) => writeRecent(out, 0), '* 0 RECENT'],
    [(out) => writeExpunge(out, 4), '* 4 EXPUNGE'],
    [(out) => writeVanished(out, [{ from: 1, to: 3 }], { earlier: true }), '* VANISHED (EARLIER) 1:3'],
    [(out) => writeVanished(out, [{ from: 1, to: 1 }], { earlier: false }), '* VANISHED 1'],
    [(out) => writeFlags(out, flagsText(3, 'x')), '* FLAGS (\\Seen \\Answered x)'],
    [(out) => writeList(out, { name: 'LIST', attributes: [], mailbox: 'a b' }, ASCII), '* LIST () "/" "a b"'],
    [
      (out) => writeList(out, { name: 'LSUB', attributes: ['\\Noselect', '\\HasChildren'], mailbox: 'ä' }, UTF8),
      '* LSUB (\\Noselect \\HasChildren) "/" "\xc3\xa4"',
    ],
    [
      (out) => writeList(out, { name: 'LIST', attributes: [], mailbox: 'b', oldName: 'a' }, ASCII),
      '* LIST () "/" b ("OLDNAME" (a))',
    ],
    [
      (out) => writeList(out, { name: 'LIST', attributes: [], mailbox: 'b', childInfo: ['SUBSCRIBED'] }, ASCII),
      '* LIST () "/" b ("CHILDINFO" ("SUBSCRIBED"))',
    ],
    [
      (out) => writeList(out, { name: 'LIST', attributes: [], mailbox: 'b', childInfo: ['SUBSCRIBED'], oldName: 'a' }, ASCII),
      '* LIST () "/" b ("CHILDINFO" ("SUBSCRIBED") "OLDNAME" (a))',
    ],
  ]
  for (const [write, line] of cases) assert.equal(written(write), `${line}\r\n`)
})

test('[I65] what is asked for beside mail', () => {
  const cases: readonly [write: (out: ResponseWriter) => void, line: string][] = [
    [(out) => writeSeparator(out), '* LIST (\\Noselect) "/" ""'],
    [
      (out) =>
        writeStatus(
          out,
          'INBOX',
          [
            ['MESSAGES', 3],
            ['MAILBOXID', '(F1)'],
          ],
          ASCII,
        ),
      '* STATUS INBOX (MESSAGES 3 MAILBOXID (F1))',
    ],
    [(out) => writeStatus(out, 'INBOX', [], ASCII), '* STATUS INBOX ()'],
    [(out) => writeNamespace(out), '* NAMESPACE (("" "/")) NIL NIL'],
    [
      (out) =>
        writeId(out, [
          ['name', 'Posthorn'],
          ['version', undefined],
        ]),
      '* ID ("name" "Posthorn" "version" NIL)',
    ],
    [(out) => writeId(out, []), '* ID NIL'],
    [(out) => writeQuota(out, '', [{ resource: 'STORAGE', usage: 10, limit: 512 }]), '* QUOTA "" (STORAGE 10 512)'],
    [(out) => writeQuota(out, '', []), '* QUOTA "" ()'],
    [(out) => writeQuotaRoots(out, 'INBOX', [''], ASCII), '* QUOTAROOT INBOX ""'],
    [
      (out) =>
        writeMetadata(
          out,
          '',
          [
            ['/private/a', Buffer.from('x')],
            ['/shared/b', undefined],
          ],
          ASCII,
        ),
      '* METADATA "" (/private/a {1}\r\nx /shared/b NIL)',
    ],
    [(out) => writeMetadataChanged(out, 'INBOX', ['/private/a'], ASCII), '* METADATA INBOX /private/a'],
    [(out) => writeRights(out, { name: 'MYRIGHTS', mailbox: 'INBOX', words: ['lr'] }, ASCII), '* MYRIGHTS INBOX "lr"'],
  ]
  for (const [write, line] of cases) assert.equal(written(write), `${line}\r\n`)
  assert.equal(
    written((out) => writeVanished(out, [], { earlier: false })),
    '',
  )
})

test('[I66] large pieces pass through as they are; the rest goes out in few', () => {
  const out = new ResponseWriter()
  const body = Buffer.alloc(WRITER_COPY_OCTETS_MAX + 1)
  new FetchWriter(out).begin(1).section('BODY[]', body).uid(1).end()
  assert.equal(Buffer.from(out.take() ?? []).toString(), `* 1 FETCH (BODY[] {${body.length}}\r\n`)
  assert.equal(out.take(), body)
  assert.equal(Buffer.from(out.take() ?? []).toString(), ' UID 1)\r\n')
  assert.equal(out.take(), undefined)
  const fetch = new FetchWriter(out)
  for (let n = 1; n <= 100_000; n++) fetch.begin(n).uid(n).flags(FLAG.seen).end()
  const octets = out.bytesLength
  let pieces = 0
  let taken = 0
  for (let piece = out.take(); piece; piece = out.take()) {
    pieces++
    taken += piece.length
  }
  assert.equal(taken, octets)
  assert.ok(pieces <= octets / WRITER_TEXT_CHARACTERS + 1)
})
