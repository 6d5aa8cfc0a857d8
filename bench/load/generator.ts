// Our own load generator, a process of its own: speaks SMTP step by step, without pipelining, as smtp-source does. Started by source.ts
// with the load as JSON; says "ready", waits for a line, sends, says "took SECONDS".

import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import type { Load } from './source.ts'

/** Different bodies, so that no server profits from having seen one before. */
const BODIES = 16

const load = JSON.parse(process.argv[2] ?? '') as Load
const bodies = Array.from({ length: BODIES }, (_, n) => Buffer.from(`${header(n)}${body()}.\r\n`))
let left = load.count
let done = 0
let started = 0

process.stdout.write('ready\n')
process.stdin.once('data', () => {
  started = performance.now()
  for (let n = 0; n < Math.min(load.sessions, load.count); n++) session()
})

function header(n: number): string {
  const lines = ['From: <sender@source.test>', `To: <${load.to}>`, 'Date: Fri, 2 Jan 2026 15:04:05 +0000']
  return [...lines, `Message-ID: <${n}.${process.pid}@source.test>`, `Subject: message ${n}`, '', ''].join('\r\n')
}

function body(): string {
  const bytes = load.sizeBytes
  if (load.body === 'plain') return `${'X'.repeat(78)}\r\n`.repeat(Math.max(1, Math.round(bytes / 80)))
  const text = randomBytes(Math.round((bytes * 76 * 3) / (78 * 4))).toString('base64')
  return `${text.replace(/.{76}/g, '$&\r\n')}\r\n`
}

/** Each step waits for the reply to the one before. */
function session(): void {
  if (left === 0) return
  const socket = connect({ port: load.port, host: '127.0.0.1', noDelay: true })
  const steps = script(socket)
  let text = ''
  steps.next('')
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1')
    // The last line of a reply has a space after its code.
    const reply = /^(?:\d{3}-.*\r\n)*(\d{3}) .*\r\n$/.exec(text)?.[1]
    if (reply === undefined) return
    text = ''
    steps.next(reply)
  })
  socket.on('error', (cause) => fail(cause.message))
  socket.on('close', () => {
    if (load.connections === 'single') session()
  })
}

function* script(socket: Socket): Generator<void, void, string> {
  const say = function* (what: string | Buffer, wanted: string): Generator<void, void, string> {
    socket.write(what)
    const code = yield
    if (code !== wanted) fail(`${code} in reply to ${what.toString().slice(0, 60)}`)
  }
  // The greeting.
  yield
  yield* say('EHLO source.test\r\n', '250')
  do {
    if (left === 0) break
    const content = bodies[left-- % BODIES] as Buffer
    yield* say('MAIL FROM:<sender@source.test>\r\n', '250')
    yield* say(`RCPT TO:<${load.to}>\r\n`, '250')
    yield* say('DATA\r\n', '354')
    yield* say(content, '250')
    count()
  } while (load.connections === 'kept')
  socket.end('QUIT\r\n')
}

function count(): void {
  if (++done < load.count) return
  process.stdout.write(`took ${(performance.now() - started) / 1000}\n`, () => process.exit(0))
}

function fail(why: string): never {
  process.stderr.write(`${why}\n`)
  process.exit(1)
}
