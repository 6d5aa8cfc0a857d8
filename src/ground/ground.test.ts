// Values of the ground: identifiers, durations, sizes, results.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AssertionError, assert as insist, unreachable } from './assert.ts'
import { formatDuration, parseDuration } from './durations.ts'
import { idSource, isId } from './ids.ts'
import { formatSize, parseSize } from './sizes.ts'

const random = { bytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)), below: () => 0 }

test('ids sort by time, never repeat, and are known by their shape', () => {
  let now = Date.parse('2026-01-01T00:00:00Z')
  const ids = idSource({ now: () => now++ } as never, random)
  const made = Array.from({ length: 500 }, () => ids.next())
  assert.deepEqual([...made].sort(), made)
  assert.equal(new Set(made).size, made.length)
  for (const id of made) assert.ok(isId(id), id)
  for (const wrong of ['', 'x', `${made[0]}0`, made[0]?.toUpperCase() ?? '', 'il0oeu123456789012']) assert.ok(!isId(wrong), wrong)
})

test('ids of one millisecond differ', () => {
  const ids = idSource({ now: () => 1 } as never, random)
  assert.equal(new Set(Array.from({ length: 2000 }, () => ids.next())).size, 2000)
})

test('durations are read and written', () => {
  const cases: readonly (readonly [string, number])[] = [
    ['0s', 0],
    ['250ms', 250],
    ['90s', 90_000],
    ['5m', 300_000],
    ['4h', 14_400_000],
    ['5d', 432_000_000],
    [' 5 m ', 300_000],
  ]
  for (const [text, ms] of cases) assert.deepEqual(parseDuration(text), { ok: true, value: ms }, text)
  for (const wrong of ['', '5', 'm', '1.5h', '-1s', '5w', '9999999999s']) assert.ok(!parseDuration(wrong).ok, wrong)
  for (const text of ['250ms', '90s', '5m', '4h', '5d']) {
    const read = parseDuration(text)
    assert.ok(read.ok)
    assert.equal(formatDuration(read.value), text)
  }
})

test('sizes are read and written; a KB has 1024 bytes', () => {
  assert.deepEqual(parseSize('512KB'), { ok: true, value: 524_288 })
  assert.deepEqual(parseSize('50 mb'), { ok: true, value: 52_428_800 })
  for (const wrong of ['', '50', 'MB', '1.5GB', '-1B', '5XB']) assert.ok(!parseSize(wrong).ok, wrong)
  assert.equal(formatSize(52_428_800), '50MB')
  assert.equal(formatSize(1), '1B')
  assert.equal(formatSize(0), '0B')
})

test('what cannot be is a bug, and says so', () => {
  assert.throws(() => insist(false, 'no'), AssertionError)
  assert.throws(() => unreachable('x' as never), /unexpected value: "x"/)
})
