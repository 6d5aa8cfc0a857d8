// The net of the simulated world keeps the contract of the Connection port, whatever the weather.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Connection } from '../../ground/ports/connection.ts'
import { SimulatedClock } from './clock.ts'
import type { LinkConditions } from './connection.ts'
import { Life } from './life.ts'
import { SimulatedNetwork } from './network.ts'
import { SimulatedRandom } from './random.ts'

function world(weather: Partial<LinkConditions> = {}, seed = 1) {
  const clock = new SimulatedClock({ startMs: 0 })
  const network = new SimulatedNetwork({ clock, random: new SimulatedRandom(seed) })
  network.weather = () => weather
  const [here, there] = [new Life(), new Life()]
  return { clock, network, here, there, us: network.node('192.0.2.1', here), them: network.node('192.0.2.2', there) }
}

type TestWorld = ReturnType<typeof world>

const OPTIONS = { host: '192.0.2.2', port: 25, tls: 'starttls', maxConnections: 10 } as const
const DIAL = { address: '192.0.2.2', port: 25, timeoutMs: 30_000 }

interface Heard {
  text: string
  drained: number
  pieces: number
  readonly events: string[]
}

function listen(connection: Connection, onData?: (heard: Heard) => void): Heard {
  const heard: Heard = { text: '', drained: 0, pieces: 0, events: [] }
  connection.handle({
    data: (bytes) => {
      heard.text += Buffer.from(bytes).toString('latin1')
      heard.pieces++
      onData?.(heard)
    },
    ended: () => heard.events.push('ended'),
    drained: () => heard.drained++,
    closed: (end) => heard.events.push(end),
  })
  return heard
}

async function connected({ clock, us, them }: TestWorld): Promise<{ near: Connection; far: Connection }> {
  let far: Connection | undefined
  await them.listener.listen(OPTIONS, (connection) => {
    far = connection
  })
  let near: Connection | undefined
  void us.dialer.dial(DIAL).then((dialed) => {
    if (dialed.ok) near = dialed.value
  })
  await clock.runUntil(() => near !== undefined && far !== undefined, 10_000)
  assert.ok(near && far)
  return { near, far }
}

test('bytes come in order and whole, in whatever pieces', async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = new SimulatedRandom(seed)
    const w = world({ pieceBytesMax: random.pick([0, 1, 5, 100]), latencyMs: [1, 500], dripMs: random.pick([0, 2]) }, seed)
    const { near, far } = await connected(w)
    const heard = listen(far)
    listen(near)
    let sent = ''
    for (let n = 0; n < 30; n++) {
      const text = `${n} ${'x'.repeat(random.below(50))};`
      sent += text
      near.write(text)
    }
    near.end()
    await w.clock.advance(60_000)
    assert.equal(heard.text, sent)
    assert.deepEqual(heard.events, ['ended'])
  }
})

test('both ends say goodbye: closed on both sides', async () => {
  const w = world()
  const { near, far } = await connected(w)
  const [one, other] = [listen(near), listen(far)]
  near.end()
  await w.clock.advance(1000)
  far.write('the last word')
  far.end()
  await w.clock.advance(1000)
  assert.equal(one.text, 'the last word')
  assert.deepEqual(
    [one.events, other.events],
    [
      ['ended', 'closed'],
      ['ended', 'closed'],
    ],
  )
  assert.equal(w.network.underway, 0)
})

test('write says wait when the reader does not read, and drained when it has', async () => {
  const w = world({ windowBytes: 1000 })
  const { near, far } = await connected(w)
  const [one, other] = [listen(near), listen(far)]
  far.pause()
  assert.equal(near.write('a'.repeat(900)), true)
  assert.equal(near.write('b'.repeat(900)), false)
  await w.clock.advance(10_000)
  assert.deepEqual([other.text, one.drained], ['', 0])
  far.resume()
  await w.clock.advance(10_000)
  assert.deepEqual([other.text.length, one.drained], [1800, 1])
})

test('a connection can be cut at any byte, and both hear of it', async () => {
  for (const at of [1, 7, 100]) {
    const w = world({ cutAfter: { atListener: at }, pieceBytesMax: 9 })
    const { near, far } = await connected(w)
    const [one, other] = [listen(near), listen(far)]
    near.write('z'.repeat(200))
    await w.clock.advance(10_000)
    assert.equal(other.text.length, at)
    assert.deepEqual([one.events, other.events], [['reset'], ['reset']])
  }
})

test('TLS is agreed on by both, or fails on both', async () => {
  for (const tls of ['works', 'fails'] as const) {
    const w = world({ tls })
    const { near, far } = await connected(w)
    const heard: Heard = listen(far, () => {
      if (heard.pieces > 1) return
      far.write('go')
      void far.startTls().then((secured) => heard.events.push(`tls ${secured.ok}`))
    })
    const one: Heard = listen(near, () => {
      if (one.text !== 'go') return
      void near.startTls({ serverName: 'mx.example' }).then((secured) => {
        one.events.push(`tls ${secured.ok}`)
        near.write('secret')
      })
    })
    near.write('STARTTLS')
    await w.clock.advance(100_000)
    const works = tls === 'works'
    assert.equal(heard.text, works ? 'STARTTLSsecret' : 'STARTTLS')
    assert.deepEqual(one.events, works ? ['tls true'] : ['tls false', 'tls'])
    assert.equal(near.tls?.serverName, works ? 'mx.example' : undefined)
  }
})

test('bytes in clear in the middle of a handshake end it', async () => {
  const w = world({ latencyMs: [10, 10] })
  const { near, far } = await connected(w)
  listen(near)
  const heard: Heard = listen(far, () => {
    if (heard.pieces === 1) void far.startTls().then((secured) => heard.events.push(`tls ${secured.ok}`))
  })
  near.write('STARTTLS')
  await w.clock.advance(15)
  near.write('smuggled')
  await w.clock.advance(1000)
  assert.equal(heard.text, 'STARTTLS')
  assert.deepEqual(heard.events, ['tls false', 'tls'])
})

test('what cannot be reached is told apart', async () => {
  const w = world()
  const errors: string[] = []
  const ask = async (address: string): Promise<void> => {
    const dialed = w.us.dialer.dial({ ...DIAL, address })
    void dialed.then((outcome) => errors.push(outcome.ok ? 'ok' : outcome.error.type))
    await w.clock.advance(31_000)
  }
  await ask('192.0.2.2')
  await ask('192.0.2.99')
  w.network.setReach('192.0.2.2', 'silent')
  await ask('192.0.2.2')
  w.network.setReach('192.0.2.2', 'unreachable')
  await ask('192.0.2.2')
  assert.deepEqual(errors, ['refused', 'unreachable', 'timeout', 'unreachable'])
})

test('when a life ends its connections break, its ports close, and it hears nothing', async () => {
  const w = world()
  const { near, far } = await connected(w)
  const [one, other] = [listen(near), listen(far)]
  w.there.end()
  await w.clock.advance(10_000)
  assert.deepEqual([one.events, other.events], [['reset'], []])
  let refused = ''
  void w.us.dialer.dial(DIAL).then((outcome) => {
    refused = outcome.ok ? 'ok' : outcome.error.type
  })
  await w.clock.advance(10_000)
  assert.equal(refused, 'refused')
})

test('silence ends a connection after its idle time, or is told where somebody listens for it', async () => {
  const w = world()
  const { near, far } = await connected(w)
  const one = listen(near)
  let idle = 0
  far.handle({ data: () => {}, ended: () => far.end(), drained: () => {}, idle: () => idle++, closed: () => {} })
  far.idleTimeout(5000)
  near.idleTimeout(20_000)
  near.write('hello')
  await w.clock.advance(4000)
  near.write('still here')
  await w.clock.advance(4900)
  assert.equal(idle, 0)
  await w.clock.advance(1000)
  assert.equal(idle, 1)
  await w.clock.advance(30_000)
  assert.deepEqual(one.events, ['timeout'])
})

test('the same seed is the same world', async () => {
  const story = async (seed: number): Promise<string> => {
    const w = world({ pieceBytesMax: 10, latencyMs: [1, 300] }, seed)
    const { near, far } = await connected(w)
    const times: number[] = []
    listen(far, () => times.push(w.clock.monotonic()))
    near.write('q'.repeat(300))
    await w.clock.advance(60_000)
    return times.join()
  }
  assert.equal(await story(7), await story(7))
  assert.notEqual(await story(7), await story(8))
})
