// Memory that a thread no longer needs, given back while nothing is going on. V8 by itself keeps what a busy minute made it take, and what
// starting left behind: about as much again as the idle server needs. Works where Node.js was started with --expose-gc, else does nothing.

import { performance } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'

const LOOK_MS = 5_000

/** Less than this share of its time at work: nobody feels the pause of some 50 ms. */
const QUIET = 0.05

/** What is worth the work. */
const GROWTH_BYTES_MIN = 3 * 1024 * 1024

/** Looks now and then until the thread ends; the timer does not keep it alive. */
export function tidyWhenQuiet(): void {
  const collect = globalThis.gc
  if (collect === undefined) return
  let tidyBytes = 0
  let before = performance.eventLoopUtilization()
  const look = (): void => {
    const now = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(now, before)
    before = now
    if (utilization > QUIET || heapBytes() < tidyBytes + GROWTH_BYTES_MIN) return
    // "last-resort" also drops compiled code that is not in use and lets go of empty pages.
    collect({ type: 'major', execution: 'sync', flavor: 'last-resort' })
    tidyBytes = heapBytes()
    // The collection itself is no work of the thread's.
    before = performance.eventLoopUtilization()
  }
  setInterval(look, LOOK_MS).unref()
}

/** What the pieces of large messages may pile up to between two small collections. */
const PASSED_BYTES_MAX = 2 * 1024 * 1024

/** Shorter ones come with so much else that V8 collects often enough by itself. */
const PIECE_BYTES_MIN = 16 * 1024

let passedBytes = 0

/**
 * Tells of a piece that came in or went out. Each has a buffer of its own outside V8's heap: inside they are so few objects that V8 sees no
 * reason to collect before 30 MB and more have gathered. A small collection frees them in a fifth of a millisecond.
 */
export function bytesPassed(count: number): void {
  if (count < PIECE_BYTES_MIN) return
  passedBytes += count
  if (passedBytes < PASSED_BYTES_MAX) return
  passedBytes = 0
  globalThis.gc?.({ type: 'minor', execution: 'sync' })
}

/** With the garbage in it, and with what lies outside the heap but is held by it. */
function heapBytes(): number {
  const { total_heap_size: heap, external_memory: external } = getHeapStatistics()
  return heap + external
}
