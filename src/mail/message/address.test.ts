// Addresses: what is accepted, how it is written back, what is refused and why.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  type Address,
  formatAddress,
  isAscii,
  isBarePostmaster,
  mailboxKey,
  parseAddress,
  sameAddress,
  sameMailbox,
} from './address.ts'

const LONG_LABEL = 'a'.repeat(63)

// [written, local part, domain, written back if different]
const ACCEPTED: readonly (readonly [string, string, string, string?])[] = [
  ['bob@example.org', 'bob', 'example.org'],
  ['Bob.Smith@EXAMPLE.Org', 'Bob.Smith', 'example.org', 'Bob.Smith@example.org'],
  ["a!#$%&'*+-/=?^_`{|}~z@example.org", "a!#$%&'*+-/=?^_`{|}~z", 'example.org'],
  ['user@localhost', 'user', 'localhost'],
  ['1@1a.x-y.example', '1', '1a.x-y.example'],
  ['"bob"@example.org', 'bob', 'example.org', 'bob@example.org'],
  ['"b\\ob"@example.org', 'bob', 'example.org', 'bob@example.org'],
  ['"a b"@example.org', 'a b', 'example.org'],
  ['"a@b"@example.org', 'a@b', 'example.org'],
  ['"a\\"b\\\\"@example.org', 'a"b\\', 'example.org'],
  ['"a..b"@example.org', 'a..b', 'example.org'],
  ['"<x>"@example.org', '<x>', 'example.org'],
  ['""@example.org', '', 'example.org'],
  ['"ж ж"@example.org', 'ж ж', 'example.org'],
  ['x@[192.0.2.1]', 'x', '[192.0.2.1]'],
  ['x@[ipv6:2001:DB8:0:0:0:0:0:1]', 'x', '[IPv6:2001:db8::1]', 'x@[IPv6:2001:db8::1]'],
  ['x@[IPv6:::]', 'x', '[IPv6:::]'],
  ['x@[IPv6:::ffff:192.0.2.1]', 'x', '[IPv6:::ffff:c000:201]', 'x@[IPv6:::ffff:c000:201]'],
  ['x@[IPv6:1:0:3:4:5:6:7:8]', 'x', '[IPv6:1:0:3:4:5:6:7:8]'],
  ['jörg@MÜNCHEN.de', 'jörg', 'xn--mnchen-3ya.de', 'jörg@xn--mnchen-3ya.de'],
  ['用户@例え。テスト', '用户', 'xn--r8jz45g.xn--zckzah', '用户@xn--r8jz45g.xn--zckzah'],
  ['😀@example.org', '😀', 'example.org'],
  ['x@XN--MNCHEN-3YA.de', 'x', 'xn--mnchen-3ya.de', 'x@xn--mnchen-3ya.de'],
  [`${'l'.repeat(64)}@example.org`, 'l'.repeat(64), 'example.org'],
  [`x@${LONG_LABEL}.org`, 'x', `${LONG_LABEL}.org`],
  [`x@${`${LONG_LABEL}.`.repeat(3)}${'a'.repeat(63)}`, 'x', `${`${LONG_LABEL}.`.repeat(3)}${'a'.repeat(63)}`],
]

const REFUSED: readonly (readonly [string, RegExp])[] = [
  ['', /no "@"/],
  ['bob', /no "@"/],
  ['@example.org', /nothing before/],
  ['bob@', /domain is missing/],
  ['a..b@example.org', /dot/],
  ['.a@example.org', /dot/],
  ['a.@example.org', /dot/],
  ['a b@example.org', /quotes/],
  ['a(c)@example.org', /quotes/],
  ['a,b@example.org', /quotes/],
  ['a<b@example.org', /quotes/],
  ['<a@example.org>', /quotes/],
  ['a"b"@example.org', /quotes/],
  ['a@b@example.org', /character that no domain/],
  ['"a"b@example.org', /closing quote/],
  ['"a@example.org', /not closed/],
  ['"a\\"@example.org', /not closed/],
  ['"\\ж"@example.org', /backslash/],
  ['"a" @example.org', /closing quote/],
  [' a@example.org', /quotes/],
  ['a@example.org ', /character that no domain/],
  ['a@example.org.', /empty label/],
  ['a@.example.org', /empty label/],
  ['a@example..org', /empty label/],
  ['a@-example.org', /hyphen/],
  ['a@example-.org', /hyphen/],
  ['a@ex_ample.org', /character that no domain/],
  ['a@exa mple.org', /character that no domain/],
  ['a@192.0.2.1', /brackets/],
  ['a@example.123', /brackets/],
  ['a@[192.0.2.256]', /IPv4/],
  ['a@[192.0.2.01]', /IPv4/],
  ['a@[192.0.2]', /IPv4/],
  ['a@[192.0.2.1', /not closed/],
  ['a@[2001:db8::1]', /IPv6:/],
  ['a@[IPv6:2001:db8::1::2]', /IPv6/],
  ['a@[IPv6:1:2:3:4:5:6:7]', /IPv6/],
  ['a@[IPv6:1:2:3:4:5:6:7:8:9]', /IPv6/],
  ['a@[IPv6:12345::]', /IPv6/],
  ['a@[IPv6:1:2:3:4::5:6:7:8]', /IPv6/],
  ['a@[IPv6:fe80::1%eth0]', /IPv6/],
  ['a@[IPv6:192.0.2.1::]', /IPv6/],
  ['a@[X-Tag:something]', /only IPv4/],
  ['a@[]', /IPv4/],
  ['a@☃.net', /character that no domain/],
  ['a@ex℀mple.org', /character that no domain/],
  ['a@\u0301x.org', /combining mark/],
  ['a@ж--.org', /hyphen/],
  [`${'l'.repeat(65)}@example.org`, /longer than 64/],
  [`${'ж'.repeat(33)}@example.org`, /longer than 64/],
  [`"${' '.repeat(63)}"@example.org`, /longer than 64/],
  [`x@${LONG_LABEL}a.org`, /longer than 63/],
  [`x@${`${LONG_LABEL}.`.repeat(3)}${'a'.repeat(64)}`, /too long/],
  ['x'.repeat(5000), /too long/],
]

test('[A1] accepts what RFC 5321 and RFC 6531 allow, and writes it in one spelling', () => {
  for (const [written, localPart, domain, back] of ACCEPTED) {
    const parsed = parseAddress(written)
    assert.deepEqual(parsed, { ok: true, value: { localPart, domain } }, written)
    assert.equal(formatAddress({ localPart, domain }), back ?? written)
  }
})

test('[A2] refuses everything else, and says why', () => {
  for (const [written, reason] of REFUSED) {
    const parsed = parseAddress(written)
    assert.equal(parsed.ok, false, written)
    if (!parsed.ok) assert.match(parsed.error, reason, written)
  }
})

test('[A3] trap 48: no control character and no broken text, quoted or not', () => {
  for (const bad of ['\r', '\n', '\0', '\t', '\x7f', '\u0085', '\u2028', '\ud800']) {
    for (const text of [
      `a${bad}b@example.org`,
      `"a${bad}b"@example.org`,
      `"a\\${bad}b"@example.org`,
      `a@exa${bad}mple.org`,
      `a@example.org${bad}`,
    ])
      assert.equal(parseAddress(text).ok, false, JSON.stringify(text))
  }
})

test('[A4] what is parsed is written back and parsed to the same', () => {
  const localPart = fc
    .string({ unit: 'grapheme', maxLength: 20 })
    .filter((text) => !/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(text))
  const domain = fc.oneof(
    fc.domain().map((name) => name.toLowerCase()),
    fc.ipV4().map((ip) => `[${ip}]`),
    fc.constantFrom('xn--mnchen-3ya.de', '[IPv6:2001:db8::1]', 'localhost'),
  )
  fc.assert(
    fc.property(localPart, domain, (local, name) => {
      const address: Address = { localPart: local, domain: name }
      const written = formatAddress(address)
      if (Buffer.byteLength(written.slice(0, written.length - name.length - 1)) > 64 || /\.\d+$/.test(name)) return
      assert.deepEqual(parseAddress(written), { ok: true, value: address })
    }),
    { numRuns: 500 },
  )
})

test('[A4] any text at all is parsed or refused, and what is parsed is stable', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^["\\@. a\u00e9[\]:-]{0,30}$/)), (text) => {
      const first = parseAddress(text)
      if (first.ok) assert.deepEqual(parseAddress(formatAddress(first.value)), first)
    }),
    { numRuns: 2000 },
  )
})

test('[A5] trap 20: the case of a local part is kept and counts, except for our own mailboxes', () => {
  const [upper, lower] = [address('Bob@example.org'), address('bob@EXAMPLE.org')]
  assert.equal(upper.localPart, 'Bob')
  assert.equal(sameAddress(upper, lower), false)
  assert.equal(sameMailbox(upper, lower), true)
  assert.equal(sameAddress(address('"bob"@example.org'), lower), true)
  assert.equal(sameMailbox(address('jo\u0308rg@example.org'), address('J\u00d6RG@example.org')), true)
  assert.equal(mailboxKey(address('"Bob B"@example.org')), '"bob b"@example.org')
})

test('[A6] trap 22: an address in U-labels and one in A-labels are the same', () => {
  assert.equal(sameAddress(address('x@bücher.example'), address('x@XN--BCHER-KVA.example')), true)
})

test('[A7] trap 21: Postmaster without a domain is told apart', () => {
  assert.equal(isBarePostmaster('PostMaster'), true)
  assert.equal(isBarePostmaster('postmaster@x'), false)
})

test('[A8] only the local part decides whether SMTPUTF8 is needed', () => {
  assert.equal(isAscii(address('x@bücher.example')), true)
  assert.equal(isAscii(address('ü@example.org')), false)
})

test('[A9] a longer local part is accepted where it is asked for', () => {
  const text = `${'l'.repeat(100)}@example.org`
  assert.equal(parseAddress(text, { localPartOctetsMax: 200 }).ok, true)
})

test('trap 59: nothing in the parser recurses or grows faster than the text', () => {
  for (const text of ['"'.repeat(1e6), '\\'.repeat(1e6), 'a.'.repeat(5e5), '"\\'.repeat(5e5), '@'.repeat(1e6)])
    assert.equal(parseAddress(text).ok, false)
})

function address(text: string): Address {
  const parsed = parseAddress(text)
  assert(parsed.ok, text)
  return parsed.value
}
