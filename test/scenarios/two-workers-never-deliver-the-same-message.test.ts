// Several workers over one store, hints that are lost and doubled, slow hosts, workers that die: each message is delivered by one of them.

import assert from 'node:assert/strict'
import { recipientRows } from './world/questions.ts'
import { scenario } from './world/scenario.ts'
import type { World } from './world/world.ts'

const MINUTE_MS = 60_000

scenario('two workers never deliver the same message', { seeds: 3, workers: 3 }, async (world) => {
  world.notify.manners = { lostOneIn: 3, doubledOneIn: 2, delayMsMax: 500 }
  await busy(world)
  await world.untilAllIsDone(6 * 60 * MINUTE_MS)
  assert.deepEqual(await world.ledger.assertDelivered(), [])
  assert.ok((await recipientRows(world.machine.store)).every(({ state }) => state === 'delivered'))
})

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
