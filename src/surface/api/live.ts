// "Something changed": one look at the events for all browsers that watch. Looks on a hint, and now and then by itself, because a hint
// may be lost; looks not at all while nobody watches.

import type { Clock } from '../../ground/ports/clock.ts'
import type { Log } from '../../ground/ports/log.ts'
import type { LiveHint } from './contract.ts'
import { LIVE_GATHER_MS, LIVE_IDS_MAX, LIVE_POLL_MS, LIVE_WATCHERS_MAX } from './limits.ts'

/** Where changes are read: messages with an event after `cursor` (undefined: only where the end is), at most `limit`. */
export interface Changes {
  since(cursor: number | undefined, limit: number): Promise<{ readonly cursor: number; readonly ids: readonly string[] }>
  /** Calls back on a hint that there may be more. */
  subscribe(listener: () => void): () => void
}

export type Watcher = (hint: LiveHint) => void

export class LiveFeed {
  readonly #changes: Changes
  readonly #clock: Clock
  readonly #log: Log
  readonly #watchers = new Set<Watcher>()
  #cursor: number | undefined
  #unsubscribe: (() => void) | undefined
  #cancelTimer: (() => void) | undefined
  #looking = false
  #hinted = false

  constructor(options: { readonly changes: Changes; readonly clock: Clock; readonly log: Log }) {
    this.#changes = options.changes
    this.#clock = options.clock
    this.#log = options.log
  }

  /** Undefined when there are too many watchers already; else the function that ends the watching. */
  watch(watcher: Watcher): (() => void) | undefined {
    if (this.#watchers.size >= LIVE_WATCHERS_MAX) return undefined
    this.#watchers.add(watcher)
    if (this.#watchers.size === 1) this.#start()
    return () => {
      if (this.#watchers.delete(watcher) && this.#watchers.size === 0) this.#stop()
    }
  }

  #start(): void {
    this.#cursor = undefined
    this.#unsubscribe = this.#changes.subscribe(() => this.#hint())
    void this.#look()
  }

  #stop(): void {
    this.#unsubscribe?.()
    this.#cancelTimer?.()
    this.#unsubscribe = this.#cancelTimer = undefined
  }

  #hint(): void {
    if (this.#looking) this.#hinted = true
    else this.#lookIn(LIVE_GATHER_MS)
  }

  #lookIn(delayMs: number): void {
    this.#cancelTimer?.()
    this.#cancelTimer = this.#clock.after(delayMs, () => void this.#look())
  }

  async #look(): Promise<void> {
    if (this.#looking) return
    this.#looking = true
    this.#hinted = false
    let more = false
    try {
      const { cursor, ids } = await this.#changes.since(this.#cursor, LIVE_IDS_MAX)
      more = ids.length >= LIVE_IDS_MAX
      this.#cursor = cursor
      if (ids.length > 0) for (const watcher of this.#watchers) watcher({ ids: [...ids] })
    } catch (fault) {
      this.#log.warn('looking for new events failed; trying again', { cause: String(fault) })
    }
    this.#looking = false
    if (this.#watchers.size > 0) this.#lookIn(more || this.#hinted ? LIVE_GATHER_MS : LIVE_POLL_MS)
  }
}
