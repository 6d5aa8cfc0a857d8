// Indexing goes on until nothing is left, and leaves the writer to others in between.

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { idAt } from '../../ground/ids.ts'
import type { Clock } from '../../ground/ports/clock.ts'
import type { Log } from '../../ground/ports/log.ts'
import type { Store } from '../../store/store.ts'
import { wantsIndexing } from '../queue/queue.ts'
import { acceptManyProcedure, openTestQueue } from '../queue/testing.ts'
import { Indexing } from './indexing.ts'
import { INDEXING_BEHIND_MS, INDEXING_MS } from './limits.ts'

const T0 = 1_800_000_000_000
const PIECE_MS = 5

/** Two pieces and a half; each takes 5 ms by its clock. */
async function world(t: TestContext) {
  const store = await openTestQueue()
  t.after(() => store.close())
  const messages = Array.from({ length: 250 }, (_, n) => ({
    id: idAt(T0) + String(n).padStart(8, '0'),
    at: T0,
    to: ['x@b.example'],
  }))
  assert.ok((await store.call(acceptManyProcedure, { messages })).ok)
  const seen = { now: 0, calls: 0, rests: [] as number[], timers: [] as number[], errors: 0, fails: false, lateAfter: 9 }
  const timed: Store = {
    ...store,
    all: (statement, args) => store.all(statement, args),
    first: (statement, args) => (seen.fails ? Promise.reject(new Error('no disk')) : store.first(statement, args)),
    query: (build) => store.query(build),
    close: () => store.close(),
    call(procedure, args) {
      seen.calls++
      seen.now += PIECE_MS
      return store.call(procedure, args)
    },
  }
  const clock: Clock = {
    now: () => T0,
    monotonic: () => seen.now,
    after(delayMs) {
      seen.timers.push(delayMs)
      return () => seen.timers.pop()
    },
    async sleep(delayMs) {
      seen.rests.push(delayMs)
      if (seen.calls + 1 === seen.lateAfter) seen.now += INDEXING_BEHIND_MS
    },
  }
  const log = { error: () => seen.errors++ } as unknown as Log
  return { store, seen, indexing: new Indexing({ store: timed, clock, log }) }
}

test('a round writes all there is, resting nine times as long as it works', async (t) => {
  const { store, seen, indexing } = await world(t)
  await indexing.run()
  assert.deepEqual([seen.calls, seen.rests], [3, [9 * PIECE_MS, 9 * PIECE_MS]])
  assert.equal(await wantsIndexing(store), false)
})

test('a round that does not come to its end rests less', async (t) => {
  const { seen, indexing } = await world(t)
  seen.lateAfter = 2
  await indexing.run()
  assert.deepEqual(seen.rests, [9 * PIECE_MS, 2 * PIECE_MS])
})

test('where nothing waits the writer is not asked', async (t) => {
  const { seen, indexing } = await world(t)
  await indexing.run()
  await indexing.run()
  assert.equal(seen.calls, 3)
})

test('a stop ends it after the piece under way, and no timer is left', async (t) => {
  const { seen, indexing } = await world(t)
  indexing.start()
  await indexing.stop()
  assert.ok(seen.calls <= 1)
  assert.deepEqual(seen.timers, [])
})

test('it begins again after a second, and says once that the store is in trouble', async (t) => {
  const { seen, indexing } = await world(t)
  seen.fails = true
  await indexing.run()
  await indexing.run()
  assert.equal(seen.errors, 1)
  seen.fails = false
  indexing.start()
  for (let turns = 0; turns < 1000 && seen.timers.length === 0; turns++) await new Promise(setImmediate)
  assert.deepEqual(seen.timers, [INDEXING_MS])
  assert.equal(seen.calls, 3)
  await indexing.stop()
  assert.deepEqual(seen.timers, [])
})
