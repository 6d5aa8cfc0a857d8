// Delivery against real hosts on loopback that follow a script. Waits are moved by hand, never waited for.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { AttemptReport } from '../job.ts'
import { CONTENT, type Lab, lab, outcomes, pieces, recipients } from './remote.testing.ts'
import { CUT, type Fault, type Heard, type HostScript, SILENCE } from './scripted-host.testing.ts'

/** Answers one verb (the n-th time, if said) with a fault, everything else as usual. */
function on(verb: string, fault: Fault, when: (heard: Heard) => boolean = () => true): HostScript {
  return { answer: (heard) => (heard.verb === verb && when(heard) ? fault : undefined) }
}

function lines(report: AttemptReport): readonly string[] {
  return report.transcript.map(({ direction, line }) => `${direction} ${line}`)
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** Runs an attempt and moves the clock once the host has heard enough to be silent about. */
async function attemptPastSilence(world: Lab, heard: () => boolean, ms: number): Promise<AttemptReport> {
  const running = world.attempt()
  await world.hosts[0]?.until(heard)
  // The host may know of a connection before we do.
  while (world.dialed() === 0) await turn()
  await turn()
  world.clock.advance(ms)
  return running
}

describe('handing over', () => {
  test('a message arrives byte for byte, and the report says how', async (t) => {
    const world = await lab(t)
    const report = await world.attempt()
    assert.deepEqual(outcomes(report), ['delivered 250 2.0.0'])
    assert.equal(report.host, 'mx1.example')
    assert.deepEqual(world.hosts[0]?.mails, [
      { from: '<a@example.org> SIZE=28', to: ['<b@example.net>'], content: CONTENT, connection: 1, secure: false },
    ])
    const said = lines(report)
    assert.ok(
      said.includes('in 220 mx.example ESMTP') &&
        said.includes('out RCPT TO:<b@example.net>') &&
        said.includes('out … 28 bytes of content'),
    )
    assert.equal(said.at(-1), 'in 250 2.0.0 queued')
    assert.equal(report.holdDestination, undefined)
  })

  test('without PIPELINING, with HELO alone, with several lines in every answer', async (t) => {
    for (const script of [
      { extensions: [] },
      on('EHLO', '502 what?'),
      on('MAIL', '250-ok\r\n250-ok\r\n250 ok'),
      on('DOT', '250-2.0.0 a\r\n250 2.0.0 b'),
    ]) {
      const world = await lab(t, { hosts: [script] })
      assert.match(outcomes(await world.attempt())[0] ?? '', /^delivered 250/)
      assert.equal(world.hosts[0]?.mails[0]?.content, CONTENT)
    }
  })

  test('the final answer is about all accepted recipients; each refused one has its own (trap 42)', async (t) => {
    const answer = ({ line }: Heard): Fault | undefined =>
      line.includes('r2@') ? '550 5.1.1 unknown' : line.includes('r3@') ? '450 4.2.1 later' : undefined
    const world = await lab(t, { hosts: [{ answer }] })
    const report = await world.attempt({ recipients: recipients(4) })
    assert.deepEqual(outcomes(report), ['delivered 250 2.0.0', 'failed 550 5.1.1', 'deferred 450 4.2.1', 'delivered 250 2.0.0'])
    assert.deepEqual(world.hosts[0]?.mails[0]?.to, ['<r1@example.net>', '<r4@example.net>'])
  })

  test('a refused final answer refuses all accepted recipients', async (t) => {
    const world = await lab(t, { hosts: [on('DOT', '554 5.7.1 spam'), {}] })
    assert.deepEqual(outcomes(await world.attempt({ recipients: recipients(2) })), ['failed 554 5.7.1', 'failed 554 5.7.1'])
    assert.equal(world.hosts[1]?.connections, 0)
    const later = await lab(t, { hosts: [on('DATA', '451 4.3.0 later'), {}] })
    assert.deepEqual(outcomes(await later.attempt()), ['deferred 451 4.3.0'])
  })

  test('large content arrives whole at a slow host', async (t) => {
    const world = await lab(t, { hosts: [{ slow: true }] })
    const piece = `${'x'.repeat(70)}\r\n.${'y'.repeat(55)}\r\n`.repeat(2000)
    const report = await world.attempt({ sizeBytes: piece.length * 20, open: () => pieces(...new Array<string>(20).fill(piece)) })
    assert.deepEqual(outcomes(report), ['delivered 250 2.0.0'])
    assert.equal(world.hosts[0]?.mails[0]?.content, piece.repeat(20))
  })
})

describe('many recipients', () => {
  test('552 to RCPT means too many: the rest goes in another transaction (trap 17)', async (t) => {
    for (const refusal of ['552 too many', '452 too many', '452 4.5.3 too many', '550 5.5.3 too many']) {
      let accepted = 0
      const answer = ({ verb }: Heard): Fault | undefined => {
        if (verb === 'MAIL') accepted = 0
        return verb === 'RCPT' && ++accepted > 2 ? refusal : undefined
      }
      const world = await lab(t, { hosts: [{ answer }] })
      assert.deepEqual(outcomes(await world.attempt({ recipients: recipients(5) })), new Array(5).fill('delivered 250 2.0.0'))
      assert.deepEqual(
        world.hosts[0]?.mails.map(({ to }) => to.length),
        [2, 2, 1],
      )
      assert.equal(world.hosts[0]?.connections, 1)
    }
  })

  test('552 with another enhanced code is what it says; 552 alone to the only recipient is temporary', async (t) => {
    const full = await lab(t, { hosts: [on('RCPT', '552 5.2.2 mailbox full')] })
    assert.deepEqual(outcomes(await full.attempt()), ['failed 552 5.2.2'])
    const bare = await lab(t, { hosts: [on('RCPT', '552 no')] })
    assert.deepEqual(outcomes(await bare.attempt()), ['deferred 552'])
    const one = await lab(t, { hosts: [on('RCPT', '452 4.2.2 over quota', ({ times }) => times === 2)] })
    assert.deepEqual(outcomes(await one.attempt({ recipients: recipients(2) })), ['delivered 250 2.0.0', 'deferred 452 4.2.2'])
  })

  test('no second transaction when the first one’s content was refused', async (t) => {
    const answer = ({ verb, times }: Heard): Fault | undefined =>
      verb === 'DOT' ? '451 later' : verb === 'RCPT' && times > 1 ? '452 too many' : undefined
    const world = await lab(t, { hosts: [{ answer }] })
    assert.deepEqual(outcomes(await world.attempt({ recipients: recipients(2) })), ['deferred 451', 'deferred 452'])
    assert.equal(world.hosts[0]?.lines.filter((line) => line.startsWith('MAIL')).length, 1)
  })

  test('LIMITS RCPTMAX is kept (RFC 9422); without it a hundred at a time', async (t) => {
    const limited = await lab(t, { hosts: [{ extensions: ['PIPELINING', 'LIMITS RCPTMAX=2'] }] })
    assert.equal((await limited.attempt({ recipients: recipients(5) })).recipients.length, 5)
    assert.deepEqual(
      limited.hosts[0]?.mails.map(({ to }) => to.length),
      [2, 2, 1],
    )
    const free = await lab(t)
    await free.attempt({ recipients: recipients(150) })
    assert.deepEqual(
      free.hosts[0]?.mails.map(({ to }) => to.length),
      [100, 50],
    )
  })

  test('354 although nobody was accepted: a lone dot, and nobody gets an empty message (trap 13)', async (t) => {
    const answer = ({ verb }: Heard): Fault | undefined => (verb === 'RCPT' ? '550 no' : verb === 'DATA' ? '354 go' : undefined)
    const world = await lab(t, { hosts: [{ answer }] })
    assert.deepEqual(outcomes(await world.attempt()), ['failed 550'])
    assert.ok(lines(await world.attempt()).includes('out .'))
  })
})

describe('the next host', () => {
  test('a refused greeting or EHLO, 4xx or 5xx, is about that host (trap 16)', async (t) => {
    for (const script of [
      on('GREETING', '554 no'),
      on('GREETING', '450 busy'),
      on('GREETING', '421 busy'),
      on('EHLO', '550 no'),
      on('GREETING', '521 never'),
      on('GREETING', 'nonsense'),
      on('GREETING', '250 hi'),
    ]) {
      const world = await lab(t, { hosts: [script, {}] })
      const report = await world.attempt()
      assert.deepEqual(outcomes(report), ['delivered 250 2.0.0'])
      assert.equal(report.host, 'mx2.example')
    }
  })

  test('when all greetings refuse: 5xx is deferred all the same, 521 from all is for good (RFC 7504)', async (t) => {
    const refused = on('GREETING', '554 5.7.1 not you')
    const world = await lab(t, { hosts: [refused, refused] })
    const report = await world.attempt()
    assert.deepEqual(outcomes(report), ['deferred 554 5.7.1'])
    assert.equal(report.holdDestination, undefined)
    const never = on('GREETING', '521 5.3.2 no mail here')
    assert.deepEqual(outcomes(await (await lab(t, { hosts: [never, never] })).attempt()), ['failed 521 5.3.2'])
    assert.deepEqual(outcomes(await (await lab(t, { hosts: [never, refused] })).attempt()), ['deferred 554 5.7.1'])
  })

  test('[O23] a host that greets with 250 speaks no SMTP: temporary, no rest for the destination, and nothing looks like a yes', async (t) => {
    const world = await lab(t, { hosts: [on('GREETING', '250 hi')] })
    const report = await world.attempt()
    const [only] = report.recipients
    assert.deepEqual(only?.outcome, {
      type: 'deferred',
      code: 0,
      enhanced: '4.5.0',
      text: 'no SMTP came back: unexpected reply 250 hi',
      host: 'mx1.example',
    })
    assert.equal(report.holdDestination, undefined)
  })

  test('421 is about the channel: other host, never a failure; from all of them the destination rests (trap 15)', async (t) => {
    for (const verb of ['GREETING', 'EHLO', 'MAIL', 'RCPT', 'DATA']) {
      const world = await lab(t, { hosts: [on(verb, '421 4.3.2 going'), {}] })
      assert.deepEqual(outcomes(await world.attempt()), ['delivered 250 2.0.0'], verb)
      const all = await lab(t, { hosts: [on(verb, '421 4.3.2 going')] })
      const report = await all.attempt()
      assert.deepEqual(outcomes(report), ['deferred 421 4.3.2'], verb)
      assert.deepEqual(report.holdDestination, { untilMs: all.clock.now() + 300_000, reason: 'going' })
    }
  })

  test('421 in place of the final answer defers, asks nobody else, and the destination rests', async (t) => {
    const world = await lab(t, { hosts: [on('DOT', '421 4.7.28 slow down'), {}] })
    const report = await world.attempt()
    assert.deepEqual(outcomes(report), ['deferred 421 4.7.28'])
    assert.equal(report.holdDestination?.reason, 'slow down')
    assert.equal(world.hosts[1]?.connections, 0)
  })

  test('MAIL refused for now: another host is asked; for good: believed', async (t) => {
    const world = await lab(t, { hosts: [on('MAIL', '451 later'), {}] })
    assert.deepEqual(outcomes(await world.attempt()), ['delivered 250 2.0.0'])
    const refused = await lab(t, { hosts: [on('MAIL', '550 5.7.1 no'), {}] })
    assert.deepEqual(outcomes(await refused.attempt({ recipients: recipients(2) })), ['failed 550 5.7.1', 'failed 550 5.7.1'])
    assert.equal(refused.hosts[1]?.connections, 0)
  })

  test('a refusal for good outweighs an earlier host that could not be reached', async (t) => {
    const world = await lab(t, { hosts: [{}, on('MAIL', '550 5.7.1 no')] })
    await world.hosts[0]?.close()
    assert.deepEqual(outcomes(await world.attempt()), ['failed 550 5.7.1'])
  })

  test('421 after some have got the message: the others wait, the destination need not rest', async (t) => {
    const answer = ({ verb, times }: Heard): Fault | undefined =>
      verb === 'MAIL' && times === 2 ? '421 enough' : verb === 'RCPT' && times === 2 ? '452 too many' : undefined
    const world = await lab(t, { hosts: [{ answer }] })
    const report = await world.attempt({ recipients: recipients(2) })
    assert.deepEqual(outcomes(report), ['delivered 250 2.0.0', 'deferred 421'])
    assert.equal(report.holdDestination, undefined)
  })

  test('a connection cut before the end of the content: the next host gets the message', async (t) => {
    for (const verb of ['GREETING', 'EHLO', 'MAIL', 'RCPT', 'DATA']) {
      const world = await lab(t, { hosts: [on(verb, CUT), {}] })
      const report = await world.attempt()
      assert.deepEqual(outcomes(report), ['delivered 250 2.0.0'], verb)
      assert.equal(world.hosts[1]?.mails.length, 1)
    }
  })

  test('a recipient that has its answer is not asked for again at the next host', async (t) => {
    const answer = ({ verb, line }: Heard): Fault | undefined =>
      line.includes('r1@') ? '550 5.1.1 no' : verb === 'DATA' ? CUT : undefined
    const world = await lab(t, { hosts: [{ answer }, {}] })
    assert.deepEqual(outcomes(await world.attempt({ recipients: recipients(2) })), ['failed 550 5.1.1', 'delivered 250 2.0.0'])
    assert.deepEqual(world.hosts[1]?.mails[0]?.to, ['<r2@example.net>'])
  })

  test('nobody to be reached: 4.4.1, and the destination rests for a minute', async (t) => {
    const world = await lab(t, { hosts: [{}, {}] })
    for (const host of world.hosts) await host.close()
    const report = await world.attempt()
    assert.deepEqual(outcomes(report), ['deferred 0 4.4.1'])
    assert.equal(report.holdDestination?.untilMs, world.clock.now() + 60_000)
  })

  test('an address that does not answer costs one try: the host’s other address is next (trap 35)', async (t) => {
    const world = await lab(t, {
      plan: ([host]) => ({
        type: 'hosts',
        source: 'mx',
        tlsPolicy: 'opportunistic',
        hosts: [{ name: 'mx', addresses: ['::1', '127.0.0.1'], port: host?.port ?? 0, preference: 1 }],
      }),
    })
    assert.deepEqual(outcomes(await world.attempt()), ['delivered 250 2.0.0'])
  })

  test('the source address follows the family (trap 36)', async (t) => {
    const asked: (string | undefined)[] = []
    const dialer = {
      async dial({ address, localAddress }: { readonly address: string; readonly localAddress?: string }) {
        asked.push(`${address} ${localAddress}`)
        return { ok: false as const, error: { type: 'refused' as const, detail: 'no' } }
      },
    }
    const plan = (): Parameters<typeof planOf>[0] => ['2001:db8::9', '192.0.2.9']
    const world = await lab(t, {
      hosts: [],
      dialer,
      plan: () => planOf(plan()),
      settings: { sourceAddress4: '192.0.2.1', sourceAddress6: '2001:db8::1' },
    })
    await world.attempt()
    assert.deepEqual(asked, ['2001:db8::9 2001:db8::1', '192.0.2.9 192.0.2.1'])
  })
})

function planOf(addresses: readonly string[]) {
  return {
    type: 'hosts',
    source: 'mx',
    tlsPolicy: 'opportunistic',
    hosts: [{ name: 'mx', addresses, port: 25, preference: 1 }],
  } as const
}

describe('the final answer', () => {
  test('lost: deferred with a clear note, and no other host is asked (trap 39, RFC 1047)', async (t) => {
    const world = await lab(t, { hosts: [on('DOT', CUT), {}] })
    const report = await world.attempt()
    assert.deepEqual(outcomes(report), ['deferred 0 4.4.2'])
    assert.match(report.recipients[0]?.outcome.text ?? '', /may have accepted the message, so a retry may deliver it twice/)
    assert.equal(world.hosts[1]?.connections, 0)
    assert.equal(report.holdDestination, undefined)
  })

  test('not in ten minutes: the same (trap 38)', async (t) => {
    const world = await lab(t, { hosts: [on('DOT', SILENCE), {}] })
    const host = world.hosts[0]
    const report = await attemptPastSilence(world, () => host?.lines.includes('DATA') === true && host.heardDot, 601_000)
    assert.deepEqual(outcomes(report), ['deferred 0 4.4.2'])
    assert.equal(world.hosts[1]?.connections, 0)
  })

  test('before the content ended: a refusal counts', async (t) => {
    const piece = `${'x'.repeat(998)}\r\n`.repeat(100)
    let go: () => void = () => {}
    const refused = new Promise<void>((resolve) => (go = resolve))
    async function* open(): AsyncIterable<Uint8Array> {
      yield Buffer.from(piece)
      await refused
      yield Buffer.from(piece)
    }
    const world = await lab(t, {
      hosts: [{ answer: ({ verb }) => (verb === 'DATA' ? '354 go\r\n552 5.3.4 too large' : undefined) }],
    })
    const report = await world.attempt({ open })
    go()
    assert.deepEqual(outcomes(report), ['failed 552 5.3.4'])
    assert.equal(world.hosts[0]?.mails.length, 0)
  })
})

describe('patience', () => {
  const phases = [
    ['GREETING', 300_000, (world: Lab) => world.hosts[0]?.connections === 1],
    ['EHLO', 300_000, (world: Lab) => world.hosts[0]?.lines.length === 1],
    ['MAIL', 300_000, (world: Lab) => world.hosts[0]?.lines.some((line) => line.startsWith('MAIL')) === true],
  ] as const
  for (const [verb, ms, heard] of phases) {
    test(`a silent ${verb} is waited for so long and no longer; then the next host (trap 38)`, async (t) => {
      const world = await lab(t, { hosts: [on(verb, SILENCE), {}] })
      let settled = false
      const running = attemptPastSilence(world, () => heard(world), ms - 2000)
      void running.then(() => {
        settled = true
      })
      await world.hosts[0]?.until(() => heard(world))
      for (let turns = 0; turns < 10 || world.dialed() === 0; turns++) await turn()
      assert.equal(settled, false)
      assert.equal(world.hosts[1]?.connections, 0)
      world.clock.advance(5000)
      assert.deepEqual(outcomes(await running), ['delivered 250 2.0.0'])
    })
  }

  test('after ten minutes of silence no further host is asked', async (t) => {
    const silent = on('GREETING', SILENCE)
    const world = await lab(t, { hosts: [silent, silent, {}] })
    const running = world.attempt()
    for (const dialed of [1, 2]) {
      while (world.dialed() < dialed) await turn()
      await turn()
      world.clock.advance(301_000)
    }
    assert.deepEqual(outcomes(await running), ['deferred 0 4.4.2'])
    assert.equal(world.hosts[2]?.connections, 0)
  })

  test('no timer is left when nothing is open', async (t) => {
    const world = await lab(t, { settings: { idleTime: '5s' } })
    await world.attempt()
    assert.equal(world.clock.timers, 1)
    world.clock.advance(10_000)
    assert.equal(world.clock.timers, 0)
  })
})
