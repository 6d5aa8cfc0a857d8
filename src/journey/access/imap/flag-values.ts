// What a STORE makes of flags and keywords that are known, to be compared with what was stored.

import type { StoreCommand } from '../../../mail/protocol/imap/imap.ts'
import { FLAGS_ALL } from '../../mailbox/mailbox.ts'

export interface FlagValues {
  readonly flags: number
  /** With a space between them. */
  readonly keywords: string
}

export function expectedAfter(was: FlagValues, { mode, flags }: Pick<StoreCommand, 'mode' | 'flags'>): FlagValues {
  const bits = flags.bits & FLAGS_ALL
  const named = wordsOf(flags.keywords.join(' '))
  const had = wordsOf(was.keywords)
  switch (mode) {
    case 'add':
      return { flags: was.flags | bits, keywords: textOf(had.union(named)) }
    case 'remove':
      return { flags: was.flags & ~bits, keywords: textOf(had.difference(named)) }
    case 'replace':
      return { flags: bits, keywords: textOf(named) }
  }
}

/** Keywords are the same in any case and order. */
export function sameFlags(a: FlagValues, b: FlagValues): boolean {
  if (a.flags !== b.flags) return false
  if (a.keywords === b.keywords) return true
  const [left, right] = [wordsOf(a.keywords), wordsOf(b.keywords)]
  return left.size === right.size && [...left].every((word) => right.has(word))
}

function wordsOf(keywords: string): Set<string> {
  return new Set(keywords === '' ? [] : keywords.toLowerCase().split(' '))
}

function textOf(words: ReadonlySet<string>): string {
  return [...words].join(' ')
}
