// Bytes that come one by one, slowly, late and in other pieces than they were sent in arrive as they were sent.

import assert from 'node:assert/strict'
import { scenario } from './world/scenario.ts'

scenario('a bad line changes no byte', { seeds: 4 }, async (world) => {
  world.network.weather = (_, random) => ({
    latencyMs: [1, 400],
    pieceBytesMax: random.pick([1, 7, 100, 4000]),
    dripMs: random.pick([0, 0, 3]),
    windowBytes: random.pick([100, 5000, 65_536]),
  })
  const [host] = await world.domain('far.example', { startTls: world.seed % 2 === 0 })
  const anna = await world.person('anna')
  const client = world.client()
  for (let n = 0; n < 4; n++) client.send({ from: anna, to: [anna, `x${n}@far.example`], bodyBytes: n * 5000 })
  await world.untilAllIsDone(6 * 3_600_000)
  assert.equal(host.mails.length, 4)
  assert.deepEqual(await world.ledger.assertDelivered(), [])
})
