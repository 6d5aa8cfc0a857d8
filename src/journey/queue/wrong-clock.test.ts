// What a wrong clock leaves behind does not outlast it; what lies ahead by right is left alone.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forEachEngine } from '../../store/database/testing.ts'
import type { Store } from '../../store/store.ts'
import { claimDestinationProcedure, heartbeatProcedure, holdDestinationProcedure, showMessage } from './queue.ts'
import { acceptProcedure, testQueueMigrations, testQueueProcedures } from './testing.ts'
import { putTimesRightProcedure } from './wrong-clock.ts'

const NOW = 1_000_000_000_000
const YEAR_MS = 365 * 86_400_000
const LIMITS = { retryMsMax: 4 * 3_600_000, holdMsMax: 300_000, leaseMsMax: 60_000 }

async function done<T>(answer: Promise<{ ok: true; value: T } | { ok: false; error: { detail: string } }>): Promise<T> {
  const result = await answer
  assert.ok(result.ok, result.ok ? '' : result.error.detail)
  return result.value
}

/** One message at that time, its recipient claimed by a worker of that time, which is then heard of no more. */
async function live(store: Store, at: number): Promise<void> {
  await done(store.call(acceptProcedure, { id: 'a'.repeat(18), at, to: ['bob@example.net'], reversePath: '' }))
  await done(store.call(heartbeatProcedure, { worker: 'w1', now: at, leaseUntil: at + 60_000 }))
  await done(store.call(holdDestinationProcedure, { destination: 'example.net', until: at + 300_000, reason: 'busy', now: at }))
}

forEachEngine('a wrong clock', ({ open }) => {
  test('[Q17] a hold, a lease and a due time of a time that never was are past', async (t) => {
    const store = await open({ migrations: testQueueMigrations, procedures: testQueueProcedures })
    t.after(() => store.close())
    await live(store, NOW + YEAR_MS)
    assert.equal(await done(store.call(putTimesRightProcedure, { now: NOW, ...LIMITS })), 3)
    await done(store.call(heartbeatProcedure, { worker: 'w2', now: NOW, leaseUntil: NOW + 60_000 }))
    const claim = { worker: 'w2', destination: 'example.net', now: NOW, limit: 10, scheduleMs: [60_000] }
    const claimed = await done(store.call(claimDestinationProcedure, claim))
    assert.ok(claimed.type === 'claimed' && claimed.suspect)
    assert.deepEqual(
      claimed.recipients.map(({ address }) => address),
      ['bob@example.net'],
    )
  })

  test('[Q17] what lies ahead by right stays as it is', async (t) => {
    const store = await open({ migrations: testQueueMigrations, procedures: testQueueProcedures })
    t.after(() => store.close())
    await live(store, NOW)
    assert.equal(await done(store.call(putTimesRightProcedure, { now: NOW, ...LIMITS })), 0)
    const shown = await showMessage(store, { org: 1, id: 'a'.repeat(18) })
    assert.equal(shown?.recipients[0]?.dueAt, NOW)
  })
})
