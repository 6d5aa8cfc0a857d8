// Routing by its rules (SPEC.md), over a resolver that is a table.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { canonicalAddress, literalAddress, meansThisMachine } from './ip-address.ts'
import { testRouter, type Zone } from './route.testing.ts'
import { type Plan, Router } from './route.ts'
import { RouteSettings } from './settings.ts'
import { parseTarget } from './table.ts'

/** `mx1=192.0.2.1+2001:db8::2:25 …`, or `fail 550 5.1.2`. */
function told(plan: Plan): string {
  if (plan.type === 'hosts')
    return plan.hosts.map(({ name, addresses, port }) => `${name}=${addresses.join('+')}:${port}`).join(' ')
  return plan.type === 'local' ? 'local' : `${plan.type} ${plan.code} ${plan.enhanced}`
}

async function planned(zone: Zone, options: Parameters<typeof testRouter>[1] = {}, domain = 'example.net'): Promise<string> {
  return told(await testRouter(zone, options).router.plan(domain))
}

test('[R1] a local domain is local before anything else', async () => {
  const { router, resolver } = testRouter({}, { settings: { routes: { '*': '192.0.2.9' } } })
  assert.deepEqual(await router.plan('Example.NET', { isLocal: (domain) => domain === 'example.net' }), { type: 'local' })
  assert.deepEqual(resolver.asked, [])
})

test('[R2] static routes: exact, then the longest suffix, then all', async () => {
  const routes = {
    'a.example.net': '192.0.2.1:2525',
    '*.example.net': '192.0.2.2',
    '*.b.example.net': '[2001:db8::5]:26',
    '*': '127.0.0.1:10025',
  }
  const expected = {
    'a.example.net': '192.0.2.1=192.0.2.1:2525',
    'x.example.net': '192.0.2.2=192.0.2.2:25',
    'x.b.example.net': '2001:db8::5=2001:db8::5:26',
    'example.net': '127.0.0.1=127.0.0.1:10025',
    '[192.0.2.7]': '127.0.0.1=127.0.0.1:10025',
  }
  for (const [domain, plan] of Object.entries(expected))
    assert.equal(await planned({}, { settings: { routes } }, domain), plan, domain)
})

test('[R2] a static route by name asks for addresses only, and may lead to ourselves', async () => {
  const { router, resolver } = testRouter(
    { 'a mail.own.example': '127.0.0.1' },
    { settings: { routes: { 'example.net': 'Mail.Own.example' } } },
  )
  assert.equal(told(await router.plan('example.net')), 'mail.own.example=127.0.0.1:25')
  assert.deepEqual(resolver.asked, ['aaaa mail.own.example', 'a mail.own.example'])
})

test('[R3] a smart host takes all that has no static route, with its TLS and login', async () => {
  const settings = {
    smartHost: { host: 'smart.example', username: 'u', password: 'p', tls: 'required' },
    routes: { 'near.example': '192.0.2.1' },
  }
  const { router } = testRouter({ 'a smart.example': '192.0.2.5' }, { settings })
  const plan = await router.plan('example.net')
  assert.deepEqual(plan, {
    type: 'hosts',
    source: 'smart-host',
    tlsPolicy: 'required',
    credentials: { username: 'u', password: 'p' },
    hosts: [{ name: 'smart.example', addresses: ['192.0.2.5'], port: 587, preference: 0 }],
  })
  assert.equal(told(await router.plan('near.example')), '192.0.2.1=192.0.2.1:25')
})

test('[R4] address literals', async () => {
  assert.equal(await planned({}, {}, '[192.0.2.1]'), '192.0.2.1=192.0.2.1:25')
  assert.equal(await planned({}, {}, '[IPv6:2001:db8::7]'), '2001:db8::7=2001:db8::7:25')
  assert.equal(await planned({}, {}, '[x:foo]'), 'fail 501 5.1.3')
  assert.equal(await planned({}, {}, '[127.0.0.1]'), 'fail 554 5.4.6')
  assert.equal(await planned({}, {}, '[IPv6:2001:db8::1]'), 'fail 554 5.4.6')
})

const TWO: Zone = {
  'mx example.net': '20 b.example, 10 a.example, 20 c.example',
  'a a.example': '192.0.2.1',
  'a b.example': '192.0.2.2',
  'a c.example': '192.0.2.3',
}

test('[R5] by preference, equal ones in random order (trap 35)', async () => {
  assert.equal(await planned(TWO), 'a.example=192.0.2.1:25 b.example=192.0.2.2:25 c.example=192.0.2.3:25')
  assert.equal(await planned(TWO, { pick: () => 0 }), 'a.example=192.0.2.1:25 c.example=192.0.2.3:25 b.example=192.0.2.2:25')
})

test('[R6] implicit MX only when no MX record exists, not as a fallback (trap 32)', async () => {
  assert.equal(await planned({ 'a example.net': '192.0.2.8' }), 'example.net=192.0.2.8:25')
  assert.equal(
    await planned({
      'mx example.net': '10 gone.example',
      'a gone.example': 'nxdomain',
      'aaaa gone.example': 'nxdomain',
      'a example.net': '192.0.2.8',
    }),
    'fail 550 5.4.4',
  )
})

test('[R7] null MX (trap 31, RFC 7505)', async () => {
  assert.equal(await planned({ 'mx example.net': '0 .', 'a example.net': '192.0.2.8' }), 'fail 556 5.1.10')
  assert.equal(await planned({ 'mx example.net': '0 ., 10 a.example', 'a a.example': '192.0.2.1' }), 'a.example=192.0.2.1:25')
})

test('[R8] NXDOMAIN is a no, SERVFAIL and time-outs are not (trap 33)', async () => {
  assert.equal(await planned({ 'mx example.net': 'nxdomain' }), 'fail 550 5.1.2')
  for (const unknown of ['servfail', 'timeout']) {
    assert.equal(await planned({ 'mx example.net': unknown, 'a example.net': '192.0.2.8' }), 'defer 451 4.4.3')
    assert.equal(
      await planned({ 'mx example.net': '10 a.example', 'a a.example': unknown, 'aaaa a.example': 'nodata' }),
      'defer 451 4.4.3',
    )
    assert.equal(
      await planned({ 'mx example.net': '10 a.example', 'a a.example': '192.0.2.1', 'aaaa a.example': unknown }),
      'a.example=192.0.2.1:25',
    )
  }
})

test('[R9] both families in turn, IPv6 first (traps 35, 36)', async () => {
  const zone = {
    'mx example.net': '10 a.example',
    'a a.example': '192.0.2.1, 192.0.2.2, 192.0.2.1',
    'aaaa a.example': '2001:db8::11',
  }
  assert.equal(await planned(zone), 'a.example=2001:db8::11+192.0.2.1+192.0.2.2:25')
})

test('[R10] ourselves and all equal or worse preferences are dropped (trap 27)', async () => {
  const zone = {
    'mx example.net': '10 a.example, 20 b.example, 20 MAIL.own.example, 30 c.example',
    'a a.example': '192.0.2.1',
    'a b.example': '192.0.2.2',
    'a c.example': '192.0.2.3',
    'a mail.own.example': '192.0.2.77',
  }
  assert.equal(await planned(zone), 'a.example=192.0.2.1:25')
  assert.equal(await planned({ ...zone, 'mx example.net': '10 mail.own.example, 20 a.example' }), 'fail 554 5.4.6')
  assert.equal(
    await planned({
      'mx example.net': '10 a.example, 20 b.example',
      'a a.example': '192.0.2.1',
      'aaaa b.example': '2001:DB8::0001',
    }),
    'a.example=192.0.2.1:25',
  )
  assert.equal(await planned({ 'mx example.net': '10 b.example', 'a b.example': '192.0.2.1, 198.51.100.1' }), 'fail 554 5.4.6')
})

test('[R10] before ourselves somebody unknown: the mail waits', async () => {
  assert.equal(
    await planned({
      'mx example.net': '5 a.example, 10 mail.own.example',
      'a a.example': 'timeout',
      'aaaa a.example': 'timeout',
    }),
    'defer 451 4.4.3',
  )
})

test('[R11] loopback and unspecified addresses are ourselves (trap 27)', async () => {
  for (const address of ['127.0.0.1', '127.9.9.9', '0.0.0.0'])
    assert.equal(await planned({ 'mx example.net': '10 a.example', 'a a.example': address }), 'fail 554 5.4.6', address)
  for (const address of ['::1', '::', '::ffff:127.0.0.1'])
    assert.equal(await planned({ 'mx example.net': '10 a.example', 'aaaa a.example': address }), 'fail 554 5.4.6', address)
  assert.equal(
    await planned(
      { 'mx example.net': '10 a.example', 'a a.example': '127.0.0.1' },
      { settings: { allowLoopback: true, remotePort: 2525 }, addresses: ['127.0.0.1'] },
    ),
    'a.example=127.0.0.1:2525',
  )
  assert.equal(
    await planned({ 'mx example.net': '10 a.example', 'a a.example': '127.0.0.1, 192.0.2.1' }),
    'a.example=192.0.2.1:25',
  )
})

test('[R12] an address as an MX name is taken at its word (trap 34)', async () => {
  const { router, resolver } = testRouter({ 'mx example.net': '10 192.0.2.1, 20 2001:db8::11' })
  assert.equal(told(await router.plan('example.net')), '192.0.2.1=192.0.2.1:25 2001:db8::11=2001:db8::11:25')
  assert.deepEqual(resolver.asked, ['mx example.net'])
  assert.equal(await planned({ 'mx example.net': '10 127.0.0.1' }), 'fail 554 5.4.6')
})

test('[R13] no more is asked and tried than the limits say', async () => {
  const records = Array.from({ length: 150 }, (_, i) => `${i + 1} mx${i}.example`)
  const addresses = Object.fromEntries(records.map((_, i) => [`a mx${i}.example`, `192.0.2.${(i % 250) + 1}`]))
  const worse = testRouter({ 'mx example.net': records.join(', '), ...addresses })
  const plan = await worse.router.plan('example.net')
  assert.ok(plan.type === 'hosts' && plan.hosts.length === 5)
  assert.equal(worse.resolver.asked.length, 1 + 5 * 2)
  const equal = testRouter({ 'mx example.net': records.map((record) => record.replace(/^\d+/, '10')).join(', '), ...addresses })
  const wide = await equal.router.plan('example.net')
  assert.ok(wide.type === 'hosts' && wide.hosts.length === 5)
  assert.equal(equal.resolver.asked.length, 1 + 20 * 2)
  const many = await testRouter({
    'a example.net': Array.from({ length: 200 }, (_, i) => `192.0.2.${i + 1}`).join(', '),
  }).router.plan('example.net')
  assert.ok(many.type === 'hosts' && many.hosts[0]?.addresses.length === 6)
})

test('[R14] nobody to connect to', async () => {
  assert.equal(await planned({}), 'fail 550 5.4.4')
  assert.equal(
    await planned({
      'mx example.net': '10 a.example, 20 b.example',
      'a a.example': 'nxdomain',
      'aaaa a.example': 'nxdomain',
      'a b.example': 'timeout',
    }),
    'defer 451 4.4.3',
  )
})

test('[R15] answers are remembered for their time, and asked once at a time', async () => {
  const { router, resolver, advance } = testRouter({
    'mx example.net': '10 a.example',
    'a a.example': '192.0.2.1',
    'mx gone.example': 'nxdomain',
    'mx dark.example': 'servfail',
  })
  await Promise.all([router.plan('example.net'), router.plan('example.net')])
  await router.plan('gone.example')
  await router.plan('dark.example')
  const first = ['mx example.net', 'aaaa a.example', 'a a.example', 'mx gone.example', 'mx dark.example']
  assert.deepEqual(resolver.asked, first)
  advance(4_999)
  for (const domain of ['example.net', 'gone.example', 'dark.example']) await router.plan(domain)
  assert.deepEqual(resolver.asked, first)
  advance(1)
  for (const domain of ['example.net', 'gone.example', 'dark.example']) await router.plan(domain)
  assert.deepEqual(resolver.asked.slice(first.length), ['mx dark.example'])
  advance(55_000)
  await router.plan('gone.example')
  assert.equal(resolver.asked.at(-1), 'mx gone.example')
  advance(240_000)
  await router.plan('example.net')
  assert.deepEqual(resolver.asked.slice(-3), ['mx example.net', 'aaaa a.example', 'a a.example'])
})

test('[R16] names are compared in lower-case A-label form (trap 22)', async () => {
  assert.equal(
    await planned(
      { 'mx xn--mnchen-3ya.example': '10 XN--MX-EKA.example', 'a xn--mx-eka.example': '192.0.2.1' },
      {},
      'XN--MNCHEN-3YA.example',
    ),
    'xn--mx-eka.example=192.0.2.1:25',
  )
})

test('[R17] a route whose host has no address defers: the fault is ours', async () => {
  assert.equal(
    await planned(
      { 'a gone.example': 'nxdomain', 'aaaa gone.example': 'nxdomain' },
      { settings: { routes: { '*': 'gone.example' } } },
    ),
    'defer 451 4.3.5',
  )
  assert.equal(
    await planned({ 'a gone.example': 'timeout' }, { settings: { routes: { '*': 'gone.example' } } }),
    'defer 451 4.4.3',
  )
})

test('[R18] a resolver that throws is one more "nobody knows"', async () => {
  const broken = async (): Promise<never> => {
    throw new Error('bug')
  }
  const resolver = { mx: broken, a: broken, aaaa: broken }
  const random = { bytes: (length: number) => new Uint8Array(length), below: () => 0 }
  const router = new Router({
    resolver,
    clock: { monotonic: () => 0 },
    random,
    settings: RouteSettings.parse({}),
    own: { names: [], addresses: [] },
  })
  assert.equal(told(await router.plan('example.net')), 'defer 451 4.4.3')
})

test('settings refuse what is no route, and a login that is half one', () => {
  for (const routes of [{ 'a b': 'x:25' }, { 'a.example': 'x:99999' }, { 'a.example': '' }, { '*x.example': 'h' }]) {
    assert.equal(RouteSettings.safeParse({ routes }).success, false, JSON.stringify(routes))
  }
  assert.equal(RouteSettings.safeParse({ smartHost: { host: 'h', username: 'u' } }).success, false)
  assert.equal(RouteSettings.safeParse({ smartHost: { host: 'h', username: 'u\n', password: 'p' } }).success, false)
  const written = { 'München.example': 'h', '*.BÜCHER.example': 'h', '[IPv6:2001:DB8::1]': 'h' }
  assert.deepEqual(
    [...RouteSettings.parse({ routes: written }).routes.keys()],
    ['xn--mnchen-3ya.example', '*.xn--bcher-kva.example', '[ipv6:2001:db8::1]'],
  )
  assert.equal(RouteSettings.parse({ routes: { __proto__: 'x' } }).routes.size, 0)
})

test('targets', () => {
  assert.deepEqual(parseTarget('Mail.example:2525', 25), { ok: true, value: { host: 'mail.example', port: 2525 } })
  assert.deepEqual(parseTarget('[2001:db8::1]', 25), { ok: true, value: { host: '2001:db8::1', port: 25 } })
  for (const text of ['', 'a:0', 'a:b', 'a b', 'a:25:26', '-a-']) assert.equal(parseTarget(text, 25).ok, false, text)
})

test('addresses have one spelling', () => {
  assert.equal(canonicalAddress('2001:DB8::0001'), '2001:db8:0:0:0:0:0:1')
  assert.equal(canonicalAddress('::ffff:192.0.2.1'), '192.0.2.1')
  assert.equal(canonicalAddress('::ffff:c000:201'), '192.0.2.1')
  assert.equal(canonicalAddress('fe80::1%eth0'), 'fe80:0:0:0:0:0:0:1')
  assert.equal(canonicalAddress('1:2:3:4:5:6:7:8'), '1:2:3:4:5:6:7:8')
  assert.equal(meansThisMachine('128.0.0.1'), false)
  assert.equal(meansThisMachine('::2'), false)
  assert.equal(literalAddress('[IPv6:192.0.2.1]'), undefined)
  assert.equal(literalAddress('[2001:db8::1]'), undefined)
})
