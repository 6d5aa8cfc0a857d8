// The conversation: states, logins, IDLE, TLS, the end.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CAPABILITIES, type Extension, ImapServer } from './imap.ts'
import { BAD_COMMANDS_MAX } from './limits.ts'
import { before, inside, opened, output, parse, refusal, say } from './server.testing.ts'

test('[I33] each command has its states', () => {
  assert.match(refusal(before(), 'a SELECT INBOX'), /^a BAD Log in first\r\n$/)
  assert.match(refusal(before(), 'a IDLE'), /^a BAD Log in first\r\n$/)
  assert.match(refusal(inside(), 'a FETCH 1 FLAGS'), /^a BAD SELECT a mailbox first\r\n$/)
  assert.match(refusal(inside(), 'a LOGIN u p'), /^a BAD Not after the login\r\n$/)
  assert.match(refusal(opened(), 'a STARTTLS'), /^a BAD Not after the login\r\n$/)
  const core = opened()
  assert.equal(parse(core, 'a FETCH 1 FLAGS').name, 'FETCH')
  assert.equal(parse(core, 'a CLOSE').name, 'CLOSE')
  core.unselected()
  assert.equal(core.state, 'authenticated')
  assert.match(refusal(core, 'a CLOSE'), /^a BAD SELECT a mailbox first/)
  for (const any of ['NOOP', 'ID NIL']) for (const state of [before(), inside(), opened()]) parse(state, `a ${any}`)
})

test('[I10] what has no tag is answered without one', () => {
  for (const line of ['NOOP', '* NOOP', '+ NOOP', 'a+ NOOP', '"a" NOOP', `${'a'.repeat(256)} NOOP`, '{x NOOP', '\xff NOOP'])
    assert.match(refusal(inside(), line), /^(?:\*|NOOP) BAD /, line)
  for (const tag of ['a', '1', ']', 'A.1', "'", '\x7e']) assert.equal(parse(inside(), `${tag} NOOP`).tag, tag)
})

test('[I11] names in any case; what is too much is an error that says so', () => {
  assert.equal(parse(opened(), 'a uId fEtCh 1:* fLaGs').name, 'FETCH')
  assert.match(refusal(inside(), 'a NOOP now'), /^a BAD NOOP: something follows/)
  assert.match(refusal(inside(), 'a  NOOP'), /^a BAD Unknown command/)
  assert.match(refusal(inside(), 'a UID NOOP'), /^a BAD Unknown command/)
  assert.match(refusal(inside(), 'a XYZZY'), /^a BAD Unknown command/)
})

test('[I34] trap 23: the greeting and CAPABILITY tell what can be used now', () => {
  const core = new ImapServer({
    hostname: 'mail.example.org',
    supported: new Set(['IDLE', 'MOVE', 'IMAP4rev2']),
    mechanisms: ['PLAIN'],
    startTls: true,
    passwords: false,
    appendBytesMax: 1000,
  })
  const clear = 'CAPABILITY IMAP4rev1 IMAP4rev2 LITERAL+ SASL-IR ID ENABLE IDLE STARTTLS LOGINDISABLED'
  core.receive(Buffer.from('a CAPABILITY\r\n'))
  assert.equal(core.next(), undefined)
  core.greet()
  assert.equal(output(core), `* OK [${clear}] mail.example.org is ready\r\n`)
  assert.equal(core.next(), undefined)
  assert.equal(output(core), `* ${clear}\r\na OK These are offered\r\n`)
  say(core, 'b STARTTLS\r\n')
  core.finish('b', 'OK')
  core.tlsStarted()
  output(core)
  assert.match(
    say(core, 'c CAPABILITY\r\n').out,
    /^\* CAPABILITY IMAP4rev1 IMAP4rev2 LITERAL\+ SASL-IR ID ENABLE IDLE AUTH=PLAIN\r\n/,
  )
  core.authenticated()
  assert.equal(core.capabilityCode, 'CAPABILITY IMAP4rev1 IMAP4rev2 LITERAL+ SASL-IR ID ENABLE IDLE MOVE APPENDLIMIT=1000')
})

test('[I35] where passwords are not taken, the client is stopped before it sends one', () => {
  const core = before({ passwords: false, startTls: true })
  for (const line of [
    'a LOGIN user pass',
    'a LOGIN {4}',
    'a LOGIN user {4}',
    'a AUTHENTICATE PLAIN',
    'a AUTHENTICATE PLAIN AGEAYg==',
  ])
    assert.match(refusal(core, line), /^a NO \[PRIVACYREQUIRED\] /, line)
  const { event, out } = say(core, 'a LOGIN {1+}\r\nu {1+}\r\np\r\nb NOOP\r\n')
  assert.match(out, /^a NO \[PRIVACYREQUIRED\] /)
  assert.equal(event?.type, 'command')
})

test('[I36] names and passwords are UTF-8 in any form, or whatever they are', () => {
  const utf8 = (text: string): string => Buffer.from(text).toString('latin1')
  const cases: readonly [line: string, user: string, password: string][] = [
    ['LOGIN ann@example.org secret', 'ann@example.org', 'secret'],
    ['LOGIN "ann" "p \\"w\\\\ "', 'ann', 'p "w\\ '],
    [utf8('LOGIN "änn" "pässwörd"'), 'änn', 'pässwörd'],
    [utf8('LOGIN änn pässwörd'), 'änn', 'pässwörd'],
    [utf8('LOGIN {4+}\r\nänn {5+}\r\n€ß'), 'änn', '€ß'],
    ['LOGIN ann p%w*]!(', 'ann', 'p%w*]!('],
    ['LOGIN ann p\xe4ss', 'ann', 'päss'],
    ['LOGIN NIL NIL', 'NIL', 'NIL'],
    ['LOGIN "" ""', '', ''],
  ]
  for (const [line, user, password] of cases) {
    const { event } = say(before(), `a ${line}\r\n`)
    assert.deepEqual(event, { type: 'command', command: { tag: 'a', name: 'LOGIN', user, password } }, line)
  }
  for (const line of ['LOGIN', 'LOGIN ann', 'LOGIN ann ', 'LOGIN ann "x', 'LOGIN ann a b', 'LOGIN ann "\\x"'])
    assert.match(refusal(before(), `a ${line}`), /^a BAD LOGIN: /, line)
})

test('[I37] AUTHENTICATE with and without an initial response, in several steps, given up', () => {
  const core = before()
  const first = say(core, 'a AUTHENTICATE PLAIN AGEAYg==\r\n').event
  const asked = { tag: 'a', name: 'AUTHENTICATE', mechanism: 'PLAIN' } as const
  assert.deepEqual(first, { type: 'command', command: { ...asked, initial: Buffer.from('\0a\0b') } })
  core.finish('a', 'NO', { code: 'AUTHENTICATIONFAILED', text: 'No' })
  assert.equal(output(core), 'a NO [AUTHENTICATIONFAILED] No\r\n')
  assert.deepEqual(say(core, 'a authenticate plain =\r\n').event, {
    type: 'command',
    command: { ...asked, initial: new Uint8Array() },
  })
  core.finish('a', 'NO')
  assert.deepEqual(say(core, 'a AUTHENTICATE PLAIN\r\n').event, { type: 'command', command: { ...asked, initial: undefined } })
  core.challenge(new Uint8Array())
  assert.match(output(core), /\+ \r\n$/)
  core.receive(Buffer.from('AGEAYg==\r\nb NOOP\r\n'))
  assert.deepEqual(core.next(), { type: 'auth-response', bytes: Buffer.from('\0a\0b') })
  core.challenge(Buffer.from('more'))
  assert.equal(output(core), '+ bW9yZQ==\r\n')
  // What was pipelined is no base64.
  assert.deepEqual(core.next(), { type: 'auth-cancelled' })
  assert.match(output(core), /^a BAD AUTHENTICATE: the response is no base64\r\n$/)
})

test('[I37] an exchange is given up with *, and literals mean nothing in it', () => {
  for (const response of ['*', '{3}', 'AGE', 'ä']) {
    const core = before()
    say(core, 'a AUTHENTICATE PLAIN\r\n')
    core.challenge(new Uint8Array())
    output(core)
    const { event, out } = say(core, `${response}\r\n`)
    assert.deepEqual(event, { type: 'auth-cancelled' })
    assert.match(out, /^a BAD /)
    assert.equal(parse(core, 'b NOOP').name, 'NOOP')
  }
  assert.match(refusal(before(), 'a AUTHENTICATE GSSAPI'), /^a NO \[CANNOT\] /)
  assert.match(refusal(before(), 'a AUTHENTICATE PLAIN AGE'), /^a BAD /)
})

test('[I38] trap 22: what is pipelined behind STARTTLS or LOGIN is thrown away, or waits', () => {
  const core = before({ startTls: true, passwords: false })
  assert.deepEqual(say(core, 'a STARTTLS\r\nb NOOP\r\n').event, { type: 'command', command: { tag: 'a', name: 'STARTTLS' } })
  core.finish('a', 'OK', { text: 'Begin TLS' })
  assert.equal(output(core), 'a OK Begin TLS\r\n')
  // More in clear, while the handshake goes on.
  assert.equal(say(core, 'c NOOP\r\n').event, undefined)
  core.tlsStarted({ mechanisms: ['PLAIN'] })
  assert.equal(core.next(), undefined)
  assert.match(refusal(core, 'd STARTTLS'), /^d BAD STARTTLS is not offered/)
  assert.equal(say(core, 'e LOGIN u p\r\nf SELECT INBOX\r\n').event?.type, 'command')
  assert.equal(core.next(), undefined)
  core.authenticated()
  core.finish('e', 'OK', { code: core.capabilityCode })
  assert.match(output(core), /^e OK \[CAPABILITY [^\]]*MOVE[^\]]*\] Done\r\n$/)
  const selected = core.next()
  assert.equal(selected?.type === 'command' && selected.command.name, 'SELECT')
})

test('[I38] a STARTTLS that cannot be done leaves all as it was', () => {
  const core = before({ startTls: true, passwords: false })
  assert.equal(say(core, 'a STARTTLS\r\nb NOOP\r\n').event?.type, 'command')
  core.finish('a', 'NO', { text: 'Not now' })
  const next = core.next()
  assert.equal(next?.type === 'command' && next.command.tag, 'b')
  assert.match(refusal(before(), 'a STARTTLS'), /^a BAD /)
})

test('[I39] trap 47: ENABLE takes what is known, passes over the rest, and tells what is new', () => {
  const core = inside({ without: ['QRESYNC'] })
  const all = parse(core, 'a ENABLE condstore X-FOO qresync UTF8=ACCEPT imap4rev2 UTF8=ONLY')
  assert.deepEqual(all, { tag: 'a', name: 'ENABLE', extensions: ['CONDSTORE', 'UTF8=ACCEPT', 'IMAP4REV2'] })
  const enabled = (extensions: readonly Extension[]): string => {
    core.enable(extensions, 'told')
    return output(core)
  }
  assert.equal(enabled(['CONDSTORE', 'IMAP4REV2']), '* ENABLED CONDSTORE IMAP4rev2\r\n')
  assert.equal(enabled(['CONDSTORE']), '* ENABLED\r\n')
  assert.deepEqual(parse(core, 'a ENABLE X-FOO'), { tag: 'a', name: 'ENABLE', extensions: [] })
  assert.equal(enabled([]), '* ENABLED\r\n')
  const other = inside()
  other.enable(['QRESYNC'], 'implied')
  assert.equal(output(other), '')
  assert.ok(other.isEnabled('CONDSTORE'))
  assert.match(refusal(other, 'a ENABLE'), /^a BAD /)
})

test('[I40] trap 24: IDLE goes on to DONE in any case; commands may wait behind it', () => {
  const core = inside()
  assert.equal(say(core, 'a IDLE\r\n').event?.type, 'command')
  core.continueIdle()
  assert.equal(output(core), '+ idling\r\n')
  core.untagged('2 EXISTS')
  assert.equal(output(core), '* 2 EXISTS\r\n')
  assert.equal(say(core, 'do').event, undefined)
  assert.deepEqual(say(core, 'nE\r\nb NOOP\r\n').event, { type: 'idle-done', answered: false })
  assert.equal(core.next(), undefined)
  core.finish('a', 'OK')
  const next = core.next()
  assert.equal(next?.type === 'command' && next.command.tag, 'b')
})

test('[I40] anything else ends IDLE too, with an error; IDLE may be refused', () => {
  for (const line of ['b NOOP', 'b LOGIN {3}', 'DONE x']) {
    const core = inside()
    say(core, 'a IDLE\r\n')
    core.continueIdle()
    output(core)
    const { event, out } = say(core, `\r\n${line}\r\n`)
    assert.deepEqual(event, { type: 'idle-done', answered: true })
    assert.match(out, /^a BAD IDLE ends with DONE\r\n$/)
    parse(core, 'c NOOP')
  }
  const core = inside()
  say(core, 'a IDLE\r\n')
  core.finish('a', 'NO', { text: 'Not now' })
  assert.equal(output(core), 'a NO Not now\r\n')
})

test('[I41] LOGOUT: BYE, OK, the end', () => {
  for (const core of [before(), inside(), opened()]) {
    const { event, out } = say(core, 'a LOGOUT\r\nb NOOP\r\n')
    assert.deepEqual(event, { type: 'close', reason: 'logout' })
    assert.equal(out, '* BYE Goodbye\r\na OK Logged out\r\n')
    assert.equal(core.next(), undefined)
    assert.equal(core.state, 'logout')
    assert.equal(say(core, 'c NOOP\r\n').out, '')
    assert.ok(!core.wantsInput)
  }
})

test('[I42] UNAUTHENTICATE: back to the beginning, nothing stays enabled', () => {
  const core = opened()
  core.enable(['UTF8=ACCEPT', 'QRESYNC'], 'implied')
  assert.equal(say(core, 'a UNAUTHENTICATE\r\n').event?.type, 'command')
  core.finish('a', 'OK')
  assert.equal(core.state, 'not-authenticated')
  assert.ok(!core.utf8 && !core.isEnabled('CONDSTORE'))
  output(core)
  assert.match(refusal(core, 'b SELECT INBOX'), /Log in first/)
})

test('[I43] what is open to be read only is not written to', () => {
  const core = opened({ readOnly: true })
  for (const line of ['STORE 1 +FLAGS (x)', 'EXPUNGE', 'UID EXPUNGE 1', 'MOVE 1 Trash', 'UID REPLACE 1 INBOX {5}'])
    assert.match(refusal(core, `a ${line}`), /^a NO The mailbox was opened to be read only\r\n$/)
  for (const line of ['FETCH 1 BODY[]', 'COPY 1 x', 'CLOSE', 'UID SEARCH ALL']) parse(core, `a ${line}`)
})

test('[I44] too many commands that make no sense end the connection; a refusal is no such', () => {
  const core = before({ passwords: false })
  for (let i = 0; i < BAD_COMMANDS_MAX * 2; i++) assert.match(refusal(core, 'a LOGIN u p'), /^a NO/)
  for (let i = 1; i < BAD_COMMANDS_MAX; i++) assert.match(refusal(core, 'a ?'), /^a BAD [^\r\n]*\r\n$/)
  const { event, out } = say(core, 'a ?\r\na ?\r\n')
  assert.deepEqual(event, { type: 'close', reason: 'bad-commands' })
  assert.match(out, /^a BAD [^\r\n]*\r\n\* BYE [^\r\n]*\r\n$/)
})

test('[I45] BYE ends all, whatever is awaited; what is said later does nothing', () => {
  const core = inside()
  say(core, 'a NOOP\r\n')
  core.bye('The server stops', 'UNAVAILABLE')
  assert.equal(output(core), '* BYE [UNAVAILABLE] The server stops\r\n')
  assert.deepEqual(core.next(), { type: 'close', reason: 'said' })
  core.finish('a', 'OK')
  core.bye('again')
  core.refuse('NO', {})
  assert.equal(output(core), '')
  assert.equal(core.next(), undefined)
  const refused = new ImapServer({
    hostname: 'h',
    supported: new Set(),
    mechanisms: [],
    startTls: false,
    passwords: true,
    appendBytesMax: 1,
  })
  refused.bye('Too many connections')
  assert.equal(output(refused), '* BYE Too many connections\r\n')
})

test('[I45] texts are one line of ASCII', () => {
  const core = inside()
  say(core, 'a NOOP\r\n')
  core.finish('a', 'NO', { text: `no\r\nb OK ü${'x'.repeat(1000)}` })
  assert.match(output(core), /^a NO no\?\?b OK \?x{300,400}\r\n$/)
})

test('[I46] what comes behind COMPRESS is handed out as it is', () => {
  const core = inside()
  core.receive(Buffer.from('a COMPRESS DEFLATE\r\n\x01\x02'))
  assert.equal(core.next()?.type, 'command')
  core.finish('a', 'OK')
  assert.deepEqual(Buffer.from(core.takeUnread()), Buffer.from('\x01\x02'))
  assert.equal(core.takeUnread().length, 0)
  assert.equal(parse(core, 'b NOOP').name, 'NOOP')
  assert.match(refusal(core, 'c COMPRESS LZ4'), /^c BAD /)
})

test('[I47] what no supported capability brings is not known: commands, and words in them', () => {
  for (const line of [
    'MOVE 1 x',
    'SORT (DATE) UTF-8 ALL',
    'GETQUOTA ""',
    'GETACL x',
    'REPLACE 1 x {1}',
    'NOTIFY NONE',
    'COMPRESS DEFLATE',
  ])
    assert.match(refusal(opened({ without: [...CAPABILITIES] }), `a ${line}`), /^a BAD Unknown command/, line)
  const words = [
    ...['FETCH 1 PREVIEW', 'FETCH 1 MODSEQ', 'FETCH 1 BINARY[1]', 'FETCH 1 EMAILID', 'FETCH 1 FLAGS (CHANGEDSINCE 1)'],
    ...[
      'STORE 1 (UNCHANGEDSINCE 1) FLAGS x',
      'SELECT x (CONDSTORE)',
      'CREATE x (USE (\\Sent))',
      'STATUS x (SIZE)',
      'STATUS x (MAILBOXID)',
    ],
    ...['SEARCH RETURN (MIN) ALL', 'SEARCH RETURN (SAVE) ALL', 'SEARCH RETURN (UPDATE) ALL', 'SEARCH RETURN (PARTIAL 1:2) ALL'],
    ...[
      'SEARCH MODSEQ 1',
      'SEARCH YOUNGER 1',
      'SEARCH FUZZY ALL',
      'SEARCH $',
      'FETCH $ FLAGS',
      'SEARCH SAVEDON 1-Jan-2026',
      'SEARCH EMAILID x',
    ],
    ...['LIST "" * RETURN (STATUS (MESSAGES))', 'LIST (SPECIAL-USE) "" *', 'LIST "" * RETURN (MYRIGHTS)'],
  ]
  for (const line of words) {
    const answer = refusal(opened({ without: [...CAPABILITIES] }), `a ${line}`)
    assert.match(answer, /^a BAD (?:FETCH|STORE|SELECT|CREATE|STATUS|SEARCH|LIST): /, line)
    parse(opened(), `a ${line}`)
  }
})
