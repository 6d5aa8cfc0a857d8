// The Clock port in virtual time. Nothing moves until it is told to: then timers run in order, and each is let come to rest before the
// next. Years pass in seconds; the same program in the same world does the same at the same moment.

import { assert } from '../../ground/assert.ts'
import type { Clock } from '../../ground/ports/clock.ts'
import type { Life } from './life.ts'
import { SETTLE_TURNS_MAX, TIMERS_PER_ADVANCE_MAX } from './limits.ts'
import { Timers } from './timers.ts'

export interface SimulatedClockOptions {
  readonly startMs: number
  /**
   * How late timers may be, asked before each step: 0 while something happens; more while nothing does, and then polls of many seconds
   * become one. A real machine's timers are late too.
   */
  readonly grainMs?: () => number
}

export class SimulatedClock implements Clock {
  #wallMs: number
  #monotonicMs = 0
  readonly #grainMs: () => number
  readonly #timers = new Timers()
  readonly #busy: (() => boolean)[] = []

  constructor(options: SimulatedClockOptions) {
    this.#wallMs = options.startMs
    this.#grainMs = options.grainMs ?? (() => 0)
  }

  now(): number {
    return Math.floor(this.#wallMs)
  }

  monotonic(): number {
    return this.#monotonicMs
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = this.#timers.add(this.#monotonicMs + Math.max(0, delayMs), callback)
    return () => {
      timer.cancelled = true
    }
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, delayMs, signal)
  }

  /** The clock as an actor has it: when its life ends, its timers are gone. */
  of(life: Life): Clock {
    const after = (delayMs: number, callback: () => void) =>
      this.after(delayMs, () => {
        if (life.alive) callback()
      })
    const scoped: Clock = {
      now: () => this.now(),
      monotonic: () => this.monotonic(),
      after,
      sleep: (delayMs, signal) => sleepOn(scoped, delayMs, signal),
    }
    return scoped
  }

  /** Somebody set the clock on the wall: forward, or back. What measures waits does not notice. */
  jump(ms: number): void {
    this.#wallMs += ms
  }

  /** Work outside virtual time that has to end before time goes on: real I/O of a store. */
  waitFor(busy: () => boolean): void {
    this.#busy.push(busy)
  }

  async advance(ms: number): Promise<void> {
    await this.#runTo(this.#monotonicMs + ms, () => false)
  }

  /** Goes on until it holds, at most so long; answers whether it does. */
  async runUntil(holds: () => boolean, withinMs: number): Promise<boolean> {
    await this.#runTo(this.#monotonicMs + withinMs, holds)
    return holds()
  }

  /** Everything that needs no time happens: microtasks, and the I/O that was announced. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < SETTLE_TURNS_MAX; turn++) {
      await new Promise((resolve) => setImmediate(resolve))
      if (!this.#busy.some((busy) => busy())) return
    }
    assert(false, 'the world does not come to rest: something asks the store without end')
  }

  async #runTo(untilMs: number, stop: () => boolean): Promise<void> {
    await this.settle()
    for (let count = 0; !stop(); count++) {
      assert(count < TIMERS_PER_ADVANCE_MAX, 'timers without end')
      const next = this.#timers.first()
      if (next === undefined || Math.max(next.atMs, this.#monotonicMs) > untilMs) break
      this.#moveTo(Math.min(untilMs, Math.max(next.atMs, this.#monotonicMs, this.#late(next.atMs))))
      this.#timers.takeFirst()?.run()
      await this.settle()
    }
    if (!stop()) this.#moveTo(untilMs)
  }

  /** Where the step may go if this timer, and those after it, are late. */
  #late(atMs: number): number {
    return atMs <= this.#monotonicMs ? 0 : this.#monotonicMs + this.#grainMs()
  }

  #moveTo(ms: number): void {
    this.#wallMs += ms - this.#monotonicMs
    this.#monotonicMs = ms
  }
}

function sleepOn(clock: Pick<Clock, 'after'>, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve()
    const cancel = clock.after(delayMs, wake)
    function wake(): void {
      cancel()
      signal?.removeEventListener('abort', wake)
      resolve()
    }
    signal?.addEventListener('abort', wake, { once: true })
  })
}
