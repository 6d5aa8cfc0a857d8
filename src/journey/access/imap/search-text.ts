// Texts as a search compares them (RFC 9051 §6.4.4, i;unicode-casemap): without regard to case, and with one space for any white space.

import { sortKey } from '../../../mail/message/message.ts'

/** A header value, or what is looked for. */
export function comparable(text: string): string {
  return sortKey(oneSpaced(text))
}

/** Case folded; lines and spaces as they are. */
export const folded = sortKey

const UNEVEN = /\s{2,}|[^\S ]/
const WHITE = /\s+/g

function oneSpaced(text: string): string {
  return UNEVEN.test(text) ? text.replace(WHITE, ' ') : text
}

/** Looks for several texts in one that comes in pieces. */
export class TextSearch {
  readonly #waiting: Set<string>
  readonly #found = new Set<string>()
  /** White space matters only to who looks for some. */
  readonly #spaced: boolean
  readonly #overlap: number
  #tail = ''

  /** `needles` as `comparable` makes them. The empty text is found in any. */
  constructor(needles: Iterable<string>) {
    this.#waiting = new Set(needles)
    let longest = 0
    for (const needle of this.#waiting) longest = Math.max(longest, needle.length)
    this.#overlap = longest - 1
    this.#spaced = [...this.#waiting].some((needle) => needle.includes(' '))
    if (this.#waiting.delete('')) this.#found.add('')
  }

  get over(): boolean {
    return this.#waiting.size === 0
  }

  has(needle: string): boolean {
    return this.#found.has(needle)
  }

  push(piece: string): void {
    if (this.over || piece === '') return
    let text = this.#tail + (this.#spaced ? comparable(piece) : folded(piece))
    if (this.#spaced && this.#tail.endsWith(' ') && text.charAt(this.#tail.length) === ' ')
      text = this.#tail + text.slice(this.#tail.length + 1)
    for (const needle of this.#waiting) {
      if (!text.includes(needle)) continue
      this.#waiting.delete(needle)
      this.#found.add(needle)
    }
    this.#tail = this.#overlap > 0 ? text.slice(-this.#overlap) : ''
  }

  /** What follows does not belong to what came before. */
  separate(): void {
    this.#tail = ''
  }
}
