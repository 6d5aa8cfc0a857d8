// Where commands end, whatever is in them: lines, literals, bounds.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  COMMAND_OCTETS_BEFORE_LOGIN_MAX,
  COMMAND_OCTETS_MAX,
  INPUT_OCTETS_HIGH,
  INPUT_OCTETS_MAX,
  LITERAL_OCTETS_MAX,
  LITERALS_MAX,
  SKIP_OCTETS_BEFORE_LOGIN_MAX,
} from './limits.ts'
import { before, inside, opened, output, parse, refusal, say } from './server.testing.ts'

test('[I1] lines end with CRLF or LF; empty ones say nothing', () => {
  const core = inside()
  for (const line of ['a NOOP\r\n', 'a NOOP\n', '\r\na NOOP\r\n', '\n\n  \r\na NOOP  \r\n']) {
    const { event, out } = say(core, line)
    assert.deepEqual(event, { type: 'command', command: { tag: 'a', name: 'NOOP' } })
    assert.equal(out, '')
    core.finish('a', 'OK')
    output(core)
  }
})

test('[I2] trap 19: what is announced as a literal never runs as a command, however wrong the command is', () => {
  const data = 'x NOOP\r\ny NOOP\r\n'
  for (const wrong of [
    'FOO ',
    'LOGIN a ',
    'FETCH ',
    'APPEND ',
    'APPEND INBOX (\\Sen',
    'SELECT a',
    'NOOP ',
    'CREATE "x" ',
    'STORE 1 (',
  ]) {
    const core = inside()
    const { event, out } = say(core, `a ${wrong}{${data.length}+}\r\n${data}\r\nb NOOP\r\n`)
    assert.deepEqual(event, { type: 'command', command: { tag: 'b', name: 'NOOP' } }, wrong)
    assert.match(out, /^a (?:BAD|NO) [^\r\n]*\r\n$/, wrong)
  }
})

test('[I2] a literal in a line without a tag is skipped too', () => {
  const core = inside()
  const { event, out } = say(core, '* (( {8+}\r\nx NOOP\r\n\r\nb NOOP\r\n')
  assert.equal(event?.type, 'command')
  assert.match(out, /^\* BAD /)
})

test('[I2] what is behind the literals of a refused command is skipped with them', () => {
  const core = inside()
  const { event, out } = say(core, 'a FOO {3+}\r\nabc {8+}\r\nx NOOP\r\n {2+}\r\nyy rest\r\nb NOOP\r\n')
  assert.equal(event?.type === 'command' && event.command.tag, 'b')
  assert.match(out, /^a BAD [^\r\n]*\r\n$/)
})

test('[I3] the client is told to go on only where the command is right so far', () => {
  const core = inside()
  assert.equal(say(core, 'a SELECT {5}\r\n').out, '+ Go on\r\n')
  assert.deepEqual(say(core, 'Inbox\r\n').event, {
    type: 'command',
    command: { tag: 'a', name: 'SELECT', mailbox: 'INBOX', condstore: false, qresync: undefined },
  })
  core.finish('a', 'OK')
  output(core)
  for (const wrong of ['b FOO {5}', 'b SELECT x {5}', 'b SELECT x{5}', 'b FETCH {5}', 'b LOGIN {5}', 'b NOOP {5}']) {
    assert.match(refusal(core, wrong), /^b BAD [^\r\n]*\r\n$/, wrong)
    assert.equal(parse(core, 'c NOOP').name, 'NOOP')
  }
})

test('[I3] a literal may be empty, and may stand anywhere a string may', () => {
  const core = inside()
  assert.equal(say(core, 'a CREATE {0}\r\n').out, '+ Go on\r\n')
  assert.deepEqual(say(core, '\r\n').event, {
    type: 'command',
    command: { tag: 'a', name: 'CREATE', mailbox: '', specialUse: [] },
  })
  core.finish('a', 'NO')
  const renamed = parse(core, 'a RENAME {4+}\r\nolda {4+}\r\nnewa')
  assert.deepEqual(renamed, { tag: 'a', name: 'RENAME', mailbox: 'olda', newName: 'newa' })
})

test('[I4] octets that are on their way are skipped before the answer; too many end the connection', () => {
  const core = before()
  assert.equal(say(core, `a FOO {${SKIP_OCTETS_BEFORE_LOGIN_MAX}+}\r\n`).out, '')
  assert.equal(say(core, 'x'.repeat(SKIP_OCTETS_BEFORE_LOGIN_MAX)).out, '')
  assert.match(say(core, '\r\n').out, /^a BAD /)
  const { event, out } = say(core, `b FOO {${SKIP_OCTETS_BEFORE_LOGIN_MAX + 1}+}\r\n`)
  assert.deepEqual(event, { type: 'close', reason: 'overrun' })
  assert.match(out, /^b BAD [^\r\n]*\r\n\* BYE [^\r\n]*\r\n$/)
})

test('[I4] no number is so long that it were no number', () => {
  for (const digits of ['9'.repeat(30), '9'.repeat(400)]) {
    assert.match(refusal(before(), `a LOGIN {${digits}}`), /^a BAD \[TOOBIG\]/)
    assert.deepEqual(say(before(), `a LOGIN {${digits}+}\r\nb NOOP\r\n`).event, { type: 'close', reason: 'overrun' })
  }
})

test('[I4] a refused command may not announce more and more', () => {
  const core = before()
  const line = `a FOO {${SKIP_OCTETS_BEFORE_LOGIN_MAX - 10}+}\r\n${'x'.repeat(SKIP_OCTETS_BEFORE_LOGIN_MAX - 10)} {20+}\r\n`
  assert.deepEqual(say(core, line).event, { type: 'close', reason: 'overrun' })
})

test('[I5] trap 20: literals are bounded, before the login more so', () => {
  assert.match(refusal(before(), `a LOGIN u {${COMMAND_OCTETS_BEFORE_LOGIN_MAX}}`), /^a BAD \[TOOBIG\]/)
  assert.equal(say(before(), 'a LOGIN u {1000}\r\n').out, '+ Go on\r\n')
  const core = inside()
  assert.equal(say(core, `a SELECT {${LITERAL_OCTETS_MAX}}\r\n`).out, '+ Go on\r\n')
  assert.match(refusal(inside(), `a SELECT {${LITERAL_OCTETS_MAX + 1}}`), /^a BAD \[TOOBIG\]/)
  const { event, out } = say(
    inside(),
    `a SELECT {${LITERAL_OCTETS_MAX + 1}+}\r\n${'x'.repeat(LITERAL_OCTETS_MAX + 1)}\r\nb NOOP\r\n`,
  )
  assert.match(out, /^a BAD \[TOOBIG\]/)
  assert.equal(event?.type, 'command')
})

test('[I5] trap 20: so are literals by their number, and all of a command together', () => {
  const many = `a ID (${Array.from({ length: LITERALS_MAX + 1 }, () => '{1+}\r\nx').join(' ')})\r\nb NOOP\r\n`
  const first = say(inside(), many)
  assert.match(first.out, /^a BAD /)
  assert.equal(first.event?.type, 'command')
  const large = `a SEARCH ${Array.from({ length: 9 }, () => `TEXT {${LITERAL_OCTETS_MAX}+}\r\n${'x'.repeat(LITERAL_OCTETS_MAX)}`).join(' ')}\r\n`
  assert.match(say(opened(), `${large}b NOOP\r\n`).out, /^a BAD \[TOOBIG\]/)
})

test('[I6] trap 21: a set of a hundred thousand numbers is no fault; a line without end is', () => {
  const set = Array.from({ length: 100_000 }, (_, i) => i * 2 + 1).join(',')
  const command = parse(opened(), `a UID STORE ${set} +FLAGS (\\Seen)`)
  assert.ok(command.name === 'STORE' && command.set.type === 'ranges' && command.set.ranges.length === 100_000)
  for (const [core, max] of [
    [before(), COMMAND_OCTETS_BEFORE_LOGIN_MAX],
    [inside(), COMMAND_OCTETS_MAX],
  ] as const) {
    const { event, out } = say(core, `a SELECT ${'x'.repeat(max)}`)
    assert.deepEqual(event, { type: 'close', reason: 'overrun' })
    assert.match(out, /^a BAD \[TOOBIG\] [^\r\n]*\r\n\* BYE [^\r\n]*\r\n$/)
    assert.equal(say(core, '\r\nb NOOP\r\n').event, undefined)
  }
})

test('[I7] a line that ends inside of quotes announces nothing', () => {
  const core = inside()
  const { event, out } = say(core, 'a SELECT "x {8+}\r\nb NOOP\r\n')
  assert.match(out, /^a BAD /)
  assert.equal(event?.type === 'command' && event.command.tag, 'b')
  core.finish('b', 'OK')
  assert.equal(parse(core, 'c SELECT "a\\" {5}"').name, 'SELECT')
  output(core)
  assert.equal(say(core, 'd SELECT "a\\\\" {3+}\r\n').out, '')
  assert.match(say(core, 'x y\r\n').out, /^d BAD /)
})

test('[I8] commands wait for each other, however they come', () => {
  const all = 'a NOOP\r\nb LIST "" {1+}\r\n*\r\nc NOOP\r\n'
  for (let cut = 0; cut <= all.length; cut++) {
    const core = inside()
    core.receive(Buffer.from(all.slice(0, cut)))
    const tags: string[] = []
    const drain = (): void => {
      for (let event = core.next(); event; event = core.next()) {
        assert.equal(event.type, 'command')
        assert.equal(core.next(), undefined)
        if (event.type !== 'command') continue
        tags.push(event.command.tag)
        core.finish(event.command.tag, 'OK')
      }
    }
    drain()
    core.receive(Buffer.from(all.slice(cut)))
    drain()
    assert.deepEqual(tags, ['a', 'b', 'c'])
  }
})

test('[I8] what waits is bounded', () => {
  const core = inside()
  say(core, 'a NOOP\r\n')
  assert.ok(core.wantsInput)
  say(core, 'x'.repeat(INPUT_OCTETS_HIGH))
  assert.ok(!core.wantsInput)
  core.finish('a', 'OK')
  assert.equal(core.next(), undefined)
  assert.ok(core.wantsInput)
  core.receive(Buffer.from(' NOOP\r\n'))
  core.next()
  core.receive(Buffer.alloc(INPUT_OCTETS_MAX + 1))
  assert.deepEqual(core.next(), { type: 'close', reason: 'input-overflow' })
})

test('[I8] a message does not pile up where the session takes its time', () => {
  const core = inside()
  say(core, 'a APPEND INBOX {1000000}\r\n')
  core.acceptMessage()
  core.receive(Buffer.alloc(INPUT_OCTETS_HIGH))
  assert.ok(!core.wantsInput)
  assert.equal(core.next()?.type, 'append-content')
  assert.ok(core.wantsInput)
  // A command that is not complete is read on, however long it is.
  const long = opened()
  assert.equal(say(long, `a FETCH ${'1,'.repeat(INPUT_OCTETS_HIGH)}`).event, undefined)
  assert.ok(long.wantsInput)
  long.receive(Buffer.alloc(INPUT_OCTETS_HIGH, '1,'))
  assert.ok(!long.wantsInput)
})

test('[I8] a large command in small packets is moved a few times at most', () => {
  const core = opened()
  const line = Buffer.from(`a UID FETCH ${'1234567,'.repeat(50_000)}1 (FLAGS)\r\n`)
  for (let at = 0; at < line.length; at += 100) {
    core.receive(line.subarray(at, at + 100))
    if (at + 100 < line.length) assert.equal(core.next(), undefined)
  }
  assert.equal(core.next()?.type, 'command')
})

test('[I9] a TLS handshake on a port that begins in clear is told so', () => {
  const { event, out } = say(before(), '\x16\x03\x01\x02\x00')
  assert.deepEqual(event, { type: 'close', reason: 'other-protocol' })
  assert.match(out, /^\* BYE [^\r\n]*993\r\n$/)
})
