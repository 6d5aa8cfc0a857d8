// What a server says, read into values; and that what we write reads as what was meant.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FetchWriter, ResponseReader, ResponseWriter, type ServerResponse, writeList, writeString } from './imap.ts'
import { RESPONSE_DEPTH_MAX, RESPONSE_LINE_OCTETS_MAX } from './limits.ts'

/** `text` in Latin-1, in pieces. */
function read(text: string, pieceOctets = text.length): ServerResponse[] {
  const reader = new ResponseReader({ literalOctetsMax: 1000 })
  const responses: ServerResponse[] = []
  for (let at = 0; at < text.length; at += pieceOctets) {
    reader.receive(Buffer.from(text.slice(at, at + pieceOctets), 'latin1'))
    for (let response = reader.next(); response; response = reader.next()) {
      responses.push(response)
      if (response.type === 'broken') return responses
    }
  }
  return responses
}

test('[R1] status responses, with codes and without', () => {
  const cases: readonly [line: string, response: object][] = [
    [
      '* OK [CAPABILITY IMAP4rev1 IDLE] ready',
      { tag: undefined, status: 'OK', code: 'CAPABILITY IMAP4rev1 IDLE', text: 'ready' },
    ],
    ['a1 NO not now {5}', { tag: 'a1', status: 'NO', text: 'not now {5}' }],
    ['a1 ok', { tag: 'a1', status: 'OK', text: '' }],
    ['* BYE [ALERT]', { tag: undefined, status: 'BYE', code: 'ALERT', text: '' }],
    ['* OK [BADURL "a]b"] x', { tag: undefined, status: 'OK', code: 'BADURL "a]b"', text: 'x' }],
  ]
  for (const [line, response] of cases) assert.deepEqual(read(`${line}\r\n`), [{ type: 'status', ...response }])
  assert.deepEqual(read('+ go on {3}\r\n+\r\n'), [
    { type: 'continue', text: 'go on {3}' },
    { type: 'continue', text: '' },
  ])
})

test('[R2] data as values, wherever it is cut', () => {
  const text =
    '* 12 FETCH (FLAGS (\\Seen) BODY[HEADER.FIELDS (Date From)]<0> {9}\r\na)\r\n"b\r\n( ENVELOPE (NIL "NIL" "a\\"{3}" nil) UID 7)\r\n* SEARCH\r\n* EXISTS 3\r\n'
  const expected = [
    {
      type: 'data',
      name: 'FETCH',
      number: 12,
      values: [
        [
          'FLAGS',
          ['\\Seen'],
          'BODY[HEADER.FIELDS (Date From)]<0>',
          Buffer.from('a)\r\n"b\r\n('),
          'ENVELOPE',
          [null, 'NIL', 'a"{3}', null],
          'UID',
          '7',
        ],
      ],
    },
    { type: 'data', name: 'SEARCH', values: [] },
    { type: 'data', name: 'EXISTS', values: ['3'] },
  ]
  for (const octets of [1, 2, 7, 50, 1000]) assert.deepEqual(read(text, octets), expected)
})

test('[R3] what is no IMAP, or too much, is the end', () => {
  const deep = `* X ${'('.repeat(RESPONSE_DEPTH_MAX + 1)}${')'.repeat(RESPONSE_DEPTH_MAX + 1)}\r\n`
  for (const wrong of ['hello\r\n', '* X (\r\n', '* X )\r\n', '* X "a\r\n', '* \r\n', '* X (a]) b)\r\n', deep])
    assert.deepEqual(read(wrong), [{ type: 'broken', why: 'syntax' }], wrong.slice(0, 20))
  assert.deepEqual(read('* X {1001}\r\n'), [{ type: 'broken', why: 'too-long' }])
  assert.deepEqual(read(`* ${'x'.repeat(RESPONSE_LINE_OCTETS_MAX)}`), [{ type: 'broken', why: 'too-long' }])
})

test('[R4] no input makes it throw', () => {
  const words = [
    '* ',
    'a ',
    'OK ',
    'X ',
    '(',
    ')',
    '"',
    '\\',
    '{2}',
    '{1}\r\n',
    '\r\n',
    '\n',
    'BODY[',
    ']',
    'NIL',
    ' ',
    '+',
    '[',
    '1 ',
    '\0',
    'é',
  ]
  const text = fc.array(fc.constantFrom(...words), { maxLength: 40 }).map((parts) => parts.join(''))
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 50 }), (input, octets) => assert.deepEqual(read(input, octets), read(input))),
  )
})

test('[R5] what is written is read as what was meant', () => {
  const written = (write: (out: ResponseWriter) => void): ServerResponse | undefined => {
    const out = new ResponseWriter()
    write(out)
    const reader = new ResponseReader({ literalOctetsMax: 100_000 })
    for (let piece = out.take(); piece; piece = out.take()) reader.receive(piece)
    return reader.next()
  }
  const text = fc.string({ unit: 'binary', maxLength: 60 })
  fc.assert(
    fc.property(text, fc.nat(0xffffffff), (value, uid) => {
      const response = written((out) => {
        out.ascii('* X ')
        writeString(out, value)
        out.ascii(' ').number(uid).crlf()
      })
      assert.ok(response?.type === 'data')
      const [first, second] = response.values
      assert.equal(typeof first === 'string' ? first : Buffer.from(first as Uint8Array).toString('utf8'), value)
      assert.equal(second, String(uid))
    }),
  )
  const body = Buffer.alloc(50_000, 'x) {3}\r\n')
  assert.deepEqual(
    written((out) => new FetchWriter(out).begin(1).section('BODY[]', body).uid(3).end()),
    {
      type: 'data',
      name: 'FETCH',
      number: 1,
      values: [['BODY[]', body, 'UID', '3']],
    },
  )
  const list = written((out) => writeList(out, { name: 'LIST', attributes: ['\\Sent'], mailbox: 'NIL' }, { utf8: false }))
  assert.deepEqual(list, { type: 'data', name: 'LIST', values: [['\\Sent'], '/', 'NIL'] })
})
