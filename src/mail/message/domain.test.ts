// Domain names and their two spellings.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { domainToAscii, domainToUnicode } from './domain.ts'
import { decodePunycode, encodePunycode } from './punycode.ts'

// RFC 3492 §7.1, (A) (B) (C) (D) (E) (L) (R).
const PUNYCODE: readonly (readonly [string, string])[] = [
  ['ليهمابتكلموشعربي؟', 'egbpdaj6bu4bxfgehfvwxn'],
  ['他们为什么不说中文', 'ihqwcrb4cv8a8dqg056pqjye'],
  ['他們爲什麽不說中文', 'ihqwctvzc91f659drss3x8bo0yb'],
  ['Pročprostěnemluvíčesky', 'Proprostnemluvesky-uyb24dma41a'],
  ['למההםפשוטלאמדבריםעברית', '4dbcagdahymbxekheh6e0a7fei0b'],
  ['3年B組金八先生', '3B-ww4c5e180e575a65lsy2b'],
  ['そのスピードで', 'd9juau41awczczp'],
  ['bücher', 'bcher-kva'],
  ['😀', 'e28h'],
]

test('[D1] Punycode of RFC 3492 §7.1, both ways', () => {
  for (const [text, encoded] of PUNYCODE) {
    assert.equal(encodePunycode(text), encoded)
    assert.equal(decodePunycode(encoded), text)
  }
  for (const bad of ['', 'a b', '99999999', 'ü', 'x-99999999999', 'a'.repeat(64)])
    assert.equal(decodePunycode(bad), undefined, bad)
})

test('[D1] whatever fits into a label comes back', () => {
  const points = fc.integer({ min: 0x80, max: 0x10ffff }).filter((point) => point < 0xd800 || point > 0xdfff)
  const text = fc
    .array(fc.oneof(points, fc.integer({ min: 97, max: 122 })), { maxLength: 12 })
    .map((list) => String.fromCodePoint(...list))
  fc.assert(
    fc.property(text, (label) => {
      const encoded = encodePunycode(label)
      if (encoded !== undefined && encoded !== '' && !encoded.endsWith('-')) assert.equal(decodePunycode(encoded), label)
    }),
    { numRuns: 300 },
  )
})

test('[D2] trap 22: every spelling of a name becomes the same A-labels', () => {
  const spellings: readonly (readonly [string, string])[] = [
    ['Example.ORG', 'example.org'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['BÜCHER.example', 'xn--bcher-kva.example'],
    ['bu\u0308cher.example', 'xn--bcher-kva.example'],
    ['bücher。example', 'xn--bcher-kva.example'],
    ['bücher．example', 'xn--bcher-kva.example'],
    ['ｂｕｃｈ.example', 'buch.example'],
    ['bü\u00adcher.example', 'xn--bcher-kva.example'],
    ['ΣΊΣΥΦΟΣ.gr', 'xn--kxa6akbbkh.gr'],
    ['\u210cost.example', 'host.example'],
    ['faß.de', 'xn--fa-hia.de'],
    ['ex\u212aample.org', 'exkample.org'],
  ]
  for (const [written, ascii] of spellings) assert.deepEqual(domainToAscii(written), { ok: true, value: ascii }, written)
})

test('[D3] for display, labels are decoded only if they encode to the same again', () => {
  assert.equal(domainToUnicode('xn--bcher-kva.example'), 'bücher.example')
  assert.equal(domainToUnicode('xn--99zzzz99999.example'), 'xn--99zzzz99999.example')
  // Decodes to a snowman, and to upper case: no U-labels.
  assert.equal(domainToUnicode('xn--n3h.net'), 'xn--n3h.net')
  const upper = `xn--${encodePunycode('b\u00dccher')}.example`
  assert.equal(domainToUnicode(upper), upper)
  assert.equal(domainToUnicode('[IPv6:2001:db8::1]'), '[IPv6:2001:db8::1]')
})

test('[D4] a mapping never makes a dot, a slash or an "@"', () => {
  for (const text of ['a\u2024b.org', '\u2488com.org', 'a\u2100b.org', 'a\uff20b.org', 'a\u2026b.org'])
    assert.equal(domainToAscii(text).ok, false, text)
})
