// What a message costs in the SMTP server core alone: no sockets, no store. Prints nanoseconds per message and MB/s.
// Run: node bench/micro/smtp-core.ts

import { SmtpServer } from '../../src/mail/protocol/smtp/smtp.ts'

const LINE = 'The quick brown fox jumps over the lazy dog, and then some more words here..\r\n'
const OPTIONS = { hostname: 'mx.example.com', sizeBytesMax: 50_000_000 }
const COMMANDS = 'MAIL FROM:<alice@example.com> SIZE=4096 BODY=8BITMIME\r\nRCPT TO:<bob@example.net>\r\nDATA\r\n'

const SLICES = 20

let seen = 0

function drain(server: SmtpServer): void {
  for (let event = server.next(); event !== undefined; event = server.next()) {
    if (event.type === 'content') seen += event.bytes.length
    else if (server.awaiting !== undefined) server.accept()
  }
}

function connected(): SmtpServer {
  const server = new SmtpServer(OPTIONS)
  server.greet()
  server.receive(Buffer.from('EHLO client.example.com\r\n'))
  drain(server)
  server.takeOutput()
  return server
}

/** One message: a pipelined group of commands, then the content in pieces of at most 64 KiB. */
function message(server: SmtpServer, commands: Buffer, pieces: readonly Buffer[]): void {
  server.receive(commands)
  drain(server)
  server.takeOutput()
  for (const piece of pieces) {
    server.receive(piece)
    drain(server)
  }
  server.takeOutput()
}

function measure(name: string, body: Buffer, rounds: number): void {
  const pieces: Buffer[] = []
  for (let at = 0; at < body.length; at += 65_536) pieces.push(body.subarray(at, at + 65_536))
  const commands = Buffer.from(COMMANDS)
  const server = connected()
  for (let i = 0; i < rounds / 5; i++) message(server, commands, pieces)
  const slices = Array.from({ length: SLICES }, () => slice(rounds / SLICES, () => message(server, commands, pieces))).sort(
    (a, b) => a - b,
  )
  const [best = 0] = slices
  const median = slices[SLICES >> 1] ?? 0
  const megabytes = ((body.length / median) * 1000).toFixed(0).padStart(6)
  console.log(
    `${name.padEnd(28)} median ${median.toFixed(0).padStart(7)} best ${best.toFixed(0).padStart(7)} ns/message ${megabytes} MB/s`,
  )
}

/** Nanoseconds a round. The median of many slices is little disturbed by what else the machine does. */
function slice(rounds: number, run: () => void): number {
  const start = process.hrtime.bigint()
  for (let i = 0; i < rounds; i++) run()
  return Number(process.hrtime.bigint() - start) / rounds
}

function text(lines: number): Buffer {
  return Buffer.from(`${LINE.repeat(lines)}.\r\n`)
}

function memory(): void {
  const count = 20_000
  const kept: SmtpServer[] = []
  globalThis.gc?.()
  const before = process.memoryUsage()
  for (let i = 0; i < count; i++) kept.push(connected())
  globalThis.gc?.()
  const after = process.memoryUsage()
  const bytes = (after.heapUsed + after.external - before.heapUsed - before.external) / kept.length
  console.log(
    `idle connection              ${bytes.toFixed(0).padStart(9)} bytes${globalThis.gc ? '' : ' (run with --expose-gc)'}`,
  )
}

measure('empty message', Buffer.from('.\r\n'), 100_000)
measure('4 KiB', text(53), 100_000)
measure('4 KiB, every line dotted', Buffer.from(`${`..${LINE}`.repeat(52)}.\r\n`), 50_000)
measure('4 KiB, UTF-8', Buffer.from(`${`${'ä€ word '.repeat(6)}\r\n`.repeat(55)}.\r\n`), 50_000)
measure('1 MiB', text(13_443), 500)
memory()
if (seen === 0) throw new Error('no content was seen')
