// "Something changed": one look at the events for all browsers that watch. Looks on a hint, and now and then by itself, because a hint
// may be lost; looks not at all while nobody watches.

import type { Clock } from '../../ground/ports/clock.ts'
import type { Log } from '../../ground/ports/log.ts'
import type { LiveHint } from './contract.ts'
import { LIVE_EVENTS_MAX, LIVE_GATHER_MS, LIVE_POLL_MS, LIVE_WATCHERS_MAX } from './limits.ts'

/** Where changes are read: messages with an event after `cursor` (undefined: only where the end is), from at most `limit` events. */
export interface Changes {
  since(
    cursor: number | undefined,
    limit: number,
  ): Promise<{ readonly cursor: number; readonly ids: readonly string[]; readonly more: boolean }>
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
  #started: Promise<void> = Promise.resolve()
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

  /** Resolves when changes from now on will be told: what a watcher reads after it cannot miss one. */
  ready(): Promise<void> {
    return this.#started
  }

  #start(): void {
    this.#cursor = undefined
    this.#unsubscribe = this.#changes.subscribe(() => this.#hint())
    this.#started = this.#look()
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
      const found = await this.#changes.since(this.#cursor, LIVE_EVENTS_MAX)
      const { cursor, ids } = found
      more = found.more
      this.#cursor = cursor
      if (ids.length > 0) for (const watcher of this.#watchers) watcher({ ids: [...ids] })
    } catch (fault) {
      this.#log.warn('looking for new events failed; trying again', { cause: String(fault) })
    }
    this.#looking = false
    if (this.#watchers.size > 0) this.#lookIn(more || this.#hinted ? LIVE_GATHER_MS : LIVE_POLL_MS)
  }
}
