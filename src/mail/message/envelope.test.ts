// What ENVELOPE shows.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { envelopeOf } from './envelope.ts'
import { parseEnvelopeAddresses } from './envelope-address.ts'
import { writeEnvelope } from './envelope-wire.ts'
import { readFields } from './header-fields.ts'
import { ENVELOPE_ADDRESSES_MAX } from './limits.ts'
import { messageOf, readWire } from './testing.ts'
import { wireBytes } from './wire.ts'

function shown(...lines: readonly string[]): string {
  return writeEnvelope(envelopeOf(readFields(messageOf(...lines, '', ''))))
}

/** `name|route|mailbox|host`, with a hyphen for what is not there. */
function addresses(value: string): string[] {
  return parseEnvelopeAddresses(value).map(({ name, route, mailbox, host }) =>
    [name, route, mailbox, host].map((part) => part ?? '-').join('|'),
  )
}

test('[E1] the header says what the envelope shows: unfolded, undecoded, NIL where a field is missing', () => {
  assert.equal(
    shown(
      'Message-ID: <msg@id>',
      'In-Reply-To: <reply@to.id>',
      ' <other@to.id>',
      'Date: Thu, 01 Feb 2007 01:02:03 +0200',
      'Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=',
      '\tan alle',
      'From: From Real <from@d.example>',
      'Sender: Sender Real <sender@d.example>',
      'Reply-To: Reply Real <reply@d.example>',
      'To: To Real <to@d.example>',
      'Cc: "Cc" <cc@d.example>',
      'Bcc: bcc@d.example',
    ),
    '("Thu, 01 Feb 2007 01:02:03 +0200" "=?utf-8?q?Gr=C3=BC=C3=9Fe?=\tan alle" ' +
      '(("From Real" NIL "from" "d.example")) (("Sender Real" NIL "sender" "d.example")) ' +
      '(("Reply Real" NIL "reply" "d.example")) (("To Real" NIL "to" "d.example")) (("Cc" NIL "cc" "d.example")) ' +
      '((NIL NIL "bcc" "d.example")) "<reply@to.id> <other@to.id>" "<msg@id>")',
  )
  assert.equal(shown('Subject:'), '(NIL "" NIL NIL NIL NIL NIL NIL NIL NIL)')
})

test('[E2] trap 40: Sender and Reply-To are the author where they are missing or empty', () => {
  const bob = '((NIL NIL "bob" "d.example"))'
  assert.equal(shown('From: bob@d.example'), `(NIL NIL ${bob} ${bob} ${bob} NIL NIL NIL NIL NIL)`)
  assert.equal(shown('Sender: ', 'Reply-To:', 'From: bob@d.example'), `(NIL NIL ${bob} ${bob} ${bob} NIL NIL NIL NIL NIL)`)
  assert.equal(shown('To: bob@d.example'), `(NIL NIL NIL NIL NIL ${bob} NIL NIL NIL NIL)`)
})

test('[E3] trap 40: groups have a mark before and a mark behind, closed or not', () => {
  assert.deepEqual(addresses('group: a@b, C <c@d>;, group2: e@f;'), [
    '-|-|group|-',
    '-|-|a|b',
    'C|-|c|d',
    '-|-|-|-',
    '-|-|group2|-',
    '-|-|e|f',
    '-|-|-|-',
  ])
  assert.deepEqual(addresses('"undisclosed recipients":;'), ['-|-|undisclosed recipients|-', '-|-|-|-'])
  assert.deepEqual(addresses('open: a@b'), ['-|-|open|-', '-|-|a|b', '-|-|-|-'])
  assert.deepEqual(addresses('a: b: c@d;;'), ['-|-|a|-', '-|-|-|-', '-|-|b|-', '-|-|c|d', '-|-|-|-'])
  assert.equal(shown('To: g:;'), '(NIL NIL NIL NIL NIL ((NIL NIL "g" NIL)(NIL NIL NIL NIL)) NIL NIL NIL NIL)')
})

test('[E4] names lose their quotes, comments are names of bare addresses, routes are kept', () => {
  assert.deepEqual(addresses('"Doe, \\"John\\" J." <"john doe"@x.example>'), ['Doe, "John" J.|-|john doe|x.example'])
  assert.deepEqual(addresses('John Q.  Public   <j@x>, "a" b "c" <d@e>'), ['John Q. Public|-|j|x', 'a b c|-|d|e'])
  assert.deepEqual(addresses('a@b (x (y) z), (c1) n (c2) <b@c> (c3)'), ['x (y) z|-|a|b', 'n|-|b|c'])
  assert.deepEqual(addresses('<@route:u@d>, Name <@a,@b:c@d>'), ['-|@route|u|d', 'Name|@a,@b|c|d'])
  assert.deepEqual(addresses('a . b @ c . d, u@[192.0.2.1], <v@[IPv6:::1]>'), [
    '-|-|a.b|c.d',
    '-|-|u|[192.0.2.1]',
    '-|-|v|[IPv6:::1]',
  ])
  assert.deepEqual(addresses('=?utf-8?q?J=C3=B6rg?= =?utf-8?q?_X?= <j@x>'), ['=?utf-8?q?J=C3=B6rg?= =?utf-8?q?_X?=|-|j|x'])
  assert.deepEqual(addresses('"a@b" <c@d>,, e@f,'), ['a@b|-|c|d', '-|-|e|f'])
})

test('[E5] what is missing from an address is said, since NIL would make a group of it', () => {
  assert.deepEqual(addresses('root'), ['-|-|root|MISSING_DOMAIN'])
  assert.deepEqual(addresses('Undisclosed Recipients'), ['Undisclosed Recipients|-|MISSING_MAILBOX|MISSING_DOMAIN'])
  assert.deepEqual(addresses('Foo <>, <bar>, @d, e@'), [
    'Foo|-|MISSING_MAILBOX|MISSING_DOMAIN',
    '-|-|bar|MISSING_DOMAIN',
    '-|-|MISSING_MAILBOX|d',
    '-|-|e|MISSING_DOMAIN',
  ])
  assert.deepEqual(addresses('<<a@b>>, x <c@d'), ['-|-|a|b', 'x|-|c|d'])
})

test('[E6] of words that stand twice the first counts, addresses are put together', () => {
  assert.equal(
    shown('Subject: one', 'Subject: two', 'To: a@b', 'To:', 'To: c@d'),
    '(NIL "one" NIL NIL NIL ((NIL NIL "a" "b")(NIL NIL "c" "d")) NIL NIL NIL NIL)',
  )
})

test('[E7] a field of rubbish is read in one pass, and its addresses are bounded', () => {
  assert.ok(parseEnvelopeAddresses('a@b,'.repeat(60_000)).length <= ENVELOPE_ADDRESSES_MAX)
  for (const piece of ['(', '<', '"', ':', '\\', 'a:', '(\\', '<"', ' ', ';', '<(', '@', 'a ', '"a" ']) {
    parseEnvelopeAddresses(piece.repeat(250_000 / piece.length))
  }
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'ab@.,:;<>()"\\ \t=?[]\u00fc\u0000') }), (value) => {
      readWire(wireBytes(shown(`From: ${value}`, `Subject: ${value}`)))
      let open = false
      for (const { mailbox, host } of parseEnvelopeAddresses(value)) {
        assert.equal(mailbox === undefined, !(mailbox !== undefined || !open))
        if (host === undefined) open = mailbox !== undefined
      }
      assert.equal(open, false)
    }),
    { numRuns: 500 },
  )
})

test('[E8] trap 40: a string is quoted, or a literal where it has 8-bit octets or line ends; NUL is left out', () => {
  assert.equal(shown('Subject: a "b" \\c'), '(NIL "a \\"b\\" \\\\c" NIL NIL NIL NIL NIL NIL NIL NIL)')
  assert.equal(shown('Subject: gr\u00fc\u00dfe'), '(NIL {5}\r\ngr\u00fc\u00dfe NIL NIL NIL NIL NIL NIL NIL NIL)')
  assert.equal(shown('Subject: a\rb'), '(NIL {3}\r\na\rb NIL NIL NIL NIL NIL NIL NIL NIL)')
  assert.equal(shown('Subject: a\u0000b'), '(NIL {2}\r\nab NIL NIL NIL NIL NIL NIL NIL NIL)')
})
