// The patterns of LIST and LSUB (RFC 3501 §6.3.8): `*` is anything, `%` anything but `/`. INBOX matches in any case of the pattern.

import { foldInbox } from './mailbox-name.ts'

export class MailboxPattern {
  readonly #pattern: string

  /** `reference` and pattern are put together as they are: names are paths, and begin at the root. */
  constructor(reference: string, pattern: string) {
    this.#pattern = foldInbox((reference + pattern).replace(/[*%]*\*[*%]*/g, '*').replace(/%+/g, '%'))
  }

  /** Whether anything but itself can match. */
  get isName(): boolean {
    return !/[*%]/.test(this.#pattern)
  }

  /** The pattern as a name, wildcards included. */
  get text(): string {
    return this.#pattern
  }

  /**
   * In time of the length of the name times that of the pattern at most: every state of the match is followed at once, so that no
   * pattern can make it try again and again.
   */
  matches(name: string): boolean {
    // What clients ask for nearly always.
    if (this.#pattern === '*') return true
    if (this.#pattern === '%') return !name.includes('/')
    const pattern = name === 'INBOX' ? this.#pattern.toUpperCase() : this.#pattern
    let places = follow(pattern, new Set([0]))
    for (const character of name) {
      const next = new Set<number>()
      for (const place of places) {
        const wanted = pattern[place]
        if (wanted === '*' || (wanted === '%' && character !== '/')) next.add(place)
        else if (wanted !== '%' && pattern.startsWith(character, place)) next.add(place + character.length)
      }
      places = follow(pattern, next)
      if (places.size === 0) return false
    }
    return places.has(pattern.length)
  }
}

/** Wildcards match nothing too. */
function follow(pattern: string, places: Set<number>): Set<number> {
  for (const place of places) if (pattern[place] === '*' || pattern[place] === '%') places.add(place + 1)
  return places
}
