// Mailbox names in their encodings, and the patterns that find them.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { encodeUtf7, MailboxPattern } from './imap.ts'
import { decodeUtf7, foldInbox } from './mailbox-name.ts'

test('[I16] modified UTF-7: what is written is read again', () => {
  const pairs = [
    ['Entwürfe', 'Entw&APw-rfe'],
    ['Gesendet', 'Gesendet'],
    ['Tom & Jerry', 'Tom &- Jerry'],
    ['&', '&-'],
    ['&&', '&-&-'],
    ['~peter/mail/台北/日本語', '~peter/mail/&U,BTFw-/&ZeVnLIqe-'],
    // Emoji are two units of UTF-16.
    ['📮', '&2D3c7g-'],
    ['a📮b', 'a&2D3c7g-b'],
    ['ä&ö', '&AOQ-&-&APY-'],
  ] as const
  for (const [name, wire] of pairs) {
    assert.equal(encodeUtf7(name), wire)
    assert.equal(decodeUtf7(wire), name)
  }
})

test('[I16] modified UTF-7 that says a thing in another way than the one is refused', () => {
  const wrong = [
    '&', // not ended
    'a&b',
    '&AOQ', // not ended
    '&AOQ=-', // padding
    '&AOR-', // bits that mean nothing
    '&AGE-', // "a" needs no shift
    '&AGEA5A-',
    '&ACY-', // nor does "&" by number
    '&U,BTFw-&ZeVnLIqe-', // two shifts that could be one
    '&2D0-', // half a surrogate pair
    '&3O7YPQ-', // the wrong way round
    '&AA-', // half a unit
    '&A-',
    '&ä-',
    'ä',
    '&AOQ/-',
    'a\tb',
  ]
  for (const wire of wrong) assert.equal(decodeUtf7(wire), undefined, wire)
})

test('[I16] any name survives modified UTF-7, as printable ASCII', () => {
  const name = fc.string({ unit: 'binary', maxLength: 40 }).filter((text) => !/[\x00-\x1f\x7f]/.test(text))
  fc.assert(
    fc.property(name, (text) => {
      const wire = encodeUtf7(text)
      assert.match(wire, /^[\x20-\x7e]*$/)
      assert.equal(decodeUtf7(wire), text)
    }),
  )
})

test('[I17] INBOX in any case, alone or as the first component', () => {
  assert.equal(foldInbox('inbox'), 'INBOX')
  assert.equal(foldInbox('InBox/lists'), 'INBOX/lists')
  for (const name of ['inboxes', 'a/inbox', 'in box', 'inbox2/x']) assert.equal(foldInbox(name), name)
})

test('[I18] patterns: % stops at the separator, * does not, INBOX has no case', () => {
  const cases: readonly [pattern: string, matching: readonly string[], other: readonly string[]][] = [
    ['*', ['INBOX', 'a', 'a/b', ''], []],
    ['%', ['INBOX', 'a', ''], ['a/b', '/']],
    ['a/%', ['a/', 'a/b'], ['a', 'a/b/c', 'b/a']],
    ['a/*', ['a/', 'a/b', 'a/b/c'], ['a', 'ab/c']],
    ['%/%', ['a/b'], ['a', 'a/b/c']],
    ['*b', ['b', 'ab', 'a/b'], ['bc', 'a/bc']],
    ['a%b*c', ['abc', 'axbxc', 'axb/c'], ['a/bc', 'ab']],
    ['inbox', ['INBOX'], ['inboxes']],
    ['inb%', ['INBOX'], ['Inbound']],
    ['INBOX/%', ['INBOX/a'], ['INBOX']],
    ['Sent', ['Sent'], ['sent', 'Sent2', 'aSent']],
    ['**%%*', ['a/b'], []],
    ['📮%', ['📮a'], ['a']],
  ]
  for (const [pattern, matching, other] of cases) {
    const compiled = new MailboxPattern('', pattern)
    for (const name of matching) assert.ok(compiled.matches(name), `${pattern} ~ ${name}`)
    for (const name of other) assert.ok(!compiled.matches(name), `${pattern} !~ ${name}`)
  }
  assert.ok(new MailboxPattern('a/', '%').matches('a/b'))
  assert.ok(new MailboxPattern('', 'a/b').isName)
  assert.equal(new MailboxPattern('in', 'box').text, 'INBOX')
})

test('[I18] no pattern makes the search try again and again', () => {
  const pattern = new MailboxPattern('', `${'*a%'.repeat(60)}b`)
  assert.ok(!pattern.matches('a'.repeat(400)))
  assert.ok(pattern.matches(`${'a'.repeat(400)}b`))
})
