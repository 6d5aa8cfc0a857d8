// Has the queue write what messages are found by, shortly after they came. One worker does it; more do no harm.

import type { Clock } from '../../ground/ports/clock.ts'
import type { Log } from '../../ground/ports/log.ts'
import type { Store } from '../../store/store.ts'
import { indexTermsProcedure, wantsIndexing } from '../queue/queue.ts'
import { INDEXING_BEHIND_MS, INDEXING_MS, INDEXING_REST, INDEXING_REST_BEHIND } from './limits.ts'

export interface IndexingParts {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
}

export class Indexing {
  readonly #parts: IndexingParts
  readonly #stopped = new AbortController()
  #cancel: (() => void) | undefined
  #under: Promise<void> = Promise.resolve()
  #broken = false

  constructor(parts: IndexingParts) {
    this.#parts = parts
  }

  start(): void {
    this.#under = this.run().finally(() => {
      if (!this.#stopped.signal.aborted) this.#cancel = this.#parts.clock.after(INDEXING_MS, () => this.start())
    })
  }

  async stop(): Promise<void> {
    this.#stopped.abort()
    this.#cancel?.()
    await this.#under
  }

  /** Until nothing is left. A fault of the store ends it; the next round is soon. */
  async run(): Promise<void> {
    try {
      if (await wantsIndexing(this.#parts.store)) await this.#indexAll()
      this.#broken = false
    } catch (cause) {
      if (!this.#broken) this.#parts.log.error('the indexing of messages broke', { cause: String(cause) })
      this.#broken = true
    }
  }

  /**
   * Rests after each piece some times as long as it took: the writer's time belongs to those who bring mail. Whoever has not come to an
   * end for a while rests less, so that a long flood does not leave ever more behind.
   */
  async #indexAll(): Promise<void> {
    const { store, clock } = this.#parts
    const started = clock.monotonic()
    while (!this.#stopped.signal.aborted) {
      const began = clock.monotonic()
      const answer = await store.call(indexTermsProcedure, {})
      if (!answer.ok || !answer.value.more) return
      const rest = began - started < INDEXING_BEHIND_MS ? INDEXING_REST : INDEXING_REST_BEHIND
      const restMs = Math.min((clock.monotonic() - began) * rest, INDEXING_MS)
      await clock.sleep(restMs, this.#stopped.signal)
    }
  }
}
