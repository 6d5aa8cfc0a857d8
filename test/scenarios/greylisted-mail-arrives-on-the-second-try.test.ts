// A host that sends strangers away at first gets the mail a little later; the sender hears nothing of it.

import assert from 'node:assert/strict'
import { recipientRows } from './world/questions.ts'
import { scenario } from './world/scenario.ts'

scenario('greylisted mail arrives on the second try', { seeds: 3 }, async (world) => {
  const [host] = await world.domain('grey.example', { greylistMs: 50_000 })
  const client = world.client()
  client.send({ from: 'alice@posthorn.test', to: ['bob@grey.example', 'carol@grey.example'] })
  await world.until('the mail is there', () => host.mails.length > 0, 10 * 60_000)
  await world.advance(5_000)
  assert.equal(host.greylist?.refusals, 2)
  const rows = await recipientRows(world.machine.store)
  assert.deepEqual(
    rows.map(({ state, attempts }) => ({ state, attempts })),
    [
      { state: 'delivered', attempts: 2 },
      { state: 'delivered', attempts: 2 },
    ],
  )
  assert.deepEqual(await world.ledger.assertDelivered(), [])
})
