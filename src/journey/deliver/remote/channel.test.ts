// One channel over a connection in memory: how many writes a message costs, when it waits for the peer, and what noise does to it.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Connection, ConnectionHandler } from '../../../ground/ports/connection.ts'
import { err } from '../../../ground/result.ts'
import { PHASE_TIMEOUTS_MS } from '../../../mail/protocol/smtp/smtp.ts'
import { Channel } from './channel.ts'
import { CONTENT, HandClock, job, pieces } from './remote.testing.ts'

/** Remembers what was written; the test plays the peer. */
class MemoryConnection implements Connection {
  readonly local = { address: '127.0.0.1', port: 1 }
  readonly remote = { address: '127.0.0.1', port: 25 }
  readonly tls = undefined
  readonly writes: string[] = []
  handler: ConnectionHandler | undefined
  destroyed = false
  isFull = false

  handle(handler: ConnectionHandler): void {
    this.handler = handler
  }

  write(bytes: Uint8Array | string): boolean {
    this.writes.push(typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('latin1'))
    return !this.isFull
  }

  says(text: string): void {
    this.handler?.data(Buffer.from(text, 'latin1'))
  }

  pause(): void {}
  resume(): void {}
  end(): void {}
  idleTimeout(): void {}

  destroy(): void {
    this.destroyed = true
  }

  async startTls(): ReturnType<Connection['startTls']> {
    return err('no TLS in memory')
  }
}

const ENVELOPE = { reversePath: 'a@x', recipients: ['b@y'], sizeBytes: CONTENT.length, eightBit: false, smtpUtf8: false }

async function ready(
  extensions = '250-PIPELINING\r\n',
): Promise<{ channel: Channel; connection: MemoryConnection; clock: HandClock }> {
  const connection = new MemoryConnection()
  const clock = new HandClock()
  const channel = new Channel(connection, { hostname: 'me', clock, timeouts: PHASE_TIMEOUTS_MS })
  connection.says('220 x\r\n')
  connection.says(`250-x\r\n${extensions}250 SIZE\r\n`)
  await channel.ready()
  connection.writes.length = 0
  return { channel, connection, clock }
}

/** Lets everything that waits for nothing but a turn have its turn. */
async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve()
}

test('a small message costs two writes: the envelope, and the content with its end', async () => {
  const { channel, connection } = await ready()
  const sending = channel.send(ENVELOPE, pieces(...(CONTENT.match(/.{1,7}/gs) ?? [])))
  connection.says('250 ok\r\n250 ok\r\n354 go\r\n')
  await new Promise((resolve) => setImmediate(resolve))
  connection.says('250 queued\r\n')
  assert.equal((await sending).result.final?.code, 250)
  assert.deepEqual(connection.writes, [
    'MAIL FROM:<a@x> SIZE=28\r\nRCPT TO:<b@y>\r\nDATA\r\n',
    'Subject: Hi\r\n\r\nHello\r\n..dot\r\n.\r\n',
  ])
})

test('large content waits until the peer has taken what was written', async () => {
  const { channel, connection } = await ready()
  const piece = `${'x'.repeat(98)}\r\n`.repeat(1000)
  const sending = channel.send(ENVELOPE, pieces(piece, piece, piece))
  connection.isFull = true
  connection.says('250 ok\r\n250 ok\r\n354 go\r\n')
  await settle()
  assert.equal(connection.writes.length, 2)
  connection.handler?.drained()
  await settle()
  assert.equal(connection.writes.length, 3)
  connection.isFull = false
  connection.handler?.drained()
  await settle()
  connection.says('250 ok\r\n')
  assert.equal((await sending).result.final?.code, 250)
  assert.equal(connection.writes.slice(1).join(''), `${piece.repeat(3)}.\r\n`)
})

test('a peer that takes nothing for three minutes is given up, and the content is closed', async () => {
  const { channel, connection, clock } = await ready()
  let closed = false
  async function* open(): AsyncIterable<Uint8Array> {
    try {
      for (;;) yield Buffer.from(`${'x'.repeat(98)}\r\n`.repeat(1000))
    } finally {
      closed = true
    }
  }
  const sending = channel.send(ENVELOPE, open())
  connection.isFull = true
  connection.says('250 ok\r\n250 ok\r\n354 go\r\n')
  await settle()
  clock.advance(179_000)
  channel.checkDeadline(clock.monotonic())
  assert.ok(channel.usable)
  clock.advance(2000)
  channel.checkDeadline(clock.monotonic())
  const { trouble, result } = await sending
  assert.deepEqual([trouble, result.contentEnded], [{ type: 'timeout', phase: 'block' }, false])
  await settle()
  assert.ok(connection.destroyed && closed)
})

test('single bytes are no progress: a server that drips is given up like a silent one', async () => {
  const { channel, connection, clock } = await ready()
  const sending = channel.send(ENVELOPE, pieces(CONTENT))
  for (let minute = 0; minute < 6; minute++) {
    clock.advance(60_000)
    channel.checkDeadline(clock.monotonic())
    connection.says('2')
  }
  assert.deepEqual((await sending).trouble, { type: 'timeout', phase: 'envelope' })
})

test('an idle channel that hears anything is no longer usable', async () => {
  for (const text of ['421 bye\r\n', '250 what?\r\n', 'noise\r\n']) {
    const { channel, connection } = await ready()
    connection.says(text)
    assert.equal(channel.usable, false)
    assert.ok((await channel.send(ENVELOPE, pieces(CONTENT))).trouble)
  }
})

test('quit says QUIT once, and only where it may be said', async () => {
  const { channel, connection } = await ready()
  channel.quit()
  channel.quit()
  assert.deepEqual(connection.writes, ['QUIT\r\n'])
  const busy = await ready()
  void busy.channel.send(ENVELOPE, pieces(CONTENT))
  busy.channel.quit()
  assert.ok(!busy.connection.writes.includes('QUIT\r\n'))
})

const NOISE = fc.array(
  fc.constantFrom(
    '250 ok\r\n',
    '354 go\r\n',
    '421 x\r\n',
    '550 5.1.1 no\r\n',
    '250-',
    '2',
    '\r\n',
    'zzz\r\n',
    '452 4.5.3 x\r\n',
    '554\r\n',
  ),
  { maxLength: 15 },
)

test('whatever the peer says and whenever it hangs up, a transaction comes to an end with one answer', async () => {
  await fc.assert(
    fc.asyncProperty(NOISE, fc.boolean(), fc.boolean(), async (said, pipelining, asksTwice) => {
      const { channel, connection } = await ready(pipelining ? undefined : '')
      const sending = channel.send({ ...ENVELOPE, recipients: asksTwice ? ['b@y', 'c@y'] : ['b@y'] }, job().open())
      for (const text of said) {
        connection.says(text)
        await settle()
      }
      connection.handler?.closed('reset')
      const { result, trouble } = await sending
      assert.ok(trouble !== undefined || result.mail !== undefined)
      assert.ok(result.final === undefined || result.final.code < 300 || result.final.code >= 400)
    }),
    { numRuns: 300 },
  )
})
