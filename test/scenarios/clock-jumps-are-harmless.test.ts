// Somebody sets the clock on the wall: a year forward, a day back. Nothing is lost, nothing comes twice, nobody is taken for dead. A jump
// forward beyond their time ends messages that wait, as if the time had passed; their senders hear of it.

import assert from 'node:assert/strict'
import { reply } from '../../src/mail/protocol/smtp/smtp.ts'
import { recipientRows } from './world/questions.ts'
import { scenario } from './world/scenario.ts'
import type { World } from './world/world.ts'

const DAY_MS = 86_400_000

const LATER = reply(421, '4.3.2', 'Not now')

for (const [name, jumpMs] of [
  ['a day back', -DAY_MS],
  ['an hour forward', 3_600_000],
  ['a minute back', -60_000],
] as const) {
  scenario(`a clock that jumps ${name} is harmless`, { seeds: 1, workers: 2 }, async (world) => {
    const hosts = await busyWorld(world)
    await world.advance(world.random.between(100, 3000))
    world.clock.jump(jumpMs)
    await world.advance(world.random.between(100, 30_000))
    sendSome(world)
    await world.until('the clients are done', () => world.clients.every((client) => client.isDone), 3_600_000)
    // What was put off before a jump back waits for the wall clock to reach its time again.
    await world.untilAllIsDone(2 * DAY_MS)
    assert.deepEqual(await world.ledger.assertDelivered(), [])
    assert.ok(hosts.every((host) => host.mails.length > 0))
    assert.ok((await recipientRows(world.machine.store)).every(({ state }) => state === 'delivered'))
    assert.deepEqual(
      world.log.lines.filter(({ message }) => message.includes('workers died')),
      [],
    )
  })
}

scenario(
  'a clock that jumps a year forward ends what waits, delivers the rest, and loses nothing',
  { seeds: 3, workers: 2 },
  async (world) => {
    await busyWorld(world)
    const alice = await world.person('alice')
    const [dead] = await world.domain('dead.example')
    world.network.setReach(dead.address, 'refused')
    world.client().send({ from: alice, to: ['late@dead.example'] })
    await world.until('the clients are done', () => world.clients.every((client) => client.isDone), 3_600_000)
    await world.advance(60_000)
    world.clock.jump(365 * DAY_MS)
    await world.advance(60_000)
    sendSome(world)
    await world.until('the clients are done', () => world.clients.every((client) => client.isDone), 3_600_000)
    await world.advance(5 * 60_000)
    const [report, ...more] = await world.mailbox(alice)
    assert.match(report ?? '', /^Final-Recipient: rfc822; ?late@dead\.example\r$/m)
    assert.deepEqual(more, [])
    const rows = await recipientRows(world.machine.store)
    assert.deepEqual(
      rows.filter(({ state }) => state !== 'delivered' && state !== 'expired'),
      [],
    )
  },
)

scenario('what a wrong clock wrote down is put right with it', { seeds: 3, workers: 2 }, async (world) => {
  let isBad = true
  const trouble = (at: string) => ({ answer: ({ type }: { type: string }) => (isBad && type === at ? LATER : undefined) })
  await world.domain('one.example', trouble('recipient'))
  await world.domain('two.example', trouble('greeting'))
  const client = world.client()
  world.clock.jump(365 * DAY_MS)
  client.send({ from: 'anna@posthorn.test', to: ['x@one.example', 'y@two.example'] })
  await world.advance(world.random.between(1000, 60_000))
  world.clock.jump(-365 * DAY_MS)
  if (world.random.oneIn(2)) {
    world.machine.crash()
    await world.restart()
  }
  isBad = false
  client.send({ from: 'anna@posthorn.test', to: ['z@one.example', 'z@two.example'] })
  await world.advance(10 * 60_000)
  assert.deepEqual(await world.ledger.assertDelivered(), [])
  const rows = await recipientRows(world.machine.store)
  assert.deepEqual(
    rows.map(({ state }) => state),
    ['delivered', 'delivered', 'delivered', 'delivered'],
  )
})

async function busyWorld(world: World) {
  const [one] = await world.domain('one.example', { greylistMs: 30_000 })
  const [two] = await world.domain('two.example', {
    answer: ({ type }) => (type === 'message' ? { type: 'wait', ms: 2000 } : undefined),
  })
  await world.person('anna')
  world.client()
  sendSome(world)
  return [one, two]
}

function sendSome(world: World): void {
  for (let n = 0; n < 5; n++)
    world.clients[0]?.send({ from: 'anna@posthorn.test', to: [`b${n}@one.example`, `c${n}@two.example`, 'anna@posthorn.test'] })
}
