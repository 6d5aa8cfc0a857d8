// Peers that break the rules, by mistake or on purpose: each is answered, none costs more than its share, and the next one is served.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { type House, openHouse } from './house.ts'
import { awaitMail, body, deliver, field, hand, letter, readMailbox, signIn } from './mail.ts'
import { openSink, type Sink } from './sink.ts'
import { dial, dialSmtp, type Wire } from './wire.ts'

/** What one peer may cost the server at most, far above what it should and far below what the attacks here bring. */
const MEMORY_PER_PEER_MB = 96
const MEGABYTE = 1024 ** 2

const closers: (() => Promise<unknown>)[] = []
let house: House
let sink: Sink

before(async () => {
  sink = await openSink()
  house = await openHouse({ after: (close) => void closers.push(close as () => Promise<void>) }, { settings: settings('') })
  closers.push(sink.close)
})

after(async () => {
  for (const close of closers) await close()
})

function settings(session: string): string {
  return `[session]\n${session}\n[route.routes]\n"far.test" = "127.0.0.1:${sink.port}"\n`
}

/** From the next session on. */
async function setSession(session: string): Promise<void> {
  house.rewrite(settings(session))
  assert.ok((await (await house.control()).reload()).ok)
}

const mx = () => house.program.port('mx')
const bob = () => house.person('bob')
let ordinary = 0

/** After each abuse: an ordinary message still passes. */
async function stillWorks(): Promise<void> {
  const subject = `ordinary ${++ordinary}`
  const heard = await deliver(mx(), { from: 'x@elsewhere.test', to: ['bob@posthorn.test'], content: letter(subject) })
  assert.equal(heard.code, 250, heard.text)
  await mailOf(subject)
}

async function mailOf(subject: string): Promise<string> {
  const isIt = (message: string): boolean => field(message, 'Subject') === subject
  return (await awaitMail(house.program.port('pop3'), bob(), (all) => all.some(isIt))).find(isIt) ?? ''
}

async function inData(): Promise<Wire> {
  const wire = await dialSmtp(mx())
  await wire.expect('MAIL FROM:<x@elsewhere.test>', 250)
  await wire.expect('RCPT TO:<bob@posthorn.test>', 250)
  await wire.expect('DATA', 354)
  return wire
}

/** Undefined where /proc is not. */
function memoryMb(): number | undefined {
  if (process.platform !== 'linux') return undefined
  const status = readFileSync(`/proc/${house.program.child.pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024
}

function costAtMost(before: number | undefined, mb: number): void {
  const now = memoryMb()
  if (before === undefined || now === undefined) return
  assert.ok(now - before < mb, `it cost ${Math.round(now - before)} MB`)
}

test('commands out of order, unknown ones and unknown parameters are named, and the session goes on', async () => {
  const wire = await dial(mx())
  await wire.reply()
  for (const [command, code] of [
    ['MAIL FROM:<x@elsewhere.test>', 503],
    ['RCPT TO:<bob@posthorn.test>', 503],
    ['DATA', 503],
    ['EHLO client.test', 250],
    ['AUTH PLAIN AGEAYg==', 502],
    ['RCPT TO:<bob@posthorn.test>', 503],
    ['FLY ME', 500],
    ['MAIL FROM:<x@elsewhere.test> COLOUR=BLUE', 555],
    ['MAIL FROM:x@elsewhere.test', 501],
    ['MAIL FROM:<x@elsewhere.test> SIZE=big', 501],
    ['MAIL FROM:<x@elsewhere.test>', 250],
    ['MAIL FROM:<x@elsewhere.test>', 503],
    ['DATA', 503],
    ['RCPT TO:<bob@posthorn.test> COLOUR=BLUE', 555],
    ['RCPT TO:<>', 501],
    ['RSET now', 501],
    ['RSET', 250],
    ['QUIT', 221],
  ] as const)
    assert.equal((await wire.ask(command)).code, code, command)
  await wire.closed
  await stillWorks()
})

test('too many wrong commands end the session', async () => {
  const wire = await dialSmtp(mx())
  wire.say('FLY ME\r\n'.repeat(1000))
  const codes: number[] = []
  for (let code = 0; code !== 421; codes.push(code)) code = (await wire.reply()).code
  assert.ok(codes.length < 100, `${codes.length} replies`)
  await wire.closed
  await stillWorks()
})

test('octets that belong in no command are refused: 8-bit without UTF-8, NUL, LF alone; UTF-8 needs SMTPUTF8', async () => {
  const wire = await dialSmtp(mx())
  for (const command of ['NOOP \xff\xfe', 'NOOP \0'])
    assert.match(await expectBytes(wire, Buffer.from(`${command}\r\n`, 'latin1')), /^500 5\.5\.2 /, command)
  assert.match(await expectBytes(wire, Buffer.from('NOOP\nNOOP\r\n')), /^500 5\.5\.2 /)
  await wire.reply()
  assert.match(await wire.expect('MAIL FROM:<jörg@elsewhere.test>', 553), /5\.6\.7/)
  await wire.expect('MAIL FROM:<jörg@elsewhere.test> SMTPUTF8', 250)
  wire.hangUp()
  await stillWorks()
})

async function expectBytes(wire: Wire, bytes: Uint8Array): Promise<string> {
  wire.say(bytes)
  return (await wire.reply()).text
}

test('a line that is too long is refused and skipped; one that never ends ends the session, in little memory', async () => {
  const wire = await dialSmtp(mx())
  assert.match(await wire.expect(`NOOP ${'x'.repeat(10_000)}`, 500), /5\.5\.2/)
  await wire.expect('NOOP', 250)
  const before = memoryMb()
  const piece = Buffer.alloc(64 * 1024, 'x')
  const said = (async () => {
    for (let n = 0; n < 4096 && !wire.socket.destroyed; n++) await Promise.race([wire.said(piece), wire.closed])
  })()
  assert.equal((await wire.reply()).code, 500)
  await wire.closed
  wire.hangUp()
  await said
  costAtMost(before, MEMORY_PER_PEER_MB)
  await stillWorks()
})

for (const [name, end] of [
  ['LF . LF', '\n.\n'],
  ['LF . CR LF', '\n.\r\n'],
  ['CR LF . LF', '\r\n.\n'],
  ['CR . CR', '\r.\r'],
  ['CR LF . CR', '\r\n.\r'],
  ['CR LF NUL . CR LF', '\r\n\0.\r\n'],
] as const) {
  test(`a second message smuggled behind ${name} does not arrive`, async () => {
    const wire = await inData()
    const smuggled = `MAIL FROM:<evil@elsewhere.test>\r\nRCPT TO:<bob@posthorn.test>\r\nDATA\r\nSubject: smuggled\r\n\r\nHa\r\n.\r\n`
    wire.say(`Subject: carrier\r\n\r\nBody${end}${smuggled}NOOP\r\n`)
    const verdict = await wire.reply()
    assert.match(verdict.text, /^550 5\.6\.0 /)
    assert.equal((await wire.reply()).code, 250)
    assert.equal(wire.unread, 0)
    wire.hangUp()
    await stillWorks()
    const subjects = (await readMailbox(house.program.port('pop3'), bob())).map((message) => field(message, 'Subject'))
    assert.equal(
      subjects.some((subject) => subject === 'smuggled' || subject === 'carrier'),
      false,
    )
  })
}

test('half a command, and half a message, and then silence: 421 4.4.2', async () => {
  await setSession('idle = "1s"')
  const wires = [await dialSmtp(mx()), await inData()]
  await setSession('')
  for (const wire of wires) wire.say('MAIL FR')
  for (const wire of wires) {
    assert.match((await wire.reply()).text, /^421 4\.4\.2 /)
    await wire.closed
  }
  await stillWorks()
})

test('what is said in clear behind STARTTLS is never heard', async () => {
  const wire = await dialSmtp(mx())
  wire.say('STARTTLS\r\nMAIL FROM:<evil@elsewhere.test>\r\nRCPT TO:<bob@posthorn.test>\r\n')
  assert.equal((await wire.reply()).code, 220)
  await wire.startTls()
  await wire.expect('EHLO client.test', 250)
  await wire.expect('DATA', 503)
  await wire.expect('RCPT TO:<bob@posthorn.test>', 503)
  assert.equal(
    (await hand(wire, { from: 'x@elsewhere.test', to: ['bob@posthorn.test'], content: letter('after TLS') })).code,
    250,
  )
  wire.hangUp()
  assert.match(field(await mailOf('after TLS'), 'Received') ?? '', /with ESMTPS /)
  await stillWorks()
})

test('of ten thousand recipients the first thousand are served, the others are asked to come in another message', async () => {
  const wire = await dialSmtp(house.program.port('submission'))
  await signIn(wire, house.person('alice'))
  await wire.expect('MAIL FROM:<alice@posthorn.test>', 250)
  wire.say(Array.from({ length: 10_000 }, (_, n) => `RCPT TO:<kim${n}@far.test>\r\n`).join(''))
  const answers: string[] = []
  for (let n = 0; n < 10_000; n++) answers.push((await wire.reply()).text.slice(0, 9))
  assert.deepEqual(new Set(answers.slice(0, 1000)), new Set(['250 2.1.5']))
  assert.deepEqual(new Set(answers.slice(1000)), new Set(['452 4.5.3']))
  await wire.expect('DATA', 354)
  await wire.expect(`${letter('to many')}.`, 250)
  wire.hangUp()
  const told = (): string[] => sink.messages.flatMap(({ to }) => [...to])
  while (told().length < 1000) await sink.received(sink.messages.length + 1)
  assert.deepEqual(told().sort(), Array.from({ length: 1000 }, (_, n) => `kim${n}@far.test`).sort())
  await stillWorks()
})

test('a header that never ends is refused in little memory', async () => {
  const wire = await inData()
  const before = memoryMb()
  const fields = Buffer.from(`X-Filler: ${'x'.repeat(900)}\r\n`.repeat(1000))
  for (let n = 0; n < 20; n++) await wire.said(fields)
  assert.match(await wire.expect('.', 554), /^554 5\.6\.0 /)
  costAtMost(before, MEMORY_PER_PEER_MB)
  wire.hangUp()
  await stillWorks()
})

test('a message that has passed a thousand servers goes in circles', async () => {
  const wire = await inData()
  const trace = 'Received: from a.test by b.test; Thu, 01 Jan 2026 00:00:00 +0000\r\n'.repeat(1000)
  assert.match(await wire.expect(`${trace}${letter('circles')}.`, 554), /^554 5\.4\.6 /)
  wire.hangUp()
  await stillWorks()
})

test('MIME ten thousand levels deep is kept as it came', async () => {
  const depth = 10_000
  const open = Array.from({ length: depth }, (_, n) => `Content-Type: multipart/mixed; boundary=b${n}\r\n\r\n--b${n}\r\n`).join(
    '',
  )
  const close = Array.from({ length: depth }, (_, n) => `--b${depth - 1 - n}--\r\n`).join('')
  const content = `Subject: deep\r\nMIME-Version: 1.0\r\n${open}\r\nbottom\r\n${close}`
  const heard = await deliver(mx(), { from: 'x@elsewhere.test', to: ['bob@posthorn.test'], content })
  assert.equal(heard.code, 250, heard.text)
  const message = await mailOf('deep')
  assert.equal(message.slice(message.indexOf('Subject: deep')) === content, true)
  await stillWorks()
})

test('one connection too many is told so', async (t) => {
  await setSession('connections = 1')
  t.after(() => setSession(''))
  const wires = await Promise.all(Array.from({ length: 20 }, () => dial(mx())))
  const greetings = await Promise.all(wires.map((wire) => wire.reply()))
  const refused = greetings.filter(({ text }) => /^421 4\.3\.2 /.test(text)).length
  // One for each thread, of which there are eight at most.
  assert.ok(refused >= 20 - 8 && refused < 20, `${refused} of 20 were refused`)
  for (const wire of wires) wire.hangUp()
  await setSession('')
  await stillWorks()
})

test('the fifth wrong password ends the session', async () => {
  const wire = await dialSmtp(house.program.port('submission'))
  const codes: number[] = []
  for (let n = 0; n < 5; n++) codes.push((await signIn(wire, { address: 'alice@posthorn.test', password: `guess ${n}` })).code)
  assert.deepEqual(codes, [535, 535, 535, 535, 421])
  await wire.closed
  await stillWorks()
})

test('who never reads the replies is no longer heard, and costs little', async () => {
  const wire = await dialSmtp(mx())
  await wire.expect('MAIL FROM:<x@elsewhere.test>', 250)
  wire.socket.pause()
  const before = memoryMb()
  const { length } = fillUntilStuck(wire, Buffer.from('RCPT TO:<bob@posthorn.test>\r\n'.repeat(30_000)))
  await length
  costAtMost(before, MEMORY_PER_PEER_MB)
  wire.hangUp()
  await stillWorks()
})

/** Says it fifty times over, or until nothing more has left for a while. */
function fillUntilStuck(wire: Wire, piece: Uint8Array): { length: Promise<void> } {
  const all = (async () => {
    for (let n = 0; n < 50; n++) await wire.said(piece)
  })().catch(() => {})
  const stuck = (async () => {
    for (let last = -1, same = 0; same < 10; ) {
      await new Promise((resolve) => setTimeout(resolve, 100))
      const left = wire.socket.bytesWritten - wire.socket.writableLength
      same = left === last ? same + 1 : 0
      last = left
    }
  })()
  return { length: Promise.race([all, stuck]) }
}

test('fifty megabytes are taken and read back whole; one more is refused, announced or not', async () => {
  const line = `${'x'.repeat(998)}\r\n`
  const header = 'Subject: large\r\n\r\n'
  const content = Buffer.from(header + line.repeat(Math.floor((50 * MEGABYTE - header.length) / line.length)))
  const wire = await dialSmtp(mx())
  assert.match(await wire.expect(`MAIL FROM:<x@elsewhere.test> SIZE=${51 * MEGABYTE}`, 552), /^552 5\.3\.4 /)
  await wire.expect(`MAIL FROM:<x@elsewhere.test> SIZE=${content.length}`, 250)
  await wire.expect('RCPT TO:<bob@posthorn.test>', 250)
  await wire.expect('DATA', 354)
  await wire.said(content)
  assert.equal((await wire.ask('.')).code, 250)
  await wire.expect('MAIL FROM:<x@elsewhere.test>', 250)
  await wire.expect('RCPT TO:<bob@posthorn.test>', 250)
  await wire.expect('DATA', 354)
  await wire.said(content)
  await wire.said(Buffer.alloc(MEGABYTE, line))
  assert.match((await wire.ask('\r\n.')).text, /^552 5\.3\.4 /)
  await wire.expect('NOOP', 250)
  wire.hangUp()
  const message = await mailOf('large')
  assert.equal(body(message).length, content.length - header.length)
  await readMailbox(house.program.port('pop3'), bob(), { andDelete: true })
  await stillWorks()
})
