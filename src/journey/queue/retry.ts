// When to try again. Pure.

import { assert } from '../../ground/assert.ts'
import type { Random } from '../../ground/ports/random.ts'

/** A tenth up or down, so that what failed together does not come back together. */
export const JITTER = 0.1
const JITTER_STEPS = 2001

/** The delay after an attempt, counted from 1, without chance; the last of the schedule repeats. */
export function delayAfter(attempt: number, scheduleMs: readonly number[]): number {
  const delay = scheduleMs[Math.min(Math.max(attempt, 1), scheduleMs.length) - 1]
  assert(delay !== undefined, 'the retry schedule has at least one delay')
  return delay
}

/** The delay with chance: ±10 %. */
export function nextDelay(attempt: number, scheduleMs: readonly number[], random: Random): number {
  const swing = (random.below(JITTER_STEPS) / (JITTER_STEPS - 1)) * 2 - 1
  return Math.round(delayAfter(attempt, scheduleMs) * (1 + swing * JITTER))
}

/** No deferral puts an attempt further ahead. */
export function longestDelay(scheduleMs: readonly number[]): number {
  return Math.ceil(Math.max(...scheduleMs) * (1 + JITTER))
}

/** True when a deferral at this moment is the last word. */
export function isExpired(message: { readonly expiresAt: number }, now: number): boolean {
  return now >= message.expiresAt
}
