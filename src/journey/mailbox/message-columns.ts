// Uids, flags, keywords and modseqs of many messages: one array for each, instead of an object for each message.

import { assert } from '../../ground/assert.ts'
import type { FlagState } from './flags.ts'
import type { UidRange } from './uids.ts'

/** Room for messages that come: a sixteenth more, and some. */
const ROOM_MIN = 16

export class MessageColumns {
  #count = 0
  /** Below `count` it never changes: others hold it too. */
  #uids: Uint32Array
  #flags: Uint8Array
  /** Doubles: a modseq may pass 2^32, and never comes to 2^53. */
  #modseqs: Float64Array
  /** Of `#texts`: most messages have one of few sets of keywords. */
  #sets: Uint32Array
  readonly #texts: string[] = ['']
  readonly #numbers = new Map<string, number>([['', 0]])

  constructor(expected: number) {
    const room = roomFor(expected)
    this.#uids = new Uint32Array(room)
    this.#flags = new Uint8Array(room)
    this.#modseqs = new Float64Array(room)
    this.#sets = new Uint32Array(room)
  }

  get uids(): Uint32Array {
    return this.#uids
  }

  get count(): number {
    return this.#count
  }

  /** 0 when there is none. */
  get lastUid(): number {
    return this.#count === 0 ? 0 : (this.#uids[this.#count - 1] as number)
  }

  flagsAt(index: number): number {
    return this.#flags[index] ?? 0
  }

  keywordsAt(index: number): string {
    return this.#texts[this.#sets[index] ?? 0] ?? ''
  }

  modseqAt(index: number): number {
    return this.#modseqs[index] ?? 0
  }

  keywordTexts(): readonly string[] {
    return this.#texts
  }

  indexOf(uid: number): number {
    const index = this.#firstFrom(uid)
    return index < this.#count && this.#uids[index] === uid ? index : -1
  }

  /** Behind all others. */
  add(uid: number, modseq: number, flags: number, keywords: string): void {
    assert(uid > this.lastUid, 'uids ascend')
    if (this.#count === this.#uids.length) this.#grow()
    const index = this.#count++
    this.#uids[index] = uid
    this.#put(index, modseq, flags, keywords)
  }

  /** False when it is not there, or is so already. */
  set({ uid, modseq, flags, keywords }: FlagState): boolean {
    const index = this.indexOf(uid)
    if (index === -1 || this.#modseqs[index] === modseq) return false
    this.#put(index, modseq, flags, keywords)
    return true
  }

  /** New columns, and the uids that were here and are not there. */
  without(ranges: readonly UidRange[]): { readonly left: MessageColumns; readonly uids: readonly number[] } {
    const uids: number[] = []
    const kept: { from: number; to: number }[] = []
    let at = 0
    for (const { from, to } of ranges) {
      const first = this.#firstFrom(from)
      const after = this.#firstFrom(to + 1)
      if (after <= first) continue
      kept.push({ from: at, to: first })
      for (let index = first; index < after; index++) uids.push(this.#uids[index] as number)
      at = after
    }
    if (uids.length === 0) return { left: this, uids }
    kept.push({ from: at, to: this.#count })
    return { left: this.#only(kept, this.#count - uids.length), uids }
  }

  #only(pieces: readonly { readonly from: number; readonly to: number }[], count: number): MessageColumns {
    const left = new MessageColumns(count)
    for (const [text, number] of this.#numbers) {
      left.#texts[number] = text
      left.#numbers.set(text, number)
    }
    for (const { from, to } of pieces) {
      left.#uids.set(this.#uids.subarray(from, to), left.#count)
      left.#flags.set(this.#flags.subarray(from, to), left.#count)
      left.#modseqs.set(this.#modseqs.subarray(from, to), left.#count)
      left.#sets.set(this.#sets.subarray(from, to), left.#count)
      left.#count += to - from
    }
    return left
  }

  #put(index: number, modseq: number, flags: number, keywords: string): void {
    this.#modseqs[index] = modseq
    this.#flags[index] = flags
    this.#sets[index] = keywords === '' ? 0 : this.#numberOf(keywords)
  }

  #numberOf(keywords: string): number {
    const known = this.#numbers.get(keywords)
    if (known !== undefined) return known
    const number = this.#texts.length
    this.#texts.push(keywords)
    this.#numbers.set(keywords, number)
    return number
  }

  /** The first index whose uid is not smaller. */
  #firstFrom(uid: number): number {
    let low = 0
    let high = this.#count
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#uids[middle] as number) < uid) low = middle + 1
      else high = middle
    }
    return low
  }

  #grow(): void {
    const room = roomFor(this.#count + 1)
    this.#uids = copied(new Uint32Array(room), this.#uids)
    this.#flags = copied(new Uint8Array(room), this.#flags)
    this.#modseqs = copied(new Float64Array(room), this.#modseqs)
    this.#sets = copied(new Uint32Array(room), this.#sets)
  }
}

function roomFor(count: number): number {
  return count + (count >>> 4) + ROOM_MIN
}

function copied<T extends Uint8Array | Uint32Array | Float64Array>(to: T, from: T): T {
  to.set(from)
  return to
}
