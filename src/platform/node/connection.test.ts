// The Connection, Listener and Dialer ports over real sockets: bytes both ways, STARTTLS, and what a hang-up looks like.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { test } from 'node:test'
import { connect as tlsConnect } from 'node:tls'
import type { Connection, ListenOptions, OpenListener } from '../../ground/ports/connection.ts'
import { selfSigned } from './certificate.ts'
import { nodeDialer } from './dialer.ts'
import { bindPort, nodeListener } from './listener.ts'

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

test('a peer that hangs up during the handshake is gone at once, and its place is free', { timeout: 10_000 }, async (t) => {
  await t.test('implicit TLS', async () => {
    const { promise: accepted, resolve } = Promise.withResolvers<Connection>()
    const listener = await open({ ...base, tls: 'implicit', maxConnections: 1 }, resolve)
    const gone = await halfHandshake(listener.port)
    await once(gone, 'close')
    const client = await dial(listener.port, { serverName: 'posthorn.test' })
    ;(await accepted).destroy()
    client.destroy()
    await listener.close()
  })
  await t.test('after STARTTLS', async () => {
    const ended = Promise.withResolvers<unknown>()
    const listener = await open(base, (connection) => {
      connection.handle({
        data: async () => {
          assert.equal((await connection.startTls()).ok, false)
        },
        ended: () => {},
        drained: () => {},
        closed: (...how) => ended.resolve(how),
      })
    })
    const gone = await halfHandshake(listener.port, 'STARTTLS')
    assert.deepEqual(await ended.promise, ['tls', 'the peer hung up during the TLS handshake'])
    gone.destroy()
    await listener.close()
  })
})

/** Says the first bytes of a ClientHello and ends its side, but waits for the other's end. */
async function halfHandshake(port: number, before?: string): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true })
  await once(socket, 'connect')
  socket.on('error', () => {}).resume()
  if (before !== undefined) {
    socket.write(before)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  socket.end(Buffer.from('160301020001', 'hex'))
  return socket
}

test('a bad record after the handshake ends the connection', { timeout: 10_000 }, async () => {
  const ended = Promise.withResolvers<unknown>()
  const listener = await open({ ...base, tls: 'implicit' }, (connection) => {
    connection.handle({ data: () => {}, ended: () => {}, drained: () => {}, closed: (how) => ended.resolve(how) })
    connection.write('hello')
  })
  const plain = connect({ host: '127.0.0.1', port: listener.port })
  // Encrypts on a stream beside the socket, so that the test can say something of its own on the wire.
  const { stream, wire } = beside(plain)
  const secured = tlsConnect({ socket: stream, rejectUnauthorized: false })
  secured.on('error', () => {})
  await once(secured, 'data')
  wire(Buffer.from('1703030020'.padEnd(74, 'f'), 'hex'))
  assert.equal(await ended.promise, 'tls')
  plain.destroy()
  await listener.close()
})

function beside(socket: Socket): { readonly stream: Duplex; readonly wire: (bytes: Uint8Array) => void } {
  const stream = new Duplex({
    read: () => {},
    write: (bytes: Uint8Array, _encoding, done) => void socket.write(bytes, () => done()),
  })
  socket.on('error', () => {}).on('data', (bytes) => stream.push(bytes))
  return { stream, wire: (bytes) => void socket.write(bytes) }
}

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

for (const tls of ['starttls', 'implicit'] as const)
  test(`who connects before a port is served waits, and hears all that was said before (tls: ${tls})`, {
    timeout: 10_000,
  }, async (t) => {
    const bound = await bindPort({ host: '127.0.0.1', port: 0, tls, shared: true })
    assert.ok(bound.ok)
    const gone = connect({ host: '127.0.0.1', port: bound.value.port })
    await once(gone, 'connect')
    gone.resetAndDestroy()
    const dialing = dial(bound.value.port, tls === 'implicit' ? { serverName: 'posthorn.test' } : undefined)
    if (tls === 'starttls') (await dialing).write('hello')
    await new Promise((resolve) => setTimeout(resolve, 50))
    const listener = bound.value.serve({ credentials, maxConnections: 2 }, (connection) =>
      connection.handle({
        data: (bytes) => void connection.write(bytes),
        ended: () => connection.end(),
        drained: () => {},
        closed: () => {},
      }),
    )
    t.after(() => listener.close())
    const client = await dialing
    if (tls === 'implicit') client.write('hello')
    const read = reader(client)
    await read.wait('hello')
    client.end()
    assert.equal(await read.closed(), 'closed')
  })

test('a port that is let go before it is served ends those who wait', { timeout: 10_000 }, async () => {
  const bound = await bindPort({ host: '127.0.0.1', port: 0, tls: 'starttls', shared: false })
  assert.ok(bound.ok)
  const read = reader(await dial(bound.value.port))
  await new Promise((resolve) => setTimeout(resolve, 50))
  await bound.value.close()
  await read.closed()
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
