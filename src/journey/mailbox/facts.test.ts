// What never changes of messages, read for the many.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forEachEngine, type TestEngine } from '../../store/database/testing.ts'
import { appendMessagesProcedure, copyMessagesProcedure, fetchFacts, fetchRows } from './mailbox.ts'
import { openHouse, value } from './testing.ts'
import { UID_MAX } from './uids.ts'

forEachEngine('facts', ({ open }: TestEngine) => {
  test('[B53] what never changes of a message is what its row says', async (t) => {
    const house = await openHouse(t, open)
    const [box, other] = [await house.create('box'), await house.create('other')]
    const messages = [
      house.message({ flags: 3, keywords: ['a'] }),
      house.message({ internalDateMs: -5, zoneMinutes: -570 }),
      house.message({ internalDateMs: 1_700_000_000_123, zoneMinutes: 840 }),
    ]
    await value(house.store.call(appendMessagesProcedure, { org: 1, mailboxId: other.id, messages, now: 77 }))
    const ranges = [{ from: 1, to: UID_MAX }]
    const copy = { org: 1, fromMailboxId: other.id, toMailboxId: box.id, ranges, id: house.id(), now: 99 }
    await value(house.store.call(copyMessagesProcedure, copy))
    const more = { org: 1, mailboxId: box.id, messages: [house.message()], now: 100 }
    await value(house.store.call(appendMessagesProcedure, more))
    for (const withIndex of [true, false]) {
      const range = { org: 1, mailboxId: box.id, fromUid: 2, toUid: UID_MAX, limit: 3 }
      const rows = await fetchRows(house.store, range, { withIndex })
      const facts = await fetchFacts(house.store, range, { withIndex })
      const expected = rows.map(
        ({ uid, sizeBytes, internalDateMs, zoneMinutes, savedAtMs, contentId, emailId, threadId, index }) => ({
          ...{ uid, sizeBytes, internalDateMs, zoneMinutes, savedAtMs, contentId, emailId, threadId, index },
        }),
      )
      assert.equal(facts.length, 3)
      assert.deepEqual(facts, expected)
    }
    const nothing = { org: 1, mailboxId: box.id, fromUid: 9, toUid: 12, limit: 3 }
    assert.deepEqual(await fetchFacts(house.store, nothing, { withIndex: true }), [])
  })
})
