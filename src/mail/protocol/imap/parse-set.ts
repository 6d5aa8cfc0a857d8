// Sequence sets as clients write them.

import { type Cursor, NUMBER_MAX } from './cursor.ts'
import { SEARCH_WORDS } from './extension-words.ts'
import type { NumberRange, SequenceNumber, SequenceRange, SequenceSet } from './sequence-set.ts'
import { mergeRanges } from './sequence-set.ts'

const WORD = /[0-9:,*]+/y
const ZERO = 48
const NINE = 57
const COLON = 58
const COMMA = 44
const STAR = 42

/** `1,3:*` or `$`. */
export function sequenceSet(c: Cursor): SequenceSet {
  if (c.take('$')) {
    if (!c.knows('$', SEARCH_WORDS)) c.fail('there is no saved search result')
    return { type: 'saved' }
  }
  return { type: 'ranges', ranges: sequenceRanges(c) }
}

/** Without `$`, without `*`, ascending: as QRESYNC tells what a client knows (RFC 7162 §7 `known-uids`). */
export function numberRanges(c: Cursor): readonly NumberRange[] {
  const ranges: NumberRange[] = []
  for (const { from, to } of sequenceRanges(c)) {
    if (from === '*' || to === '*') c.fail('* is not permitted here')
    else ranges.push(from <= to ? { from, to } : { from: to, to: from })
  }
  return mergeRanges(ranges)
}

/** One number or `*`. */
export function sequenceNumber(c: Cursor): SequenceNumber {
  return c.take('*') ? '*' : c.positive('a message number')
}

/** Sets may have a hundred thousand numbers: one pass over the characters. */
function sequenceRanges(c: Cursor): readonly SequenceRange[] {
  WORD.lastIndex = c.at
  const word = c.failed ? undefined : WORD.exec(c.text)?.[0]
  if (word === undefined) return c.fail('a set of message numbers was expected, like 1,3:5,9:*') ?? []
  c.at += word.length
  const ranges: SequenceRange[] = []
  let from: SequenceNumber | undefined
  for (let i = 0; i <= word.length; i++) {
    const start = i
    const first = word.charCodeAt(i)
    let number: SequenceNumber = 0
    if (first === STAR) {
      number = '*'
      i++
    } else {
      for (let code = first; code >= ZERO && code <= NINE; code = word.charCodeAt(++i)) number = number * 10 + code - ZERO
      if (i === start || number === 0 || number > NUMBER_MAX) return c.fail('a message number is from 1 to 4294967295') ?? []
    }
    const separator = i < word.length ? word.charCodeAt(i) : COMMA
    if (separator === COLON && from === undefined) from = number
    else if (separator === COMMA) {
      ranges.push({ from: from ?? number, to: number })
      from = undefined
    } else return c.fail('a set of message numbers was expected, like 1,3:5,9:*') ?? []
    if (separator === COMMA && i >= word.length) break
  }
  return ranges
}
