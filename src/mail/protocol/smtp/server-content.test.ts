// The server core receiving content: DATA and BDAT, refusals, limits ([S30]–[S39]).

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OVERRUN_OCTETS_MAX } from './limits.ts'
import { codes, Drive } from './server.testing.ts'
import { reply } from './smtp.ts'

const ENVELOPE = 'MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.net>\r\n'

test('[S30] DATA: content, facts, the verdict at the end, and a new message after it', () => {
  const drive = Drive.inMessage()
  assert.equal(codes(drive.send('DATA\r\n')), '354')
  assert.equal(codes(drive.send(`Subject: x\r\n\r\n..dot\r\n.\r\n${ENVELOPE}DATA\r\n`)), '250 250 250 354')
  assert.equal(drive.content, '')
  const end = drive.event('content-end')
  assert.equal(end?.via, 'DATA')
  assert.deepEqual(end?.facts, {
    sizeBytes: 20,
    eightBit: false,
    violation: undefined,
    nulAt: undefined,
    longLineAt: undefined,
    endsWithLineEnd: true,
  })
})

test('[trap 1] [S30] smuggled commands in DATA are content', () => {
  for (const end of ['\n.\n', '\n.\r\n', '\r\n.\n', '\r.\r\n', '\r\n.\r', '\r\n\0.\r\n', '\r.\r']) {
    const drive = Drive.inMessage({}, (event) =>
      event.type === 'content-end' && event.facts.violation ? reply(550, '5.6.0', 'Bare line end') : undefined,
    )
    drive.send('DATA\r\n')
    const smuggled = `hello${end}MAIL FROM:<evil@example.com>\r\nRCPT TO:<b@example.net>\r\nDATA\r\nevil\r\n`
    const expected = end.includes('\0') ? '250' : '550'
    assert.equal(codes(drive.send(`${smuggled}.\r\n`)), expected, JSON.stringify(end))
    assert.equal(drive.content, smuggled.replaceAll('\r\n.', '\r\n'))
    assert.deepEqual(
      drive.types.filter((type) => type !== 'early-input'),
      ['data', 'content-end'],
    )
  }
})

test('[S39] a refused message is over too', () => {
  const drive = Drive.inMessage({}, (event) => (event.type === 'content-end' ? reply(554, '5.7.1', 'No') : undefined))
  drive.send('DATA\r\n')
  assert.equal(codes(drive.send(`x\r\n.\r\nRCPT TO:<b@example.net>\r\n${ENVELOPE}`)), '554 503 250 250')
})

test('[S30] a refused DATA leaves the message open', () => {
  const drive = Drive.inMessage({}, (event) => (event.type === 'data' ? reply(451, '4.3.0', 'Later') : undefined))
  assert.equal(codes(drive.send('DATA\r\nRCPT TO:<c@example.net>\r\n')), '451 250')
})

test('[S33] [S35] BDAT in chunks: exact octets, dots kept, the core answers all but the last', () => {
  const drive = Drive.inMessage()
  assert.equal(
    drive.send('BDAT 8\r\n.\r\nQUIT\rBDAT 0\r\nBDAT 3 LAST\r\n\n.\r'),
    '250 2.0.0 8 octets received\r\n250 2.0.0 0 octets received\r\n250 2.0.0 Message accepted\r\n',
  )
  assert.equal(drive.content, '.\r\nQUIT\r\n.\r')
  assert.deepEqual(drive.types, ['data', 'content-end'])
  assert.equal(drive.event('data')?.via, 'BDAT')
  assert.deepEqual(drive.event('content-end')?.facts.violation, { type: 'bare-cr', offset: 10 })
})

test('[S33] BDAT 0 LAST alone is an empty message', () => {
  const drive = Drive.inMessage()
  assert.equal(codes(drive.send('BDAT 0 LAST\r\n')), '250')
  assert.equal(drive.event('content-end')?.facts.sizeBytes, 0)
})

test('[trap 5] [S33] a refused BDAT still takes exactly its octets', () => {
  const drive = Drive.inMessage({}, (event) => (event.type === 'data' ? reply(452, '4.3.1', 'Full') : undefined))
  assert.equal(codes(drive.send('BDAT 6\r\nQUIT\r\nNOOP\r\n')), '452 250')
  assert.equal(drive.content, '')
})

test('[trap 5] [S34] after a failed chunk every BDAT gets 503 until RSET', () => {
  const drive = Drive.inMessage({}, (event) => (event.type === 'data' ? reply(452, '4.3.1', 'Full') : undefined))
  assert.equal(
    codes(drive.send('BDAT 6\r\nQUIT\r\nBDAT 6\r\nQUIT\r\nDATA\r\nMAIL FROM:<>\r\nRSET\r\nMAIL FROM:<>\r\n')),
    '452 503 503 503 250 250',
  )
  const last = Drive.inMessage({}, (event) => (event.type === 'data' ? reply(452, '4.3.1', 'Full') : undefined))
  assert.equal(codes(last.send('BDAT 6\r\nQUIT\r\nBDAT 6 LAST\r\nQUIT\r\nBDAT 2\r\nxxMAIL FROM:<>\r\n')), '452 503 503 250')
})

test('[trap 5] [S34] DATA and BDAT do not mix; nothing follows LAST', () => {
  const drive = Drive.inMessage()
  assert.equal(
    codes(drive.send('BDAT 1\r\nxDATA\r\nRCPT TO:<c@example.net>\r\nMAIL FROM:<>\r\nBDAT 1 LAST\r\nyBDAT 1 LAST\r\nz')),
    '250 503 503 503 250 503',
  )
})

test('[S33] BDAT without message or recipient: 503, octets taken', () => {
  assert.equal(codes(Drive.ready().send('BDAT 6\r\nQUIT\r\nNOOP\r\n')), '503 250')
  assert.equal(codes(Drive.ready().send('MAIL FROM:<>\r\nBDAT 6 LAST\r\nQUIT\r\nRCPT TO:<b@example.net>\r\n')), '250 503 250')
  const drive = new Drive()
  drive.server.greet()
  assert.equal(codes(drive.send('BDAT 6\r\nQUIT\r\nNOOP\r\n')), '220 503 250')
})

test('[S15] RSET between chunks ends the message', () => {
  const drive = Drive.inMessage()
  assert.equal(codes(drive.send(`BDAT 1\r\nxRSET\r\n${ENVELOPE}BDAT 1 LAST\r\ny`)), '250 250 250 250 250')
  assert.equal(drive.content, 'y')
  assert.equal(drive.event('content-end')?.facts.sizeBytes, 1)
})

test('[S36] a BDAT that cannot be counted, or is beyond all limits, ends the connection', () => {
  for (const [input, code] of [
    ['BDAT x', '501'],
    ['BDAT', '501'],
    ['BDAT -1', '501'],
    ['BDAT 99999999999999999999 LAST', '552'],
    [`BDAT ${100_001 + OVERRUN_OCTETS_MAX}`, '552'],
  ] as const) {
    const drive = Drive.inMessage()
    assert.equal(codes(drive.send(`${input}\r\nMAIL FROM:<evil@example.com>\r\n`)), code)
    assert.deepEqual(drive.types, ['close'])
  }
  assert.deepEqual(
    Drive.ready({ without: new Set(['CHUNKING']) })
      .send('BDAT 6\r\nQUIT\r\n')
      .slice(0, 3),
    '502',
  )
})

test('[S37] DATA beyond the limit: no more content, told once, 552 at the end, the next message goes', () => {
  const drive = Drive.inMessage({ sizeBytesMax: 1000 })
  drive.send('DATA\r\n')
  for (let i = 0; i < 300; i++) assert.equal(drive.send(`${'x'.repeat(78)}\r\n`), '')
  assert.ok(drive.content.length <= 1000)
  assert.deepEqual(drive.types, ['data', 'content-discarded'])
  assert.equal(codes(drive.send(`.\r\n${ENVELOPE}`)), '552 250 250')
  assert.equal(drive.event('content-end'), undefined)
})

test('[S37] exactly the limit passes, one octet more does not', () => {
  for (const [size, code] of [
    [1000, '250'],
    [1001, '552'],
  ] as const) {
    const content = `${'x'.repeat(size - 2)}\r\n`
    const data = Drive.inMessage({ sizeBytesMax: 1000 })
    data.send('DATA\r\n')
    assert.equal(codes(data.send(`${content}.\r\n`)), code)
    const bdat = Drive.inMessage({ sizeBytesMax: 1000 })
    assert.equal(
      codes(bdat.send(`BDAT 500\r\n${content.slice(0, 500)}BDAT ${size - 500} LAST\r\n${content.slice(500)}NOOP\r\n`)),
      `250 ${code} 250`,
    )
  }
})

test('[S37] far beyond the limit the connection ends', () => {
  const drive = Drive.inMessage({ sizeBytesMax: 1000 })
  drive.send('DATA\r\n')
  const piece = Buffer.alloc(1024 * 1024, `${'x'.repeat(62)}\r\n`)
  for (let i = 0; i < 17; i++) drive.sendBytes(piece)
  assert.match(drive.output, /\r\n552 5\.3\.4 [^\r]*\r\n$/)
  assert.equal(drive.event('close')?.reason, 'overrun')
})

test('[S37] a BDAT that would pass the limit is refused before its octets come', () => {
  const drive = Drive.inMessage({ sizeBytesMax: 1000 })
  drive.send('BDAT 1001 LAST\r\n')
  assert.deepEqual(drive.types, ['content-discarded'])
  assert.equal(codes(drive.send(`${'x'.repeat(1001)}${ENVELOPE}`)), '552 250 250')
  assert.equal(drive.content, '')
})

test('[S38] the session can refuse while content flows', () => {
  const drive = Drive.inMessage({}, (event, server) => {
    if (event.type === 'content') server.refuseContent(reply(452, '4.3.1', 'Disk full'))
    return undefined
  })
  drive.send('DATA\r\n')
  assert.equal(drive.send('x\r\n'), '')
  assert.equal(drive.send('y\r\n'), '')
  assert.equal(drive.send(`z\r\n.\r\n${ENVELOPE}`).split('\r\n')[0], '452 4.3.1 Disk full')
  assert.equal(drive.content, 'x\r\n')
  assert.deepEqual(drive.types, ['data', 'mail', 'recipient'])
})

test('[S38] a refusal between chunks is the answer to the next chunk', () => {
  const drive = Drive.inMessage()
  drive.send('BDAT 1\r\nx')
  drive.server.refuseContent(reply(452, '4.3.1', 'Disk full'))
  assert.equal(codes(drive.send('BDAT 1\r\nyBDAT 1 LAST\r\nzMAIL FROM:<>\r\n')), '452 503 250')
  assert.equal(drive.content, 'x')
})

test('[trap 4] smuggling through BDAT is told at its end', () => {
  const drive = Drive.inMessage()
  const content = 'hello\n.\r\nMAIL FROM:<evil@example.com>\r\n'
  drive.send(`BDAT ${content.length} LAST\r\n${content}`)
  assert.deepEqual(drive.event('content-end')?.facts.violation, { type: 'bare-lf', offset: 5 })
})

test('[S11] empty chunks, and chunks out of order, are idle commands', () => {
  const empty = Drive.inMessage({ idleCommandsMax: 5 })
  assert.equal(codes(empty.send('BDAT 0\r\n'.repeat(9))), '250 250 250 250 421')
  const astray = Drive.ready({ idleCommandsMax: 4 })
  assert.equal(codes(astray.send('BDAT 1\r\nx'.repeat(9))), '503 503 503 421')
  assert.equal(astray.event('close')?.reason, 'idle-commands')
})

test('[S39] nothing of a message is left for the next one', () => {
  const drive = Drive.ready({ recipientsMax: 1 })
  const message = 'MAIL FROM:<a@example.com> SMTPUTF8\r\nRCPT TO:<b@example.net>\r\nBDAT 0 LAST\r\n'
  assert.equal(codes(drive.send(message)), '250 250 250')
  assert.equal(drive.server.transmissionType, 'ESMTP')
  assert.equal(codes(drive.send(message)), '250 250 250')
})
