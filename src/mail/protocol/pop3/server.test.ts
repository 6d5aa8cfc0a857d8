// The POP3 core: dialogues in tables, named by the rules of SPEC.md.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MaildropEntry, Pop3Event, Pop3ServerOptions } from './pop3.ts'
import { AUTH_OCTETS_MAX, COMMAND_OCTETS_MAX, ERRORS_MAX, Pop3Server } from './pop3.ts'

const OPEN: Pop3ServerOptions = { startTls: true, passwords: true, mechanisms: ['PLAIN', 'LOGIN'] }
const DROP: readonly MaildropEntry[] = [
  { id: 'a', sizeBytes: 120 },
  { id: 'b', sizeBytes: 200 },
  { id: 'c', sizeBytes: 3 },
]

function output(core: Pop3Server): string {
  let text = ''
  for (let bytes = core.takeOutput(); bytes; bytes = core.takeOutput()) text += Buffer.from(bytes).toString()
  return text
}

/** Says it, and gives what the core answered by itself and what it asks for. */
function say(core: Pop3Server, text: string): { out: string; event: Pop3Event | undefined } {
  core.receive(Buffer.from(text))
  const event = core.next()
  return { out: output(core), event }
}

function before(options: Partial<Pop3ServerOptions> = {}): Pop3Server {
  const core = new Pop3Server({ ...OPEN, ...options })
  output(core)
  return core
}

function inside(entries: readonly MaildropEntry[] = DROP): Pop3Server {
  const core = before()
  say(core, 'USER u\r\nPASS p\r\n')
  core.loggedIn(entries)
  output(core)
  return core
}

test('[P1] the greeting is +OK, and holds no APOP timestamp', () => {
  const greeting = output(new Pop3Server(OPEN))
  assert.match(greeting, /^\+OK [^<>\r\n]*\r\n$/)
})

test('[P2] keywords in any case; lines may end with LF alone', () => {
  const core = inside()
  for (const line of ['STAT\r\n', 'stat\r\n', 'StAt\n', 'STAT  \r\n']) assert.equal(say(core, line).out, '+OK 3 323\r\n')
})

test('[P3] a password may hold spaces, at its ends too, and UTF-8', () => {
  const core = before()
  assert.deepEqual(say(core, 'USER  ann@example.org \r\nPASS  my pässword \r\n').event, {
    type: 'login',
    name: 'ann@example.org',
    password: ' my pässword ',
  })
})

test('[P4] PASS only right after USER', () => {
  const core = before()
  assert.match(say(core, 'PASS x\r\n').out, /^-ERR USER comes first/)
  say(core, 'USER u\r\nCAPA\r\n')
  assert.match(say(core, 'PASS x\r\n').out, /^-ERR USER comes first/)
  say(core, 'USER u\r\nPASS x\r\n')
  core.refuse('no', 'AUTH')
  assert.equal(output(core), '-ERR [AUTH] no\r\n')
  assert.match(say(core, 'PASS x\r\n').out, /^-ERR USER comes first/)
})

test('[P5] each command in its state only', () => {
  const core = before()
  for (const verb of ['STAT', 'LIST', 'UIDL', 'RETR 1', 'TOP 1 0', 'DELE 1', 'NOOP', 'RSET']) {
    assert.match(say(core, `${verb}\r\n`).out, /^-ERR Log in first/, verb)
  }
  const open = inside()
  for (const verb of ['USER x', 'PASS x', 'AUTH PLAIN', 'AUTH', 'STLS', 'APOP u d']) {
    assert.match(say(open, `${verb}\r\n`).out, /^-ERR Not after the login/, verb)
  }
})

const ARGUMENTS: readonly (readonly [string, RegExp])[] = [
  ['RETR', /^-ERR RETR wants 1 argument\r/],
  ['RETR x', /^-ERR A message number/],
  ['RETR -1', /^-ERR A message number/],
  ['RETR 1 2', /^-ERR RETR wants 1 argument\r/],
  ['RETR 0', /^-ERR No such message/],
  ['RETR 4', /^-ERR No such message/],
  ['RETR 99999999999999999999', /^-ERR A message number/],
  ['DELE', /^-ERR DELE wants/],
  ['DELE 9', /^-ERR No such message/],
  ['TOP 1', /^-ERR TOP wants 2 arguments/],
  ['TOP 1 x', /^-ERR TOP wants/],
  ['TOP 9 1', /^-ERR No such message/],
  ['STAT 1', /^-ERR STAT takes no argument/],
  ['LIST 1 2', /^-ERR LIST wants at most 1 argument/],
  ['LIST 2', /^\+OK 2 200\r/],
  ['UIDL 2', /^\+OK 2 b\r/],
  ['UIDL 7', /^-ERR No such message/],
  ['', /^-ERR Unknown command/],
  [' STAT', /^-ERR Unknown command/],
  ['XYZZY', /^-ERR Unknown command/],
  ['__proto__', /^-ERR Unknown command/],
  ['constructor', /^-ERR Unknown command/],
  ['STAT\0', /^-ERR A command is one line/],
  ['RETR\t1', /^-ERR A command is one line/],
]
for (const [line, expected] of ARGUMENTS) {
  test(`[P6] ${JSON.stringify(line)}`, () => assert.match(say(inside(), `${line}\r\n`).out, expected))
}

test('[P7] listings leave out what is marked, the numbers stay', () => {
  const core = inside()
  assert.equal(say(core, 'DELE 2\r\n').out, '+OK Message 2 goes when you say QUIT\r\n')
  assert.equal(say(core, 'LIST\r\n').out, '+OK 2 messages (123 octets)\r\n1 120\r\n3 3\r\n.\r\n')
  assert.equal(say(core, 'UIDL\r\n').out, '+OK 2 messages\r\n1 a\r\n3 c\r\n.\r\n')
  for (const line of ['LIST 2', 'UIDL 2', 'RETR 2', 'TOP 2 0', 'DELE 2']) {
    assert.match(say(core, `${line}\r\n`).out, /^-ERR That message is marked/)
  }
  assert.equal(say(core, 'STAT\r\n').out, '+OK 2 123\r\n')
  assert.equal(say(core, 'RSET\r\n').out, '+OK 3 messages (323 octets)\r\n')
  assert.equal(say(core, 'STAT\r\n').out, '+OK 3 323\r\n')
})

test('[P8] QUIT: before the login goodbye, after it an update with the marked ids', () => {
  assert.deepEqual(say(before(), 'QUIT\r\n'), { out: '+OK Goodbye\r\n', event: { type: 'close', reason: 'quit' } })
  const core = inside()
  assert.deepEqual(say(core, 'DELE 3\r\nDELE 1\r\nQUIT\r\nSTAT\r\n').event, { type: 'update', deletedIds: ['a', 'c'] })
  core.updated(2)
  assert.equal(output(core), '+OK Goodbye; 2 messages deleted\r\n')
  assert.equal(core.next(), undefined)
})

test('[P9] an update that fails is told with -ERR, and ends the session', () => {
  const core = inside()
  say(core, 'QUIT\r\nNOOP\r\n')
  core.refuse('Nothing was deleted', 'SYS/TEMP')
  core.receive(Buffer.from('NOOP\r\n'))
  assert.equal(core.next(), undefined)
  assert.equal(output(core), '-ERR [SYS/TEMP] Nothing was deleted\r\n')
})

test('[P10] capabilities: what can be used on this connection as it is', () => {
  const always = 'TOP\r\nUIDL\r\nRESP-CODES\r\nAUTH-RESP-CODE\r\nPIPELINING\r\nEXPIRE NEVER\r\n'
  const end = 'IMPLEMENTATION Posthorn\r\n.\r\n'
  const clear = before({ passwords: false })
  assert.equal(say(clear, 'CAPA\r\n').out, `+OK Capabilities\r\n${always}STLS\r\n${end}`)
  assert.equal(
    say(before({ startTls: false }), 'CAPA\r\n').out,
    `+OK Capabilities\r\n${always}USER\r\nSASL PLAIN LOGIN\r\n${end}`,
  )
  assert.equal(say(inside(), 'CAPA\r\n').out, `+OK Capabilities\r\n${always}STLS\r\nUSER\r\nSASL PLAIN LOGIN\r\n${end}`)
})

test('[P11] trap 53: STLS forgets what was pipelined and the name given in clear; then STLS is gone', () => {
  const core = before({ passwords: false })
  assert.deepEqual(say(core, 'STLS\r\nUSER evil\r\nPASS').event, { type: 'starttls' })
  core.acceptTls()
  assert.equal(output(core), '+OK Begin TLS\r\n')
  core.receive(Buffer.from(' x\r\n'))
  assert.equal(core.next(), undefined)
  core.tlsStarted()
  assert.equal(core.next(), undefined)
  assert.equal(output(core), '')
  assert.match(say(core, 'STLS\r\n').out, /^-ERR STLS is not offered/)
  assert.deepEqual(say(core, 'USER u\r\nPASS p\r\n').event, { type: 'login', name: 'u', password: 'p' })
})

test('[P12] AUTH: list, initial response, "=", cancelling, bad base64', () => {
  const core = before()
  for (const line of ['AUTH', 'AUTH ', 'auth  '])
    assert.equal(say(core, `${line}\r\n`).out, '+OK Mechanisms\r\nPLAIN\r\nLOGIN\r\n.\r\n')
  assert.match(say(core, 'AUTH GSSAPI\r\n').out, /^-ERR That mechanism/)
  assert.match(say(core, 'AUTH PLAIN !!\r\n').out, /^-ERR The initial response/)
  assert.deepEqual(say(core, 'AUTH plain =\r\n').event, { type: 'auth', mechanism: 'PLAIN', initial: new Uint8Array() })
  core.challenge(new Uint8Array())
  assert.equal(output(core), '+ \r\n')
  assert.equal(say(core, '*\r\n').out, '-ERR Cancelled\r\n')
  assert.deepEqual(say(core, 'AUTH LOGIN\r\n').event, { type: 'auth', mechanism: 'LOGIN' })
  core.challenge(Buffer.from('Username:'))
  assert.equal(output(core), '+ VXNlcm5hbWU6\r\n')
  const event = say(core, 'YQ==\r\n').event
  assert.ok(event?.type === 'auth-response' && Buffer.from(event.response).toString() === 'a')
  core.challenge(Buffer.from('Password:'))
  output(core)
  assert.match(say(core, 'QUIT?\r\n').out, /^-ERR The response is no base64/)
  assert.equal(core.state, 'authorization')
})

test('[P13] without encryption names, passwords and AUTH are refused before they are sent', () => {
  const core = before({ passwords: false })
  for (const line of ['USER u', 'PASS p', 'AUTH PLAIN', 'AUTH PLAIN AGEAYg==']) {
    assert.match(say(core, `${line}\r\n`).out, /^-ERR \[SYS\/PERM\] The password/)
  }
  assert.equal(say(core, 'AUTH\r\n').out, '+OK Mechanisms\r\n.\r\n')
})

test('[P14] a line that is too long is one error, wherever it is cut', () => {
  for (const piece of [1000, 20_000]) {
    const core = before()
    const long = 'X'.repeat(AUTH_OCTETS_MAX + 5)
    for (let at = 0; at < long.length; at += piece) assert.equal(say(core, long.slice(at, at + piece)).out, '')
    assert.match(say(core, '\r\nCAPA\r\n').out, /^-ERR A line may have 12288 octets at most\r\n\+OK Capabilities/)
  }
  const core = before()
  assert.match(say(core, `USER ${'u'.repeat(COMMAND_OCTETS_MAX)}\r\n`).out, /^-ERR A command may have 1024/)
  assert.deepEqual(say(core, `AUTH PLAIN ${'AAAA'.repeat(1000)}\r\n`).event?.type, 'auth')
})

test('[P15] too much nonsense ends the session', () => {
  const core = before()
  core.receive(Buffer.from('GET / HTTP/1.1\r\n'.repeat(ERRORS_MAX + 5)))
  const events = []
  for (let event = core.next(); event; event = core.next()) events.push(event)
  assert.deepEqual(events, [{ type: 'close', reason: 'errors' }])
  assert.equal(output(core).split('\r\n').length - 1, ERRORS_MAX)
})

test('[P16] one command waits for the verdict on the one before', () => {
  const core = before()
  assert.equal(say(core, 'USER u\r\nPASS p\r\nSTAT\r\nNOOP\r\n').event?.type, 'login')
  assert.equal(core.next(), undefined)
  core.loggedIn(DROP)
  assert.equal(core.next(), undefined)
  assert.equal(output(core), '+OK Welcome: 3 messages (323 octets)\r\n+OK 3 323\r\n+OK Still here\r\n')
})

test('[P17] output made ahead is bounded, however much is pipelined', () => {
  const many = Array.from({ length: 50_000 }, (_, i) => ({ id: `id${i}`, sizeBytes: 1 }))
  const core = inside(many)
  core.receive(Buffer.from('UIDL\r\nLIST\r\n'.repeat(100)))
  let octets = 0
  let pieces = 0
  while (pieces < 2_000) {
    core.next()
    const bytes = core.takeOutput()
    if (!bytes) break
    assert.ok(bytes.length < 17_000)
    octets += bytes.length
    pieces++
  }
  assert.ok(octets > 30_000_000)
})

test('[P18] RETR and TOP hand out an event, and frame what is given', () => {
  const core = inside()
  const event = say(core, 'RETR 2\r\nNOOP\r\n').event
  assert.deepEqual(event, { type: 'retrieve', number: 2, entry: DROP[1] })
  assert.ok(event?.type === 'retrieve')
  core.beginMessage(event)
  let text = output(core)
  for (const chunk of ['.', 'x\r', '\n.\r\n']) text += Buffer.from(core.encodeMessage(Buffer.from(chunk))).toString()
  assert.equal(core.next(), undefined)
  text += Buffer.from(core.endMessage()).toString()
  core.next()
  assert.equal(text + output(core), '+OK 200 octets\r\n..x\r\n..\r\n.\r\n+OK Still here\r\n')
  assert.deepEqual(say(core, 'TOP 1 5\r\n').event, { type: 'retrieve', number: 1, entry: DROP[0], bodyLines: 5 })
  core.refuse('gone')
  assert.equal(output(core), '-ERR gone\r\n')
})

test('[P19] APOP is refused with the reason', () => {
  assert.match(say(before(), 'APOP u d\r\n').out, /^-ERR APOP is not offered: passwords are stored as hashes/)
})

test('[P20] no line of an answer is longer than 512 octets (RFC 2449 §4)', () => {
  const core = before({ passwords: false })
  const text = say(core, 'USER u\r\nAPOP x\r\nCAPA\r\nXX\r\n').out
  for (const line of text.split('\r\n')) assert.ok(line.length <= 510)
})
