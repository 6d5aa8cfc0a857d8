// The store reaches its limit in the middle of work: new mail is put off with 452, what was accepted stays, and when there is room again
// everything goes on where it stood. No message that was delivered is forgotten, so none comes twice.

import assert from 'node:assert/strict'
import { recipientRows } from './world/questions.ts'
import { scenario } from './world/scenario.ts'

const MINUTE_MS = 60_000

scenario(
  'a full disk refuses and recovers',
  { seeds: 3, workers: 2, errors: /store refused|heartbeat|cannot be recorded/ },
  async (world) => {
    const alice = await world.person('alice')
    await world.domain('one.example', { greylistMs: 3 * MINUTE_MS })
    await world.domain('two.example')
    const client = world.client()
    const send = (count: number): void => {
      for (let n = 0; n < count; n++)
        client.send({ from: alice, to: [alice, 'x@one.example', 'y@two.example'], bodyBytes: world.random.between(1000, 60_000) })
    }
    send(10)
    await world.advance(30_000)
    world.machine.limitStore(world.machine.storeBytes + world.random.between(0, 200_000))
    send(40)
    await world.advance(10 * MINUTE_MS)
    assert.ok(
      client.tries.some(({ code }) => code === 452),
      'some were put off with 452',
    )
    assert.ok(
      client.tries.every(({ outcome }) => outcome !== 'refused'),
      'none was refused for good',
    )
    assert.ok(!client.isDone)
    world.machine.limitStore(1_000_000_000)
    await world.untilAllIsDone(6 * 60 * MINUTE_MS)
    assert.deepEqual(await world.ledger.assertDelivered(), [])
    assert.ok((await recipientRows(world.machine.store)).every(({ state }) => state === 'delivered'))
  },
)

scenario('a disk that is nearly full takes nothing new and delivers what it has', { seeds: 2 }, async (world) => {
  const [host] = await world.domain('one.example', { greylistMs: 2 * MINUTE_MS })
  const client = world.client()
  client.send({ from: 'alice@posthorn.test', to: ['x@one.example'] })
  await world.until('the message is ours', () => client.isDone, MINUTE_MS)
  world.machine.disk.hasRoom = false
  client.send({ from: 'alice@posthorn.test', to: ['y@one.example'] })
  await world.until('the first message is delivered', () => host.mails.length === 1, 10 * MINUTE_MS)
  assert.ok(client.sendings[1]?.tries.every(({ code }) => code === 452))
  world.machine.disk.hasRoom = true
  await world.untilAllIsDone(60 * MINUTE_MS)
  assert.equal(host.mails.length, 2)
})
