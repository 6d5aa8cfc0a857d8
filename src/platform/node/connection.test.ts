// The Connection, Listener and Dialer ports over real sockets: bytes both ways, STARTTLS, and what a hang-up looks like.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Connection, ListenOptions, OpenListener } from '../../ground/ports/connection.ts'
import { selfSigned } from './certificate.ts'
import { nodeDialer } from './dialer.ts'
import { nodeListener } from './listener.ts'

const credentials = await selfSigned('posthorn.test', ['posthorn.test'])
const base: ListenOptions = { host: '127.0.0.1', port: 0, tls: 'starttls', credentials, maxConnections: 10 }

async function open(options: ListenOptions, accept: (connection: Connection) => void): Promise<OpenListener> {
  const listener = await nodeListener({ shared: true }).listen(options, accept)
  assert.ok(listener.ok)
  return listener.value
}

async function dial(port: number, tls?: { serverName: string }): Promise<Connection> {
  const dialed = await nodeDialer.dial({ address: '127.0.0.1', port, timeoutMs: 5000, ...(tls ? { tls } : {}) })
  assert.ok(dialed.ok, JSON.stringify(dialed))
  return dialed.value
}

/** Collects what arrives, and lets a test wait for it. */
function reader(connection: Connection) {
  let text = ''
  let end: string | undefined
  let wake = (): void => {}
  connection.handle({
    data: (bytes) => {
      text += Buffer.from(bytes).toString('latin1')
      wake()
    },
    ended: () => connection.end(),
    drained: () => {},
    closed: (how) => {
      end = how
      wake()
    },
  })
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await new Promise<void>((resolve) => (wake = resolve))
  }
  return {
    text: () => text,
    wait: (expected: string) => until(() => text.includes(expected)),
    closed: () => until(() => end !== undefined).then(() => end),
  }
}

test('bytes pass both ways, and an orderly hang-up reads as closed', async () => {
  const listener = await open(base, (connection) => {
    connection.handle({
      data: (bytes) => void connection.write(bytes),
      ended: () => connection.end(),
      drained: () => {},
      closed: () => {},
    })
  })
  const client = await dial(listener.port)
  const read = reader(client)
  client.write('hello')
  await read.wait('hello')
  assert.equal(client.remote.port, listener.port)
  client.end()
  assert.equal(await read.closed(), 'closed')
  await listener.close()
})

for (const tls of ['none', 'implicit'] as const)
  test(`the last word reaches a peer that is done and keeps its side open, and nobody waits for it (tls: ${tls})`, async () => {
    const { promise: ended, resolve } = Promise.withResolvers<string>()
    // More than the system takes at once.
    const word = 'goodbye '.repeat(1_000_000)
    const listener = await open({ ...base, tls }, (connection) => {
      connection.handle({
        data: () => {
          connection.write(word)
          connection.end({ peerIsDone: true })
        },
        ended: () => {},
        drained: () => {},
        closed: resolve,
      })
    })
    const client = await dial(listener.port, tls === 'none' ? undefined : { serverName: 'posthorn.test' })
    const read = reader(client)
    client.write('QUIT')
    assert.equal(await read.closed(), 'closed')
    assert.equal(read.text().length, word.length)
    assert.equal(await ended, 'closed')
    await listener.close()
  })

test('STARTTLS throws away what came in clear after the command, and goes on encrypted', async () => {
  const listener = await open(base, (connection) => {
    connection.handle({
      data: async (bytes) => {
        const text = Buffer.from(bytes).toString('latin1')
        if (!text.startsWith('STARTTLS')) return void connection.write(`got ${text}`)
        connection.write('ready')
        const started = await connection.startTls()
        assert.ok(started.ok, JSON.stringify(started))
      },
      ended: () => connection.end(),
      drained: () => {},
      closed: () => {},
    })
  })
  const client = await dial(listener.port)
  const read = reader(client)
  client.write('STARTTLS')
  await read.wait('ready')
  const secured = await client.startTls({ serverName: 'posthorn.test' })
  assert.ok(secured.ok, JSON.stringify(secured))
  assert.match(secured.value.protocol, /^TLSv1\.[23]$/)
  assert.equal(secured.value.verified, false)
  client.write('secret')
  await read.wait('got secret')
  client.end()
  await read.closed()
  await listener.close()
})

test('a failed handshake is an error on both sides, and the connection is over', async () => {
  const outcome: unknown[] = []
  const listener = await open(base, (connection) => {
    connection.handle({
      data: async () => outcome.push((await connection.startTls()).ok),
      ended: () => {},
      drained: () => {},
      closed: (end) => outcome.push(end),
    })
  })
  const client = await dial(listener.port)
  const read = reader(client)
  client.write('STARTTLS')
  await new Promise((resolve) => setTimeout(resolve, 50))
  client.write('this is no ClientHello at all, and never will be\r\n')
  await read.closed()
  while (outcome.length < 2) await new Promise((resolve) => setTimeout(resolve, 10))
  assert.deepEqual(new Set(outcome), new Set([false, 'tls']))
  await listener.close()
})

test('implicit TLS carries its facts, and a renewed certificate is used from the next handshake on', async () => {
  const listener = await open({ ...base, tls: 'implicit' }, (connection) => {
    assert.ok(connection.tls)
    connection.handle({
      data: (bytes) => void connection.write(bytes),
      ended: () => connection.end(),
      drained: () => {},
      closed: () => {},
    })
  })
  for (const _ of [1, 2]) {
    const client = await dial(listener.port, { serverName: 'posthorn.test' })
    const read = reader(client)
    client.write('hi')
    await read.wait('hi')
    client.end()
    await read.closed()
    listener.renew(await selfSigned('other.test', ['other.test']))
  }
  await listener.close()
})

test('a port that is taken, and one that nobody listens on, are told apart', async () => {
  const first = await nodeListener({ shared: false }).listen(base, () => {})
  assert.ok(first.ok)
  const second = await nodeListener({ shared: false }).listen({ ...base, port: first.value.port }, () => {})
  assert.ok(!second.ok && second.error.type === 'in-use')
  await first.value.close()
  const refused = await nodeDialer.dial({ address: '127.0.0.1', port: 1, timeoutMs: 1000 })
  assert.ok(!refused.ok && refused.error.type === 'refused')
})

test('beyond the limit of connections the newcomer gets a line and is let go', async () => {
  const listener = await nodeListener({ shared: true }).listen(
    { ...base, maxConnections: 1 },
    (connection) => connection.handle({ data: () => {}, ended: () => connection.end(), drained: () => {}, closed: () => {} }),
    (connection) => {
      connection.write('421 too many\r\n')
      connection.end()
    },
  )
  assert.ok(listener.ok)
  const first = await dial(listener.value.port)
  reader(first)
  const read = reader(await dial(listener.value.port))
  await read.wait('421 too many')
  assert.equal(await read.closed(), 'closed')
  first.destroy()
  await listener.value.close()
})
