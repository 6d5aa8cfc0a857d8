// The power fails again and again, at any instant, in the middle of commits and of conversations, with bad lines and difficult hosts.
// In the end every message that got 250 is with each of its recipients; and who has one twice has it for one of two reasons, each
// written down.

import assert from 'node:assert/strict'
import { reply } from '../../src/mail/protocol/smtp/smtp.ts'
import type { Answer, Manners, Moment, SendingClient, SimulatedRandom } from '../../src/platform/simulated/simulated.ts'
import { scenario } from './world/scenario.ts'
import type { World } from './world/world.ts'

const MINUTE_MS = 60_000

/** Where a crash hurts most. */
const STEPS = ['call', 'committed', 'answer'] as const
const PROCEDURES = ['session.accept', 'queue.claimDestination', 'deliver.record', 'deliver.record', 'content.append'] as const

scenario('a crash at any instant loses nothing', { seeds: 8, workers: 2 }, async (world) => {
  const random = world.random.fork('story')
  await populate(world, random)
  badWeather(world)
  const senders: readonly Sender[] = [
    { client: world.client('office'), reaches: EVERYBODY },
    { client: world.client('office'), reaches: EVERYBODY },
    { client: world.client('stranger'), reaches: PEOPLE },
  ]
  for (let n = 0; n < 5; n++) {
    for (const sender of senders) sendSome(sender, random)
    if (random.oneIn(2)) world.machine.crashWithin(random.pick([20, 150, 1200]))
    else world.machine.crashAt(random.pick(STEPS), random.pick(PROCEDURES))
    await world.clock.runUntil(() => !world.machine.isUp, random.between(1, 6) * MINUTE_MS)
    await comeBack(world, random)
  }
  goodWeather(world)
  await world.untilAllIsDone(48 * 60 * MINUTE_MS)
  await world.ledger.assertDelivered()
  const balance = await world.ledger.assertBalanced()
  assert.equal(balance.open, 0)
})

interface Sender {
  readonly client: SendingClient
  readonly reaches: readonly string[]
}

async function comeBack(world: World, random: SimulatedRandom): Promise<void> {
  if (world.machine.isUp) return
  await world.advance(random.below(2 * MINUTE_MS))
  for (let tries = 0; !(await world.restart()) && tries < 10; tries++) await world.advance(1000)
  // It may fail again at once, in the very recovery.
  if (random.oneIn(4)) world.machine.crashWithin(5)
  await world.advance(100)
  while (!world.machine.isUp) await world.restart()
}

async function populate(world: World, random: SimulatedRandom): Promise<void> {
  for (const name of ['anna', 'ben']) await world.person(name)
  for (const name of ['one.example', 'two.example', 'three.example'])
    await world.domain(name, difficult(random), difficult(random))
}

function sendSome({ client, reaches }: Sender, random: SimulatedRandom): void {
  for (let n = random.between(1, 4); n > 0; n--) {
    const to = reaches.filter(() => random.oneIn(2))
    const bodyBytes = random.oneIn(6) ? random.between(250_000, 600_000) : random.between(0, 5000)
    client.send({ from: 'anna@posthorn.test', to: to.length > 0 ? to : ['ben@posthorn.test'], bodyBytes })
  }
}

const PEOPLE = ['anna@posthorn.test', 'ben@posthorn.test']
const EVERYBODY = [
  ...PEOPLE,
  ...['one', 'two', 'three'].flatMap((domain) => ['x', 'y', 'z'].map((who) => `${who}@${domain}.example`)),
]

const BUSY = reply(421, '4.3.2', 'Busy')
const LATER = reply(451, '4.3.0', 'Later')

/** Temporary trouble of every kind; never a final no. */
function difficult(random: SimulatedRandom): Manners {
  const trouble: readonly (Answer | undefined)[] = [undefined, BUSY, LATER, { type: 'cut' }, { type: 'wait', ms: 20_000 }]
  return {
    startTls: random.oneIn(2),
    without: random.oneIn(3) ? ['PIPELINING'] : [],
    ...(random.oneIn(3) ? { greylistMs: 2 * MINUTE_MS } : {}),
    answer: (moment: Moment) => {
      if (!moment.random.oneIn(12)) return undefined
      if (moment.type === 'message' && moment.random.oneIn(3)) return { type: 'accept-and-cut' }
      return moment.random.pick(trouble)
    },
  }
}

function badWeather({ network, notify }: World): void {
  notify.manners = { lostOneIn: 3, doubledOneIn: 5, delayMsMax: 50 }
  network.weather = (_, random) => ({
    latencyMs: [1, random.pick([10, 100, 800])],
    pieceBytesMax: random.pick([0, 0, 40, 1500]) * (random.oneIn(3) ? 1 : 40),
    tls: random.oneIn(10) ? 'fails' : 'works',
    ...(random.oneIn(8) ? { cutAfter: { atDialer: random.between(1, 600) } } : {}),
    ...(random.oneIn(8) ? { cutAfter: { atListener: random.between(1, 3000) } } : {}),
  })
}

function goodWeather({ network, hosts, notify }: World): void {
  network.weather = () => ({})
  notify.manners = { lostOneIn: 0, doubledOneIn: 0, delayMsMax: 2 }
  for (const host of hosts) host.manners = { ...host.manners, answer: () => undefined }
}
