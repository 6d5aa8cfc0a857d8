// What searches read and previews show.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readFields } from './header-fields.ts'
import { htmlToText } from './html-text.ts'
import { PREVIEW_CHARACTERS_MAX } from './limits.ts'
import { indexOf } from './message-index.ts'
import { decodedHeaders, headerText, searchPlaces, textOfPart } from './search-text.ts'
import { messageOf } from './testing.ts'

test('[Q1] trap 41: header values are searched decoded and unfolded', () => {
  const header = messageOf(
    'Subject: =?utf-8?q?Gr=C3=BC?=',
    ' =?utf-8?q?=C3=9Fe?= an',
    '\talle',
    'X: 1',
    'x: gr\u00c3\u00bcn',
    '',
    '',
  )
  assert.deepEqual(decodedHeaders(readFields(header), 'SUBJECT'), ['Grüße an\talle'])
  assert.deepEqual(decodedHeaders(readFields(header), 'x'), ['1', 'grün'])
  assert.equal(headerText(header), 'Subject: Grüße an\talle\nX: 1\nx: grün\n')
})

test('[Q2] trap 41: text is searched without its transfer encoding, in its character set, HTML without tags', () => {
  const text = (body: string, part: { subtype?: string; encoding?: string; charset?: string }) =>
    textOfPart(Buffer.from(body, 'latin1'), { subtype: 'plain', encoding: '7bit', ...part })
  assert.equal(text('gr=FC=\r\nn', { encoding: 'quoted-printable', charset: 'iso-8859-1' }), 'grün')
  assert.equal(text('Z3LDvG4=', { encoding: 'base64', charset: 'utf-8' }), 'grün')
  assert.equal(text('\x1b$B$3$s\x1b(B', { charset: 'iso-2022-jp' }), 'こん')
  assert.equal(text('gr\u00c3\u00bcn', {}), 'grün')
  assert.equal(text('gr\u00fcn', { charset: 'us-ascii' }), 'grün')
  assert.equal(text('gr\u00c3\u00bcn', { charset: 'x-nobody-knows' }), 'grün')
  assert.equal(text('a gr\u00c3\u00bcn\u00c3', {}), 'a grün')
  assert.equal(text('<p>gr&uuml;n<b>e</b> W<p>iese', { subtype: 'html' }), '\ngrüne W\niese')
})

test('[Q3] TEXT and BODY read the headers inside a message and every text, attached ones too', () => {
  const bytes = messageOf(
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    '',
    'one',
    '--b',
    'Content-Type: message/rfc822',
    '',
    'Subject: inner',
    '',
    'two',
    '--b',
    'Content-Type: image/png',
    '',
    'three',
    '--b--',
  )
  const found = [...searchPlaces(indexOf(bytes).parts)].map((place) =>
    place.type === 'text'
      ? bytes.toString('latin1', place.part.bodyStart, place.part.bodyEnd)
      : bytes.toString('latin1', place.start, place.end),
  )
  assert.deepEqual(found, [
    '\r\n',
    'one',
    'Content-Type: message/rfc822\r\n\r\n',
    'Subject: inner\r\n\r\n',
    'two',
    'Content-Type: image/png\r\n\r\n',
  ])
})

test('[Q4] HTML: what people do not read is left out, entities are read, nothing is trusted to be closed', () => {
  const cases: readonly [string, string][] = [
    ['a<br>b', 'a\nb'],
    ['<head><title>x</title></head>a', '\na'],
    ['<style>p { a: "</p>" }</style>a<script>if (a < b) "<p>"</SCRIPT >b', '\na\nb'],
    ['a<!-- <p>x</p> -->b<!doctype x>c<?php x ?>d', 'abcd'],
    ['<a href="x>y" title=\'>\'>a</a>', 'a'],
    ['1 < 2 && 3 > 2 &amp;&lt;&#228;&#xe4;&hellip;&nope;&#0;&#xd800;', '1 < 2 && 3 > 2 &<ää…&nope;\ufffd\ufffd'],
    ['a<', 'a<'],
    ['a<b', 'a'],
    ['a<!--', 'a'],
    ['<head>x<body>a', '\nx\na'],
    ['<script>a', '\n'],
  ]
  for (const [html, text] of cases) assert.equal(htmlToText(html), text, html)
  assert.equal(htmlToText('x'.repeat(1_000_000), { charactersMax: 100 }).length, 16 * 1024)
})

test('[Q5] HTML of any kind costs what its length does', () => {
  for (const piece of [
    '<',
    '<a ',
    '<a "',
    "<a '>",
    '<head>',
    '<head><body',
    '<script>',
    '<style',
    '<!--',
    '&#',
    '<svg><math>',
    '</',
  ]) {
    htmlToText(piece.repeat(1_000_000 / piece.length))
  }
  const unit = fc.constantFrom('<', '>', '/', 'p', 'script', 'head', '"', "'", '&', '#', 'amp', ';', '!--', '-->', ' ', 'x')
  fc.assert(fc.property(fc.string({ unit, maxLength: 100 }), (html) => typeof htmlToText(html) === 'string'))
})

function preview(...lines: readonly string[]): string {
  return indexOf(messageOf(...lines)).preview
}

test('[V1] a preview is the first words in one line: of the text, else of the HTML, never of an attachment', () => {
  assert.equal(preview('', 'Hello,', '', '  world\t!'), 'Hello, world !')
  const alternative = (plain: string, html: string) =>
    preview(
      'Content-Type: multipart/alternative; boundary=b',
      '',
      '--b',
      '',
      plain,
      '--b',
      'Content-Type: text/html',
      '',
      html,
      '--b--',
    )
  assert.equal(alternative('plain', '<p>html'), 'plain')
  assert.equal(alternative(' ', '<style>x</style><p>html &amp; more'), 'html & more')
  assert.equal(preview('Content-Disposition: attachment', '', 'Hello'), '')
  assert.equal(preview('Content-Type: message/rfc822', '', '', 'Hello'), '')
  assert.equal(preview('Content-Type: image/png', '', 'Hello'), '')
})

test('[V2] what is quoted comes last', () => {
  assert.equal(preview('', 'On Monday, Bob wrote:', '> Shall we?', '> Bob', 'Yes.'), 'Yes.')
  assert.equal(preview('', '> only', '> quoted'), '> only > quoted')
})

test('[V3] at most 200 characters, whole ones, without what newsletters pad it with', () => {
  assert.equal(preview('', 'x'.repeat(5000)).length, PREVIEW_CHARACTERS_MAX)
  const smiles = preview('Content-Type: text/plain; charset=utf-8', '', Buffer.from(`a${'😀'.repeat(3000)}`).toString('latin1'))
  assert.ok(smiles.isWellFormed() && smiles.length === PREVIEW_CHARACTERS_MAX - 1)
  const padded = `Words&#847;&zwnj;&nbsp;&#847; &zwnj;&#8203;more ${'&zwnj;&#847;'.repeat(50)} last &#128104;&zwj;&#128105;`
  assert.equal(preview('Content-Type: text/html', '', padded), 'Words more last 👨\u200d👩')
  assert.equal(preview('Content-Transfer-Encoding: base64', '', Buffer.from('Grüße').toString('base64')), 'Grüße')
})
