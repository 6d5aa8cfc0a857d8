// Large providers put strangers off for hours, each in its own way. The mail waits, and arrives once.

import assert from 'node:assert/strict'
import { gmailLike, microsoftLike, yahooLike } from '../../src/platform/simulated/simulated.ts'
import { scenario } from './world/scenario.ts'

const HOUR_MS = 3_600_000

for (const [name, provider] of [
  ['Gmail', gmailLike],
  ['Microsoft', microsoftLike],
  ['Yahoo', yahooLike],
] as const) {
  scenario(`a provider like ${name} that slows us down gets the mail later`, { seeds: 1 }, async (world) => {
    const [host] = await world.domain('big.example', provider({ slowsDownUntil: world.clock.now() + 3 * HOUR_MS }))
    const client = world.client()
    for (let n = 0; n < 6; n++) client.send({ from: 'alice@posthorn.test', to: [`a${n}@big.example`, `b${n}@big.example`] })
    await world.untilAllIsDone(12 * HOUR_MS)
    assert.equal(host.mails.length, 6)
    assert.ok(host.mails.every(({ tls }) => tls))
    assert.deepEqual(await world.ledger.assertDelivered(), [])
  })
}
