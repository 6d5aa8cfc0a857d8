// SORT (RFC 5256 §3, RFC 5957): messages that were found, put in order.

import type { SortCriterion } from '../../../mail/protocol/imap/imap.ts'
import type { SearchGround } from './search.ts'
import { type Column, isNumber } from './search-columns.ts'
import { type Batch, type FactsPage, type MailboxFacts, NO_SLOT } from './search-facts.ts'
import type { Ranks } from './sort-ranks.ts'

const COLUMNS: Readonly<Record<SortCriterion['by'], readonly Column[]>> = {
  arrival: ['internalMs'],
  cc: ['ccKey'],
  date: ['sentMs', 'internalMs'],
  from: ['fromKey'],
  size: ['sizeBytes'],
  subject: ['baseSubject'],
  to: ['toKey'],
  'display-from': ['fromName'],
  'display-to': ['toName'],
}

/** `found`: uids, ascending. Where all criteria are equal, the order of the mailbox (also with REVERSE). `gone`: nobody waits any more. */
export async function sort(
  ground: SearchGround,
  found: readonly number[],
  criteria: readonly SortCriterion[],
): Promise<readonly number[] | 'gone'> {
  const keys = criteria.map(() => new Float64Array(found.length))
  const columns = criteria.flatMap(({ by }) => COLUMNS[by])
  const facts = ground.facts.of(ground.view.image)
  const ranked = criteria.map(({ by }) => rankedBy(facts, by))
  for (const { batch, slots, from } of foundIn(ground, found)) {
    await facts.load(ground, batch.page, columns)
    for (const [at, { by }] of criteria.entries()) keys[at]?.set(keysOf(batch.page, slots, by, ranked[at]), from)
    if (!(await ground.pause())) return 'gone'
  }
  for (const [at, { reverse }] of criteria.entries()) {
    const values = keys[at] as Float64Array
    const ranking = ranked[at]
    const ranks = ranking && (await facts.ranksOf(ranking, () => ground.pause()))
    if (ranks === 'gone') return 'gone'
    if (ranks) for (let i = 0; i < values.length; i++) values[i] = ranks[values[i] ?? 0] ?? 0
    if (reverse) for (let i = 0; i < values.length; i++) values[i] = -(values[i] ?? 0)
  }
  return orderOf(keys, found)
}

export interface FoundInBatch {
  readonly batch: Batch
  /** Where those that were found stand in the page. */
  readonly slots: Uint16Array
  /** The place of the first among all that were found. */
  readonly from: number
}

/** What was found, by the pages it is on; pages without are left out. */
export function* foundIn({ facts, view }: SearchGround, found: readonly number[]): Generator<FoundInBatch> {
  let from = 0
  for (const batch of facts.of(view.image).batches(view)) {
    let to = from
    while (to < found.length && (found[to] ?? 0) <= batch.page.lastUid) to++
    const isWhole = to - from === batch.slots.length
    if (to > from) yield { batch, from, slots: isWhole ? batch.slots : batch.page.slotsOf(found.slice(from, to)) }
    from = to
  }
}

function rankedBy(facts: MailboxFacts, by: SortCriterion['by']): Ranks | undefined {
  const [column] = COLUMNS[by]
  return column === undefined || isNumber(column) ? undefined : facts.ranks.of(column)
}

/** Times in seconds: IMAP knows none smaller. Texts as the numbers that their ranks are found by. */
function keysOf(page: FactsPage, slots: Uint16Array, by: SortCriterion['by'], ranks: Ranks | undefined): Float64Array {
  if (ranks !== undefined) return valuesOf(ranks.numbersOf(page), slots)
  if (by === 'size') return valuesOf(page.numbers('sizeBytes'), slots)
  const times = timesOf(page, slots, by === 'date' ? 'sent' : 'internal')
  for (let i = 0; i < times.length; i++) times[i] = Math.floor((times[i] ?? 0) / 1000)
  return times
}

/** Of messages at these places of a page. RFC 5256 §2.2: without a date that can be read, that of its arrival. */
export function timesOf(page: FactsPage, slots: Uint16Array, which: 'sent' | 'internal'): Float64Array {
  const arrived = page.numbers('internalMs')
  const times = which === 'sent' ? page.numbers('sentMs') : arrived
  const result = new Float64Array(slots.length)
  for (let i = 0; i < slots.length; i++) {
    const ms = times[slots[i] ?? NO_SLOT] ?? Number.NaN
    result[i] = Number.isNaN(ms) ? arrived[slots[i] ?? NO_SLOT] || 0 : ms
  }
  return result
}

/** What is gone has none. */
function valuesOf(numbers: Float64Array | Uint32Array, slots: Uint16Array): Float64Array {
  const result = new Float64Array(slots.length)
  for (let i = 0; i < slots.length; i++) result[i] = numbers[slots[i] ?? NO_SLOT] || 0
  return result
}

/** What was found in the order of the keys. All keys of a message become one number, where it is small enough, since that sorts faster. */
function orderOf(keys: readonly Float64Array[], found: readonly number[]): number[] {
  const count = found.length
  const { numbers, range } = joined(keys, count)
  const places =
    range <= COUNTED_SHARE * count
      ? placesByCounting(numbers, range)
      : range * count <= Number.MAX_SAFE_INTEGER
        ? placesByNumbers(numbers, count)
        : placesByKeys(keys, count)
  const ordered: number[] = []
  for (const place of places) ordered.push(found[place] ?? 0)
  return ordered
}

/** Numbers below this many times the count of messages are counted rather than sorted. */
const COUNTED_SHARE = 4

/** From 0 to before `range`, which is no number the engine holds exactly where it is too large. */
function joined(keys: readonly Float64Array[], count: number): { readonly numbers: Float64Array; readonly range: number } {
  const numbers = new Float64Array(count)
  let range = 1
  for (const values of keys) {
    let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    for (const value of values) {
      if (value < least) least = value
      if (value > greatest) greatest = value
    }
    const span = count === 0 ? 1 : greatest - least + 1
    range *= span
    for (let i = 0; i < count; i++) numbers[i] = (numbers[i] ?? 0) * span + ((values[i] ?? 0) - least)
  }
  return { numbers, range }
}

function placesByCounting(numbers: Float64Array, range: number): Uint32Array {
  const ends = new Uint32Array(range + 1)
  for (const number of numbers) ends[number + 1] = (ends[number + 1] ?? 0) + 1
  for (let i = 1; i <= range; i++) ends[i] = (ends[i] ?? 0) + (ends[i - 1] ?? 0)
  const places = new Uint32Array(numbers.length)
  for (let i = 0; i < numbers.length; i++) {
    const number = numbers[i] ?? 0
    const place = ends[number] ?? 0
    places[place] = i
    ends[number] = place + 1
  }
  return places
}

/** With the place in each number the engine sorts them without being told how. */
function placesByNumbers(numbers: Float64Array, count: number): Float64Array {
  for (let i = 0; i < count; i++) numbers[i] = (numbers[i] ?? 0) * count + i
  numbers.sort()
  for (let i = 0; i < count; i++) numbers[i] = (numbers[i] ?? 0) % count
  return numbers
}

function placesByKeys(keys: readonly Float64Array[], count: number): Uint32Array {
  const places = new Uint32Array(count)
  for (let i = 0; i < count; i++) places[i] = i
  return places.sort((a, b) => {
    for (const values of keys) {
      const difference = (values[a] ?? 0) - (values[b] ?? 0)
      if (difference !== 0) return difference
    }
    return a - b
  })
}
