// Which rows of a mailbox a set of uids means, found with few questions: parts of the set that lie close together are read as one.

import type { UidRange } from './uids.ts'

/** Ranges that are read together; what lies between them is stepped over. */
export interface Span extends UidRange {
  readonly ranges: readonly UidRange[]
}

/** `ranges` in order and without overlap. */
export function spansOf(ranges: readonly UidRange[], gapMax: number): Span[] {
  const spans: { from: number; to: number; ranges: UidRange[] }[] = []
  for (const range of ranges) {
    const last = spans.at(-1)
    if (last && range.from - last.to - 1 <= gapMax) {
      last.to = range.to
      last.ranges.push(range)
    } else spans.push({ ...range, ranges: [range] })
  }
  return spans
}

/** What is left of a span behind a uid. */
export function restOf(span: Span, afterUid: number): UidRange[] {
  return span.ranges
    .filter((range) => range.to > afterUid)
    .map((range) => ({ from: Math.max(range.from, afterUid + 1), to: range.to }))
}

/**
 * The rows that are in the ranges, as runs: rows that follow each other in `rows`, with nothing between them that is not meant, and all
 * alike.
 */
export function runsOf<T extends { readonly uid: number }>(
  rows: readonly T[],
  ranges: readonly UidRange[],
  alike: (a: T, b: T) => boolean,
): T[][] {
  const runs: T[][] = []
  let open: T[] | undefined
  let at = 0
  for (const row of rows) {
    while (at < ranges.length && (ranges[at] as UidRange).to < row.uid) at++
    const range = ranges[at]
    if (!range) break
    if (row.uid < range.from) open = undefined
    else if (open && alike(open[0] as T, row)) open.push(row)
    else {
      open = [row]
      runs.push(open)
    }
  }
  return runs
}

/** `ranges` in order and without overlap. */
export function isIn(ranges: readonly UidRange[], uid: number): boolean {
  let low = 0
  let high = ranges.length - 1
  while (low <= high) {
    const middle = (low + high) >>> 1
    const range = ranges[middle] as UidRange
    if (uid < range.from) high = middle - 1
    else if (uid > range.to) low = middle + 1
    else return true
  }
  return false
}
