// What SEARCH, SORT and THREAD look for (RFC 3501 §6.4.4 and its extensions), as a tree.

import type { SequenceSet } from './sequence-set.ts'

/** Days since 1970-01-01 of the date as written: time and zone are no part of it. */
export type CalendarDay = number

export type SearchKey =
  | { readonly type: 'all' }
  /** Every one of them; two at least. */
  | { readonly type: 'and'; readonly keys: readonly SearchKey[] }
  | { readonly type: 'or'; readonly left: SearchKey; readonly right: SearchKey }
  | { readonly type: 'not'; readonly key: SearchKey }
  | { readonly type: 'sequence'; readonly set: SequenceSet }
  | { readonly type: 'uid'; readonly set: SequenceSet }
  /** SEEN, UNSEEN and the like: the bit of `FLAG` is there, or is not. RECENT, NEW (and not seen) and OLD come as `recent` too. */
  | { readonly type: 'flag'; readonly bit: number; readonly present: boolean }
  | { readonly type: 'keyword'; readonly keyword: string; readonly present: boolean }
  /** FROM, TO, CC, BCC, SUBJECT and HEADER. The name is lower-case; an empty value asks whether the field exists. */
  | { readonly type: 'header'; readonly name: string; readonly value: string }
  | { readonly type: 'body'; readonly value: string }
  | { readonly type: 'text'; readonly value: string }
  /** BEFORE, ON, SINCE; SENTBEFORE…; SAVEDBEFORE… (RFC 8514). */
  | {
      readonly type: 'date'
      readonly of: 'internal' | 'sent' | 'saved'
      readonly is: 'before' | 'on' | 'since'
      readonly day: CalendarDay
    }
  | { readonly type: 'save-date-supported' }
  /** OLDER and YOUNGER (RFC 5032): against the internal date. */
  | { readonly type: 'age'; readonly is: 'older' | 'younger'; readonly seconds: number }
  | { readonly type: 'size'; readonly is: 'larger' | 'smaller'; readonly octets: number }
  /** This one or later (RFC 7162 §3.1.5). The entry, if named, is not kept: we have one modseq per message. */
  | { readonly type: 'modseq'; readonly modseq: number }
  | { readonly type: 'email-id'; readonly id: string }
  | { readonly type: 'thread-id'; readonly id: string }
  /** RFC 6203: may match by likeness. */
  | { readonly type: 'fuzzy'; readonly key: SearchKey }

/** RFC 9394: both positive (from the first) or both negative (from the last); `-1` is the last. `from` and `to` as written. */
export interface PartialRange {
  readonly from: number
  readonly to: number
}

/** RETURN (…); an empty list means ALL and comes as such (RFC 4731 §3.1). */
export interface SearchReturn {
  readonly min: boolean
  readonly max: boolean
  readonly all: boolean
  readonly count: boolean
  /** Into `$` (RFC 5182). */
  readonly save: boolean
  readonly partial?: PartialRange
  /** RFC 5267 §4.3: goes on telling changes of the result. */
  readonly update: boolean
}

export interface SortCriterion {
  readonly by: 'arrival' | 'cc' | 'date' | 'from' | 'size' | 'subject' | 'to' | 'display-from' | 'display-to'
  readonly reverse: boolean
}
