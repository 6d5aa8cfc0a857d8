// The control socket: a real one, asked by the real client; and what only a raw request can get wrong.

import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { connectControl, createApi, failure, type Operations, WebSettings } from './api.ts'
import { controlServer } from './control.ts'
import { fakeOperations, testClock, testLog, testWorld } from './testing.ts'

const MESSAGE_BYTES_MAX = 300_000

async function openSocket(t: TestContext, instead: Partial<Operations> = {}) {
  const dataDir = mkdtempSync(join(tmpdir(), 'posthorn-control-'))
  t.after(() => rmSync(dataDir, { recursive: true }))
  const world = testWorld()
  const context = {
    answers: async () => ({ operations: { ...fakeOperations(world), ...instead }, changes: world.feed }),
    clock: testClock,
    log: testLog(),
    dataDir,
    messageBytesMax: MESSAGE_BYTES_MAX,
  }
  const api = createApi({
    ...context,
    random: { bytes: (n) => new Uint8Array(n).fill(7), below: () => 0 },
    web: WebSettings.parse({}),
  })
  writeFileSync(join(dataDir, 'control.sock'), 'left over from a crash')
  const open = await api.listenControl()
  assert.ok(open.ok)
  t.after(() => open.value.close())
  const client = await connectControl(join(dataDir, 'control.sock'))
  assert.ok(client, 'the server answers')
  return { world, client, dataDir, api }
}

async function* pieces(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text, 'latin1')
}

test('only the owner can open the socket; a left-over one is replaced', async (t) => {
  const { dataDir } = await openSocket(t)
  const { mode } = statSync(join(dataDir, 'control.sock'))
  assert.equal((mode & 0o777).toString(8), '600')
})

test('nobody behind a socket is nobody', async () => {
  assert.equal(await connectControl(join(tmpdir(), 'no-such-folder', 'control.sock')), undefined)
})

test('every operation goes through the socket and back', async (t) => {
  const { client, world } = await openSocket(t)
  const must = async <T>(answer: Promise<{ ok: true; value: T } | { ok: false; error: unknown }>): Promise<T> => {
    const result = await answer
    assert.ok(result.ok, JSON.stringify(result))
    return result.value
  }
  assert.equal((await must(client.status())).hostname, 'mail.example.com')
  assert.equal((await must(client.addDomain('example.org'))).name, 'example.org')
  assert.deepEqual(
    (await must(client.listDomains())).rows.map((row) => row.name),
    ['example.com', 'example.org'],
  )
  await must(client.removeDomain('example.org'))
  assert.equal((await must(client.addUser({ address: 'lee+x/y@example.com', name: '' }))).password, 'made-by-the-server')
  assert.deepEqual(await must(client.setPassword('lee+x/y@example.com', 'correct horse')), {})
  await must(client.removeUser('lee+x/y@example.com'))
  assert.equal((await must(client.listUsers('example.com'))).rows.length, 2)
  assert.equal((await must(client.queue({ limit: 50, state: 'waiting' }))).rows[0]?.to, 'kim@example.org')
  await must(client.changeQueue({ action: 'retry', filter: { destination: 'example.org' } }))
  assert.deepEqual(world.changes, [{ action: 'retry', filter: { destination: 'example.org' } }])
  assert.equal((await must(client.journeys({ q: 'zoe@example.net', limit: 5 }))).rows.length, 1)
  assert.equal((await must(client.journey('01jqw8zk3m9x2c4v6b'))).recipients.length, 2)
  assert.deepEqual(await must(client.reload()), { done: true, waiting: ['process'] })
  await must(client.stop())
  assert.equal(world.stopped, true)
})

test('refusals come through with their code and their next step', async (t) => {
  const { client } = await openSocket(t)
  const again = await client.addDomain('example.com')
  assert.deepEqual(again, {
    ok: false,
    error: { code: 'already-exists', message: 'The domain example.com is there already.', next: 'Nothing needs to be done.' },
  })
  const short = await client.setPassword('anna@example.com', 'short')
  assert.ok(!short.ok && short.error.code === 'invalid-request' && /password/.test(short.error.message))
})

test('a message streams in, byte for byte, with several recipients', async (t) => {
  const { client, world } = await openSocket(t)
  const sent = await client.send({
    from: '',
    to: ['a@example.org', 'b+&=@example.org'],
    content: pieces('Subject: x\r\n\r\n', '\xff\x00\r\n'),
  })
  assert.ok(sent.ok)
  assert.deepEqual(world.sent, [{ from: '', to: ['a@example.org', 'b+&=@example.org'], text: 'Subject: x\r\n\r\n\xff\x00\r\n' }])
})

test('a message above the limit is refused and not taken', async (t) => {
  const { client, world } = await openSocket(t)
  const content = pieces(...Array.from({ length: 4 }, () => 'x'.repeat(100_000)))
  const sent = await client.send({ from: 'a@example.com', to: ['b@example.org'], content })
  assert.ok(!sent.ok)
  assert.equal(sent.error.code, 'too-large')
  assert.equal(world.sent.length, 0)
  const fits = await client.send({ from: 'a@example.com', to: ['b@example.org'], content: pieces('x'.repeat(MESSAGE_BYTES_MAX)) })
  assert.ok(fits.ok)
})

test('a refusal is heard while the message is still being sent, before its first octet or in the midst of it', async (t) => {
  for (const refuseAfter of [0, 1, 5]) {
    const { client } = await openSocket(t, {
      async send({ content }) {
        let chunks = 0
        if (refuseAfter > 0) for await (const _ of content) if (++chunks === refuseAfter) break
        return failure('message-refused', 'Nobody of that name.', 'Nothing was sent.')
      },
    })
    let sentChunks = 0
    const endless = async function* (): AsyncGenerator<Uint8Array> {
      for (; sentChunks < 100_000; sentChunks++) yield Buffer.alloc(64 * 1024, 'x')
    }
    const sent = await client.send({ from: 'a@example.com', to: ['b@example.org'], content: endless() })
    assert.deepEqual(sent, failure('message-refused', 'Nobody of that name.', 'Nothing was sent.'))
    assert.ok(sentChunks < 100_000, 'the rest was not sent')
  }
})

test('a message that cannot be read is not the server’s fault', async (t) => {
  const { client } = await openSocket(t)
  const broken = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from('Subject: x\r\n')
    throw new Error('EIO: the disk has a scratch')
  }
  const sent = await client.send({ from: 'a@example.com', to: ['b@example.org'], content: broken() })
  assert.ok(!sent.ok)
  assert.equal(sent.error.code, 'invalid-request')
  assert.match(sent.error.message, /cannot be read to its end: EIO: the disk has a scratch/)
})

test('raw requests that are wrong get words, not stacks', async () => {
  const app = controlServer({ operations: fakeOperations(testWorld()), log: testLog(), messageBytesMax: 100 })
  const cases = [
    [
      { method: 'POST', url: '/v1/domains', payload: '{', headers: { 'content-type': 'application/json' } },
      400,
      'invalid-request',
    ],
    [{ method: 'POST', url: '/v1/domains', payload: { name: '' } }, 400, 'invalid-request'],
    [{ method: 'POST', url: '/v1/domains', payload: { name: 'x'.repeat(70_000) } }, 413, 'too-large'],
    [
      {
        method: 'POST',
        url: '/v1/domains',
        payload: '{"__proto__":{"name":"x"}}',
        headers: { 'content-type': 'application/json' },
      },
      400,
      'invalid-request',
    ],
    [{ method: 'POST', url: '/v1/queue/change', payload: { action: 'explode' } }, 400, 'invalid-request'],
    [
      {
        method: 'POST',
        url: '/v1/messages?from=a%40b.example&to=c%40d.example',
        payload: '{}',
        headers: { 'content-type': 'application/json' },
      },
      400,
      'invalid-request',
    ],
    [
      { method: 'POST', url: '/v1/messages?from=a%40b.example', payload: 'x', headers: { 'content-type': 'message/rfc822' } },
      400,
      'invalid-request',
    ],
    [{ method: 'GET', url: '/v1/nothing' }, 404, 'not-found'],
  ] as const
  for (const [request, status, code] of cases) {
    const answer = await app.inject(request as never)
    assert.equal(answer.statusCode, status, `${request.url}: ${answer.body}`)
    const { error } = answer.json()
    assert.equal(error.code, code)
    assert.ok(error.message.length > 0 && error.next.length > 0)
    assert.doesNotMatch(answer.body, /at .*\.[jt]s:/)
  }
})

test('the web port makes its token once and keeps it from others', async (t) => {
  const { api, dataDir } = await openSocket(t)
  const open = await api.listenWeb({ host: '127.0.0.1', port: 0 })
  assert.ok(open.ok)
  t.after(open.value.close)
  const early = fetch(`http://127.0.0.1:${open.value.port}/healthz`)
  assert.equal(existsSync(join(dataDir, 'web-token')), false, 'the folder is not touched before it may be')
  assert.ok((await api.begin()).ok)
  assert.equal((statSync(join(dataDir, 'web-token')).mode & 0o777).toString(8), '600')
  assert.equal((await early).status, 200, 'who asked before has waited')
  const taken = await api.listenWeb({ host: '127.0.0.1', port: open.value.port })
  assert.ok(!taken.ok && /cannot listen/.test(taken.error))
})
