// The directory as a busy thread asks it: bounded, forgets everything on a hint that the directory changed, and each answer after a while.

import type { Clock } from '../../ground/ports/clock.ts'
import type { Notify } from '../../ground/ports/notify.ts'
import type { Store } from '../store.ts'
import { type FoundRecipient, findDomain, findRecipient, listOrganisations } from './find.ts'
import { CACHE_ENTRIES_MAX, CACHE_MS } from './limits.ts'

interface Remembered<T> {
  readonly until: number
  readonly answer: Promise<T>
}

export class DirectoryCache {
  readonly #store: Store
  readonly #clock: Clock
  readonly #unsubscribe: () => void
  readonly #domains = new Map<string, Remembered<{ readonly org: number } | undefined>>()
  readonly #recipients = new Map<string, Remembered<FoundRecipient | undefined>>()
  /** One entry at most. */
  readonly #organisation = new Map<'first', Remembered<number | undefined>>()

  constructor(options: { readonly store: Store; readonly clock: Clock; readonly notify: Pick<Notify, 'subscribe'> }) {
    this.#store = options.store
    this.#clock = options.clock
    this.#unsubscribe = options.notify.subscribe('directory', () => this.forget())
  }

  findDomain(domain: string): Promise<{ readonly org: number } | undefined> {
    const name = domain.toLowerCase()
    return this.#ask(this.#domains, name, () => findDomain(this.#store, name))
  }

  async isLocalDomain(domain: string): Promise<boolean> {
    return (await this.findDomain(domain)) !== undefined
  }

  findRecipient(address: string): Promise<FoundRecipient | undefined> {
    return this.#ask(this.#recipients, address, () => findRecipient(this.#store, address))
  }

  /** The number of the oldest organisation; undefined before there is one. */
  firstOrganisation(): Promise<number | undefined> {
    return this.#ask(this.#organisation, 'first', async () => (await listOrganisations(this.#store))[0]?.id)
  }

  forget(): void {
    this.#organisation.clear()
    this.#domains.clear()
    this.#recipients.clear()
  }

  close(): void {
    this.#unsubscribe()
    this.forget()
  }

  #ask<T, K extends string>(memory: Map<K, Remembered<T>>, key: K, question: () => Promise<T>): Promise<T> {
    const now = this.#clock.monotonic()
    const known = memory.get(key)
    if (known && known.until > now) return known.answer
    memory.delete(key)
    const oldest = memory.keys().next()
    if (memory.size >= CACHE_ENTRIES_MAX && !oldest.done) memory.delete(oldest.value)
    const asked: Remembered<T> = { until: now + CACHE_MS, answer: question() }
    memory.set(key, asked)
    // A failure is not an answer: the next one asks again.
    asked.answer.catch(() => {
      if (memory.get(key) === asked) memory.delete(key)
    })
    return asked.answer
  }
}
