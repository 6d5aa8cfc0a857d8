// What BODYSTRUCTURE and BODY show.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DETAILS_BYTES_MAX, MIME_DEPTH_MAX, MIME_PARTS_MAX } from './limits.ts'
import { indexOf } from './message-index.ts'
import { structureOf } from './structure.ts'
import { messageOf, readWire } from './testing.ts'

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1')
}

function structure(...lines: readonly string[]): string {
  return text(indexOf(messageOf(...lines)).bodyStructure)
}

const PLAIN = '("text" "plain" NIL NIL NIL "7bit" 1 1 NIL NIL NIL NIL)'

test('[B1] parameters stand in their order and as they are written, quotes removed, nothing decoded', () => {
  assert.equal(
    structure(
      'Content-Type: Application/PDF; NAME*0*=utf-8\'\'a%20; name*1="b \\" c"; x=y (comment)',
      'Content-ID: <a@b>',
      'Content-Description: =?utf-8?q?d=C3=A4?=',
      'Content-Transfer-Encoding: BASE64 (really)',
      '',
      'x',
    ),
    '("application" "pdf" ("name*0*" "utf-8\'\'a%20" "name*1" "b \\" c" "x" "y") "<a@b>" "=?utf-8?q?d=C3=A4?=" "base64" 1 NIL NIL NIL NIL)',
  )
  assert.equal(
    structure('Content-Type: text/plain; name="gr\u00fc\u00dfe"', '', 'x'),
    '("text" "plain" ("name" {5}\r\ngr\u00fc\u00dfe) NIL NIL "7bit" 1 1 NIL NIL NIL NIL)',
  )
})

test('[B1] octets above 127 stay what they are, UTF-8 or not', () => {
  assert.equal(
    structure('Content-Type: text/plain; name="gr\u00c3\u00bcn"', 'Content-Description: \u00c3\u00bc', '', 'x'),
    '("text" "plain" ("name" {5}\r\ngr\u00c3\u00bcn) NIL {2}\r\n\u00c3\u00bc "7bit" 1 1 NIL NIL NIL NIL)',
  )
})

test('[B2] trap 39: a text has lines; a message has its envelope, its structure and lines', () => {
  assert.equal(structure('', 'a', 'b'), '("text" "plain" NIL NIL NIL "7bit" 4 2 NIL NIL NIL NIL)')
  assert.equal(
    structure('Content-Type: message/rfc822', '', 'From: a@b', 'Subject: s', '', 'x'),
    '("message" "rfc822" NIL NIL NIL "7bit" 26 (NIL "s" ((NIL NIL "a" "b")) ((NIL NIL "a" "b")) ((NIL NIL "a" "b")) NIL NIL NIL NIL NIL) ' +
      `${PLAIN} 4 NIL NIL NIL NIL)`,
  )
  assert.equal(
    structure('Content-Type: message/rfc822', 'Content-Transfer-Encoding: base64', '', 'AAAA'),
    '("message" "rfc822" NIL NIL NIL "base64" 4 (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) ' +
      '("text" "plain" NIL NIL NIL "7bit" 4 1 NIL NIL NIL NIL) 1 NIL NIL NIL NIL)',
  )
})

test('[B3] trap 39: a multipart in which there are no parts is shown with one, which is all it has', () => {
  for (const type of ['multipart/mixed', 'multipart/mixed; boundary=b', 'multipart/mixed; boundary=""']) {
    const index = indexOf(messageOf(`Content-Type: ${type}`, '', 'only a preamble'))
    assert.match(text(index.bodyStructure), /^\(\("text" "plain" NIL NIL NIL "7bit" 15 1 NIL NIL NIL NIL\) "mixed" /)
    assert.deepEqual(
      index.parts.children.map(({ bodyStart, bodyEnd }) => bodyEnd - bodyStart),
      [15],
    )
  }
  assert.match(structure('Content-Type: multipart/mixed; boundary=b', ''), /^\(\("text" "plain" NIL NIL NIL "7bit" 0 0 /)
})

test('[B4] trap 39: a type that is none, or has no subtype, becomes two words', () => {
  const typeOf = (field: string) => structure(`Content-Type: ${field}`, '', 'x').split(' ').slice(0, 3).join(' ')
  for (const field of ['', 'text', '/', 'foo', 'foo bar/baz', '"', ';', 'text/'])
    assert.equal(typeOf(field), '("text" "plain" NIL', field)
  for (const field of ['application', 'image; name']) assert.equal(typeOf(field), '("application" "octet-stream" NIL', field)
  assert.equal(typeOf('text/html charset=utf-8'), '("text" "html" ("charset"')
  assert.equal(typeOf('TEXT / HTML'), '("text" "html" NIL')
  assert.equal(typeOf('t\u00c3\u00a4/x"y\\z'), '("t?" "x?y?z" NIL')
  assert.match(
    structure('Content-Type: multipart; boundary=b', '', '--b', '', 'x', '--b--'),
    /"mixed" \("boundary" "b"\) NIL NIL NIL\)$/,
  )
})

test('[B5] trap 39: in a digest a part is a message unless it says otherwise', () => {
  const shown = structure(
    'Content-Type: multipart/digest; boundary=b',
    '',
    '--b',
    '',
    'Subject: s',
    '',
    'x',
    '--b',
    'Content-Type: text/plain',
    '',
    'x',
    '--b--',
  )
  assert.equal(
    shown,
    '(("message" "rfc822" NIL NIL NIL "7bit" 15 (NIL "s" NIL NIL NIL NIL NIL NIL NIL NIL) ' +
      `${PLAIN} 3 NIL NIL NIL NIL)${PLAIN} "digest" ("boundary" "b") NIL NIL NIL)`,
  )
})

test('[B6] message/global is shown without what is inside: to old clients it is a type like any other', () => {
  assert.equal(
    structure('Content-Type: message/global', '', 'From: a@b', '', 'x'),
    '("message" "global" NIL NIL NIL "7bit" 14 NIL NIL NIL NIL)',
  )
})

test('[B7] extension data: MD5, disposition, languages, location, in this order', () => {
  const header = [
    'Content-Disposition: ATTACHMENT; filename="a b.txt"; size=12',
    'Content-Language: de, en (x)',
    'Content-Location: http://d.example/a',
    '\tb',
    'Content-MD5: abc==',
  ]
  assert.equal(
    structure(...header, '', 'x'),
    '("text" "plain" NIL NIL NIL "7bit" 1 1 "abc==" ("attachment" ("filename" "a b.txt" "size" "12")) ("de" "en") "http://d.example/ab")',
  )
  assert.equal(
    structure(
      'Content-Type: multipart/mixed; boundary=b',
      'Content-Disposition: inline',
      'Content-Language: de',
      '',
      '--b',
      '',
      'x',
      '--b--',
    ),
    `(${PLAIN} "mixed" ("boundary" "b") ("inline" NIL) ("de") NIL)`,
  )
})

test('[B8] BODY is the same without extension data, at every level', () => {
  const inner = [
    'Content-Type: message/rfc822',
    '',
    'Subject: {3} "(',
    'Content-Type: image/png; name=")"',
    'Content-MD5: m',
    '',
    'x',
  ]
  const index = indexOf(
    messageOf('Content-Type: multipart/mixed; boundary=b', '', '--b', 'Content-Language: de', '', 'x', '--b', ...inner, '--b--'),
  )
  assert.equal(
    text(index.body),
    '(("text" "plain" NIL NIL NIL "7bit" 1 1)("message" "rfc822" NIL NIL NIL "7bit" 71 (NIL "{3} \\"(" NIL NIL NIL NIL NIL NIL NIL NIL) ' +
      '("image" "png" ("name" ")") NIL NIL "7bit" 1) 5) "mixed")',
  )
  const binary = indexOf(messageOf('Content-Type: image/png; name="\u00fc)"', 'Content-MD5: "(', '', 'x'))
  assert.equal(text(binary.body), '("image" "png" ("name" {2}\r\n\u00fc)) NIL NIL "7bit" 1)')
  const described = indexOf(messageOf('Content-Description: \u00fc"', '', 'x'))
  assert.equal(text(described.body), '("text" "plain" NIL NIL {2}\r\n\u00fc" "7bit" 1 1)')
})

test('[B9] trap 39: parts too deep, too many, or with too much to say cost what the limits allow', () => {
  const deep = Array.from({ length: 10_000 }, (_, i) => `Content-Type: multipart/mixed; boundary=b${i}\r\n\r\n--b${i}\r\n`).join(
    '',
  )
  const nested = indexOf(Buffer.from(deep))
  assert.equal(/^\(+/.exec(text(nested.bodyStructure))?.[0].length, MIME_DEPTH_MAX + 1)
  assert.ok(nested.bodyStructure.length < 100 * MIME_DEPTH_MAX)
  readWire(nested.bodyStructure)

  const messages = `Content-Type: message/rfc822\r\n\r\n`.repeat(10_000)
  readWire(indexOf(Buffer.from(messages)).bodyStructure)

  const wide = indexOf(Buffer.from(`Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\n\r\nx\r\n'.repeat(10_000)}`))
  assert.equal((readWire(wide.bodyStructure) as readonly unknown[]).filter(Array.isArray).length, MIME_PARTS_MAX)

  const name = `Content-Type: a/b; n="${'x'.repeat(8000)}"\r\nContent-Description: ${'y'.repeat(12_000)}\r\n`
  const talkative = `Content-Type: multipart/mixed; boundary=b\r\n\r\n${`--b\r\n${name}\r\n`.repeat(500)}`
  const bytes = Buffer.from(talkative)
  assert.ok(indexOf(bytes).bodyStructure.length < 1.2 * DETAILS_BYTES_MAX)
  assert.equal(structureOf(bytes).partCount, 501)
})
