// The server core's flow, order, parameters and limits, rule by rule (SPEC.md). Content is in server-content.test.ts.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { InputBuffer } from './input.ts'
import { LINE_OVERRUN_OCTETS_MAX } from './limits.ts'
import { codes, Drive, OPTIONS } from './server.testing.ts'
import { reply, SmtpServer } from './smtp.ts'

test('[S1] nothing is read before the greeting; early input is told and read afterwards', () => {
  const drive = new Drive()
  assert.equal(drive.send('EHLO a\r\n'), '')
  assert.deepEqual(drive.types, ['early-input'])
  drive.send('NOOP\r\n')
  drive.server.greet()
  assert.equal(codes(drive.run()), '220 250 250')
  assert.deepEqual(drive.types.slice(0, 2), ['early-input', 'hello'])
})

test('[S2] an event that needs a verdict stops the flow', () => {
  const server = new SmtpServer(OPTIONS)
  server.greet()
  server.receive(Buffer.from('EHLO a\r\nMAIL FROM:<>\r\n'))
  assert.equal(server.next()?.type, 'hello')
  assert.equal(server.awaiting, 'hello')
  assert.equal(server.next(), undefined)
  server.accept()
  assert.equal(server.next()?.type, 'early-input')
  assert.equal(server.next()?.type, 'mail')
  assert.equal(server.next(), undefined)
  server.reply(reply(550, '5.7.1', 'No'))
  assert.throws(() => server.accept(), /nothing to accept/)
  assert.throws(() => server.reply(reply(250, undefined, 'x')), /no event awaits/)
})

test('[S3] a pipelined group is answered in order and in one buffer', () => {
  const drive = Drive.ready({}, (event) =>
    event.type === 'recipient' && event.address.localPart === 'x' ? reply(550, '5.1.1', 'No') : undefined,
  )
  const server = drive.server
  assert.equal(
    codes(drive.send('MAIL FROM:<a@b.example>\r\nRCPT TO:<x@c.example>\r\nRCPT TO:<y@c.example>\r\nNOOP\r\nDATA\r\n')),
    '250 550 250 250 354',
  )
  assert.equal(server.takeOutput(), undefined)
})

test('[S3] while the rest of a group waits for a verdict, replies are held back; with nothing unread they go', () => {
  const drive = Drive.ready({}, (event) => (event.type === 'mail' ? 'wait' : undefined))
  assert.equal(drive.send('NOOP\r\nMAIL FROM:<>\r\nNOOP\r\n'), '')
  drive.server.accept()
  assert.equal(codes(drive.run()), '250 250 250')
  assert.equal(codes(drive.send('RSET\r\nNOOP\r\nMAIL FROM:<>\r\n')), '250 250')
})

test('[trap 14] [S4] input across a synchronisation point is told', () => {
  const cases: readonly [string, string][] = [
    ['EHLO a\r\nNOOP\r\n', 'hello-reply'],
    ['AUTH PLAIN\r\nNOOP\r\n', 'auth-reply'],
    ['STARTTLS\r\nNOOP\r\n', 'starttls-reply'],
    ['MAIL FROM:<>\r\nRCPT TO:<a@b.example>\r\nDATA\r\nhello\r\n', 'data-reply'],
  ]
  for (const [input, before] of cases) {
    const drive = Drive.ready({ startTls: true, mechanisms: ['PLAIN'] })
    drive.send(input)
    assert.equal(drive.event('early-input')?.before, before)
  }
  const fine = Drive.ready()
  fine.send('MAIL FROM:<>\r\nRCPT TO:<a@b.example>\r\nBDAT 3 LAST\r\na\r\nRSET\r\nDATA\r\nNOOP\r\n')
  assert.equal(fine.event('early-input'), undefined)
})

test('[trap 14] an early talker can be turned away', () => {
  const drive = new Drive({}, (event, server) => {
    if (event.type === 'early-input') server.close(reply(554, '5.5.0', 'You spoke first'))
    return undefined
  })
  assert.equal(drive.send('EHLO a\r\n'), '554 5.5.0 You spoke first\r\n')
  assert.deepEqual(drive.types, ['early-input', 'close'])
  drive.server.greet()
  assert.equal(drive.run(), '')
})

test('[S6] after the end nothing is read, said or told', () => {
  const endings: readonly ((drive: Drive) => void)[] = [
    (drive) => void drive.send('QUIT\r\n'),
    (drive) => drive.server.close(reply(421, '4.3.2', 'Shutting down')),
    (drive) => void drive.send('GET / HTTP/1.1\r\n'),
  ]
  for (const end of endings) {
    const drive = Drive.ready()
    end(drive)
    drive.run()
    assert.match(drive.types.at(-1) ?? '', /^(quit|close)$/)
    const told = drive.events.length
    assert.equal(drive.send('NOOP\r\n'), '')
    drive.server.close(reply(421, '4.3.2', 'Again'))
    assert.equal(drive.run(), '')
    assert.equal(drive.events.length, told)
    assert.equal(drive.server.wantsInput, false)
  }
})

test('[S6] a verdict that comes after the end does nothing', () => {
  const drive = Drive.ready({}, (event) => (event.type === 'mail' ? 'wait' : undefined))
  drive.send('MAIL FROM:<>\r\n')
  drive.server.close(reply(421, '4.4.2', 'Too slow'))
  drive.server.accept()
  drive.server.reply(reply(550, '5.7.1', 'No'))
  drive.server.refuseContent(reply(452, '4.3.1', 'Full'))
  assert.equal(drive.run(), '421 4.4.2 Too slow\r\n')
})

test('[S6] a verdict of 421 ends the connection', () => {
  const drive = Drive.ready({}, (event) => (event.type === 'mail' ? reply(421, '4.3.2', 'Shutting down') : undefined))
  assert.equal(drive.send('MAIL FROM:<>\r\nNOOP\r\n'), '421 4.3.2 Shutting down\r\n')
  assert.equal(drive.event('close')?.reason, 'refused')
})

test('[S7] [S9] [S10] bad lines and unknown commands', () => {
  const drive = Drive.ready({ badCommandsMax: 100 })
  const table: readonly [string, string][] = [
    ['NOOP\n', '500'],
    ['NO\0OP\r\n', '500'],
    ['NOOP \x01\r\n', '500'],
    ['MAIL FROM:<\xff@b.example>\r\n', '500'],
    ['\r\n', '500'],
    ['FOO\r\n', '500'],
    ['EXPN list\r\n', '502'],
    ['TURN\r\n', '502'],
    ['LHLO a\r\n', '502'],
    ['__proto__\r\n', '500'],
    ['CONSTRUCTOR\r\n', '500'],
    ['noop\r\n', '250'],
    ['HELP MAIL\r\n', '214'],
    ['RSET x\r\n', '501'],
    ['NOOP x\r\n', '250'],
    ['QUIT now\r\n', '501'],
    ['VRFY\r\n', '501'],
    ['VRFY bob\r\n', '252'],
  ]
  for (const [input, expected] of table) assert.equal(codes(drive.send(input)), expected, JSON.stringify(input))
  assert.equal(drive.event('verify')?.argument, 'bob')
})

test('[trap 6] [S8] a line that does not end costs bounded memory and one 500', () => {
  const drive = Drive.ready()
  const piece = Buffer.alloc(4096, 'x')
  for (let i = 0; i < 200; i++) {
    assert.equal(drive.sendBytes(piece).length, 0)
    assert.ok(drive.server.unreadBytes <= 4096)
  }
  assert.match(drive.send('end\r\nNOOP\r\n'), /^500 5\.5\.2 [^\r]*\r\n250 /)
})

test('[S8] 2048 octets pass, 2049 do not; AUTH has 12288', () => {
  const drive = Drive.ready({ mechanisms: ['PLAIN'] })
  assert.equal(codes(drive.send(`NOOP ${'x'.repeat(2048 - 7)}\r\n`)), '250')
  assert.equal(codes(drive.send(`NOOP ${'x'.repeat(2049 - 7)}\r\n`)), '500')
  const field = 'AAAA'.repeat(3068)
  assert.equal(codes(drive.send(`AUTH PLAIN ${field}\r\n`)), '235')
  const other = Drive.ready({ mechanisms: ['PLAIN'] })
  assert.equal(codes(other.send(`AUTH PLAIN ${field}AAAA\r\n`)), '500')
})

test('[S11] too many bad commands end the connection', () => {
  const drive = Drive.ready({ badCommandsMax: 3 })
  assert.equal(codes(drive.send('X\r\nMAIL FROM:<a>\r\nX\r\nX\r\nX\r\nNOOP\r\n')), '500 501 500 500 421')
  assert.equal(drive.event('close')?.reason, 'bad-commands')
})

test('[S11] addresses, sizes and recipients that will not do are no breaches', () => {
  const drive = Drive.ready({ badCommandsMax: 1 })
  const lines = [
    'MAIL FROM:<a@b.example> SIZE=100001',
    'MAIL FROM:<a@b@c>',
    'MAIL FROM:<>',
    'RCPT TO:<a@b@c>',
    'RCPT TO:<\xc3\xa4@c.example>',
  ]
  const expected = ['552', '501', '250', '501', '553']
  assert.equal(codes(drive.send(lines.map((line) => `${line}\r\n`).join(''))), expected.join(' '))
  assert.equal(codes(drive.send('X\r\nX\r\n')), '500 421')
})

test('[S11] too many commands without a message end the connection; a message starts the count anew', () => {
  const drive = Drive.ready({ idleCommandsMax: 4 })
  const message = 'MAIL FROM:<>\r\nRCPT TO:<a@b.example>\r\nBDAT 0 LAST\r\n'
  assert.equal(
    codes(drive.send(`NOOP\r\nRSET\r\nHELP\r\n${message}NOOP\r\nNOOP\r\nVRFY x\r\nEHLO a\r\n`)),
    '250 250 214 250 250 250 250 250 252 250',
  )
  assert.equal(codes(drive.send('NOOP\r\n')), '421')
  assert.equal(drive.event('close')?.reason, 'idle-commands')
})

test('[S12] other protocols are turned away at once', () => {
  for (const input of ['GET / HTTP/1.1\r\nHost: x\r\n', 'POST / HTTP/1.1\r\n', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03']) {
    const drive = new Drive()
    drive.server.greet()
    assert.equal(codes(drive.send(input)), '220 421')
    assert.equal(drive.event('close')?.reason, 'other-protocol')
  }
})

test('[trap 18] [S13] nothing of the client is echoed', () => {
  const drive = Drive.ready({ badCommandsMax: 1000, mechanisms: ['PLAIN'] })
  for (const verb of [
    '',
    'EHLO ',
    'MAIL FROM:<',
    'MAIL FROM:<a@b.example> ',
    'RCPT TO:<',
    'DATA ',
    'BDAT',
    'VRFY ',
    'AUTH ',
    'AUTH PLAIN ',
    'HELP ',
  ]) {
    assert.doesNotMatch(drive.send(`${verb}zebra"<(>\r\n`), /zebra/i)
  }
})

test('[S14] commands out of order', () => {
  const drive = new Drive({ startTls: true, mechanisms: ['PLAIN'], badCommandsMax: 100 })
  drive.server.greet()
  drive.run()
  const steps: readonly [string, string][] = [
    ['MAIL FROM:<>', '503'],
    ['AUTH PLAIN', '503'],
    ['STARTTLS', '503'],
    ['RSET', '250'],
    ['VRFY a', '252'],
    ['HELO a', '250'],
    ['RCPT TO:<a@b.example>', '503'],
    ['DATA', '503'],
    ['MAIL FROM:<>', '250'],
    ['DATA', '503'],
    ['MAIL FROM:<>', '503'],
    ['AUTH PLAIN', '503'],
    ['STARTTLS', '503'],
    ['RCPT TO:<a@b.example>', '250'],
    ['MAIL FROM:<>', '503'],
    ['RSET', '250'],
    ['RCPT TO:<a@b.example>', '503'],
    ['MAIL FROM:<>', '250'],
    ['EHLO a', '250'],
    ['RCPT TO:<a@b.example>', '503'],
  ]
  for (const [input, expected] of steps) assert.equal(codes(drive.send(`${input}\r\n`)), expected, input)
})

test('[S14] DATA when every recipient was refused: 554', () => {
  const drive = Drive.ready({}, (event) => (event.type === 'recipient' ? reply(550, '5.1.1', 'No') : undefined))
  assert.equal(
    codes(drive.send('MAIL FROM:<>\r\nRCPT TO:<a@b.example>\r\nDATA\r\nBDAT 3\r\na\r\nNOOP\r\n')),
    '250 550 554 554 250',
  )
})

test('[S15] RSET in a message is told, after HELO and before', () => {
  const drive = Drive.inMessage()
  drive.send('RSET\r\n')
  assert.deepEqual(drive.types, ['reset'])
})

test('[S16] what EHLO announces', () => {
  const drive = Drive.ready({ startTls: true, mechanisms: [] })
  assert.equal(
    drive.send('EHLO a\r\n'),
    '250-mx.example.com\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-CHUNKING\r\n250-ENHANCEDSTATUSCODES\r\n250-SIZE 100000\r\n250-HELP\r\n250 STARTTLS\r\n',
  )
  assert.equal(drive.send('HELO a\r\n'), '250 mx.example.com\r\n')
  const less = Drive.ready({ startTls: true, without: new Set(['CHUNKING', 'SMTPUTF8']) }, undefined, {
    tls: true,
    mechanisms: ['PLAIN', 'LOGIN'],
  })
  assert.equal(
    less.send('EHLO a\r\n'),
    '250-mx.example.com\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-ENHANCEDSTATUSCODES\r\n250-SIZE 100000\r\n250-HELP\r\n250 AUTH PLAIN LOGIN\r\n',
  )
})

test('[S18] after a refusing greeting only QUIT is served', () => {
  const drive = new Drive()
  drive.server.greet(reply(554, '5.7.1', 'Not you'))
  assert.equal(codes(drive.send('EHLO a\r\nMAIL FROM:<>\r\nNOOP\r\nBDAT 3\r\nX\r\nQUIT\r\n')), '554 503 503 503 503 221')
  const busy = new Drive()
  busy.server.greet(reply(421, '4.3.2', 'Busy'))
  assert.equal(busy.run(), '421 4.3.2 Busy\r\n')
  assert.deepEqual(busy.types, ['close'])
})

test('[trap 10] [S19] STARTTLS refused: parameters, not offered, active already', () => {
  assert.equal(codes(Drive.ready({ startTls: true }).send('STARTTLS now\r\n')), '501')
  assert.equal(codes(Drive.ready().send('STARTTLS\r\n')), '502')
  assert.equal(codes(Drive.ready({ startTls: true }, undefined, { tls: true }).send('STARTTLS\r\n')), '503')
})

test('[trap 10] [S20] TLS forgets EHLO, AUTH and MAIL', () => {
  const drive = Drive.ready({ startTls: true, mechanisms: ['PLAIN'] })
  drive.send('AUTH PLAIN AGEAYg==\r\n')
  assert.equal(drive.server.authenticated, true)
  assert.equal(codes(drive.send('STARTTLS\r\n')), '220')
  drive.server.tlsStarted({ mechanisms: ['LOGIN'] })
  assert.equal(drive.server.tls, true)
  assert.equal(drive.server.authenticated, false)
  assert.equal(drive.server.transmissionType, 'SMTP')
  assert.equal(codes(drive.send('MAIL FROM:<>\r\n')), '503')
  assert.match(drive.send('EHLO a\r\n'), /250 AUTH LOGIN\r\n$/)
  assert.equal(codes(drive.send('MAIL FROM:<>\r\n')), '250')
})

test('[trap 8] [S21] plaintext after STARTTLS is thrown away, in the same piece or a later one', () => {
  const drive = Drive.ready({ startTls: true })
  assert.equal(codes(drive.send('STARTTLS\r\nEHLO evil\r\nMAIL FROM:<evil@b.example>\r\n')), '220')
  assert.equal(drive.send('MAIL FROM:<more@b.example>\r\nRSET'), '')
  drive.server.tlsStarted()
  assert.equal(codes(drive.send('EHLO good\r\n')), '250')
  assert.equal(drive.event('mail'), undefined)
  assert.equal(drive.event('hello')?.name, 'good')
})

test('[trap 8] half a command before STARTTLS cannot be completed inside TLS', () => {
  const drive = Drive.ready({ startTls: true }, (event) => (event.type === 'starttls' ? 'wait' : undefined))
  drive.send('STARTTLS\r\n')
  drive.send('MAIL FROM:<evil@b.example> ')
  drive.server.accept()
  drive.run()
  drive.server.tlsStarted()
  assert.equal(codes(drive.send('NOOP\r\n')), '250')
})

test('[S21] after a refused STARTTLS the dialog goes on in clear', () => {
  const drive = Drive.ready({ startTls: true }, (event) =>
    event.type === 'starttls' ? reply(454, '4.7.0', 'Not now') : undefined,
  )
  assert.equal(codes(drive.send('STARTTLS\r\nNOOP\r\n')), '454 250')
})

test('[trap 11] [S22] AUTH: once, not in a message, offered mechanisms only', () => {
  const drive = Drive.ready({ mechanisms: ['PLAIN'] })
  assert.equal(codes(drive.send('AUTH LOGIN\r\n')), '504')
  assert.equal(codes(drive.send('MAIL FROM:<>\r\nAUTH PLAIN AGEAYg==\r\nRSET\r\n')), '250 503 250')
  assert.equal(codes(drive.send('AUTH PLAIN AGEAYg==\r\n')), '235')
  assert.equal(codes(drive.send('AUTH PLAIN AGEAYg==\r\n')), '503')
  assert.equal(drive.server.transmissionType, 'ESMTPA')
  assert.doesNotMatch(drive.send('EHLO a\r\n'), /AUTH/)
  assert.equal(codes(Drive.ready({ startTls: true }).send('AUTH PLAIN\r\n')), '538')
  assert.equal(codes(Drive.ready().send('AUTH PLAIN\r\n')), '502')
})

test('[trap 11] [S22] a refused AUTH can be tried again', () => {
  let tries = 0
  const drive = Drive.ready({ mechanisms: ['PLAIN'] }, (event) =>
    event.type === 'auth' && ++tries < 2 ? reply(535, '5.7.8', 'Wrong') : undefined,
  )
  assert.equal(codes(drive.send('AUTH PLAIN AGEAYg==\r\n')), '535')
  assert.equal(codes(drive.send('AUTH PLAIN AGEAYg==\r\n')), '235')
})

test('[trap 11] [S23] challenges, "=", "*" and bad base64', () => {
  const drive = Drive.ready({ mechanisms: ['LOGIN'] }, (event, server) => {
    if (event.type === 'auth') server.challenge(Buffer.from('Username:'))
    return undefined
  })
  assert.equal(drive.send('AUTH LOGIN\r\n'), '334 VXNlcm5hbWU6\r\n')
  assert.equal(codes(drive.send('*\r\n')), '501')
  assert.equal(drive.event('auth-cancelled')?.reason, 'cancelled')
  assert.equal(drive.send('AUTH LOGIN =\r\n'), '334 VXNlcm5hbWU6\r\n')
  assert.equal(drive.events.filter((event) => event.type === 'auth').at(-1)?.initial?.length, 0)
  assert.equal(codes(drive.send('QUIT now\r\n')), '501', 'a line of the exchange is never a command')
  assert.deepEqual(drive.types.slice(-1), ['auth-cancelled'])
  drive.send('AUTH LOGIN\r\n')
  assert.equal(codes(drive.send('dQ==\r\n')), '235')
  assert.equal(Buffer.from(drive.event('auth-response')?.bytes ?? []).toString(), 'u')
})

test('[S26] [S27] [S28] MAIL and RCPT reach the session parsed', () => {
  const drive = Drive.ready()
  drive.send('MAIL FROM:<a@B.example> SIZE=10 BODY=8BITMIME SMTPUTF8 AUTH=<>\r\nRCPT TO:<"x y"@c.example>\r\n')
  const mail = drive.event('mail')
  assert.deepEqual(
    [mail?.reversePath, mail?.sizeBytes, mail?.body, mail?.smtpUtf8, mail?.auth],
    [{ localPart: 'a', domain: 'b.example' }, 10, '8bitmime', true, '<>'],
  )
  assert.equal(drive.event('recipient')?.address.localPart, 'x y')
  assert.equal(drive.server.transmissionType, 'UTF8SMTP')
  assert.equal(codes(drive.sendBytes(Buffer.from('RCPT TO:<ä@c.example>\r\n'))), '250')
  assert.equal(codes(Drive.ready().send('MAIL FROM:<a@b.example> SIZE=100001\r\n')), '552')
})

test('[trap 17] [S29] recipients beyond the limit get 452, the message goes on', () => {
  const drive = Drive.ready({ recipientsMax: 2, badCommandsMax: 1 })
  assert.equal(
    codes(drive.send(`MAIL FROM:<>\r\n${'RCPT TO:<a@b.example>\r\n'.repeat(30)}DATA\r\n`)),
    `250 250 250${' 452'.repeat(28)} 354`,
  )
})

test('unread input beyond all measure ends the connection', () => {
  const drive = Drive.ready({}, (event) => (event.type === 'mail' ? 'wait' : undefined))
  drive.send('MAIL FROM:<>\r\n')
  assert.equal(drive.server.wantsInput, true)
  drive.sendBytes(Buffer.alloc(65_536, 'x'))
  assert.equal(drive.server.wantsInput, false)
  for (let i = 0; i < 100; i++) drive.sendBytes(Buffer.alloc(65_536, 'x'))
  assert.equal(drive.event('close')?.reason, 'input-overflow')
  assert.equal(drive.server.unreadBytes, 0)
})

test('one octet at a time while a verdict is awaited: kept, in order, and copied once', () => {
  const drive = Drive.ready({}, (event) => (event.type === 'mail' ? 'wait' : undefined))
  drive.send('MAIL FROM:<>\r\n')
  const rest = `${'RCPT TO:<a@b.example>\r\n'.repeat(400)}NOOP\r\n`
  for (const character of rest) {
    const piece = Buffer.from(character)
    drive.sendBytes(piece)
    piece.fill('?')
  }
  assert.equal(drive.server.unreadBytes, rest.length)
  drive.server.accept()
  assert.equal(codes(drive.run()), `250${' 250'.repeat(401)}`)
})

test('a line that does not end is skipped for a while, then the connection ends', () => {
  const drive = Drive.ready({})
  const piece = 'x'.repeat(64 * 1024)
  const pieces = LINE_OVERRUN_OCTETS_MAX / piece.length
  for (let n = 0; n < pieces; n++) assert.equal(drive.send(piece), '')
  assert.equal(codes(drive.send('\r\nNOOP\r\n')), '500 250')
  for (let n = 0; n < pieces; n++) assert.equal(drive.send(piece), '')
  assert.match(drive.send('x'), /^500 5\.5\.2 .*does not end/)
  assert.deepEqual(drive.events.at(-1), { type: 'close', reason: 'overrun' })
})

test('input that is used up is let go, also without keep', () => {
  const input = new InputBuffer()
  input.receive(Buffer.from('NOOP\r\n'))
  assert.equal(input.takeLine(100), 'NOOP\r')
  assert.equal(input.bytes.length, 0)
  input.receive(Buffer.from('abc'))
  input.advance(2)
  assert.equal(input.bytes.length, 3)
  input.advance(3)
  assert.equal(input.bytes.length, 0)
})

test('after keep, the bytes given to receive may be overwritten', () => {
  const drive = Drive.ready({}, (event) => (event.type === 'mail' ? 'wait' : undefined))
  const bytes = Buffer.from('MAIL FROM:<>\r\nRCPT TO:<a@b.example>\r\nRCPT TO:<b@b.exam')
  drive.sendBytes(bytes)
  bytes.fill('?')
  drive.server.accept()
  drive.run()
  assert.equal(codes(drive.send('ple>\r\n')), '250')
  assert.deepEqual(
    drive.events.map((event) => (event.type === 'recipient' ? event.address.localPart : event.type)),
    ['mail', 'a', 'b'],
  )
})
