// The small readers and writers: encoded words, charsets, media types, address lists, transfer encodings, xtext.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseAddressList } from './address-list.ts'
import { decodeCharset } from './charset.ts'
import { decodeEncodedWords, encodeWords } from './encoded-word.ts'
import { parseMediaType, parseParameterised } from './media-type.ts'
import { decodeBody, decodeQuotedPrintable, encodeQuotedPrintable } from './transfer-encoding.ts'
import { decodeXtext, encodeXtext } from './xtext.ts'

test('[W1] encoded words are read as RFC 2047 §8 shows them, and as real mail writes them', () => {
  const words: readonly (readonly [string, string])[] = [
    ['plain', 'plain'],
    ['=?ISO-8859-1?Q?a?=', 'a'],
    ['=?ISO-8859-1?Q?a?= b', 'a b'],
    ['=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=', 'ab'],
    ['=?ISO-8859-1?Q?a?=  \t =?ISO-8859-1?Q?b?=', 'ab'],
    ['=?ISO-8859-1?Q?a_b?=', 'a b'],
    ['=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=', 'a b'],
    ['x =?utf-8?b?w7w=?= y', 'x ü y'],
    ['=?utf-8?Q?=C3?= =?UTF-8?Q?=BC?=', 'ü'],
    ['=?utf-8?Q?=C3?= =?utf-8?B?vA==?=', 'ü'],
    ['=?utf-8*de?Q?=C3=BC?=', 'ü'],
    ['=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=', '日本'],
    ['=?koi8-r?Q?=C1?=', 'а'],
    ['=?no-such-charset?Q?a?= b', '=?no-such-charset?Q?a?= b'],
    ['=?utf-8?X?a?=', '=?utf-8?X?a?='],
    ['=?utf-8?Q?two words?=', 'two words'],
    ['=?utf-8?Q?=GG?=', '=GG'],
    ['=?', '=?'],
  ]
  for (const [value, text] of words) assert.equal(decodeEncodedWords(value), text, value)
})

test('[W2] text is written in words of at most 75 characters and read back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 120 }), (text) => {
      const words = encodeWords(text)
      if (/^[ -~]*$/.test(text) && !text.includes('=?')) assert.deepEqual(words, [text])
      else {
        for (const word of words) assert.ok(word.length <= 75)
        assert.equal(decodeEncodedWords(words.join(' ')), text.toWellFormed())
      }
    }),
  )
})

test('[W3] old names of character sets are known, others are not guessed', () => {
  assert.equal(decodeCharset(' Windows-1252 ', Buffer.from([0x80])), '€')
  assert.equal(decodeCharset('cp932', Buffer.from([0x82, 0xa0])), 'あ')
  assert.equal(decodeCharset('__proto__', Buffer.from('x')), undefined)
})

test('[W4] media types and their parameters, RFC 2231 included', () => {
  const read = (field: string) => {
    const { type, subtype, parameters } = parseMediaType(field)
    return [`${type}/${subtype}`, ...[...parameters].map((pair) => pair.join('='))]
  }
  assert.deepEqual(read('Text/HTML; Charset="utf-8" (a "comment"); format=flowed'), [
    'text/html',
    'charset=utf-8',
    'format=flowed',
  ])
  assert.deepEqual(read('application/x; name="a;b\\"c"; x=1; x=2;; =; y'), ['application/x', 'name=a;b"c', 'x=1'])
  assert.deepEqual(read("application/x; title*=us-ascii'en-us'This%20is%20%2A%2A%2Afun%2A%2A%2A"), [
    'application/x',
    'title=This is ***fun***',
  ])
  assert.deepEqual(read('application/x; title*1*=%2A; title*0*=us-ascii\'en\'This%20is%20; title*2="it!"'), [
    'application/x',
    'title=This is *it!',
  ])
  assert.deepEqual(read("a/b; filename=x.txt; filename*=UTF-8''%e2%82%ac.txt"), ['a/b', 'filename=€.txt'])
  assert.deepEqual(read('a/b; name==?utf-8?Q?=C3=BC?=.txt'), ['a/b', 'name=ü.txt'])
  assert.deepEqual(read('a/b; name=my file.pdf'), ['a/b', 'name=my file.pdf'])
  for (const nothing of ['', 'text', '/', 'a/b/c', ';;;', '"']) assert.equal(read(nothing)[0], 'text/plain')
  assert.deepEqual(parseParameterised('Attachment; filename=x'), {
    value: 'attachment',
    parameters: new Map([['filename', 'x']]),
    written: new Map([['filename', 'x']]),
  })
})

test('[W5] trap 59: hostile parameters are bounded', () => {
  for (const field of [
    `a/b${';'.repeat(1e6)}`,
    `a/b;${'('.repeat(1e6)}`,
    `a/b; x="${'\\'.repeat(1e6)}`,
    `a/b${'; x*1=y'.repeat(1e5)}`,
  ])
    parseMediaType(field)
  assert.ok(parseMediaType(`a/b${Array.from({ length: 5000 }, (_, i) => `;p${i}=1`).join('')}`).parameters.size <= 100)
})

test('[W6] address lists: names, comments, groups, routes, and what people get wrong', () => {
  const lists: readonly (readonly [string, readonly string[]])[] = [
    ['bob@x.org', ['bob@x.org']],
    ['Bob Smith <bob@X.org>, "Lee, Ann" <ann@y.org>', ['Bob Smith|bob@x.org', 'Lee, Ann|ann@y.org']],
    ['bob@x.org (Bob (the) Builder)', ['Bob (the) Builder|bob@x.org']],
    ['Friends: a@x.org, B <b@x.org>;, c@x.org', ['a@x.org', 'B|b@x.org', 'c@x.org']],
    ['undisclosed-recipients:;', []],
    ['<@a.org,@b.org:u@c.org>', ['u@c.org']],
    ['=?utf-8?Q?J=C3=BCrgen?= <j@x.org>', ['Jürgen|j@x.org']],
    ['"a b"@x.org, "c" d <"e>f"@x.org>', ['"a b"@x.org', 'c d|"e>f"@x.org']],
    ['Bob < bob @ x.org >', ['Bob|bob@x.org']],
    ['Bob <not an address>', ['Bob|not an address']],
    ['Bob <>', ['Bob|']],
    ['"unclosed', ['"unclosed']],
    ['', []],
    [',,;', []],
  ]
  for (const [value, expected] of lists)
    assert.deepEqual(
      parseAddressList(value).map(({ name, address }) => (name === undefined ? address : `${name}|${address}`)),
      expected,
      value,
    )
})

test('[W7] trap 59: nested groups, comments and quotes are read in one pass', () => {
  for (const text of [
    'a:'.repeat(200_000),
    '('.repeat(1e6),
    '<'.repeat(1e6),
    '"'.repeat(1e6 + 1),
    'a,'.repeat(1e6),
    `a <${' '.repeat(1000)}x@y.org>`,
    `<a${' '.repeat(1e6)}b@y.org>`,
  ])
    assert.ok(parseAddressList(text).length <= 1000)
})

test('[W8] quoted-printable comes back octet for octet, in lines of at most 76', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('a', ' ', '\t', '=', '\r\n', '\r', '\n', '.', '\xff', 'From ', 'x'.repeat(40)), { maxLength: 60 }),
      (pieces) => {
        const bytes = Buffer.from(pieces.join(''), 'latin1')
        const encoded = encodeQuotedPrintable(bytes)
        for (const line of encoded.split('\r\n')) assert.match(line, /^(?:[!-~]|[ \t](?!$)){0,76}$/)
        assert.deepEqual(decodeQuotedPrintable(encoded), bytes)
      },
    ),
  )
  assert.equal(decodeBody('a=\r\nb  \r\n=3d=x', 'quoted-printable').toString(), 'ab\r\n==x')
  assert.equal(decodeQuotedPrintable(`${' '.repeat(1e6)}x`).length, 1e6 + 1)
  assert.equal(decodeBody('w7w=\r\n', 'base64').toString(), 'ü')
})

test('[W9] xtext is written and read, and hides nothing', () => {
  assert.equal(encodeXtext('a+b=c d'), 'a+2Bb+3Dc+20d')
  assert.equal(decodeXtext('a+2Bb+3Dc+20d'), 'a+b=c d')
  for (const bad of ['a b', 'a=b', '+', '+2', '+2b', '+0D+0A', '+00', 'ü']) assert.equal(decodeXtext(bad), undefined, bad)
})
