// A host that says 421 in the middle of a message is asked again later: nothing is lost, nothing bounces, nothing comes twice.

import assert from 'node:assert/strict'
import { reply } from '../../src/mail/protocol/smtp/smtp.ts'
import { recipientRows } from './world/questions.ts'
import { scenario } from './world/scenario.ts'

for (const at of ['mail', 'recipient', 'data', 'message'] as const) {
  scenario(`421 at ${at} keeps the message`, { seeds: 2 }, async (world) => {
    const busyUntil = world.clock.now() + 20 * 60_000
    const [host] = await world.domain('busy.example', {
      without: world.seed % 2 === 0 ? ['PIPELINING'] : [],
      answer: ({ type, nowMs }) => (type === at && nowMs < busyUntil ? reply(421, '4.3.2', 'Too busy, closing') : undefined),
    })
    const client = world.client()
    for (let n = 0; n < 5; n++) client.send({ from: 'alice@posthorn.test', to: [`bob${n}@busy.example`, 'carol@busy.example'] })
    await world.untilAllIsDone(2 * 3_600_000)
    assert.equal(host.mails.length, 5)
    assert.ok((await recipientRows(world.machine.store)).every(({ state }) => state === 'delivered'))
    assert.deepEqual(await world.ledger.assertDelivered(), [])
  })
}

scenario('a limit of connections is kept to, and all mail arrives', { seeds: 2 }, async (world) => {
  let most = 0
  const [host] = await world.domain('narrow.example', {
    connectionsMax: 2,
    answer: () => {
      most = Math.max(most, host.open)
      return undefined
    },
  })
  const client = world.client()
  for (let n = 0; n < 30; n++) client.send({ from: 'alice@posthorn.test', to: [`bob${n}@narrow.example`] })
  await world.untilAllIsDone(6 * 3_600_000)
  assert.equal(host.mails.length, 30)
  assert.deepEqual(await world.ledger.assertDelivered(), [])
})
