// A host that takes a message and hangs up before it can say so gets it again (RFC 1047): once for each lost reply, and not once more.

import assert from 'node:assert/strict'
import { recipientRows } from './world/questions.ts'
import { scenario } from './world/scenario.ts'

scenario('a lost final reply may double but never lose', { seeds: 3 }, async (world) => {
  const losses = 1 + (world.seed % 4)
  let lost = 0
  const [host] = await world.domain('vague.example', {
    answer: ({ type }) => (type === 'message' && lost++ < losses ? { type: 'accept-and-cut' } : undefined),
  })
  world.client().send({ from: 'alice@posthorn.test', to: ['bob@vague.example'] })
  await world.untilAllIsDone(3 * 3_600_000)
  assert.equal(host.mails.length, losses + 1)
  const exceptions = await world.ledger.assertDelivered()
  assert.deepEqual(
    exceptions.map(({ cause }) => cause),
    Array.from({ length: losses }, () => 'the final reply was lost'),
  )
  assert.deepEqual(
    (await recipientRows(world.machine.store)).map(({ state }) => state),
    ['delivered'],
  )
})

scenario('after the final dot no other host is asked', { seeds: 2 }, async (world) => {
  const [first, second] = await world.domain(
    'pair.example',
    { answer: ({ type, connection }) => (type === 'message' && connection === 1 ? { type: 'accept-and-cut' } : undefined) },
    {},
  )
  world.client().send({ from: 'alice@posthorn.test', to: ['bob@pair.example'] })
  await world.until('the first host has the mail', () => first.mails.length > 0, 60_000)
  await world.advance(30_000)
  assert.equal(second?.connections, 0)
  await world.untilAllIsDone(3_600_000)
  assert.equal(first.mails.length, 2)
})

scenario('a slow final dot is waited for', { seeds: 2 }, async (world) => {
  const [host] = await world.domain('slow.example', {
    answer: ({ type }) => (type === 'message' ? { type: 'wait', ms: 9 * 60_000 } : undefined),
  })
  world.client().send({ from: 'alice@posthorn.test', to: ['bob@slow.example'] })
  await world.untilAllIsDone(3_600_000)
  assert.equal(host.mails.length, 1)
  assert.deepEqual(await world.ledger.assertDelivered(), [])
})
