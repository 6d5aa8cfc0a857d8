// A server that sleeps answers its first request like any other, and one that cannot be woken says so.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import Fastify, { type FastifyInstance } from 'fastify'
import { sleepingServer } from './sleeping.ts'
import { testLog } from './testing.ts'

async function open(t: TestContext, wake: () => Promise<FastifyInstance>) {
  const { server, close } = sleepingServer(wake, testLog())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.after(close)
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close }
}

function app(): FastifyInstance {
  const fastify = Fastify()
  fastify.get('/', async () => 'awake')
  fastify.post('/', async (request) => String(request.body).length)
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
