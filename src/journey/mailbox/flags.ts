// The flags and keywords of a message, as they are kept: flags as bits of one number, keywords as one sorted text.

import { KEYWORD_BYTES_MAX } from './limits.ts'

export const FLAG_SEEN = 1
export const FLAG_ANSWERED = 2
export const FLAG_FLAGGED = 4
export const FLAG_DELETED = 8
export const FLAG_DRAFT = 16
export const FLAGS_ALL = 31

/** What may change of a message. */
export interface FlagState {
  readonly uid: number
  readonly modseq: number
  /** Bits: FLAG_SEEN … */
  readonly flags: number
  /** Sorted, with a space between them; empty for none. Spelt as the mailbox first saw them; what differs only in case is one keyword. */
  readonly keywords: string
}

/** An atom of ASCII (RFC 9051 §9). */
export function isKeyword(name: string): boolean {
  return name.length <= KEYWORD_BYTES_MAX && /^[!#$&'+-Z[^-z|}~]+$/.test(name)
}

export function keywordsIn(text: string): readonly string[] {
  return text === '' ? [] : text.split(' ')
}

export function keywordsText(names: Iterable<string>): string {
  return [...new Set(names)].sort().join(' ')
}

/** What the totals of a mailbox count: 1 or 0. */
export function unseen(flags: number): number {
  return (flags & FLAG_SEEN) === 0 ? 1 : 0
}

export function deleted(flags: number): number {
  return (flags & FLAG_DELETED) === 0 ? 0 : 1
}
