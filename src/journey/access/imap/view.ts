// What a session knows of its mailbox: the messages it was told of, by their numbers. The image goes ahead, `tell.ts` catches up.

import { type NumberRange, resolveRanges, type SequenceRange, type SequenceSet } from '../../../mail/protocol/imap/imap.ts'
import type { MailboxImage } from '../../mailbox/mailbox.ts'

/** Positions, from 0; both ends belong to it. Message number = position + 1. */
export type PositionRange = NumberRange

export class View {
  readonly image: MailboxImage
  readonly readOnly: boolean
  /** Of messages first told to this session as recent (RFC 3501 §2.3.2): from this uid to before that one. */
  readonly recent: { readonly fromUid: number; readonly toUid: number }
  /** Ascending; only the first `count` belong to the view. Shared with the image, and never written to. */
  uids: Uint32Array
  count: number
  /** Flags are told as far as this modseq. */
  toldModseq: number
  /** So many of the image's keywords were told with FLAGS. */
  toldKeywords: number
  /** `$`: the uids of the last search that was saved (RFC 5182), ascending. */
  saved: readonly number[] = []
  /** What this session changed and need not be told: uid → modseq of the change. Emptied at each telling. */
  readonly own = new Map<number, number>()

  constructor(image: MailboxImage, how: { readonly readOnly: boolean; readonly recent: View['recent'] }) {
    this.image = image
    this.readOnly = how.readOnly
    this.recent = how.recent
    this.uids = image.uids
    this.count = image.count
    this.toldModseq = image.highestModseq
    this.toldKeywords = image.keywords().length
  }

  /** The client was told of the message's flags outside the order of things: not again. */
  toldNow(uid: number, modseq: number): void {
    if (modseq > this.toldModseq) this.own.set(uid, modseq)
  }

  uidAt(position: number): number {
    return this.uids[position] ?? 0
  }

  get lastUid(): number {
    return this.count === 0 ? 0 : this.uidAt(this.count - 1)
  }

  /** The first position whose uid is this one or greater; `count` when there is none. */
  positionFrom(uid: number): number {
    let low = 0
    let high = this.count
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.uidAt(middle) < uid) low = middle + 1
      else high = middle
    }
    return low
  }

  /** -1: the session was not told of such a message. */
  positionOf(uid: number): number {
    const position = this.positionFrom(uid)
    return position < this.count && this.uidAt(position) === uid ? position : -1
  }

  /** Where the message stands in the image now; -1 when it is gone. */
  imageIndex(position: number): number {
    const { image } = this
    if (image.uids === this.uids && position < image.count) return position
    return image.indexOf(this.uidAt(position))
  }

  /** Some of these were removed, and the session has not been told. */
  someGone(positions: readonly PositionRange[]): boolean {
    const { image } = this
    if (image.uids === this.uids && image.count >= this.count) return false
    for (const position of each(positions)) if (this.imageIndex(position) === -1) return true
    return false
  }

  isRecent(uid: number): boolean {
    return uid >= this.recent.fromUid && uid < this.recent.toUid
  }

  get recentCount(): number {
    return this.positionFrom(this.recent.toUid) - this.positionFrom(this.recent.fromUid)
  }

  /** The messages of a set, ascending. Undefined: it names a number that no message has (RFC 3501 §6.4.8 forgives that for uids only). */
  resolve(set: SequenceSet, { byUid }: { readonly byUid: boolean }): readonly PositionRange[] | undefined {
    if (set.type === 'saved') return this.#positionsOf(this.saved)
    if (byUid) return this.#positionsIn(resolveRanges(set.ranges, this.lastUid))
    const ranges = resolveRanges(set.ranges, this.count)
    if ((ranges.at(-1)?.to ?? 0) > this.count) return undefined
    return ranges.map(({ from, to }) => ({ from: from - 1, to: to - 1 }))
  }

  /** The uids that a set of uids names, whether there are such messages or not. */
  uidsNamed(ranges: readonly SequenceRange[]): readonly NumberRange[] {
    return resolveRanges(ranges, this.lastUid)
  }

  #positionsIn(uids: readonly NumberRange[]): readonly PositionRange[] {
    const positions: PositionRange[] = []
    for (const range of uids) {
      const from = this.positionFrom(range.from)
      const to = this.positionFrom(range.to + 1) - 1
      if (from <= to) positions.push({ from, to })
    }
    return positions
  }

  #positionsOf(uids: readonly number[]): readonly PositionRange[] {
    const positions: { from: number; to: number }[] = []
    for (const uid of uids) {
      const position = this.positionOf(uid)
      const last = positions.at(-1)
      if (position === -1) continue
      if (last && position === last.to + 1) last.to = position
      else positions.push({ from: position, to: position })
    }
    return positions
  }

  /** The uids at these positions, as ranges without a hole for messages that never were told. */
  uidRanges(positions: readonly PositionRange[]): { readonly from: number; readonly to: number }[] {
    return positions.map(({ from, to }) => ({ from: this.uidAt(from), to: this.uidAt(to) }))
  }
}

export function countOf(positions: readonly PositionRange[]): number {
  return positions.reduce((sum, { from, to }) => sum + to - from + 1, 0)
}

export function* each(positions: readonly PositionRange[]): Generator<number> {
  for (const { from, to } of positions) for (let position = from; position <= to; position++) yield position
}
