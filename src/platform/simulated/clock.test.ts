// Virtual time: order, lateness, jumps, and the end of those who wait.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimulatedClock } from './clock.ts'
import { Life } from './life.ts'
import { SimulatedRandom } from './random.ts'

test('timers run in order, each at its time, and what they set runs too', async () => {
  const clock = new SimulatedClock({ startMs: 1000 })
  const seen: string[] = []
  clock.after(30, () => seen.push(`c ${clock.monotonic()}`))
  clock.after(10, () => {
    seen.push(`a ${clock.now()}`)
    clock.after(5, () => seen.push(`b ${clock.monotonic()}`))
  })
  const cancel = clock.after(20, () => seen.push('never'))
  cancel()
  await clock.advance(29)
  assert.deepEqual(seen, ['a 1010', 'b 15'])
  await clock.advance(1)
  assert.deepEqual(seen, ['a 1010', 'b 15', 'c 30'])
})

test('any number of timers comes out sorted', async () => {
  const random = new SimulatedRandom(1)
  const clock = new SimulatedClock({ startMs: 0 })
  const seen: number[] = []
  for (let n = 0; n < 500; n++) {
    const delay = random.below(1000)
    const cancel = clock.after(delay, () => seen.push(delay))
    if (random.oneIn(3)) cancel()
  }
  await clock.advance(1000)
  assert.deepEqual(
    seen,
    seen.toSorted((a, b) => a - b),
  )
  assert.ok(seen.length > 250)
})

test('what is awaited after a timer happens before the next one', async () => {
  const clock = new SimulatedClock({ startMs: 0 })
  const seen: number[] = []
  const late = async (): Promise<void> => {
    for (let i = 0; i < 50; i++) await Promise.resolve()
    seen.push(clock.monotonic())
  }
  for (const at of [10, 20]) clock.after(at, () => void late())
  await clock.advance(100)
  assert.deepEqual(seen, [10, 20])
})

test('real work that was announced is waited for', async () => {
  const clock = new SimulatedClock({ startMs: 0 })
  let pending = 0
  let doneAt: number | undefined
  clock.waitFor(() => pending > 0)
  clock.after(10, () => {
    pending++
    setImmediate(() =>
      setImmediate(() => {
        pending--
        doneAt = clock.monotonic()
      }),
    )
  })
  clock.after(11, () => assert.equal(doneAt, 10))
  await clock.advance(20)
  assert.equal(doneAt, 10)
})

test('a jump moves the wall clock and nothing else', async () => {
  const clock = new SimulatedClock({ startMs: 100_000 })
  let woke = 0
  clock.after(50, () => {
    woke = clock.now()
  })
  clock.jump(-90_000)
  assert.equal(clock.now(), 10_000)
  assert.equal(clock.monotonic(), 0)
  await clock.advance(50)
  assert.equal(woke, 10_050)
})

test('with a grain timers may be late, never early, and keep their order', async () => {
  const clock = new SimulatedClock({ startMs: 0, grainMs: () => 1000 })
  const seen: [number, number][] = []
  for (const at of [1, 500, 1500, 5000]) clock.after(at, () => seen.push([at, clock.monotonic()]))
  await clock.advance(10_000)
  assert.deepEqual(seen, [
    [1, 1000],
    [500, 1000],
    [1500, 2000],
    [5000, 5000],
  ])
})

test('the dead hear no timer, and their sleep has no end', async () => {
  const clock = new SimulatedClock({ startMs: 0 })
  const life = new Life()
  let rang = false
  let woke = false
  clock.of(life).after(10, () => {
    rang = true
  })
  void clock
    .of(life)
    .sleep(10)
    .then(() => {
      woke = true
    })
  clock.after(5, () => life.end())
  await clock.advance(100)
  assert.deepEqual([rang, woke], [false, false])
})

test('runUntil stops at the moment it holds', async () => {
  const clock = new SimulatedClock({ startMs: 0 })
  let count = 0
  for (let n = 1; n <= 10; n++) clock.after(n * 10, () => count++)
  assert.equal(await clock.runUntil(() => count === 3, 1000), true)
  assert.equal(clock.monotonic(), 30)
  assert.equal(await clock.runUntil(() => count === 99, 1000), false)
  assert.equal(clock.monotonic(), 1030)
})
