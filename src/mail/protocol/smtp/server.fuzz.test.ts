// Whatever comes in, the core does not throw, keeps to its limits, answers in well-formed replies, and does not care how it is cut.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { INPUT_OCTETS_HIGH } from './limits.ts'
import { Drive, type Verdict } from './server.testing.ts'
import { ReplyParser, reply } from './smtp.ts'

const ALPHABET = [
  'EHLO a\r\n',
  'HELO a\r\n',
  'MAIL FROM:<a@b.example>\r\n',
  'MAIL FROM:<> SIZE=5\r\n',
  'MAIL FROM:<ä@b.example> SMTPUTF8\r\n',
  'RCPT TO:<c@d.example>\r\n',
  'RCPT TO:<no@d.example>\r\n',
  'RCPT TO:<@x:c@d.example>\r\n',
  'DATA\r\n',
  'BDAT 5\r\n',
  'BDAT 0\r\n',
  'BDAT 7 LAST\r\n',
  'BDAT 0 LAST\r\n',
  'BDAT x\r\n',
  'BDAT 900\r\n',
  'RSET\r\n',
  'NOOP\r\n',
  'VRFY x\r\n',
  'HELP\r\n',
  'STARTTLS\r\n',
  'AUTH PLAIN AGEAYg==\r\n',
  'AUTH LOGIN\r\n',
  'dXNlcg==\r\n',
  '*\r\n',
  '=\r\n',
  '.\r\n',
  '\r\n.\r\n',
  '\r\n',
  '\n',
  '\r',
  '.',
  '..',
  ' ',
  '<',
  '>',
  '"',
  '\\',
  '@',
  ':',
  '=',
  '\0',
  '\x16',
  '\xff',
  'hello\r\n',
  'x'.repeat(200),
  `${'y'.repeat(2100)}`,
]
const folded = fc
  .array(
    fc.oneof(
      { weight: 12, arbitrary: fc.constantFrom(...ALPHABET) },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
    ),
    { maxLength: 60 },
  )
  .map((parts) => Buffer.from(parts.join(''), 'latin1'))
const noise = fc.uint8Array({ maxLength: 600 }).map((bytes) => Buffer.from(bytes))
const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 60 })

const verdict: Verdict = (event, server) => {
  if (event.type === 'recipient' && event.address.localPart === 'no') return reply(550, '5.1.1', 'Nobody here\r\n250 injected')
  if (event.type === 'auth' && event.initial === undefined) server.challenge(Buffer.from('?'))
  if (event.type === 'starttls') return reply(454, '4.7.0', 'Not now')
  if (event.type === 'content-end' && event.facts.violation) return reply(550, '5.6.0', 'Bare line end')
  return undefined
}

const OPTIONS = { sizeBytesMax: 800, startTls: true, mechanisms: ['PLAIN', 'LOGIN'], badCommandsMax: 12, idleCommandsMax: 30 }

function drive(input: Buffer, sizes: readonly number[]): { output: string; content: string; told: unknown[] } {
  const drive = new Drive(OPTIONS, verdict)
  drive.server.greet()
  drive.run()
  let at = 0
  for (const size of [...sizes, input.length]) {
    const piece = Buffer.from(input.subarray(at, at + size))
    drive.sendBytes(piece)
    piece.fill(0)
    assert.ok(drive.server.unreadBytes <= INPUT_OCTETS_HIGH)
    at += size
  }
  // Early input depends on when bytes come, and the order of the told and the content pieces on how they are cut.
  return { output: drive.output, content: drive.content, told: drive.events.filter((event) => event.type !== 'early-input') }
}

function assertWellFormed(output: string): void {
  const parser = new ReplyParser()
  parser.receive(Buffer.from(output, 'latin1'))
  for (let next = parser.next(); next !== undefined; next = parser.next()) assert.equal(next.ok, true)
  assert.equal(parser.hasUnread, false)
  assert.match(output, /^[\x20-\x7e\r\n]*$/)
  for (const line of output.split('\r\n')) assert.ok(line.length <= 510)
}

test('[S5] SMTP-like input: well-formed output, the same however it is cut', () => {
  fc.assert(
    fc.property(folded, cuts, (input, sizes) => {
      const whole = drive(input, [])
      assertWellFormed(whole.output)
      assert.deepEqual(drive(input, sizes), whole)
    }),
    { numRuns: 500 },
  )
})

test('[S5] a whole message in between, octet by octet', () => {
  fc.assert(
    fc.property(folded, folded, (before, inside) => {
      const input = Buffer.concat([
        before,
        Buffer.from('\r\nRSET\r\nEHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<a@b.example>\r\nDATA\r\n'),
        inside,
        Buffer.from('\r\n.\r\nNOOP\r\n'),
      ])
      const whole = drive(input, [])
      assertWellFormed(whole.output)
      assert.deepEqual(
        drive(
          input,
          Array.from(input, () => 1),
        ),
        whole,
      )
    }),
    { numRuns: 150 },
  )
})

test('noise never makes it throw', () => {
  fc.assert(
    fc.property(noise, cuts, (input, sizes) => {
      const whole = drive(input, [])
      assertWellFormed(whole.output)
      assert.deepEqual(drive(input, sizes), whole)
    }),
    { numRuns: 300 },
  )
})

test('replies come one per command: pipelining changes nothing', () => {
  const lines = fc.array(
    fc.constantFrom(...ALPHABET.filter((text) => /^[A-Z]{4}.*\r\n$/.test(text) && !/^(BDAT|AUTH|STARTTLS|DATA)/.test(text))),
    { maxLength: 25 },
  )
  fc.assert(
    fc.property(lines, (commands) => {
      const together = drive(Buffer.from(commands.join(''), 'latin1'), [])
      const oneByOne = drive(
        Buffer.from(commands.join(''), 'latin1'),
        commands.map((command) => command.length),
      )
      assert.deepEqual(oneByOne, together)
    }),
    { numRuns: 100 },
  )
})
