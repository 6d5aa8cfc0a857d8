// What was read of the messages of a mailbox, kept in memory for the next search: messages never change, so it holds as long as they are
// there. Pages of messages, column by column, each read when it is first asked for.

import { ContentMissing } from '../../../store/content/content.ts'
import type { Store } from '../../../store/store.ts'
import { fetchFacts, type MailboxImage, type MessageFact } from '../../mailbox/mailbox.ts'
import type { ImapContext } from './context.ts'
import { FACTS_OCTETS_MAX, FACTS_PAGE_MESSAGES } from './limits.ts'
import { indexOfRow } from './open-message.ts'
import {
  type Column,
  Described,
  isNumber,
  NUMBERS,
  type NumberColumn,
  needsIndex,
  TEXTS,
  type TextColumn,
  USUAL,
} from './search-columns.ts'
import { TextsInRow } from './search-texts.ts'
import { RankedColumns, type Ranks } from './sort-ranks.ts'
import type { Found } from './threads.ts'
import type { View } from './view.ts'

export interface FactsGround {
  readonly store: Store
  readonly log: ImapContext['log']
  readonly view: View
}

/** Of all mailboxes a thread has open; one for all its sessions. */
export class MessageFacts {
  readonly #mailboxes = new WeakMap<MailboxImage, MailboxFacts>()
  /** Those that hold something, the one that was used longest ago first. */
  readonly #holding = new Set<MailboxFacts>()
  readonly #octetsMax: number
  #octets = 0

  constructor({ octetsMax = FACTS_OCTETS_MAX } = {}) {
    this.#octetsMax = octetsMax
  }

  of(image: MailboxImage): MailboxFacts {
    let facts = this.#mailboxes.get(image)
    if (facts === undefined) {
      facts = new MailboxFacts((one, octets) => this.#grown(one, octets))
      this.#mailboxes.set(image, facts)
    }
    return facts
  }

  // An image that nobody has open any more still counts until others push it out, and it is first to go.
  #grown(facts: MailboxFacts, octets: number): void {
    this.#octets += octets
    this.#holding.delete(facts)
    this.#holding.add(facts)
    for (const oldest of this.#holding) {
      if (this.#octets <= this.#octetsMax) return
      this.#holding.delete(oldest)
      this.#octets -= oldest.clear()
    }
  }
}

export interface KeptThreads {
  readonly found: Found
  readonly text: string
}

function octetsOf({ found, text }: KeptThreads): number {
  return text.length + 8 * (found.uids.length + found.numbers.length)
}

/** Some messages of a page, as a session sees them: positions `from` to before `to` of its view. */
export interface Batch {
  readonly page: FactsPage
  readonly from: number
  readonly to: number
  /** Places in the page of these positions. */
  readonly slots: Uint16Array
}

export class MailboxFacts {
  /** Ascending, none overlapping. Uids only ever come at the end, so that between the first and the last of a page nothing is missing. */
  #pages: FactsPage[] = []
  #octets = 0
  readonly #grown: (facts: MailboxFacts, octets: number) => void
  readonly ranks = new RankedColumns()
  readonly #threads = new Map<string, KeptThreads>()

  constructor(grown: (facts: MailboxFacts, octets: number) => void) {
    this.#grown = grown
  }

  /** All messages of a view, page by page. What others do between two steps does not matter. */
  *batches(view: View): Generator<Batch> {
    for (let from = 0; from < view.count; ) {
      const page = this.#pageAt(view, from)
      const to = Math.min(view.positionFrom(page.lastUid + 1), view.count)
      yield { page, from, to, slots: page.slotsOf(view.uids.subarray(from, to)) }
      from = to
    }
  }

  /** Nothing is kept any more; whoever holds a page goes on with it. Answers what it was. */
  clear(): number {
    const octets = this.#octets
    this.#pages = []
    this.#octets = 0
    this.ranks.clear()
    this.#threads.clear()
    return octets
  }

  /** The columns of a page are there when this resolves. */
  async load(ground: FactsGround, page: FactsPage, columns: readonly Column[]): Promise<void> {
    const octets = await page.load(ground, columns)
    if (octets > 0 && this.#pages.includes(page)) this.#grow(octets)
  }

  async ranksOf(ranks: Ranks, pause: () => Promise<boolean>): Promise<Uint32Array | 'gone'> {
    const before = ranks.octets
    const answer = await ranks.ranks(pause)
    if (ranks.octets > before && this.ranks.has(ranks)) this.#grow(ranks.octets - before)
    return answer
  }

  keepThreads(algorithm: string, kept: KeptThreads): void {
    const before = this.#threads.get(algorithm)
    this.#threads.set(algorithm, kept)
    this.#grow(octetsOf(kept) - (before ? octetsOf(before) : 0))
  }

  /** The last answer of this way of threading: clients ask for it whenever they open the mailbox. */
  threads(algorithm: string): KeptThreads | undefined {
    return this.#threads.get(algorithm)
  }

  #grow(octets: number): void {
    this.#octets += octets
    this.#grown(this, octets)
  }

  #pageAt(view: View, position: number): FactsPage {
    const uid = view.uidAt(position)
    const at = this.#pageFrom(uid)
    const known = this.#pages[at]
    const isLast = at === this.#pages.length - 1
    if (known !== undefined && known.firstUid <= uid) {
      // A last page that is small is made anew with what has come since, so that many small ones do not pile up.
      const isSmall = isLast && known.uids.length < FACTS_PAGE_MESSAGES / 2 && view.lastUid > known.lastUid
      if (!isSmall) return known
    }
    const replaces = known !== undefined && known.firstUid <= uid ? 1 : 0
    const next = this.#pages[at + replaces]
    const end = next === undefined ? view.count : view.positionFrom(next.firstUid)
    const page = new FactsPage(view.uids.slice(position, Math.min(end, position + FACTS_PAGE_MESSAGES)))
    for (const gone of this.#pages.splice(at, replaces, page)) this.#grow(-gone.octets)
    return page
  }

  /** The first page that ends with this uid or a later one. */
  #pageFrom(uid: number): number {
    let low = 0
    let high = this.#pages.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#pages[middle]?.lastUid ?? 0) < uid) low = middle + 1
      else high = middle
    }
    return low
  }
}

export class FactsPage {
  readonly uids: Uint32Array
  readonly #allSlots: Uint16Array
  readonly #numbers = new Map<NumberColumn, Float64Array>()
  readonly #texts = new Map<TextColumn, TextsInRow>()
  /** Messages that were gone when they were to be read. */
  readonly #gone = new Set<number>()
  #octets = 0

  constructor(uids: Uint32Array) {
    this.uids = uids
    this.#allSlots = Uint16Array.from(uids.keys())
  }

  get firstUid(): number {
    return this.uids[0] ?? 0
  }

  get lastUid(): number {
    return this.uids[this.uids.length - 1] ?? 0
  }

  get octets(): number {
    return this.#octets
  }

  has(column: Column): boolean {
    return isNumber(column) ? this.#numbers.has(column) : this.#texts.has(column)
  }

  isGone(slot: number): boolean {
    return this.#gone.has(slot)
  }

  numbers(column: NumberColumn): Float64Array {
    return this.#numbers.get(column) ?? NO_NUMBERS
  }

  texts(column: TextColumn): TextsInRow {
    return this.#texts.get(column) ?? NO_TEXTS
  }

  /** `uids` ascend, and most often are those of the page. */
  slotsOf(uids: Uint32Array | readonly number[]): Uint16Array {
    // Of two sets that know of mail up to the same message, one holds the other: what is gone is never told again.
    if (uids.length === this.uids.length && uids[uids.length - 1] === this.lastUid) return this.#allSlots
    const slots = new Uint16Array(uids.length)
    let slot = 0
    for (let i = 0; i < uids.length; i++) {
      while ((this.uids[slot] ?? Number.POSITIVE_INFINITY) < (uids[i] ?? 0)) slot++
      slots[i] = this.uids[slot] === uids[i] ? slot : NO_SLOT
    }
    return slots
  }

  /** Reads what is not there yet; answers about how many octets that is. */
  async load(ground: FactsGround, columns: readonly Column[]): Promise<number> {
    if (columns.every((column) => this.has(column))) return 0
    const wanted = columns.some(needsIndex) ? [...columns, ...USUAL] : columns
    const missing = [...new Set(wanted)].filter((column) => !this.has(column))
    const messages = await this.#read(ground, { withIndex: missing.some(needsIndex) })
    let octets = 0
    for (const column of missing) octets += this.#fill(column, messages)
    this.#octets += octets
    return octets
  }

  #fill(column: Column, messages: readonly (Described | undefined)[]): number {
    // Somebody else was faster.
    if (this.has(column)) return 0
    if (isNumber(column)) {
      const numbers = Float64Array.from(messages, (message) => (message ? NUMBERS[column](message) : Number.NaN))
      this.#numbers.set(column, numbers)
      return numbers.byteLength
    }
    const texts = new TextsInRow(messages.map((message) => (message ? TEXTS[column](message) : '')))
    this.#texts.set(column, texts)
    return texts.octets
  }

  async #read(ground: FactsGround, { withIndex }: { readonly withIndex: boolean }): Promise<(Described | undefined)[]> {
    const { org, id: mailboxId } = ground.view.image.mailbox
    const range = { org, mailboxId, fromUid: this.firstUid, toUid: this.lastUid, limit: this.uids.length }
    const rows = await fetchFacts(ground.store, range, { withIndex })
    const messages: (Described | undefined)[] = []
    let at = 0
    for (const [slot, uid] of this.uids.entries()) {
      while ((rows[at]?.uid ?? uid) < uid) at++
      const row = rows[at]
      const message = row?.uid === uid ? await described(ground, row, { withIndex }) : undefined
      if (message === undefined) this.#gone.add(slot)
      messages.push(message)
    }
    return messages
  }
}

/** Undefined: it goes just now. */
async function described(
  ground: FactsGround,
  row: MessageFact,
  { withIndex }: { readonly withIndex: boolean },
): Promise<Described | undefined> {
  if (!withIndex) return new Described(row, undefined)
  try {
    return new Described(row, await indexOfRow(ground, row))
  } catch (error) {
    if (error instanceof ContentMissing) return undefined
    throw error
  }
}

/** A uid that the page does not have: the message is gone. */
export const NO_SLOT = 0xffff

const NO_NUMBERS = new Float64Array(0)
const NO_TEXTS = new TextsInRow([])
