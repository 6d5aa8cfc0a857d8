// Mail for a host that never answers: its sender hears after four hours that it is late, and after five days that it is over. Once each.

import assert from 'node:assert/strict'
import { eventRows, recipientRows } from './world/questions.ts'
import { scenario } from './world/scenario.ts'

const HOUR_MS = 3_600_000

scenario('mail that waits too long expires and says so', { seeds: 1 }, async (world) => {
  const [host] = await world.domain('dead.example')
  world.network.setReach(host.address, world.seed % 2 === 0 ? 'silent' : 'refused')
  const alice = await world.person('alice')
  const start = world.clock.now()
  world.client().send({ from: alice, to: ['bob@dead.example'], subject: 'too late' })
  await world.advance(4 * HOUR_MS - 60_000)
  assert.deepEqual(await world.mailbox(alice), [])
  await world.advance(3 * 60_000)
  const [notice] = await world.mailbox(alice)
  assert.match(notice ?? '', /^Action: delayed\r$/m)
  assert.match(notice ?? '', /^Will-Retry-Until: /m)
  await world.advance(5 * 24 * HOUR_MS - 4 * HOUR_MS - 5 * 60_000)
  assert.equal((await world.mailbox(alice)).length, 1)
  await world.advance(20 * 60_000)
  const [, failure, ...more] = await world.mailbox(alice)
  assert.match(failure ?? '', /^Action: failed\r$/m)
  assert.match(failure ?? '', /^Status: 4\.4\.7\r$/m)
  assert.deepEqual(more, [])
  const row = (await recipientRows(world.machine.store)).find(({ address }) => address === 'bob@dead.example')
  assert.equal(row?.state, 'expired')
  // 1, 5, 10, 20, 40 minutes, 1 and 2 hours, then every 4 hours, each a tenth more or less.
  assert.ok(row.attempts >= 30 && row.attempts <= 42, `${row.attempts} attempts in five days`)
  const end = (await eventRows(world.machine.store)).find(({ type }) => type === 'expired')
  assert.ok(end !== undefined && Math.abs(end.at - (start + 5 * 24 * HOUR_MS)) < 10 * 60_000)
})

scenario('a year of quiet changes nothing, and old journeys are forgotten', { seeds: 1 }, async (world) => {
  await world.domain('well.example')
  const alice = await world.person('alice')
  world.client().send({ from: 'x@well.example', to: [alice, 'bob@well.example'] })
  await world.untilAllIsDone(HOUR_MS)
  assert.deepEqual(await world.ledger.assertDelivered(), [])
  world.clock.jump(365 * 24 * HOUR_MS)
  await world.advance(HOUR_MS)
  assert.equal((await recipientRows(world.machine.store)).length, 0)
  assert.equal((await world.mailbox(alice)).length, 1)
})
