// Several workers over one store, hints that are lost and doubled, slow hosts, workers that die: each message is delivered by one of them.

import assert from 'node:assert/strict'
import { recipientRows, workerIds } from './world/questions.ts'
import { scenario } from './world/scenario.ts'
import type { World } from './world/world.ts'

const MINUTE_MS = 60_000

const LIMITED = '[queue]\ndestinationConcurrency = 2\n'

scenario('two workers never deliver the same message', { seeds: 3, workers: 3 }, async (world) => {
  world.notify.manners = { lostOneIn: 3, doubledOneIn: 2, delayMsMax: 500 }
  await busy(world)
  await world.untilAllIsDone(6 * 60 * MINUTE_MS)
  assert.deepEqual(await world.ledger.assertDelivered(), [])
  assert.ok((await recipientRows(world.machine.store)).every(({ state }) => state === 'delivered'))
})

scenario(
  'one destination has one worker at a time, and its limit holds',
  { seeds: 3, workers: 3, settings: LIMITED },
  async (world) => {
    world.notify.manners = { lostOneIn: 3, doubledOneIn: 2, delayMsMax: 500 }
    await busy(world)
    const most = new Map<string, number>()
    for (const host of world.hosts) {
      const { answer } = host.manners
      host.manners = {
        ...host.manners,
        answer: (moment) => {
          most.set(host.name, Math.max(most.get(host.name) ?? 0, host.open))
          return answer?.(moment)
        },
      }
    }
    await world.untilAllIsDone(6 * 60 * MINUTE_MS)
    for (const [name, count] of most) assert.ok(count <= 2, `${count} connections at once to ${name}`)
    assert.equal(most.size, 3)
  },
)

scenario('what a dead worker had, others deliver', { seeds: 4, workers: 3 }, async (world) => {
  world.notify.manners = { lostOneIn: 3, doubledOneIn: 2, delayMsMax: 500 }
  await busy(world)
  for (let n = 0; n < 2; n++) {
    await world.advance(world.random.between(10, 5000))
    await world.loseWorker()
  }
  // Who sweeps may be among the dead: the next start of a worker makes another.
  await world.machine.addWorker()
  await world.untilAllIsDone(6 * 60 * MINUTE_MS)
  await world.ledger.assertDelivered()
  assert.ok((await recipientRows(world.machine.store)).every(({ state }) => state === 'delivered'))
})

scenario('an orderly stop leaves nothing half done', { seeds: 3, workers: 2 }, async (world) => {
  await busy(world)
  await world.advance(world.random.between(10, 3000))
  let stopped = 0
  for (const worker of world.machine.workers) void worker.stop().then(() => stopped++)
  await world.until('the workers have stopped', () => stopped === 2, 2 * MINUTE_MS)
  assert.ok((await recipientRows(world.machine.store)).every(({ state }) => state !== 'active'))
  assert.deepEqual(await workerIds(world.machine.store), [])
  await world.machine.addWorker()
  await world.untilAllIsDone(6 * 60 * MINUTE_MS)
  assert.deepEqual(await world.ledger.assertDelivered(), [])
})

async function busy(world: World): Promise<void> {
  await world.person('anna')
  const slow = {
    answer: ({ type }: { type: string }) => (type === 'message' ? ({ type: 'wait', ms: 4000 } as const) : undefined),
  }
  await world.domain('one.example')
  await world.domain('two.example', slow)
  await world.domain('three.example', { greylistMs: 30_000 })
  const client = world.client()
  for (let n = 0; n < 12; n++)
    client.send({
      from: 'anna@posthorn.test',
      to: ['anna@posthorn.test', `a${n}@one.example`, `b${n}@two.example`, `c${n}@three.example`],
    })
}
