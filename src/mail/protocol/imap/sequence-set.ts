// Sets of message numbers or UIDs (RFC 3501 §9 `sequence-set`, RFC 5182 `$`): as the client wrote them, and resolved against a mailbox.

/** `*` is the last message, or its UID. */
export type SequenceNumber = number | '*'

/** As written: `from` may be the greater one. A lone number has it twice. */
export interface SequenceRange {
  readonly from: SequenceNumber
  readonly to: SequenceNumber
}

/** `saved`: the result of the last search that was saved. */
export type SequenceSet = { readonly type: 'ranges'; readonly ranges: readonly SequenceRange[] } | { readonly type: 'saved' }

/** Both ends belong to it; `from` is never the greater one. */
export interface NumberRange {
  readonly from: number
  readonly to: number
}

/**
 * The set in ascending order, overlaps merged. `last` stands for `*`: the count of messages, or the greatest UID; 0 in an empty mailbox,
 * where `*` means nothing, and so does a range that ends with it. `559:*` always holds the last message (RFC 3501 §6.4.8).
 */
export function resolveRanges(ranges: readonly SequenceRange[], last: number): readonly NumberRange[] {
  const resolved: NumberRange[] = []
  for (const range of ranges) {
    if (last === 0 && (range.from === '*' || range.to === '*')) continue
    const from = range.from === '*' ? last : range.from
    const to = range.to === '*' ? last : range.to
    resolved.push(from <= to ? { from, to } : { from: to, to: from })
  }
  return mergeRanges(resolved)
}

/** Ascending, none touching the next. */
export function mergeRanges(ranges: readonly NumberRange[]): readonly NumberRange[] {
  if (isMerged(ranges)) return ranges
  const sorted = [...ranges].sort((a, b) => a.from - b.from)
  const merged: { from: number; to: number }[] = []
  for (const { from, to } of sorted) {
    const before = merged.at(-1)
    if (before === undefined || from > before.to + 1) merged.push({ from, to })
    else if (to > before.to) before.to = to
  }
  return merged
}

function isMerged(ranges: readonly NumberRange[]): boolean {
  for (let i = 1; i < ranges.length; i++) {
    const before = ranges[i - 1]
    const range = ranges[i]
    if (before !== undefined && range !== undefined && range.from <= before.to + 1) return false
  }
  return true
}
