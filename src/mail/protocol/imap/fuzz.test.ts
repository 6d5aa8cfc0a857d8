// Any input, cut anywhere: no throw, the same outcome, an answer for each command, bounded memory.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ImapEvent, ImapServer } from './imap.ts'
import { COMMAND_OCTETS_BEFORE_LOGIN_MAX } from './limits.ts'
import { before, inside, opened, output } from './server.testing.ts'

type Start = 'before' | 'inside' | 'opened' | 'enabled'

function start(at: Start): ImapServer {
  if (at === 'before') return before({ startTls: true })
  if (at === 'inside') return inside({ appendBytesMax: 100 })
  const core = opened({ appendBytesMax: 100 })
  if (at === 'enabled') core.enable(['QRESYNC', 'UTF8=ACCEPT'], 'implied')
  return core
}

/** What came of it: the answers, and the events with the octets of each message put together. */
function converse(at: Start, chunks: readonly Uint8Array[]): { out: string; events: string[] } {
  const core = start(at)
  const events: string[] = []
  let out = ''
  let content = ''
  let tag = ''
  for (const chunk of chunks) {
    // Input that is held back would be different input.
    core.receive(chunk)
    for (let event = core.next(); event; event = core.next()) {
      if (event.type === 'append-content') content += Buffer.from(event.bytes).toString('latin1')
      else events.push(JSON.stringify([event, content]))
      if (event.type !== 'append-content') content = ''
      if (event.type === 'command') tag = event.command.tag
      answer(core, event, tag)
    }
    out += output(core)
  }
  return { out, events }
}

function answer(core: ImapServer, event: ImapEvent, tag: string): void {
  switch (event.type) {
    case 'command': {
      const { command } = event
      if (command.name === 'IDLE') return core.continueIdle()
      if (command.name === 'AUTHENTICATE') return core.challenge(Buffer.from('?'))
      if (command.name === 'LOGIN') core.authenticated()
      if (command.name === 'SELECT') core.selected({ readOnly: false })
      if (command.name === 'CLOSE') core.unselected()
      if (command.name === 'ENABLE') core.enable(command.extensions, 'told')
      return core.finish(command.tag, command.name === 'STARTTLS' ? 'NO' : 'OK')
    }
    case 'auth-response':
      // The tag is that of the command; the exchange goes on until the client gives it up.
      return core.challenge(event.bytes)
    case 'append-message':
      return event.sizeBytes % 5 === 4 ? core.refuse('NO', { code: 'TRYCREATE' }) : core.acceptMessage()
    case 'append-end':
      return core.finish(event.target.tag, 'OK')
    case 'idle-done':
      return event.answered ? undefined : core.finish(tag, 'OK')
    default:
      return undefined
  }
}

const VERBS =
  'NOOP LOGIN SELECT CREATE LIST STATUS APPEND IDLE DONE ENABLE FETCH STORE SEARCH SORT COPY UID CLOSE STARTTLS AUTHENTICATE'
const WORDS = 'INBOX PLAIN FLAGS BODY[] RETURN CHARSET UTF-8 SUBJECT OR NOT (FLAGS) QRESYNC CONDSTORE \\Seen NIL * % $ 1:* 1,2'
const ALPHABET = [
  ...VERBS.split(' '),
  ...WORDS.split(' '),
  ...[
    'a ',
    ' ',
    ' ',
    ' ',
    '(',
    ')',
    '"',
    '"x"',
    '{1}',
    '{3+}',
    '{4}\r\n',
    '{2+}\r\nhi',
    '{8+}\r\nx NOOP\r\n',
    '~{2+}\r\n\0\xff',
    '{200+}\r\n',
  ],
  ...['\r\n', '\r\n', '\r\na ', '\n', '\r', '\0', '\xc3\xa4', '\\', '&', '&AOQ-', '<0.1>', '[', ']', '=', '*\r\n', 'YQ==\r\n'],
]
const dialogue = fc
  .array(fc.constantFrom(...ALPHABET), { maxLength: 80 })
  .map((words) => Buffer.from(`a ${words.join('')}`, 'latin1'))
const commands = fc
  .array(
    fc.constantFrom(
      ...[
        'NOOP',
        'LIST "" *',
        'LIST {0+}\r\n {1+}\r\n*',
        'SELECT INBOX',
        'FETCH 1 BODY[]',
        'UID SEARCH ALL',
        'IDLE\r\nDONE',
        'FOO',
        'STORE 1',
      ],
      ...[
        'APPEND INBOX {3+}\r\nabc',
        'APPEND INBOX {4+}\r\nabcd',
        'APPEND INBOX {1+}\r\nx {2+}\r\nyz',
        'APPEND INBOX {1+}\r\nx (\\Bad) {3+}\r\nabc',
      ],
      ...[
        'APPEND INBOX {101+}\r\n'.padEnd(121, 'x'),
        'CREATE {2+}\r\nhi x',
        'FOO {8+}\r\nx NOOP\r\n',
        'NOOP {3}',
        'SELECT "x {5}',
        'CLOSE',
      ],
    ),
    { maxLength: 30 },
  )
  .map((lines) => Buffer.from(lines.map((line, i) => `t${i} ${line}\r\n`).join(''), 'latin1'))
const noise = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes))
const states = fc.constantFrom<Start[]>('before', 'inside', 'opened', 'enabled')

function cut(bytes: Buffer, cuts: readonly number[]): readonly Uint8Array[] {
  const edges = [0, ...cuts.map((at) => Math.min(at, bytes.length)).sort((a, b) => a - b), bytes.length]
  // Each its own memory, as the network gives it.
  return edges.slice(1).map((edge, i) => Buffer.from(bytes.subarray(edges[i], edge)))
}

for (const [name, input] of [
  ['words of IMAP', dialogue],
  ['commands of IMAP', commands],
  ['noise', noise],
] as const) {
  test(`[F1] ${name}: no throw, and chunks make no difference`, () => {
    const property = fc.property(states, input, fc.array(fc.nat(400), { maxLength: 8 }), (at, bytes, cuts) => {
      const whole = converse(at, [bytes])
      assert.deepEqual(converse(at, cut(bytes, cuts)), whole)
      for (const line of whole.out.split('\r\n').slice(0, -1)) assert.ok(!/[\n\r]/.test(line), JSON.stringify(line))
    })
    fc.assert(property, { numRuns: 500 })
  })
}

test('[F1] octet by octet it is the same too', () => {
  const property = fc.property(states, commands, (at, bytes) => {
    const octets = [...bytes].map((octet) => Buffer.from([octet]))
    assert.deepEqual(converse(at, octets), converse(at, [bytes]))
  })
  fc.assert(property, { numRuns: 100 })
})

test('[F2] every command gets one answer, until the session is over', () => {
  const property = fc.property(commands, (bytes) => {
    const { out, events } = converse('opened', [bytes])
    const asked = bytes.toString('latin1').match(/^t\d+(?= )/gm) ?? []
    const answered = [...out.matchAll(/^(\S+) (?:OK|NO|BAD) /gm)].map((match) => match[1])
    const over = events.some((event) => event.includes('"type":"close"'))
    // What stands in literals is no command.
    assert.deepEqual(answered, over ? asked.slice(0, answered.length) : asked)
  })
  fc.assert(property, { numRuns: 300 })
})

test('[F3] a line without end costs no memory', () => {
  const core = before()
  for (let i = 0; i < 100; i++) core.receive(Buffer.alloc(1000, 0x41))
  assert.deepEqual(core.next(), { type: 'close', reason: 'overrun' })
  core.receive(Buffer.alloc(COMMAND_OCTETS_BEFORE_LOGIN_MAX))
  assert.equal(core.next(), undefined)
  assert.ok(output(core).length < 400)
})
