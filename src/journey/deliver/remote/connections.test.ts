// Connections of delivery: TLS, login, reuse; what a host cannot carry; our own faults. Real hosts on loopback that follow a script.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { AttemptReport } from '../job.ts'
import { CONTENT, lab, outcomes, pieces, planOf, recipients } from './remote.testing.ts'
import { CUT, type HostScript } from './scripted-host.testing.ts'

function notes(report: AttemptReport): string {
  return report.transcript.map(({ line }) => line).join('\n')
}

describe('TLS', () => {
  test('is used when offered, without asking whose certificate it is', async (t) => {
    const world = await lab(t, { hosts: [{ tls: 'good' }] })
    const report = await world.attempt()
    assert.deepEqual(outcomes(report), ['delivered 250 2.0.0'])
    assert.match(report.tls ?? '', /^TLSv1\.3 /)
    assert.equal(world.hosts[0]?.mails[0]?.secure, true)
    assert.equal(world.hosts[0]?.lines.filter((line) => line.startsWith('EHLO')).length, 2)
  })

  test('that breaks is followed by one try in clear, on a new connection', async (t) => {
    const world = await lab(t, { hosts: [{ tls: 'broken' }, {}] })
    const report = await world.attempt()
    assert.deepEqual(outcomes(report), ['delivered 250 2.0.0'])
    assert.equal(report.tls, undefined)
    assert.equal(report.host, 'mx1.example')
    assert.deepEqual(
      world.hosts[0]?.mails.map(({ connection, secure }) => [connection, secure]),
      [[2, false]],
    )
    assert.match(notes(report), /the TLS handshake failed.*\n.*this time without TLS/)
  })

  test('that is refused leaves the connection in clear', async (t) => {
    const world = await lab(t, {
      hosts: [{ tls: 'good', answer: ({ verb }) => (verb === 'STARTTLS' ? '454 not now' : undefined) }],
    })
    assert.deepEqual(outcomes(await world.attempt()), ['delivered 250 2.0.0'])
    assert.equal(world.hosts[0]?.connections, 1)
  })

  const insecure: readonly (readonly [string, HostScript, string])[] = [
    ['is not offered', {}, 'deferred 0 4.7.4'],
    ['is refused', { tls: 'good', answer: ({ verb }) => (verb === 'STARTTLS' ? '454 not now' : undefined) }, 'deferred 0 4.7.4'],
    ['breaks', { tls: 'broken' }, 'deferred 0 4.7.5'],
    ['shows a certificate of nobody we trust', { tls: 'good' }, 'deferred 0 4.7.5'],
  ]
  for (const [what, script, expected] of insecure) {
    test(`that is required and ${what}: never in clear, deferred`, async (t) => {
      const world = await lab(t, { hosts: [script, script], planChanges: { tlsPolicy: 'required' } })
      assert.deepEqual(outcomes(await world.attempt()), [expected])
      for (const host of world.hosts) assert.ok(host.connections === 1 && !host.lines.some((line) => line.startsWith('MAIL')))
    })
  }

  test('"must issue STARTTLS" said to one whose TLS has just failed is temporary; otherwise it is what it says', async (t) => {
    const answer: HostScript['answer'] = ({ verb }) => (verb === 'MAIL' ? '530 5.7.0 must issue STARTTLS first' : undefined)
    assert.deepEqual(outcomes(await (await lab(t, { hosts: [{ tls: 'broken', answer }] })).attempt()), ['deferred 530 5.7.0'])
    assert.deepEqual(outcomes(await (await lab(t, { hosts: [{ answer }] })).attempt()), ['failed 530 5.7.0'])
  })
})

describe('login at a smart host', () => {
  const credentials = { username: 'me', password: 'secret' }
  const extensions = ['PIPELINING', 'AUTH PLAIN LOGIN']

  test('happens, and leaves no secret in the transcript', async (t) => {
    const world = await lab(t, { hosts: [{ extensions }], planChanges: { tlsPolicy: 'none', credentials } })
    const report = await world.attempt()
    assert.deepEqual(outcomes(report), ['delivered 250 2.0.0'])
    const secret = Buffer.from('\0me\0secret').toString('base64')
    assert.ok(world.hosts[0]?.lines.includes(`AUTH PLAIN ${secret}`))
    assert.ok(!notes(report).includes(secret) && notes(report).includes('AUTH PLAIN (hidden)'))
  })

  test('without TLS does not happen, unless the operator wrote "none"', async (t) => {
    const world = await lab(t, { hosts: [{ extensions }], planChanges: { credentials } })
    assert.deepEqual(outcomes(await world.attempt()), ['deferred 0 4.7.8'])
    assert.ok(!world.hosts[0]?.lines.some((line) => line.startsWith('AUTH')))
  })

  test('under opportunistic TLS happens', async (t) => {
    const world = await lab(t, { hosts: [{ tls: 'good', extensions }], planChanges: { credentials } })
    assert.deepEqual(outcomes(await world.attempt()), ['delivered 250 2.0.0'])
    assert.ok(world.hosts[0]?.lines.some((line) => line.startsWith('AUTH')))
  })

  test('that is refused or impossible keeps the mail: our settings are wrong, not the message', async (t) => {
    const refused = await lab(t, {
      hosts: [{ extensions, answer: ({ verb }) => (verb === 'AUTH' ? '535 5.7.8 no' : undefined) }],
      planChanges: { tlsPolicy: 'none', credentials },
    })
    const report = await refused.attempt()
    assert.deepEqual(outcomes(report), ['deferred 535 5.7.8'])
    assert.ok(report.holdDestination)
    const unknown = await lab(t, { hosts: [{ extensions: ['AUTH GSSAPI'] }], planChanges: { tlsPolicy: 'none', credentials } })
    assert.deepEqual(outcomes(await unknown.attempt()), ['deferred 0 4.7.8'])
  })
})

describe('reuse', () => {
  test('the next message takes the same connection, without EHLO and RSET', async (t) => {
    const world = await lab(t)
    for (let i = 0; i < 3; i++) assert.deepEqual(outcomes(await world.attempt()), ['delivered 250 2.0.0'])
    const host = world.hosts[0]
    assert.deepEqual([host?.connections, host?.mails.length], [1, 3])
    assert.deepEqual(
      host?.lines.map((line) => line.slice(0, 4)),
      ['EHLO', 'MAIL', 'RCPT', 'DATA', 'MAIL', 'RCPT', 'DATA', 'MAIL', 'RCPT', 'DATA'],
    )
    assert.match(notes(await world.attempt()), /^\(open connection to mx1\.example \[127\.0\.0\.1\]\)/)
  })

  test('after a refused envelope the next begins with RSET', async (t) => {
    const world = await lab(t, {
      hosts: [{ answer: ({ verb, times }) => (verb === 'RCPT' && times === 1 ? '550 no' : undefined) }],
    })
    assert.deepEqual(outcomes(await world.attempt()), ['failed 550'])
    assert.deepEqual(outcomes(await world.attempt()), ['delivered 250 2.0.0'])
    assert.deepEqual(
      world.hosts[0]?.lines.map((line) => line.slice(0, 4)),
      ['EHLO', 'MAIL', 'RCPT', 'DATA', 'RSET', 'MAIL', 'RCPT', 'DATA'],
    )
  })

  test('ends after so many messages, with QUIT', async (t) => {
    const world = await lab(t, { settings: { messagesPerConnection: 2 } })
    for (let i = 0; i < 5; i++) await world.attempt()
    const host = world.hosts[0]
    await host?.until(() => host.lines.filter((line) => line === 'QUIT').length === 2)
    assert.deepEqual(
      host?.mails.map(({ connection }) => connection),
      [1, 1, 2, 2, 3],
    )
  })

  test('ends after the idle time, with QUIT', async (t) => {
    const world = await lab(t, { settings: { idleTime: '5s' } })
    const host = world.hosts[0]
    await world.attempt()
    world.clock.advance(4000)
    assert.ok(!host?.lines.includes('QUIT'))
    world.clock.advance(2000)
    await host?.until(() => host.lines.includes('QUIT') && host.openConnections === 0)
    await world.attempt()
    assert.equal(host?.connections, 2)
  })

  test('attempts at the same time have connections of their own', async (t) => {
    const world = await lab(t)
    await Promise.all([world.attempt(), world.attempt(), world.attempt()])
    assert.equal(world.hosts[0]?.connections, 3)
    await Promise.all([world.attempt(), world.attempt(), world.attempt()])
    assert.equal(world.hosts[0]?.connections, 3)
  })

  const deaths: readonly (readonly [string, NonNullable<HostScript['answer']>])[] = [
    ['hangs up at MAIL', ({ verb, times, connection }) => (verb === 'MAIL' && times === 2 && connection === 1 ? CUT : undefined)],
    [
      'says 421 at MAIL',
      ({ verb, times, connection }) => (verb === 'MAIL' && times === 2 && connection === 1 ? '421 enough' : undefined),
    ],
    ['hangs up at DATA', ({ verb, times, connection }) => (verb === 'DATA' && times === 2 && connection === 1 ? CUT : undefined)],
  ]
  for (const [what, answer] of deaths) {
    test(`an open connection that ${what} is no try: the same host is asked on a new one`, async (t) => {
      const world = await lab(t, { hosts: [{ answer }, {}] })
      await world.attempt()
      const report = await world.attempt()
      assert.deepEqual([outcomes(report), report.host], [['delivered 250 2.0.0'], 'mx1.example'])
      assert.equal(world.hosts[0]?.connections, 2)
      assert.equal(world.hosts[1]?.connections, 0)
    })
  }

  test('a host that was restarted meanwhile gets a new connection', async (t) => {
    const world = await lab(t)
    await Promise.all([world.attempt(), world.attempt()])
    world.hosts[0]?.hangUp()
    assert.deepEqual(outcomes(await world.attempt()), ['delivered 250 2.0.0'])
    assert.equal(world.hosts[0]?.mails.length, 3)
  })

  test('an open connection cut in the middle of the content counts as a try; after its end nobody else is asked', async (t) => {
    const world = await lab(t, {
      hosts: [{ answer: ({ verb, times }) => (verb === 'DOT' && times === 2 ? CUT : undefined) }, {}],
    })
    await world.attempt()
    assert.deepEqual(outcomes(await world.attempt()), ['deferred 0 4.4.2'])
    assert.deepEqual([world.hosts[0]?.connections, world.hosts[1]?.connections], [1, 0])
  })

  test('a host that has just refused on an open connection is not asked again on a new one', async (t) => {
    const world = await lab(t, {
      hosts: [{ answer: ({ verb, times }) => (verb === 'MAIL' && times === 2 ? '451 later' : undefined) }, {}],
    })
    await world.attempt()
    assert.equal((await world.attempt()).host, 'mx2.example')
    assert.equal(world.hosts[0]?.connections, 1)
  })

  test('among equally good hosts the one with an open connection is taken', async (t) => {
    const world = await lab(t, {
      hosts: [{}, {}],
      plan: (hosts) => ({
        ...planOf(hosts),
        hosts: planOf(hosts)
          .hosts.map((host) => ({ ...host, preference: 10 }))
          .reverse(),
      }),
    })
    await world.attempt()
    await world.attempt()
    assert.deepEqual(
      world.hosts.map(({ connections }) => connections),
      [0, 1],
    )
  })

  test('close says goodbye to idle connections, abort ends attempts under way', async (t) => {
    const world = await lab(t, {
      hosts: [{ answer: ({ verb, times }) => (verb === 'MAIL' && times === 2 ? { type: 'silence' } : undefined) }],
    })
    const host = world.hosts[0]
    await Promise.all([world.attempt(), world.attempt()])
    const running = world.attempt()
    await host?.until(() => host.lines.filter((line) => line.startsWith('MAIL')).length === 3)
    world.delivery.close()
    await host?.until(() => host.lines.includes('QUIT'))
    world.delivery.abort()
    assert.match(outcomes(await running)[0] ?? '', /^deferred/)
    await host?.until(() => host.openConnections === 0)
  })
})

describe('what a host cannot carry', () => {
  const cases = [
    ['smtputf8', { smtpUtf8: true }, ['8BITMIME'], 'failed 554 5.6.7'],
    ['8-bit content', { eightBit: true }, ['SMTPUTF8'], 'failed 554 5.6.3'],
    ['its size', { sizeBytes: 1001 }, ['SIZE 1000'], 'failed 552 5.3.4'],
  ] as const
  for (const [what, changes, extensions, expected] of cases) {
    test(`${what}: another host is asked, then it fails at once (traps 23, 24)`, async (t) => {
      const able = await lab(t, { hosts: [{ extensions }, {}] })
      assert.deepEqual(outcomes(await able.attempt(changes)), ['delivered 250 2.0.0'])
      assert.ok(!able.hosts[0]?.lines.some((line) => line.startsWith('MAIL')))
      const unable = await lab(t, { hosts: [{ extensions }, { extensions }] })
      assert.deepEqual(outcomes(await unable.attempt(changes)), [expected])
      const perhaps = await lab(t, { hosts: [{ extensions }, { answer: () => CUT }] })
      assert.match(outcomes(await perhaps.attempt(changes))[0] ?? '', /^deferred/)
    })
  }

  test('what is offered is used', async (t) => {
    const world = await lab(t)
    await world.attempt({ eightBit: true, smtpUtf8: true, recipients: [{ n: 1, address: 'jörg@example.net' }] })
    const mail = world.hosts[0]?.mails[0]
    assert.equal(mail?.from, '<a@example.org> SIZE=28 BODY=8BITMIME SMTPUTF8')
    assert.equal(Buffer.from(mail.to[0] ?? '', 'latin1').toString('utf8'), '<jörg@example.net>')
  })
})

describe('our own faults', () => {
  test('content that cannot be read to its end is never ended: deferred, and somebody is told', async (t) => {
    async function* open(): AsyncIterable<Uint8Array> {
      yield Buffer.from('Subject: half\r\n')
      throw new Error('disk')
    }
    const world = await lab(t, { hosts: [{}, {}] })
    assert.deepEqual(outcomes(await world.attempt({ open })), ['deferred 0 4.3.0'])
    assert.equal(world.hosts[0]?.mails.length, 0)
    assert.equal(world.hosts[1]?.connections, 0)
    assert.match(world.errors[0] ?? '', /disk/)
  })

  test('content with a bare line feed is never sent on (trap 2)', async (t) => {
    const world = await lab(t)
    assert.deepEqual(outcomes(await world.attempt({ open: () => pieces('a\r\n.\n', 'MAIL FROM:<x>\r\n') })), ['deferred 0 4.3.0'])
    assert.equal(world.hosts[0]?.mails.length, 0)
  })

  test('content is opened anew for every transaction, and closed when it is not wanted', async (t) => {
    let opened = 0
    let closed = 0
    async function* open(): AsyncIterable<Uint8Array> {
      opened++
      try {
        yield Buffer.from(CONTENT)
        yield Buffer.from(CONTENT)
      } finally {
        closed++
      }
    }
    const world = await lab(t, { hosts: [{ answer: ({ verb }) => (verb === 'RCPT' ? '550 no' : undefined) }] })
    await world.attempt({ open })
    assert.deepEqual([opened, closed], [1, 1])
  })

  test('an address that cannot be written fails alone; a sender that cannot, for all (trap 48)', async (t) => {
    const world = await lab(t)
    const bad = await world.attempt({
      recipients: [
        { n: 1, address: 'a@x>\r\nRCPT TO:<b@y' },
        { n: 2, address: 'ok@example.net' },
      ],
    })
    assert.deepEqual(outcomes(bad), ['failed 553 5.1.3', 'delivered 250 2.0.0'])
    assert.deepEqual(outcomes(await world.attempt({ reversePath: 'a\r\n@x', recipients: recipients(2) })), [
      'failed 553 5.1.7',
      'failed 553 5.1.7',
    ])
  })

  test('a bug is a deferral and an alarm', async (t) => {
    const world = await lab(t)
    const open = (): never => {
      throw new Error('bug')
    }
    assert.deepEqual(outcomes(await world.attempt({ open })), ['deferred 0 4.3.0'])
    assert.match(world.errors[0] ?? '', /delivery broke.*bug/s)
    assert.deepEqual(outcomes(await world.attempt()), ['delivered 250 2.0.0'])
  })
})

describe('no route', () => {
  test('is told as it is; DNS silence lets the destination rest', async (t) => {
    const gone = await lab(t, { hosts: [], plan: () => ({ type: 'fail', code: 556, enhanced: '5.1.10', text: 'null MX' }) })
    assert.deepEqual(outcomes(await gone.attempt()), ['failed 556 5.1.10'])
    const dark = await lab(t, { hosts: [], plan: () => ({ type: 'defer', code: 451, enhanced: '4.4.3', text: 'DNS' }) })
    const report = await dark.attempt()
    assert.deepEqual(outcomes(report), ['deferred 451 4.4.3'])
    assert.equal(report.holdDestination?.reason, 'DNS')
    const local = await lab(t, { hosts: [], plan: () => ({ type: 'local' }) })
    assert.deepEqual(outcomes(await local.attempt()), ['deferred 0 4.3.5'])
  })
})

describe('the transcript', () => {
  test('has at most 60 lines of 500 characters, and says when it is cut', async (t) => {
    const world = await lab(t, { hosts: [{ answer: ({ verb }) => (verb === 'MAIL' ? `250 ${'x'.repeat(900)}` : undefined) }] })
    const report = await world.attempt({ recipients: recipients(80) })
    assert.equal(report.transcript.length, 60)
    assert.equal(report.transcript.at(-1)?.line, '(the rest is left out)')
    assert.ok(report.transcript.every(({ line }) => line.length <= 500))
    assert.ok(outcomes(report).every((outcome) => outcome.startsWith('delivered')))
  })
})
