// Keeps results until they are recorded. While the store refuses, they wait here and `sick` tells the dispatcher to start nothing new: a
// message delivered but not recorded is delivered again.

import type { Clock } from '../../ground/ports/clock.ts'
import type { Log } from '../../ground/ports/log.ts'
import { err, type Result } from '../../ground/result.ts'
import type { Store, StoreError } from '../../store/store.ts'
import { type AttemptRecorded, type AttemptResult, RECORD_ATTEMPTS_MAX } from '../queue/queue.ts'
import { RECORD_BACKOFF_FIRST_MS, RECORD_BACKOFF_LAST_MS, RECORD_TRIES } from './limits.ts'
import { type Delivery, recordDeliveriesProcedure } from './record.ts'

interface Waiting {
  delivery: Delivery
  failures: number
}

export interface RecorderParts {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  /** Something was recorded: the store is well. */
  readonly recorded: () => void
}

export class Recorder {
  readonly #parts: RecorderParts
  readonly #waiting: Waiting[] = []
  readonly #idle: (() => void)[] = []
  #closed = false
  #flushing = false
  #failuresInRow = 0
  /** So many more go one by one, to find the one the store chokes on. */
  #oneByOne = 0

  constructor(parts: RecorderParts) {
    this.#parts = parts
  }

  get sick(): boolean {
    return this.#failuresInRow > 0
  }

  get size(): number {
    return this.#waiting.length
  }

  /** What is not recorded now never will be: its recipients are tried again. */
  close(): void {
    this.#closed = true
    if (this.#waiting.length > 0)
      this.#parts.log.error('results of deliveries were not recorded; the messages are tried again', {
        results: this.#waiting.length,
      })
    this.#waiting.length = 0
  }

  push(delivery: Delivery): void {
    if (this.#closed) return
    this.#waiting.push({ delivery, failures: 0 })
    if (!this.#flushing) void this.#flush()
  }

  /** Resolves when all is recorded, or `signal` aborts. */
  async drained(signal: AbortSignal): Promise<void> {
    if (!this.#flushing || signal.aborted) return
    await new Promise<void>((resolve) => {
      this.#idle.push(resolve)
      signal.addEventListener('abort', () => resolve(), { once: true })
    })
  }

  async #flush(): Promise<void> {
    this.#flushing = true
    // What ends in the same turn is recorded in one call.
    await Promise.resolve()
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, this.#oneByOne > 0 ? 1 : RECORD_ATTEMPTS_MAX)
      const answer = await this.#record(batch)
      if (answer.ok) this.#recorded(batch, answer.value)
      else await this.#refused(batch, answer.error)
    }
    this.#flushing = false
    for (const resolve of this.#idle.splice(0)) resolve()
  }

  async #record(batch: readonly Waiting[]): Promise<Result<readonly AttemptRecorded[], StoreError>> {
    try {
      return await this.#parts.store.call(recordDeliveriesProcedure, { deliveries: batch.map((one) => one.delivery) })
    } catch (error) {
      return err({ type: 'failed', detail: error instanceof Error ? error.message : String(error) })
    }
  }

  #recorded(batch: readonly Waiting[], answers: readonly AttemptRecorded[]): void {
    if (!this.#closed) this.#waiting.splice(0, batch.length)
    this.#oneByOne = Math.max(0, this.#oneByOne - 1)
    this.#failuresInRow = 0
    for (const [index, { lost }] of answers.entries()) {
      const messageId = batch[index]?.delivery.attempt.messageId ?? ''
      if (lost.length > 0)
        this.#parts.log.warn('an attempt had been given up for lost before it ended', { messageId, recipients: lost.length })
    }
    this.#parts.recorded()
  }

  async #refused(batch: readonly Waiting[], error: StoreError): Promise<void> {
    const backoffMs = Math.min(RECORD_BACKOFF_FIRST_MS * 2 ** this.#failuresInRow, RECORD_BACKOFF_LAST_MS)
    this.#failuresInRow++
    this.#parts.log.error('results of deliveries cannot be recorded; nothing new is started', {
      waiting: this.#waiting.length,
      cause: error.detail,
    })
    // `failed` may be about one of them; the other kinds are about the store.
    if (error.type === 'failed') {
      if (batch.length > 1) this.#oneByOne = batch.length
      else if (batch[0]) this.#simplify(batch[0])
    }
    await this.#parts.clock.sleep(backoffMs)
  }

  #simplify(one: Waiting): void {
    one.failures++
    if (one.failures === RECORD_TRIES) one.delivery = plain(one.delivery)
    if (one.failures % (2 * RECORD_TRIES) === 0) this.#waiting.push(...this.#waiting.splice(0, 1))
  }
}

/** Without what could be at fault: transcript and report. A failure without its report is a deferral: its sender must be told some day. */
function plain(delivery: Delivery): Delivery {
  const { report: _report, transcript: _transcript, ...attempt } = delivery.attempt
  const results = attempt.results.map((result): AttemptResult => {
    if (result.type === 'delivered' || result.type === 'deferred') return result
    return { n: result.n, type: 'deferred', reply: result.reply, dueAt: attempt.at + 3_600_000 }
  })
  return { ...delivery, attempt: { ...attempt, results } }
}
