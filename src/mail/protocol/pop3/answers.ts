// What waits to be sent: status lines as they are given, long listings line by line as they are taken.

import { OUTPUT_OCTETS_MAX } from './limits.ts'
import type { Maildrop, MaildropEntry } from './maildrop.ts'

/** RFC 2449 §8, RFC 3206 §4. */
export type ResponseCode = 'AUTH' | 'IN-USE' | 'SYS/TEMP' | 'SYS/PERM'

export type ListingVerb = 'LIST' | 'UIDL'

export class Answers {
  #text = ''
  #listing: { readonly verb: ListingVerb; readonly maildrop: Maildrop; next: number } | undefined

  get empty(): boolean {
    return this.#text === '' && this.#listing === undefined
  }

  /** Send first, before more is answered. */
  get full(): boolean {
    return this.#listing !== undefined || this.#text.length >= OUTPUT_OCTETS_MAX
  }

  /** The next piece, of bounded size. */
  take(): Uint8Array | undefined {
    this.#continueListing()
    if (this.#text === '') return undefined
    const bytes = Buffer.from(this.#text)
    this.#text = ''
    return bytes
  }

  ok(text: string): undefined {
    this.#text += `+OK ${text}\r\n`
  }

  error(text: string, code?: ResponseCode): undefined {
    this.#text += code === undefined ? `-ERR ${text}\r\n` : `-ERR [${code}] ${text}\r\n`
  }

  /** RFC 5034 §4. */
  challenge(bytes: Uint8Array): void {
    this.#text += `+ ${Buffer.from(bytes).toString('base64')}\r\n`
  }

  lines(text: string, lines: readonly string[]): undefined {
    this.ok(text)
    for (const line of lines) this.#text += `${line}\r\n`
    this.#text += '.\r\n'
  }

  listing(verb: ListingVerb, maildrop: Maildrop): undefined {
    const { count, sizeBytes } = maildrop
    this.ok(verb === 'LIST' ? `${count} messages (${sizeBytes} octets)` : `${count} messages`)
    this.#listing = { verb, maildrop, next: 1 }
  }

  #continueListing(): void {
    const listing = this.#listing
    if (!listing) return
    while (listing.next <= listing.maildrop.last && this.#text.length < OUTPUT_OCTETS_MAX) {
      const entry = listing.maildrop.entry(listing.next)
      if (entry) this.#text += `${listingLine(listing.verb, listing.next, entry)}\r\n`
      listing.next++
    }
    if (listing.next <= listing.maildrop.last) return
    this.#text += '.\r\n'
    this.#listing = undefined
  }
}

export function listingLine(verb: ListingVerb, number: number, entry: MaildropEntry): string {
  return `${number} ${verb === 'LIST' ? entry.sizeBytes : entry.id}`
}
