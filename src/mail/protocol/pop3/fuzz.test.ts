// The POP3 core under input nobody means: it never throws, stays within its bounds, and cutting the input changes nothing.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ERRORS_MAX, INPUT_OCTETS_MAX, type Pop3Event, Pop3Server } from './pop3.ts'

const DROP = [
  { id: 'one', sizeBytes: 10 },
  { id: 'two', sizeBytes: 20 },
]

/** Feeds the chunks, answers every event in a fixed way, and gives all that was said and asked. */
function converse(chunks: readonly Uint8Array[]): { out: string; events: readonly string[] } {
  const core = new Pop3Server({ startTls: true, passwords: true, mechanisms: ['PLAIN', 'LOGIN'] })
  const events: string[] = []
  let out = ''
  for (const chunk of chunks) {
    core.receive(chunk)
    for (;;) {
      out += said(core)
      const event = core.next()
      if (event) {
        events.push(JSON.stringify(event))
        out += answer(core, event)
      } else if (!core.hasOutput) break
    }
    assert.ok(!core.inputFull || chunk.length > INPUT_OCTETS_MAX)
  }
  return { out, events }
}

function said(core: Pop3Server): string {
  let text = ''
  for (let bytes = core.takeOutput(); bytes; bytes = core.takeOutput()) text += Buffer.from(bytes).toString('latin1')
  return text
}

function answer(core: Pop3Server, event: Pop3Event): string {
  switch (event.type) {
    case 'login':
    case 'auth-response':
      if (event.type === 'login' && event.password === '') core.refuse('no', 'AUTH')
      else core.loggedIn(DROP)
      return ''
    case 'auth':
      core.challenge(Buffer.from('?'))
      return ''
    case 'starttls':
      core.refuse('not now')
      return ''
    case 'retrieve': {
      core.beginMessage(event)
      const opening = said(core)
      const body = Buffer.from(core.encodeMessage(Buffer.from('A: b\r\n\r\n.\r\n')))
      return opening + body.toString('latin1') + Buffer.from(core.endMessage()).toString('latin1')
    }
    case 'update':
      core.updated(event.deletedIds.length)
      return ''
    case 'close':
      return ''
  }
}

const WORDS = 'USER PASS AUTH PLAIN LOGIN STAT LIST UIDL RETR TOP DELE RSET NOOP CAPA STLS QUIT'.split(' ')
const ALPHABET = [...WORDS, '1', '2', '3', '0', '*', '=', 'YQ==', ' ', ' ', '\r\n', '\r\n', '\n', '\r', '\0', 'ü']
const dialogue = fc.array(fc.constantFrom(...ALPHABET), { maxLength: 80 }).map((words) => Buffer.from(words.join('')))
const commands = fc
  .array(fc.tuple(fc.constantFrom(...WORDS), fc.constantFrom('', ' 1', ' 2', ' 1 1', ' PLAIN', ' x')), { maxLength: 40 })
  .map((lines) => Buffer.from(`USER u\r\nPASS p\r\n${lines.map(([verb, rest]) => `${verb}${rest}\r\n`).join('')}`))
const noise = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes))

function cut(bytes: Buffer, cuts: readonly number[]): readonly Uint8Array[] {
  const edges = [0, ...cuts.map((at) => Math.min(at, bytes.length)).sort((a, b) => a - b), bytes.length]
  return edges.slice(1).map((edge, i) => bytes.subarray(edges[i], edge))
}

for (const [name, input] of [
  ['words of POP3', dialogue],
  ['commands of POP3', commands],
  ['noise', noise],
] as const) {
  test(`[F1] ${name}: no throw, and chunks make no difference`, () => {
    const property = fc.property(input, fc.array(fc.nat(300), { maxLength: 8 }), (bytes, cuts) => {
      const whole = converse([bytes])
      assert.deepEqual(converse(cut(bytes, cuts)), whole)
      for (const line of whole.out.split('\r\n').slice(0, -1)) assert.ok(!/[\n\r]/.test(line), JSON.stringify(line))
    })
    fc.assert(property, { numRuns: 300 })
  })
}

test('[F2] every command gets one answer, until the session is over', () => {
  const property = fc.property(commands, (bytes) => {
    const { out, events } = converse([bytes])
    const asked = bytes.toString().split('\r\n').length - 1
    const answers = out.match(/^(?:\+OK|-ERR|\+ )/gm)?.length ?? 0
    const over = events.some((event) => /"type":"(?:update|close)"/.test(event))
    // The greeting is one more; inside an exchange a line is a response, and gets its answer too.
    if (!over) assert.equal(answers, asked + 1)
    else assert.ok(answers <= asked + 1)
    assert.ok((out.match(/^-ERR (?:Unknown|A command|Not after)/gm)?.length ?? 0) <= ERRORS_MAX)
  })
  fc.assert(property, { numRuns: 300 })
})

test('[F3] a line without an end costs no memory', () => {
  const core = new Pop3Server({ startTls: false, passwords: true, mechanisms: [] })
  core.takeOutput()
  for (let i = 0; i < 200; i++) {
    core.receive(Buffer.alloc(60_000, 0x41))
    assert.equal(core.next(), undefined)
    assert.equal(core.inputFull, false)
  }
  core.receive(Buffer.from('\r\nCAPA\r\n'))
  core.next()
  assert.match(Buffer.from(core.takeOutput() ?? []).toString(), /^-ERR A line may have .*\r\n\+OK/)
})
