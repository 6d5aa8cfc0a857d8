// Replies on the wire, both ways.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { REPLY_LINE_OCTETS_MAX, REPLY_LINES_MAX } from './limits.ts'
import { formatReply, type Reply, type ReplyError, ReplyParser, reply } from './reply.ts'

function parse(text: string, cutEvery = text.length): (Reply | ReplyError['type'])[] {
  const parser = new ReplyParser()
  const found: (Reply | ReplyError['type'])[] = []
  for (let at = 0; at < text.length; at += cutEvery) {
    parser.receive(Buffer.from(text.slice(at, at + cutEvery), 'latin1'))
    for (let next = parser.next(); next !== undefined; next = parser.next()) {
      found.push(next.ok ? next.value : next.error.type)
      if (!next.ok) return found
    }
  }
  return found
}

test('a reply of several lines carries code and enhanced code on each', () => {
  assert.equal(
    formatReply(reply(550, '5.1.1', 'No such person', 'Ask the postmaster')),
    '550-5.1.1 No such person\r\n550 5.1.1 Ask the postmaster\r\n',
  )
  assert.equal(formatReply(reply(354, undefined, 'Go')), '354 Go\r\n')
  assert.equal(formatReply({ code: 250, lines: [] }), '250 \r\n')
})

test('[trap 18] [S13] no text adds a line or leaves printable ASCII, and no line passes 512 octets', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 700 }), { minLength: 1, maxLength: 4 }), (lines) => {
      const text = formatReply({ code: 550, enhanced: '5.7.1', lines })
      assert.match(text, /^(550-5\.7\.1 [\x20-\x7e]*\r\n)*550 5\.7\.1 [\x20-\x7e]*\r\n$/)
      assert.equal(text.split('\r\n').length - 1, lines.length)
      for (const line of text.split('\r\n')) assert.ok(line.length + 2 <= 512)
    }),
    { numRuns: 30 },
  )
})

test('replies are read, with and without enhanced code, text, CR', () => {
  assert.deepEqual(parse('250 2.1.5 Fine\r\n'), [{ code: 250, enhanced: '2.1.5', lines: ['Fine'] }])
  assert.deepEqual(parse('250-a\r\n250-SIZE 10\r\n250 HELP\r\n'), [{ code: 250, lines: ['a', 'SIZE 10', 'HELP'] }])
  assert.deepEqual(parse('550-5.1.1 No\r\n550 5.1.1 Really\r\n'), [{ code: 550, enhanced: '5.1.1', lines: ['No', 'Really'] }])
  assert.deepEqual(parse('550-5.1.1\r\n550 no\r\n'), [{ code: 550, enhanced: '5.1.1', lines: ['', 'no'] }])
  assert.deepEqual(parse('250 4.1.1 odd\r\n'), [{ code: 250, lines: ['4.1.1 odd'] }], 'a class that contradicts the code is text')
  assert.deepEqual(parse('250 ok\n354\r\n'), [
    { code: 250, lines: ['ok'] },
    { code: 354, lines: [''] },
  ])
})

test('[trap 18] text-less replies are read', () => {
  assert.deepEqual(parse('250\r\n250-\r\n250 \r\n'), [
    { code: 250, lines: [''] },
    { code: 250, lines: ['', ''] },
  ])
})

test('[trap 18] what is no reply is an error, and stays one', () => {
  assert.deepEqual(parse('250-a\r\n550 b\r\n250 ok\r\n'), ['code-mismatch'])
  for (const text of ['hello\r\n', '25 x\r\n', '2500\r\n', '199 x\r\n', '600 x\r\n', '250_x\r\n', '\r\n', 'HTTP/1.1 200 OK\r\n'])
    assert.deepEqual(parse(text), ['malformed'], text)
  assert.deepEqual(parse(`250 ${'x'.repeat(REPLY_LINE_OCTETS_MAX)}\r\n`), ['line-too-long'])
  assert.deepEqual(parse('x'.repeat(REPLY_LINE_OCTETS_MAX + 1), 100), ['line-too-long'])
  assert.deepEqual(parse('250-x\r\n'.repeat(REPLY_LINES_MAX + 1)), ['too-long'])
  assert.deepEqual(parse(`250-${'x'.repeat(1000)}\r\n`.repeat(66)), ['too-long'])
  const parser = new ReplyParser()
  parser.receive(Buffer.from('nonsense\r\n250 ok\r\n'))
  assert.equal(parser.next()?.ok, false)
  parser.receive(Buffer.from('250 ok\r\n'))
  assert.equal(parser.next()?.ok, false)
})

test('unread replies are bounded', () => {
  const parser = new ReplyParser()
  for (let i = 0; i < 40; i++) parser.receive(Buffer.alloc(65_536, '250 x\r\n'))
  assert.deepEqual(parser.next(), { ok: false, error: { type: 'too-long' } })
})

test('reply text is safe to show: control characters and broken UTF-8 are replaced', () => {
  assert.deepEqual(parse('550 a\x1b[31m\xc3\xa4\r\n'), [{ code: 550, lines: ['a?[31mä'] }])
  assert.deepEqual(parse('550 a\rb\r\n'), [{ code: 550, lines: ['a?b'] }])
})

test('discard forgets what is unread', () => {
  const parser = new ReplyParser()
  parser.receive(Buffer.from('220 go\r\n250-injected\r\n250 x'))
  assert.equal(parser.next()?.ok, true)
  assert.equal(parser.hasUnread, true)
  parser.discard()
  assert.equal(parser.hasUnread, false)
  parser.receive(Buffer.from('250 real\r\n'))
  assert.deepEqual(parser.next(), { ok: true, value: { code: 250, lines: ['real'] } })
})

test('what is written is read back, however it is cut', () => {
  const line = fc.string({ maxLength: 40 }).filter((text) => !/^[245]\.\d/.test(text))
  const replies = fc.array(
    fc.record(
      { code: fc.integer({ min: 200, max: 599 }), lines: fc.array(line, { minLength: 1, maxLength: 4 }) },
      { noNullPrototype: true },
    ),
    { maxLength: 5 },
  )
  fc.assert(
    fc.property(replies, fc.integer({ min: 1, max: 9 }), (list, cutEvery) =>
      assert.deepEqual(parse(list.map(formatReply).join(''), cutEvery), list),
    ),
  )
})

test('no bytes make the parser throw', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(fc.constantFrom('250-', '250 ', '\r\n', '\n', '550', ' ', '-'), fc.string({ unit: 'binary', maxLength: 8 })),
        { maxLength: 30 },
      ),
      (parts) => void parse(parts.join(''), 3),
    ),
  )
})
