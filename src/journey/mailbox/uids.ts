// Uids by ranges: a set of ten thousand is mostly one line of two numbers.

/** Both ends belong to it, and `from` is never greater than `to`. */
export interface UidRange {
  readonly from: number
  readonly to: number
}

/** The greatest uid there can be: 32 bits (RFC 9051 §2.3.1.1). */
export const UID_MAX = 0xffff_ffff

/** Neighbours joined; the uids ascend. */
export function rangesOf(uids: Iterable<number>): UidRange[] {
  const ranges: { from: number; to: number }[] = []
  for (const uid of uids) {
    const last = ranges.at(-1)
    if (last && uid <= last.to + 1) last.to = Math.max(last.to, uid)
    else ranges.push({ from: uid, to: uid })
  }
  return ranges
}

/** In the order of the ranges. */
export function uidsOf(ranges: readonly UidRange[]): number[] {
  const uids: number[] = []
  for (const { from, to } of ranges) for (let uid = from; uid <= to; uid++) uids.push(uid)
  return uids
}

/** In order and without overlap, whatever they were. */
export function orderedRanges(ranges: readonly UidRange[]): UidRange[] {
  const merged: { from: number; to: number }[] = []
  for (const { from, to } of [...ranges].sort((a, b) => a.from - b.from)) {
    const last = merged.at(-1)
    if (last && from <= last.to + 1) last.to = Math.max(last.to, to)
    else merged.push({ from, to })
  }
  return merged
}
