// Which messages are gone that a client may still know: for VANISHED (EARLIER), RFC 7162 §3.2.5 and §3.2.6.

import type { NumberRange } from '../../../mail/protocol/imap/imap.ts'
import type { UidRange } from '../../mailbox/mailbox.ts'
import type { View } from './view.ts'

interface Known {
  readonly modseq: number
  readonly knownUids?: readonly NumberRange[] | undefined
  readonly match?: { readonly sequence: readonly NumberRange[]; readonly uids: readonly NumberRange[] } | undefined
}

/** Ascending. Where the history does not reach back far enough, every uid that is not there (any more) is named. */
export async function vanishedSince(view: View, known: Known): Promise<readonly UidRange[]> {
  const { ranges, complete } = await view.image.expungedSince(known.modseq)
  const gone = complete ? ranges : absentFrom(view, known.match === undefined ? 1 : firstDoubtful(view, known.match))
  return known.knownUids === undefined ? gone : intersect(gone, known.knownUids)
}

/** All that never were or are no more, from this uid on: below what the mailbox gives next. */
function absentFrom(view: View, uid: number): UidRange[] {
  const absent: UidRange[] = []
  let next = uid
  for (let position = view.positionFrom(uid); position < view.count; position++) {
    const present = view.uidAt(position)
    if (present > next) absent.push({ from: next, to: present - 1 })
    next = present + 1
  }
  const end = Math.max(view.lastUid, view.image.uidNext - 1)
  if (next <= end) absent.push({ from: next, to: end })
  return absent
}

/** The client says which uids some numbers had for it. As long as they have them still, nothing before them is gone. */
function firstDoubtful(view: View, { sequence, uids }: NonNullable<Known['match']>): number {
  const numbers = numbersOf(sequence)
  const wanted = numbersOf(uids)
  let doubtful = 1
  for (;;) {
    const number = numbers.next()
    const uid = wanted.next()
    if (number.done || uid.done || number.value > view.count || view.uidAt(number.value - 1) !== uid.value) return doubtful
    doubtful = uid.value + 1
  }
}

function* numbersOf(ranges: readonly NumberRange[]): Generator<number, undefined> {
  for (const { from, to } of ranges) for (let number = from; number <= to; number++) yield number
  return undefined
}

/** Both ascending. */
export function intersect(left: readonly UidRange[], right: readonly UidRange[]): UidRange[] {
  const both: UidRange[] = []
  for (let l = 0, r = 0; ; ) {
    const a = left[l]
    const b = right[r]
    if (a === undefined || b === undefined) return both
    const from = Math.max(a.from, b.from)
    const to = Math.min(a.to, b.to)
    if (from <= to) both.push({ from, to })
    if (a.to < b.to) l++
    else r++
  }
}
