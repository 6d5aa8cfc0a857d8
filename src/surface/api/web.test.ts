// The web port: who may see it, what it answers, and that strangers' texts stay texts.

import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import type { GuardRules } from './guard.ts'
import { readPage } from './page.ts'
import { fakeOperations, testClock, testLog, testWorld } from './testing.ts'
import { webServer } from './web.ts'

const page = await readPage(new URL('../../../web/', import.meta.url))
const TOKEN = 'k'.repeat(43)
const LOCAL = { host: 'localhost:10080' }

function server(rules: Partial<GuardRules> = {}) {
  const world = testWorld()
  const app = webServer({
    operations: fakeOperations(world),
    changes: world.feed,
    clock: testClock,
    log: testLog(),
    page,
    rules: { loopback: true, allowedHosts: [], requireToken: false, token: TOKEN, ...rules },
  })
  return { world, app }
}

test('the page comes with a strict policy and is not downloaded twice', async () => {
  const { app } = server()
  const first = await app.inject({ url: '/', headers: LOCAL })
  assert.equal(first.statusCode, 200)
  assert.match(String(first.headers['content-security-policy']), /default-src 'none'; script-src 'self'/)
  assert.equal(first.headers['x-content-type-options'], 'nosniff')
  assert.doesNotMatch(first.body, /<script(?![^>]*src=)|\son\w+=|style=/, 'nothing inline')
  const again = await app.inject({ url: '/', headers: { ...LOCAL, 'if-none-match': String(first.headers['etag']) } })
  assert.deepEqual([again.statusCode, again.body], [304, ''])
  for (const file of ['/page.css', '/page.js', '/ask.js', '/draw.js', '/words.js', '/icon.svg']) {
    assert.equal((await app.inject({ url: file, headers: LOCAL })).statusCode, 200, file)
  }
})

test('who may see what', async (t) => {
  const data = '/api/journeys'
  const cases: readonly [
    name: string,
    rules: Partial<GuardRules>,
    url: string,
    headers: Record<string, string>,
    status: number,
  ][] = [
    ['this machine', {}, data, LOCAL, 200],
    ['this machine by address', {}, data, { host: '127.0.0.1:10080' }, 200],
    ['this machine by IPv6', {}, data, { host: '[::1]:10080' }, 200],
    ['a name that was made to point here', {}, data, { host: 'evil.example:10080' }, 403],
    ['a host header that is none', {}, data, { host: 'localhost/evil' }, 403],
    ['another site reads', {}, data, { ...LOCAL, 'sec-fetch-site': 'cross-site' }, 403],
    ['another port of this machine reads', {}, data, { ...LOCAL, 'sec-fetch-site': 'same-site' }, 403],
    ['another origin', {}, data, { ...LOCAL, origin: 'http://evil.example' }, 403],
    ['the page itself reads', {}, data, { ...LOCAL, origin: 'http://localhost:10080', 'sec-fetch-site': 'same-origin' }, 200],
    ['a link from another site to the page', {}, '/', { ...LOCAL, 'sec-fetch-site': 'cross-site' }, 200],
    ['through a proxy without a token', {}, data, { ...LOCAL, 'x-forwarded-for': '203.0.113.9' }, 401],
    ['an allowed name without a token', { allowedHosts: ['mail.example.com'] }, data, { host: 'mail.example.com' }, 401],
    [
      'an allowed name with it',
      { allowedHosts: ['mail.example.com'] },
      data,
      { host: 'mail.example.com', authorization: `Bearer ${TOKEN}` },
      200,
    ],
    ['elsewhere without a token', { loopback: false }, data, { host: '192.0.2.1' }, 401],
    ['elsewhere with the name of loopback', { loopback: false }, data, LOCAL, 401],
    ['elsewhere with a wrong token', { loopback: false }, data, { host: '192.0.2.1', authorization: 'Bearer wrong' }, 401],
    ['elsewhere with the cookie', { loopback: false }, data, { host: '192.0.2.1', cookie: `a=b; posthorn_token=${TOKEN}` }, 200],
    [
      'elsewhere with a cookie whose name only ends so',
      { loopback: false },
      data,
      { host: '192.0.2.1', cookie: `xposthorn_token=${TOKEN}` },
      401,
    ],
    [
      'a cookie across sites',
      { loopback: false },
      data,
      { host: '192.0.2.1', cookie: `posthorn_token=${TOKEN}`, 'sec-fetch-site': 'cross-site' },
      403,
    ],
    ['health needs no token', { loopback: false }, '/healthz', { host: '192.0.2.1' }, 200],
    ['the setting asks for it here too', { requireToken: true }, data, LOCAL, 401],
  ]
  for (const [name, rules, url, headers, status] of cases) {
    await t.test(name, async () => {
      const answer = await server(rules).app.inject({ url, headers })
      assert.equal(answer.statusCode, status, answer.body)
      if (status >= 400) assert.ok(answer.json().error.next.length > 10, 'every error tells the next step')
    })
  }
})

test('however an address is written, another site may not read what it leads to, and nobody keeps it', async (t) => {
  const { app } = server()
  t.after(() => app.close())
  const { port } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }))
  const ask = async (path: string, header: string): Promise<string> => {
    const socket = connect(Number(port), '127.0.0.1')
    socket.end(`GET ${path} HTTP/1.1\r\nhost: localhost:${port}\r\nconnection: close\r\n${header}\r\n`)
    let text = ''
    for await (const chunk of socket) text += String(chunk)
    return text
  }
  for (const path of ['/api/journeys', '/%61pi/journeys', '/ap%69/journeys?q=a', `http://localhost:${port}/api/journeys`]) {
    const own = await ask(path, '')
    // An address that leads nowhere is as good.
    assert.match(own, /^HTTP\/1\.1 (200|404) .*cache-control: no-store/is, path)
    for (const foreign of ['sec-fetch-site: cross-site\r\n', 'origin: http://evil.example\r\n'])
      assert.match(await ask(path, foreign), /^HTTP\/1\.1 403 /, path)
  }
  assert.match(await ask('/%61pi/journeys', ''), /^HTTP\/1\.1 200 /)
  assert.match(await ask('/', 'sec-fetch-site: cross-site\r\n'), /^HTTP\/1\.1 200 /)
})

test('the token in the form becomes a cookie', async () => {
  const { app } = server({ loopback: false })
  const door = await app.inject({ url: '/', headers: { host: '192.0.2.1' } })
  assert.equal(door.statusCode, 401)
  assert.match(door.body, /name="token"/)
  const form = {
    method: 'POST' as const,
    url: '/token',
    headers: { host: '192.0.2.1', 'content-type': 'application/x-www-form-urlencoded' },
  }
  assert.equal((await app.inject({ ...form, payload: 'token=wrong' })).statusCode, 401)
  const opened = await app.inject({ ...form, payload: `token=${TOKEN}` })
  assert.equal(opened.statusCode, 303)
  assert.match(String(opened.headers['set-cookie']), /HttpOnly; SameSite=Strict/)
  const foreign = await app.inject({
    ...form,
    headers: { ...form.headers, 'sec-fetch-site': 'cross-site' },
    payload: `token=${TOKEN}`,
  })
  assert.equal(foreign.statusCode, 403)
})

test('journeys: found, one, none, and questions that make no sense', async () => {
  const { app } = server()
  const ask = async (url: string) => await app.inject({ url, headers: LOCAL })
  assert.equal((await ask('/api/journeys')).json().rows.length, 5)
  assert.equal((await ask('/api/journeys?q=Zoe%40example.net')).json().rows.length, 1)
  const one = await ask('/api/journeys/01jqw8zk3m9x2c4v6b')
  assert.equal(one.json().recipients[0].lastReply.enhanced, '4.7.1')
  assert.equal(one.headers['cache-control'], 'no-store')
  assert.deepEqual((await ask('/api/journeys/nothing')).json().error.code, 'not-found')
  assert.equal((await ask('/api/journeys?limit=0')).json().error.code, 'invalid-request')
  assert.equal((await ask(`/api/journeys?q=${'x'.repeat(999)}`)).statusCode, 400)
})

test('unknown addresses, other methods and faults are answered in words', async () => {
  const { app, world } = server()
  const unknown = await app.inject({ url: '/nothing/here', headers: LOCAL })
  assert.deepEqual([unknown.statusCode, unknown.json().error.code], [404, 'not-found'])
  assert.equal((await app.inject({ method: 'POST', url: '/api/journeys', headers: LOCAL })).statusCode, 404)
  world.journeys = undefined as never
  const fault = await app.inject({ url: '/api/journeys', headers: LOCAL })
  assert.deepEqual([fault.statusCode, fault.json().error.code], [500, 'internal'])
  assert.doesNotMatch(fault.body, /TypeError|\.ts/)
})

test('live: a hint reaches the watcher, and watching ends with the connection', async (t) => {
  const { app, world } = server()
  t.after(() => app.close())
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const stop = new AbortController()
  const response = await fetch(`${url}/api/live`, { signal: stop.signal })
  assert.match(response.headers.get('content-type') ?? '', /text\/event-stream/)
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  const until = async (wanted: string): Promise<void> => {
    while (!text.includes(wanted)) text += (await reader?.read())?.value ?? ''
  }
  await until('event: ready')
  world.hint('01jqw8zk3m9x2c4v6b')
  await until('"ids":["01jqw8zk3m9x2c4v6b"]')
  stop.abort()
  while (world.watchers() > 0) await new Promise((resolve) => setTimeout(resolve, 5))
})
