// Received, Return-Path, Delivered-To, Message-ID and dates.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { formatDate, parseDate } from './dates.ts'
import { makeMessageId, parseMessageId } from './message-id.ts'
import { type Received, receivedHeader } from './received.ts'
import { deliveredToHeader, returnPathHeader } from './trace.ts'

const AT = Date.UTC(2026, 0, 2, 15, 4, 5)
const RECEIVED: Received = { hostname: 'mx.example.org', protocol: 'ESMTPS', id: '0123456789abcdefgh', at: AT }

test('[T1] Received tells who, where, how, for whom and when', () => {
  assert.equal(
    receivedHeader({
      ...RECEIVED,
      helo: 'client.example',
      peerAddress: '192.0.2.7',
      peerName: 'rev.example',
      for: 'bob@example.org',
      tls: { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' },
    }),
    'Received: from client.example (rev.example [192.0.2.7])\r\n\tby mx.example.org with ESMTPS id 0123456789abcdefgh\r\n' +
      '\tfor <bob@example.org>\r\n\ttls TLS_AES_256_GCM_SHA384 (TLSv1.3);\r\n\tFri, 02 Jan 2026 15:04:05 +0000\r\n',
  )
  assert.equal(
    receivedHeader({ ...RECEIVED, protocol: 'HTTP' }),
    'Received: by mx.example.org with HTTP id 0123456789abcdefgh;\r\n\tFri, 02 Jan 2026 15:04:05 +0000\r\n',
  )
})

test('[T2] trap 21: peers are written as literals, mapped IPv4 as IPv4', () => {
  const from = (received: Partial<Received>) => receivedHeader({ ...RECEIVED, ...received }).split('\r\n')[0]
  assert.equal(from({ helo: 'c', peerAddress: '::ffff:192.0.2.7' }), 'Received: from c ([192.0.2.7])')
  assert.equal(from({ helo: '[192.0.2.7]', peerAddress: 'fe80::1%eth0' }), 'Received: from [192.0.2.7] ([IPv6:fe80::1])')
  assert.equal(from({ peerAddress: '192.0.2.7' }), 'Received: from [192.0.2.7] ([192.0.2.7])')
  assert.equal(
    from({ helo: 'what (is) this', peerAddress: '192.0.2.7' }),
    'Received: from [192.0.2.7] (said what \\(is\\) this [192.0.2.7])',
  )
})

test('[T3] trap 48: a line break in anything that came from outside stops us', () => {
  const bad = 'x\r\nX-Forged: y'
  for (const wrong of [
    { helo: bad },
    { for: bad },
    { helo: 'a', peerName: bad },
    { hostname: bad },
    { id: bad },
    { helo: 'a\0' },
    { tls: { version: bad, cipher: 'x' } },
  ])
    assert.throws(() => receivedHeader({ ...RECEIVED, ...wrong }), JSON.stringify(wrong))
  for (const text of [bad, 'a\0', 'a\n']) {
    assert.throws(() => returnPathHeader(text))
    assert.throws(() => deliveredToHeader(text))
    assert.throws(() => makeMessageId(text, 'host'))
  }
})

test('[T4] whatever a peer says of itself, the field is a handful of lines ending in CRLF', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 600 }), (helo) => {
      if (/[\u0000-\u001f\u007f]/.test(helo)) return
      const lines = receivedHeader({ ...RECEIVED, helo, peerAddress: '192.0.2.7' }).split('\r\n')
      assert.equal(lines.length, 4)
      assert.ok(lines.every((line, index) => index === 0 || line === '' || line.startsWith('\t')))
    }),
  )
})

test('[T5] Return-Path and Delivered-To', () => {
  assert.equal(returnPathHeader(''), 'Return-Path: <>\r\n')
  assert.equal(returnPathHeader('bob@example.org'), 'Return-Path: <bob@example.org>\r\n')
  assert.equal(returnPathHeader('"a>b"@example.org'), 'Return-Path: <"a>b"@example.org>\r\n')
  assert.throws(() => returnPathHeader('<bob@example.org>'))
  assert.equal(deliveredToHeader('bob@example.org'), 'Delivered-To: bob@example.org\r\n')
})

test('[T6] Message-ID is kept without brackets', () => {
  assert.equal(makeMessageId('abc', 'mx.example.org'), 'abc@mx.example.org')
  const read: readonly (readonly [string, string | undefined])[] = [
    ['<a@b>', 'a@b'],
    [' <a@b> <c@d>', 'a@b'],
    ['a@b', 'a@b'],
    ['<a @ b>', 'a@b'],
    ['<>', undefined],
    ['', undefined],
    ['<<a@b>>', 'a@b'],
    [`<${'a'.repeat(2000)}>`, undefined],
  ]
  for (const [value, messageId] of read) assert.equal(parseMessageId(value), messageId, value)
})

test('[T7] dates are written in UTC and read in every form old mail has', () => {
  assert.equal(formatDate(0), 'Thu, 01 Jan 1970 00:00:00 +0000')
  assert.equal(formatDate(AT + 999), 'Fri, 02 Jan 2026 15:04:05 +0000')
  const forms = [
    'Fri, 02 Jan 2026 15:04:05 +0000',
    '2 Jan 2026 15:04:05 GMT',
    'Fri, 2 Jan 26 10:04:05 EST',
    'Fri, 02 Jan 2026 16:04:05 +0100 (CET (Berlin))',
    'Fri,02 January 2026 16:04:05 +01:00',
    '  Friday, 02-Jan-2026 15.04.05 UTC',
    'Fri, 02 Jan 126 15:04:05 -0000',
    'Fri, 02 Jan 2026 15:04:05',
    'Thu, 02 Jan 2026 15:04:05 X',
  ]
  for (const form of forms) assert.equal(parseDate(form), AT, form)
  assert.equal(parseDate('1 Jan 99 00:00 Z'), Date.UTC(1999, 0, 1))
  for (const bad of [
    '',
    'now',
    '32 Jan 2026 00:00',
    '31 Feb 2026 00:00',
    '1 Foo 2026 00:00',
    '1 Jan 2026',
    '1 Jan 2026 25:00',
    '1 Jan 2026 10:61',
    ' '.repeat(1e6),
  ])
    assert.equal(parseDate(bad), undefined, bad.slice(0, 30))
})

test('[T7] a written date is read back', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4e9 }), (second) => assert.equal(parseDate(formatDate(second * 1000)), second * 1000)),
  )
})
