// The order of texts that messages are sorted by, found once and kept: each text is a number, and new ones find their place among them.

import { SORT_TEXTS_PER_TURN } from './limits.ts'
import type { TextColumn } from './search-columns.ts'
import type { FactsPage } from './search-facts.ts'

export class RankedColumns {
  readonly #columns = new Map<TextColumn, Ranks>()

  of(column: TextColumn): Ranks {
    const ranks = this.#columns.get(column) ?? new Ranks(column)
    this.#columns.set(column, ranks)
    return ranks
  }

  has(ranks: Ranks): boolean {
    return this.#columns.get(ranks.column) === ranks
  }

  clear(): void {
    this.#columns.clear()
  }
}

/** What one text costs besides its characters: places in lists and in a map. */
const TEXT_OCTETS = 100

export class Ranks {
  readonly column: TextColumn
  readonly #numbers = new Map<string, number>()
  readonly #texts: string[] = []
  readonly #pages = new WeakMap<FactsPage, Uint32Array>()
  /** Numbers of texts, in the order of the texts; those behind its length are not in it yet. */
  #order: readonly number[] = []
  #ranks = new Uint32Array(0)
  #octets = 0

  constructor(column: TextColumn) {
    this.column = column
  }

  /** About: of texts that are in order, and of the pages they stand on. */
  get octets(): number {
    return this.#octets
  }

  /** Of each message of a page the number of its text; the column is there. */
  numbersOf(page: FactsPage): Uint32Array {
    let numbers = this.#pages.get(page)
    if (numbers === undefined) {
      const texts = page.texts(this.column)
      numbers = Uint32Array.from(page.uids, (_, slot) => this.#numberOf(texts.at(slot)))
      this.#pages.set(page, numbers)
    }
    return numbers
  }

  /** By number: the place of the text among all. `gone`: nobody waits any more. */
  async ranks(pause: () => Promise<boolean>): Promise<Uint32Array | 'gone'> {
    const known = this.#order.length
    if (known < this.#texts.length) {
      const added = Array.from({ length: this.#texts.length - known }, (_, i) => known + i)
      const sorted = await this.#sorted(added, pause)
      if (sorted === undefined) return 'gone'
      // Somebody else may have done it meanwhile, or more have come: then once more.
      if (this.#order.length !== known) return await this.ranks(pause)
      this.#order = merged(this.#order, sorted, this.#texts)
      this.#ranks = new Uint32Array(this.#order.length)
      for (const [rank, number] of this.#order.entries()) this.#ranks[number] = rank
      for (const number of added) this.#octets += 2 * (this.#texts[number]?.length ?? 0) + TEXT_OCTETS
    }
    return this.#ranks
  }

  #numberOf(text: string): number {
    let number = this.#numbers.get(text)
    if (number === undefined) {
      number = this.#texts.length
      this.#texts.push(text)
      this.#numbers.set(text, number)
    }
    return number
  }

  async #sorted(numbers: readonly number[], pause: () => Promise<boolean>): Promise<readonly number[] | undefined> {
    if (numbers.length <= SORT_TEXTS_PER_TURN) return this.#sortedAtOnce(numbers)
    const middle = numbers.length >>> 1
    const left = await this.#sorted(numbers.slice(0, middle), pause)
    const right = left && (await this.#sorted(numbers.slice(middle), pause))
    if (right === undefined || !(await pause())) return undefined
    return merged(left ?? [], right, this.#texts)
  }

  // Without a function that compares, the engine sorts texts twice as fast.
  #sortedAtOnce(numbers: readonly number[]): readonly number[] {
    const texts = numbers.map((number) => this.#texts[number] ?? '').sort()
    return texts.map((text) => this.#numbers.get(text) ?? 0)
  }
}

function merged(left: readonly number[], right: readonly number[], texts: readonly string[]): readonly number[] {
  const all: number[] = []
  let at = 0
  for (const number of right) {
    const text = texts[number] ?? ''
    while (at < left.length && (texts[left[at] ?? 0] ?? '') < text) all.push(left[at++] ?? 0)
    all.push(number)
  }
  while (at < left.length) all.push(left[at++] ?? 0)
  return all
}
