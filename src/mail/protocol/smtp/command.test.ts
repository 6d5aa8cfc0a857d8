// [S7]–[S10], [S17], [S24]–[S28]: the grammar of commands, in tables.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Result } from '../../../ground/result.ts'
import * as command from './command.ts'
import { decodeLine } from './lines.ts'
import type { Reply } from './reply.ts'

const RULES = { sizeBytesMax: 1000, smtpUtf8: true, eightBitMime: true }
const TO = { smtpUtf8: false, hostname: 'MX.example.com' }

function outcome<T>(result: Result<T, Reply>): T | string {
  return result.ok ? result.value : `${result.error.code} ${result.error.enhanced}`
}

test('[S7] [S9] lines: CR LF, no control characters, UTF-8', () => {
  const table: readonly [string, string][] = [
    ['NOOP\r', 'NOOP'],
    ['NOOP', '500 5.5.2'],
    ['NO\rOP\r', '500 5.5.2'],
    ['NO\0OP\r', '500 5.5.2'],
    ['NO\tOP\r', '500 5.5.2'],
    ['A\x7f\r', '500 5.5.2'],
    ['\xc3\xa4\r', 'ä'],
    ['\xe4\r', '500 5.5.2'],
    ['\xc0\xaf\r', '500 5.5.2'],
    ['\r', ''],
    ['\xc3\xa4\0\r', '500 5.5.2'],
  ]
  for (const [line, expected] of table) assert.equal(outcome(decodeLine(line)), expected, JSON.stringify(line))
})

test('[S10] verb and argument', () => {
  assert.deepEqual(command.splitCommand('mail FROM:<a@b> '), { verb: 'MAIL', argument: 'FROM:<a@b>' })
  assert.deepEqual(command.splitCommand('Quit'), { verb: 'QUIT', argument: '' })
  assert.deepEqual(command.splitCommand('RſET'), { verb: 'RſET', argument: '' })
  assert.deepEqual(command.splitCommand('  x'), { verb: '', argument: 'x' })
})

test('[trap 48] [S17] names after EHLO', () => {
  for (const name of ['a', 'mail.example.com', '[192.0.2.1]', '[IPv6:2001:db8::1]', 'under_score', 'x'.repeat(255)])
    assert.equal(outcome(command.parseHello(name)), name)
  for (const name of ['', 'a b', 'a\r\nb', 'a\0', 'ä.example', '(x)', 'a;b', 'a"b', '<a>', 'x'.repeat(256)])
    assert.equal(outcome(command.parseHello(name)), '501 5.5.4', name)
})

test('[trap 19] [S24] [S25] [S27] [S28] MAIL', () => {
  const ok: readonly [string, object][] = [
    ['FROM:<>', { reversePath: undefined }],
    ['FROM:<Bob@Example.COM>', { reversePath: { localPart: 'Bob', domain: 'example.com' } }],
    ['from: <a@b.example>', { reversePath: { localPart: 'a', domain: 'b.example' } }],
    ['FROM:<@x,@y:a@b.example>', { reversePath: { localPart: 'a', domain: 'b.example' } }],
    ['FROM:<a@b.example> SIZE=1000 BODY=8bitmime', { sizeBytes: 1000, body: '8bitmime' }],
    ['FROM:<a@b.example> BODY=7BIT AUTH=<>', { body: '7bit', auth: '<>' }],
    ['FROM:<a@b.example> AUTH=e+3Dmc2@example.com', { auth: 'e=mc2@example.com' }],
    ['FROM:<ä@b.example> SMTPUTF8', { smtpUtf8: true, reversePath: { localPart: 'ä', domain: 'b.example' } }],
    [`FROM:<${'v'.repeat(120)}@b.example>`, {}],
  ]
  for (const [input, expected] of ok) assert.partialDeepStrictEqual(outcome(command.parseMail(input, RULES)), expected, input)
  const bad: readonly [string, string][] = [
    ['', '501 5.5.4'],
    ['TO:<a@b>', '501 5.5.4'],
    ['FROM <a@b.example>', '501 5.5.4'],
    ['FROM:a@b.example', '501 5.1.7'],
    ['FROM:<a@b.example', '501 5.1.7'],
    ['FROM:<a>', '501 5.1.7'],
    ['FROM:<a@>', '501 5.1.7'],
    ['FROM:<a@b.example>SIZE=1', '501 5.5.4'],
    ['FROM:<a@b.example> SIZE=x', '501 5.5.4'],
    ['FROM:<a@b.example> SIZE', '501 5.5.4'],
    ['FROM:<a@b.example> SIZE=1001', '552 5.3.4'],
    ['FROM:<a@b.example> SIZE=99999999999999999999', '552 5.3.4'],
    ['FROM:<a@b.example> SIZE=1 SIZE=1', '501 5.5.4'],
    ['FROM:<a@b.example> BODY=BINARYMIME', '555 5.5.4'],
    ['FROM:<a@b.example> RET=HDRS', '555 5.5.4'],
    ['FROM:<a@b.example> __PROTO__', '501 5.5.4'],
    ['FROM:<a@b.example> AUTH=a+0D', '501 5.5.4'],
    ['FROM:<a@b.example> AUTH', '501 5.5.4'],
    ['FROM:<a@b.example> SMTPUTF8=1', '501 5.5.4'],
    ['FROM:<ä@b.example>', '553 5.6.7'],
    ['FROM:<a@bä.example>', '553 5.6.7'],
  ]
  for (const [input, expected] of bad) assert.equal(outcome(command.parseMail(input, RULES)), expected, input)
  assert.equal(outcome(command.parseMail('FROM:<a@b.example> SMTPUTF8', { ...RULES, smtpUtf8: false })), '555 5.5.4')
  assert.equal(outcome(command.parseMail('FROM:<a@b.example> BODY=7BIT', { ...RULES, eightBitMime: false })), '555 5.5.4')
})

test('[trap 21] [S25] RCPT: address literals, bare Postmaster', () => {
  const ok: readonly [string, object][] = [
    ['TO:<b@example.net>', { address: { localPart: 'b', domain: 'example.net' }, barePostmaster: false }],
    ['TO:<Postmaster>', { address: { localPart: 'Postmaster', domain: 'mx.example.com' }, barePostmaster: true }],
    ['to:<b@[192.0.2.1]>', { address: { localPart: 'b', domain: '[192.0.2.1]' } }],
    ['TO:<b@[IPv6:2001:db8::1]>', { barePostmaster: false }],
    ['TO:<"b c"@example.net>', { address: { localPart: 'b c', domain: 'example.net' } }],
  ]
  for (const [input, expected] of ok) assert.partialDeepStrictEqual(outcome(command.parseRecipient(input, TO)), expected, input)
  const bad: readonly [string, string][] = [
    ['', '501 5.5.4'],
    ['FROM:<b@example.net>', '501 5.5.4'],
    ['TO:<>', '501 5.1.3'],
    ['TO:<b>', '501 5.1.3'],
    ['TO:b@example.net', '501 5.1.3'],
    ['TO:<b@example.net> NOTIFY=NEVER', '555 5.5.4'],
    ['TO:<ä@example.net>', '553 5.6.7'],
    ['TO:<b@c@d>', '501 5.1.3'],
    ['TO:<b@example.net> =', '501 5.5.4'],
  ]
  for (const [input, expected] of bad) assert.equal(outcome(command.parseRecipient(input, TO)), expected, input)
  assert.equal(typeof outcome(command.parseRecipient('TO:<ä@example.net>', { ...TO, smtpUtf8: true })), 'object')
})

test('[S33] [S36] BDAT', () => {
  assert.deepEqual(command.parseChunk('10'), { octets: 10, last: false })
  assert.deepEqual(command.parseChunk('0 last'), { octets: 0, last: true })
  assert.deepEqual(command.parseChunk('99999999999999999999 LAST'), { octets: Number.POSITIVE_INFINITY, last: true })
  for (const input of ['', 'x', '-1', '1 FIRST', '1LAST', '+1', '0x10', '1'.repeat(21), '1 LAST x'])
    assert.equal(command.parseChunk(input), undefined, input)
})

test('[trap 11] [S22] [S23] AUTH', () => {
  assert.deepEqual(outcome(command.parseAuth('plain')), { mechanism: 'PLAIN', initial: undefined })
  assert.deepEqual(outcome(command.parseAuth('PLAIN =')), { mechanism: 'PLAIN', initial: new Uint8Array() })
  assert.deepEqual(outcome(command.parseAuth('PLAIN AGEAYg==')), { mechanism: 'PLAIN', initial: Buffer.from('\0a\0b') })
  const bad: readonly [string, string][] = [
    ['', '501 5.5.4'],
    ['PLAIN A', '501 5.5.2'],
    ['PLAIN AGEAYg', '501 5.5.2'],
    ['PLAIN AG=AYg==', '501 5.5.2'],
    ['PLAIN !', '501 5.5.2'],
    ['PLAIN a b', '501 5.5.2'],
    ['x'.repeat(21), '501 5.5.4'],
  ]
  for (const [input, expected] of bad) assert.equal(outcome(command.parseAuth(input)), expected, input)
})
