// What FETCH tells of messages. Rules [F…] are those of SPEC.md.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TestClient } from './testing/client.ts'
import { faultyStore, startImap } from './testing/server.ts'

const PREFIX = 'Return-Path: <a@b>\r\n'
const MAIL = [
  'From: Ann Smith <ann@example.org>',
  'To: undisclosed:;',
  'Subject: =?utf-8?q?caf=C3=A9?=',
  'Message-ID: <1@example.org>',
  'Date: Mon, 1 Jan 2024 10:00:00 +0100',
  'X-Long: one',
  ' two',
  'MIME-Version: 1.0',
  'Content-Type: multipart/mixed; boundary=x',
  '',
  '--x',
  '',
  'plain text',
  '--x',
  'Content-Type: application/octet-stream',
  'Content-Transfer-Encoding: base64',
  '',
  'AAECAwQFBgc=',
  '--x',
  'Content-Type: message/rfc822',
  '',
  'Subject: inner',
  '',
  'inner body',
  '--x--',
  '',
].join('\r\n')
const WHOLE = PREFIX + MAIL

async function fetched(client: TestClient, items: string): Promise<string> {
  const [line = ''] = await client.ok(`FETCH 1 ${items}`)
  return line
}

test('[F1] trap 34: RFC822.SIZE is the size of BODY[], lines before the content included', async (t) => {
  const server = await startImap(t)
  await server.deliver(MAIL, PREFIX)
  const client = await TestClient.selected(server.port)
  const size = WHOLE.length
  assert.equal(await fetched(client, '(RFC822.SIZE BODY.PEEK[])'), `1 FETCH (RFC822.SIZE ${size} BODY[] {${size}}\r\n${WHOLE})`)
})

test('[F2] trap 38: sections, header fields in their order and folding', async (t) => {
  const server = await startImap(t)
  await server.deliver(MAIL, PREFIX)
  const client = await TestClient.selected(server.port)
  const header = WHOLE.slice(0, WHOLE.indexOf('--x\r\n'))
  const text = WHOLE.slice(header.length)
  const cases: readonly (readonly [string, string])[] = [
    ['HEADER', header],
    ['TEXT', text],
    ['1', 'plain text'],
    ['2.MIME', 'Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n'],
    ['3.HEADER', 'Subject: inner\r\n\r\n'],
    ['3.TEXT', 'inner body'],
    ['3', 'Subject: inner\r\n\r\ninner body'],
    ['3.1', 'inner body'],
    ['HEADER.FIELDS (x-long SUBJECT nothing)', 'Subject: =?utf-8?q?caf=C3=A9?=\r\nX-Long: one\r\n two\r\n\r\n'],
    ['HEADER.FIELDS (nothing)', '\r\n'],
    ['HEADER.FIELDS (return-path)', 'Return-Path: <a@b>\r\n\r\n'],
    ['3.HEADER.FIELDS.NOT (subject)', '\r\n'],
  ]
  for (const [section, octets] of cases) {
    const label = `BODY[${section}]`
    assert.equal(await fetched(client, `BODY.PEEK[${section}]`), `1 FETCH (${label} {${octets.length}}\r\n${octets})`)
  }
  for (const absent of ['4', '1.HEADER', '2.1', '3.2'])
    assert.equal(await fetched(client, `BODY.PEEK[${absent}]`), `1 FETCH (BODY[${absent}] NIL)`)
})

test('[F3] trap 35: partial octets; beyond the end there is nothing, but no NIL', async (t) => {
  const server = await startImap(t)
  await server.deliver(MAIL, PREFIX)
  const client = await TestClient.selected(server.port)
  assert.equal(await fetched(client, 'BODY.PEEK[]<15.10>'), `1 FETCH (BODY[]<15> {10}\r\n${WHOLE.slice(15, 25)})`)
  assert.equal(await fetched(client, 'BODY.PEEK[1]<6.100>'), '1 FETCH (BODY[1]<6> {4}\r\ntext)')
  assert.equal(await fetched(client, 'BODY.PEEK[]<100000.5>'), '1 FETCH (BODY[]<100000> {0}\r\n)')
  assert.equal(
    await fetched(client, 'BODY.PEEK[HEADER.FIELDS (Subject)]<0.7>'),
    '1 FETCH (BODY[HEADER.FIELDS (Subject)]<0> {7}\r\nSubject)',
  )
})

test('[F4] trap 36: reading a body sets \\Seen and tells it; PEEK and EXAMINE do not', async (t) => {
  const server = await startImap(t)
  for (const _ of [1, 2]) await server.deliver(MAIL)
  const client = await TestClient.selected(server.port)
  await client.ok('FETCH 1 BODY.PEEK[1]')
  assert.deepEqual(await client.ok('FETCH 1 FLAGS'), ['1 FETCH (FLAGS (\\Recent))'])
  assert.equal(await fetched(client, 'BODY[1]'), '1 FETCH (BODY[1] {10}\r\nplain text FLAGS (\\Seen \\Recent))')
  assert.equal(await fetched(client, 'BODY[1]'), '1 FETCH (BODY[1] {10}\r\nplain text)')
  assert.deepEqual(await client.ok('FETCH 2 BINARY[1]'), ['2 FETCH (BINARY[1] {10}\r\nplain text FLAGS (\\Seen \\Recent))'])
  const other = await TestClient.selected(server.port)
  assert.deepEqual(await other.ok('SEARCH SEEN'), ['SEARCH 1 2'])
})

test('[F4] a store that cannot write: the mail is read all the same', async (t) => {
  const server = await startImap(t, { wrapStore: (store) => faultyStore(store, { call: 'mailbox.storeFlags' }) })
  await server.deliver(MAIL)
  const client = await TestClient.selected(server.port)
  assert.equal(await fetched(client, 'BODY[1]'), '1 FETCH (BODY[1] {10}\r\nplain text)')
  await client.refused('STORE 1 +FLAGS (\\Seen)', /^NO \[UNAVAILABLE\]/)
})

test('[F5] trap 37: UID comes first; macros; one item needs no parentheses', async (t) => {
  const server = await startImap(t)
  await server.deliver(MAIL, PREFIX)
  const client = await TestClient.selected(server.port)
  assert.equal(await fetched(client, '(FLAGS RFC822.SIZE UID)'), `1 FETCH (UID 1 FLAGS (\\Recent) RFC822.SIZE ${WHOLE.length})`)
  const date = '"14-Nov-2023 22:13:20 +0000"'
  assert.equal(await fetched(client, 'FAST'), `1 FETCH (FLAGS (\\Recent) INTERNALDATE ${date} RFC822.SIZE ${WHOLE.length})`)
  assert.match(await fetched(client, 'FULL'), /ENVELOPE \(.*\) BODY \(/)
})

test('[F6] ENVELOPE, BODYSTRUCTURE, PREVIEW, identifiers and dates', async (t) => {
  const server = await startImap(t)
  await server.deliver(MAIL, PREFIX)
  const client = await TestClient.selected(server.port)
  assert.equal(
    await fetched(client, 'ENVELOPE'),
    '1 FETCH (ENVELOPE ("Mon, 1 Jan 2024 10:00:00 +0100" "=?utf-8?q?caf=C3=A9?=" (("Ann Smith" NIL "ann" "example.org"))' +
      ' (("Ann Smith" NIL "ann" "example.org")) (("Ann Smith" NIL "ann" "example.org"))' +
      ' ((NIL NIL "undisclosed" NIL)(NIL NIL NIL NIL)) NIL NIL NIL "<1@example.org>"))',
  )
  assert.match(await fetched(client, 'BODYSTRUCTURE'), /"message" "rfc822" .*\(NIL "inner" .* "mixed" \("boundary" "x"\)/)
  assert.equal(await fetched(client, 'PREVIEW'), '1 FETCH (PREVIEW "plain text")')
  assert.match(await fetched(client, '(EMAILID THREADID)'), /^1 FETCH \(EMAILID \(\w{18}\) THREADID (NIL|\(\w+\))\)$/)
  assert.match(await fetched(client, 'SAVEDATE'), /^1 FETCH \(SAVEDATE "\d\d-\w{3}-\d{4} /)
})

test('[F7] BINARY: the part without its transfer encoding; octets of any value as literal8', async (t) => {
  const server = await startImap(t)
  await server.deliver(MAIL, PREFIX)
  const client = await TestClient.selected(server.port)
  assert.equal(await fetched(client, 'BINARY.PEEK[2]'), '1 FETCH (BINARY[2] ~{8}\r\n\0\x01\x02\x03\x04\x05\x06\x07)')
  assert.equal(await fetched(client, 'BINARY.PEEK[2]<2.3>'), '1 FETCH (BINARY[2]<2> {3}\r\n\x02\x03\x04)')
  assert.equal(await fetched(client, 'BINARY.SIZE[2]'), '1 FETCH (BINARY.SIZE[2] 8)')
  await server.deliver('Content-Transfer-Encoding: x-own\r\n\r\nbody\r\n')
  await client.ok('NOOP')
  await client.refused('FETCH 2 BINARY.PEEK[1]', /^NO \[UNKNOWN-CTE\]/)
})

test('[F8] a large message passes through, in parts and as a whole, and large parts are decoded as they pass', async (t) => {
  const server = await startImap(t)
  const content = Buffer.alloc(700_000, 'abcdefghijklmnopqrstuvwxyz\r\n')
  const encoded = Buffer.from(content.toString('base64').replaceAll(/.{76}/g, '$&\r\n'))
  const head = Buffer.from('Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n')
  const message = Buffer.concat([head, encoded])
  await server.deliver(message, PREFIX)
  const client = await TestClient.selected(server.port)
  const whole = PREFIX + message.toString('latin1')
  assert.equal(await fetched(client, 'BODY.PEEK[]'), `1 FETCH (BODY[] {${whole.length}}\r\n${whole})`)
  assert.equal(await fetched(client, 'BODY.PEEK[]<10.300000>'), `1 FETCH (BODY[]<10> {300000}\r\n${whole.slice(10, 300_010)})`)
  assert.equal(await fetched(client, 'BINARY.SIZE[1]'), '1 FETCH (BINARY.SIZE[1] 700000)')
  assert.equal(await fetched(client, 'BINARY.PEEK[1]'), `1 FETCH (BINARY[1] ~{700000}\r\n${content.toString('latin1')})`)
  assert.equal(
    await fetched(client, 'BINARY.PEEK[1]<400000.10>'),
    `1 FETCH (BINARY[1]<400000> ~{10}\r\n${content.toString('latin1', 400_000, 400_010)})`,
  )
})

test('[F9] trap 48: a slow reader has no more made for it than it takes', async (t) => {
  let written = 0
  const server = await startImap(t, { onWrite: (octets) => (written += octets) })
  const message = `Subject: large\r\n\r\n${'0123456789abcdef\r\n'.repeat(50_000)}`
  for (let n = 0; n < 60; n++) await server.deliver(message)
  const client = await TestClient.selected(server.port)
  client.socket.pause()
  const before = written
  client.send('a FETCH 1:* BODY.PEEK[]\r\n')
  // As long as anything moves: what the system holds for a connection is some MB.
  for (let last = -1; last !== written; ) {
    last = written
    await new Promise((resolve) => setTimeout(resolve, 150))
  }
  assert.ok(written - before < 30 * message.length, `${written - before} octets were written to nobody`)
  client.socket.resume()
  const { untagged, tagged } = await client.answer('a')
  assert.match(tagged, /^OK /)
  assert.equal(untagged.length, 60)
  assert.ok(untagged.every((line) => line.length > message.length))
})

test('[F10] a message without an index gets one when it is first looked into', async (t) => {
  const server = await startImap(t)
  await server.deliver(MAIL)
  const client = await TestClient.selected(server.port)
  const first = await fetched(client, '(ENVELOPE BODYSTRUCTURE)')
  assert.equal(await fetched(client, '(ENVELOPE BODYSTRUCTURE)'), first)
})

test('[F11] PARTIAL: a part of the set, from the first or from the last', async (t) => {
  const server = await startImap(t)
  for (let n = 0; n < 6; n++) await server.deliver(MAIL)
  const client = await TestClient.selected(server.port)
  const uids = async (range: string): Promise<string> =>
    (await client.ok(`UID FETCH 2:6 (UID) (PARTIAL ${range})`)).map((line) => /UID (\d)/.exec(line)?.[1]).join('')
  assert.equal(await uids('1:2'), '23')
  assert.equal(await uids('-1:-2'), '56')
  assert.equal(await uids('4:100'), '56')
  assert.equal(await uids('9:10'), '')
})
