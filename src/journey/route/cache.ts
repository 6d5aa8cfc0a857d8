// Remembers DNS answers for a short while, and lets those who ask the same thing at the same time wait for one answer.

import type { Clock } from '../../ground/ports/clock.ts'
import type { DnsError, MxRecord, Resolver } from '../../ground/ports/resolver.ts'
import type { Result } from '../../ground/result.ts'
import { CACHE_ENTRIES_MAX, UNKNOWN_CACHE_MS } from './limits.ts'

export interface CacheTimes {
  readonly positiveMs: number
  readonly negativeMs: number
}

type Answer<T> = Result<readonly T[], DnsError>

interface Entry {
  readonly answer: Promise<Answer<never>>
  /** Infinity while the answer is on its way. */
  untilMs: number
}

export class CachedLookups {
  readonly #resolver: Pick<Resolver, 'mx' | 'a' | 'aaaa'>
  readonly #clock: Pick<Clock, 'monotonic'>
  readonly #times: CacheTimes
  readonly #entries = new Map<string, Entry>()

  constructor(resolver: Pick<Resolver, 'mx' | 'a' | 'aaaa'>, clock: Pick<Clock, 'monotonic'>, times: CacheTimes) {
    this.#resolver = resolver
    this.#clock = clock
    this.#times = times
  }

  mx(name: string): Promise<Answer<MxRecord>> {
    return this.#ask(`mx ${name}`, () => this.#resolver.mx(name))
  }

  a(name: string): Promise<Answer<string>> {
    return this.#ask(`a ${name}`, () => this.#resolver.a(name))
  }

  aaaa(name: string): Promise<Answer<string>> {
    return this.#ask(`aaaa ${name}`, () => this.#resolver.aaaa(name))
  }

  #ask<T>(key: string, question: () => Promise<Answer<T>>): Promise<Answer<T>> {
    const known = this.#entries.get(key)
    if (known && known.untilMs > this.#clock.monotonic()) return known.answer as Promise<Answer<T>>
    const entry: Entry = { answer: this.#settle(key, question) as Promise<Answer<never>>, untilMs: Number.POSITIVE_INFINITY }
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    this.#bound()
    return entry.answer as Promise<Answer<T>>
  }

  async #settle<T>(key: string, question: () => Promise<Answer<T>>): Promise<Answer<T>> {
    const answer = await question().catch((error: unknown): Answer<T> => {
      // A resolver that throws has a bug; for the mail it is one more "nobody knows".
      return { ok: false, error: { type: 'servfail', detail: `${key}: ${String(error)}` } }
    })
    const entry = this.#entries.get(key)
    if (entry) entry.untilMs = this.#clock.monotonic() + this.#lifetimeMs(answer)
    return answer
  }

  #lifetimeMs(answer: Answer<unknown>): number {
    if (answer.ok) return this.#times.positiveMs
    const known = answer.error.type === 'nxdomain' || answer.error.type === 'nodata'
    return known ? this.#times.negativeMs : Math.min(UNKNOWN_CACHE_MS, this.#times.negativeMs)
  }

  /** The oldest answers go first. */
  #bound(): void {
    for (const key of this.#entries.keys()) {
      if (this.#entries.size <= CACHE_ENTRIES_MAX) return
      this.#entries.delete(key)
    }
  }
}
