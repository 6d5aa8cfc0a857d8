// A server that sleeps answers its first request like any other, and one that cannot be woken says so.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import Fastify, { type FastifyInstance } from 'fastify'
import { type HttpPatience, sleepingServer } from './sleeping.ts'
import { testLog } from './testing.ts'

const PATIENT: HttpPatience = { headersMs: 60_000, requestMs: 60_000, connectionsMax: 100 }

async function open(t: TestContext, wake: () => Promise<FastifyInstance>, patience: HttpPatience = PATIENT) {
  const { server, close } = sleepingServer(wake, testLog(), patience)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.after(close)
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close }
}

function app(): FastifyInstance {
  const fastify = Fastify()
  fastify.get('/', async () => 'awake')
  fastify.post('/', async (request) => String(request.body).length)
  fastify.get('/live', (_request, reply) => void reply.hijack().raw.write('live'))
  return fastify
}

test('it is woken once, by the first requests, which are all answered', async (t) => {
  let woken = 0
  const { url } = await open(t, async () => {
    woken++
    await turn()
    return app()
  })
  assert.equal(woken, 0)
  const body = 'x'.repeat(500_000)
  const answers = await Promise.all([
    fetch(url),
    fetch(url),
    fetch(url, { method: 'POST', body, headers: { 'content-type': 'text/plain' } }),
  ])
  assert.deepEqual(await Promise.all(answers.map((answer) => answer.text())), ['awake', 'awake', '500000'])
  assert.equal(woken, 1)
})

test('what cannot be loaded is refused, and tried again at the next request', async (t) => {
  let tries = 0
  const { url } = await open(t, async () => {
    tries++
    if (tries === 1) throw new Error('not there')
    return app()
  })
  assert.equal((await fetch(url)).status, 500)
  assert.equal(await (await fetch(url)).text(), 'awake')
})

test('closing does not wait for connections that wait, asked or not', async (t) => {
  const { url, close } = await open(t, async () => app())
  const silent = connect(Number(new URL(url).port), '127.0.0.1')
  await once(silent, 'connect')
  const gone = once(silent, 'close')
  await fetch(url)
  await close()
  await gone
})

async function dial(url: string, text = '') {
  const socket = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => {})
  await once(socket, 'connect')
  socket.write(text)
  return { socket, closed: once(socket.resume(), 'close') }
}

const LIVE = 'GET /live HTTP/1.1\r\nhost: localhost\r\n\r\n'
const SLOW_BODY = 'POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/plain\r\ncontent-length: 5\r\n\r\nab'

test('who sends nothing, half a head or half a body is let go, and who watches may stay', { timeout: 20_000 }, async (t) => {
  const { url } = await open(t, async () => app(), { headersMs: 200, requestMs: 300, connectionsMax: 10 })
  const watcher = await dial(url, LIVE)
  for (const text of ['', 'GET / HT', SLOW_BODY]) await (await dial(url, text)).closed
  assert.equal(watcher.socket.destroyed, false)
  watcher.socket.destroy()
})

test('a body may take its time where the patience says so, and a head may not', { timeout: 20_000 }, async (t) => {
  const { url } = await open(t, async () => app(), { headersMs: 200, requestMs: 0, connectionsMax: 10 })
  const slow = await dial(url, SLOW_BODY)
  for (const text of ['', 'GET / HT']) await (await dial(url, text)).closed
  assert.equal(slow.socket.destroyed, false)
  slow.socket.write('cde')
  const [answer] = (await once(slow.socket, 'data')) as [Buffer]
  assert.match(answer.toString(), /^HTTP\/1\.1 200 /)
  slow.socket.destroy()
})

test('one connection too many is closed, and there is room again when another ends', { timeout: 20_000 }, async (t) => {
  const { url } = await open(t, async () => app(), { ...PATIENT, connectionsMax: 1 })
  const first = await dial(url)
  await (await dial(url)).closed
  first.socket.destroy()
  await first.closed
  while ((await fetch(url).catch(() => undefined))?.status !== 200);
})
