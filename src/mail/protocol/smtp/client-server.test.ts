// The client core and the server core talk to each other in memory: what one side hands over, the other side gets.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type ClientEnvelope, type ClientEvent, type Extension, reply, SmtpClient, SmtpServer } from './smtp.ts'

interface Received {
  readonly recipients: string[]
  content: string
  sizeBytes: number
}

/** Passes bytes to and fro, cut as `cut` says, until both sides are silent. */
class Wire {
  readonly client = new SmtpClient({ hostname: 'client.example' })
  readonly server: SmtpServer
  readonly received: Received[] = []
  readonly events: ClientEvent[] = []
  readonly #cut: () => number
  #mail: Received = { recipients: [], content: '', sizeBytes: 0 }

  constructor(without: readonly Extension[], cut: () => number) {
    this.server = new SmtpServer({ hostname: 'server.example', sizeBytesMax: 1_000_000, without: new Set(without) })
    this.#cut = cut
    this.server.greet()
  }

  send(envelope: ClientEnvelope, content: Buffer): void {
    this.client.begin(envelope)
    this.run()
    if (this.client.state !== 'content') return
    this.client.content(content)
    this.client.endContent()
    this.run()
  }

  run(): void {
    for (let busy = true; busy; ) {
      const toClient = this.#carry(this.server.takeOutput(), (bytes) => this.client.receive(bytes))
      const toServer = this.#carry(this.client.takeOutput(), (bytes) => {
        this.server.receive(bytes)
        this.#serve()
      })
      busy = toClient || toServer
      for (let event = this.client.next(); event; event = this.client.next()) this.events.push(event)
    }
  }

  #carry(output: Uint8Array | string | undefined, to: (bytes: Uint8Array) => void): boolean {
    if (output === undefined || output.length === 0) return false
    const bytes = typeof output === 'string' ? Buffer.from(output, 'utf8') : Buffer.from(output)
    for (let at = 0; at < bytes.length; ) {
      const end = Math.min(bytes.length, at + this.#cut())
      to(Buffer.from(bytes.subarray(at, end)))
      at = end
    }
    return true
  }

  #serve(): void {
    for (let event = this.server.next(); event; event = this.server.next()) {
      if (event.type === 'content') this.#mail.content += Buffer.from(event.bytes).toString('latin1')
      if (event.type === 'content-end') {
        assert.equal(event.facts.violation, undefined)
        this.#mail.sizeBytes = event.facts.sizeBytes
        this.received.push(this.#mail)
        this.#mail = { recipients: [], content: '', sizeBytes: 0 }
      }
      if (this.server.awaiting === undefined) continue
      if (event.type === 'recipient' && event.address?.localPart.startsWith('no'))
        this.server.reply(reply(550, '5.1.1', 'nobody'))
      else {
        if (event.type === 'recipient') this.#mail.recipients.push(event.address?.localPart ?? '')
        this.server.accept()
      }
    }
  }
}

const LINE = fc
  .array(fc.constantFrom('.', '..', 'a', ' ', 'é', 'MAIL FROM:<x>', 'QUIT'), { maxLength: 6 })
  .map((parts) => parts.join(''))
const CONTENT = fc
  .array(LINE, { minLength: 1, maxLength: 20 })
  .map((lines) => Buffer.from(lines.map((line) => `${line}\r\n`).join(''), 'utf8'))
const LOCAL_PART = fc.constantFrom('a', 'b', 'no', 'nobody', 'x.y', 'é')
const MESSAGE = fc.record({ content: CONTENT, recipients: fc.array(LOCAL_PART, { minLength: 1, maxLength: 5 }) })

test('whatever is sent arrives as it was, for those who were accepted, however the bytes are cut', () => {
  const withouts = fc.subarray<Extension>(['PIPELINING', 'CHUNKING', 'ENHANCEDSTATUSCODES'])
  fc.assert(
    fc.property(
      fc.array(MESSAGE, { minLength: 1, maxLength: 4 }),
      withouts,
      fc.integer({ min: 1, max: 40 }),
      (messages, without, piece) => {
        const wire = new Wire(without, () => piece)
        wire.run()
        const expected: Received[] = []
        for (const { content, recipients } of messages) {
          const envelope = { reversePath: '', sizeBytes: content.length, eightBit: true, smtpUtf8: true }
          wire.send({ ...envelope, recipients: recipients.map((name) => `${name}@example.net`) }, content)
          const accepted = recipients.filter((name) => !name.startsWith('no'))
          if (accepted.length > 0)
            expected.push({ recipients: accepted, content: content.toString('latin1'), sizeBytes: content.length })
          const last = wire.events.at(-1)
          assert.ok(last?.type === 'done' && last.reusable)
          assert.deepEqual(
            last.result.recipients.map((answer) => answer?.code === 250),
            recipients.map((name) => !name.startsWith('no')),
          )
        }
        assert.deepEqual(wire.received, expected)
      },
    ),
    { numRuns: 150 },
  )
})
