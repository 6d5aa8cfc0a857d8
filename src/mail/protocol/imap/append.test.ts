// APPEND and REPLACE: what is asked before a message comes, how it comes, and what becomes of it when something is wrong.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ImapEvent, ImapServer } from './imap.ts'
import { SKIP_OCTETS_MAX } from './limits.ts'
import { inside, opened, output, parse, refusal, say } from './server.testing.ts'

const TARGET = { tag: 'a', mailbox: 'INBOX', replaces: undefined }
const PLAIN = {
  type: 'append-message',
  target: TARGET,
  first: true,
  flags: { bits: 0, keywords: [] },
  internalDate: undefined,
} as const

/** All events up to one that wants an answer or to the end of the input; messages are accepted. */
function events(core: ImapServer): { events: ImapEvent[]; content: string } {
  const found: ImapEvent[] = []
  let content = ''
  for (let event = core.next(); event; event = core.next()) {
    if (event.type === 'append-content') content += Buffer.from(event.bytes).toString('latin1')
    else found.push(event)
    if (event.type === 'append-message') core.acceptMessage()
  }
  return { events: found, content }
}

test('[I50] the client is told to go on only after the session has said so', () => {
  const core = inside()
  const { event, out } = say(core, 'a APPEND inbox (\\Seen $Junk \\Recent) "17-Jul-1996 02:44:25 -0700" {5}\r\n')
  assert.deepEqual(event, {
    ...PLAIN,
    flags: { bits: 1, keywords: ['$Junk'] },
    internalDate: { atMs: Date.UTC(1996, 6, 17, 9, 44, 25), zoneMinutes: -420 },
    sizeBytes: 5,
    isLiteral8: false,
  })
  assert.equal(out, '')
  core.acceptMessage()
  assert.equal(output(core), '+ Go on\r\n')
  core.receive(Buffer.from('hello\r\nb NOOP\r\n'))
  const { events: all, content } = events(core)
  assert.equal(content, 'hello')
  assert.deepEqual(all, [{ type: 'append-message-end' }, { type: 'append-end', target: TARGET }])
  core.finish('a', 'OK', { code: 'APPENDUID 1 2' })
  assert.equal(output(core), 'a OK [APPENDUID 1 2] Done\r\n')
  const next = core.next()
  assert.equal(next?.type === 'command' && next.command.tag, 'b')
})

test('[I50] without flags, without a date, with a mailbox that is a literal, without waiting', () => {
  for (const line of [
    'a APPEND INBOX {2+}\r\nhi\r\n',
    'a APPEND {5+}\r\ninbox {2+}\r\nhi\r\n',
    'a append "INBOX" () {2+}\r\nhi \r\n',
  ]) {
    const core = inside()
    core.receive(Buffer.from(line))
    const { events: all, content } = events(core)
    assert.equal(content, 'hi')
    assert.deepEqual(all, [
      { ...PLAIN, sizeBytes: 2, isLiteral8: false },
      { type: 'append-message-end' },
      { type: 'append-end', target: TARGET },
    ])
    assert.equal(output(core), '')
  }
  const core = inside()
  assert.equal(say(core, 'a APPEND {5}\r\n').out, '+ Go on\r\n')
  assert.equal(say(core, 'INBOX {2}\r\n').event?.type, 'append-message')
})

test('[I51] content is handed out as it comes, uncopied, whatever octets it has', () => {
  const core = inside()
  say(core, 'a APPEND INBOX {100000}\r\n')
  core.acceptMessage()
  const piece = Buffer.alloc(60_000, '\r\nx NOOP\r\n')
  core.receive(piece)
  const first = core.next()
  assert.ok(first?.type === 'append-content' && first.bytes.buffer === piece.buffer && first.bytes.length === 60_000)
  assert.equal(core.next(), undefined)
  assert.ok(core.wantsInput)
  core.receive(piece)
  const second = core.next()
  assert.ok(second?.type === 'append-content' && second.bytes.length === 40_000)
  assert.equal(core.next()?.type, 'append-message-end')
})

test('[I52] several messages in one APPEND, each with its own flags and date', () => {
  const core = inside()
  core.receive(Buffer.from('a APPEND INBOX (\\Seen) {1+}\r\nx "01-Jan-2026 00:00:00 +0000" {0+}\r\n (\\Draft) {3+}\r\nxyz\r\n'))
  const { events: all, content } = events(core)
  assert.equal(content, 'xxyz')
  const facts = all.map((event) =>
    event.type === 'append-message' ? [event.first, event.sizeBytes, event.flags.bits] : event.type,
  )
  assert.deepEqual(facts, [
    [true, 1, 1],
    'append-message-end',
    [false, 0, 0],
    'append-message-end',
    [false, 3, 16],
    'append-message-end',
    'append-end',
  ])
  const single = inside({ without: ['MULTIAPPEND'] })
  single.receive(Buffer.from('a APPEND INBOX {1+}\r\nx {1+}\r\ny\r\nb NOOP\r\n'))
  assert.deepEqual(
    events(single).events.map((event) => event.type),
    ['append-message', 'append-message-end', 'append-aborted', 'command'],
  )
  assert.match(output(single), /^a BAD /)
})

test('[I53] a message refused: a client that waits is spared it, of another it is skipped', () => {
  const core = inside()
  assert.equal(say(core, 'a APPEND Nope {5}\r\n').event?.type, 'append-message')
  core.refuse('NO', { code: 'TRYCREATE', text: 'No such mailbox' })
  assert.equal(output(core), 'a NO [TRYCREATE] No such mailbox\r\n')
  parse(core, 'b NOOP')
  assert.equal(say(core, 'a APPEND Nope {8+}\r\nx NOOP\r\n {8+}\r\ny NOOP\r\n\r\nb NOOP\r\n').event?.type, 'append-message')
  core.refuse('NO', { code: 'TRYCREATE' })
  const next = core.next()
  assert.equal(next?.type === 'command' && next.command.tag, 'b')
  assert.equal(output(core), 'a NO [TRYCREATE] Not done\r\n')
})

test('[I53] a refusal while the content comes: the rest is skipped, the answer stands at its end', () => {
  const core = inside()
  core.receive(Buffer.from('a APPEND INBOX {10+}\r\n12345'))
  assert.equal(core.next()?.type, 'append-message')
  core.acceptMessage()
  assert.equal(core.next()?.type, 'append-content')
  core.refuse('NO', { code: 'UNAVAILABLE' })
  core.refuse('NO', { text: 'twice' })
  assert.equal(core.next(), undefined)
  assert.equal(output(core), '')
  core.receive(Buffer.from('67890 (\\Seen) {3+}\r\nabc\r\nb NOOP\r\n'))
  const next = core.next()
  assert.equal(next?.type === 'command' && next.command.tag, 'b')
  assert.equal(output(core), 'a NO [UNAVAILABLE] Not done\r\n')
})

test('[I53] a refusal between two messages, before the second is sent, and at the end', () => {
  const core = inside()
  core.receive(Buffer.from('a APPEND INBOX {1+}\r\nx'))
  core.next()
  core.acceptMessage()
  assert.deepEqual([core.next()?.type, core.next()?.type], ['append-content', 'append-message-end'])
  core.refuse('NO', { code: 'OVERQUOTA' })
  core.receive(Buffer.from(' {5}\r\n'))
  assert.equal(core.next(), undefined)
  assert.equal(output(core), 'a NO [OVERQUOTA] Not done\r\n')
  parse(core, 'b NOOP')
  core.receive(Buffer.from('a APPEND INBOX {1+}\r\nx\r\n'))
  assert.equal(events(core).events.at(-1)?.type, 'append-end')
  core.refuse('NO', { code: 'LIMIT' })
  assert.equal(output(core), 'a NO [LIMIT] Not done\r\n')
})

test('[I54] a message that is too large is refused before it is sent', () => {
  const core = inside({ appendBytesMax: 1000 })
  assert.match(refusal(core, 'a APPEND INBOX {1001}'), /^a NO \[TOOBIG\] /)
  const skipped = say(core, `a APPEND INBOX {1001+}\r\n${'x'.repeat(1001)}\r\nb NOOP\r\n`)
  assert.match(skipped.out, /^a NO \[TOOBIG\] /)
  assert.equal(skipped.event?.type, 'command')
  core.finish('b', 'OK')
  assert.deepEqual(say(core, `a APPEND INBOX {${SKIP_OCTETS_MAX + 1}+}\r\n`).event, { type: 'close', reason: 'overrun' })
})

test('[I55] something wrong behind an accepted message: nothing of it is to be kept', () => {
  for (const rest of ['x', ' ', ' x', ' (\\Seen)', ' (\\Seen) {1', ' "x" {1}', ')', ' (\\Bad) {8+}\r\nx NOOP\r\n']) {
    const core = inside()
    core.receive(Buffer.from(`a APPEND INBOX {1+}\r\nx${rest}\r\nb NOOP\r\n`))
    const types = events(core).events.map((event) => event.type)
    if (rest === ' ') assert.deepEqual(types, ['append-message', 'append-message-end', 'append-end'], rest)
    else {
      assert.deepEqual(types, ['append-message', 'append-message-end', 'append-aborted', 'command'], rest)
      assert.match(output(core), /^a BAD [^\r\n]*\r\n$/)
    }
  }
})

test('[I55] what is wrong before the message is known before it is sent', () => {
  for (const wrong of [
    'APPEND {3}',
    'APPEND INBOX',
    'APPEND INBOX "x" {1}',
    'APPEND INBOX (\\Foo) {1}',
    'APPEND INBOX {1} {1}',
    'APPEND INBOX ~{x}',
  ])
    if (wrong !== 'APPEND {3}') assert.match(refusal(inside(), `a ${wrong}`), /^a BAD APPEND: /, wrong)
  assert.match(refusal(inside(), 'a APPEND INBOX "31-Feb-2026 00:00:00 +0000" {1}'), /^a BAD APPEND: a date was expected/)
  assert.match(refusal(inside(), 'a APPEND INBOX "hello"'), /^a BAD /)
})

test('[I56] octets of any value: literal8, and UTF8 around it', () => {
  for (const [line, closing] of [
    ['a APPEND INBOX ~{2+}', ''],
    ['a APPEND INBOX UTF8 (~{2+}', ')'],
    ['a APPEND INBOX (\\Seen) utf8 (~{2+}', ')'],
  ] as const) {
    const core = inside()
    core.receive(Buffer.from(`${line}\r\n\0\xff${closing}\r\n`, 'latin1'))
    const { events: all, content } = events(core)
    assert.equal(content, '\0\xff')
    assert.ok(all[0]?.type === 'append-message' && all[0].isLiteral8)
    assert.equal(all.at(-1)?.type, 'append-end')
  }
  const open = inside()
  open.receive(Buffer.from('a APPEND INBOX UTF8 (~{1+}\r\nx\r\n'))
  assert.deepEqual(
    events(open).events.map((event) => event.type),
    ['append-message', 'append-message-end', 'append-aborted'],
  )
})

test('[I57] REPLACE and UID REPLACE: one message, in place of another', () => {
  const core = opened()
  const { event } = say(core, 'a UID REPLACE 4 Drafts (\\Draft) {2+}\r\nhi\r\n')
  assert.deepEqual(event, {
    ...PLAIN,
    target: { tag: 'a', mailbox: 'Drafts', replaces: { number: 4, byUid: true } },
    flags: { bits: 16, keywords: [] },
    sizeBytes: 2,
    isLiteral8: false,
  })
  core.acceptMessage()
  assert.equal(events(core).events.at(-1)?.type, 'append-end')
  core.finish('a', 'OK')
  output(core)
  const last = say(core, 'a REPLACE * Drafts {2}\r\n').event
  assert.deepEqual(last?.type === 'append-message' && last.target.replaces, { number: '*', byUid: false })
  core.refuse('NO', {})
  output(core)
  assert.match(refusal(core, 'a REPLACE 0 Drafts {2}'), /^a BAD REPLACE: /)
  core.receive(Buffer.from('a REPLACE 1 Drafts {1+}\r\nx {1+}\r\ny\r\n'))
  assert.equal(events(core).events.at(-1)?.type, 'append-aborted')
})
