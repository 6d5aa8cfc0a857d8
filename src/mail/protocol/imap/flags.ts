// Flags as bits and keywords: the system flags of RFC 3501 §2.3.2, and what clients make up.

/** One bit each. `recent` is told to a session, never stored and never set by a client. */
export const FLAG = { seen: 1, answered: 2, flagged: 4, deleted: 8, draft: 16, recent: 32 } as const

/** In the order of their bits, as they are written. */
export const FLAG_NAMES = ['\\Seen', '\\Answered', '\\Flagged', '\\Deleted', '\\Draft', '\\Recent'] as const

/** What a client named. Keywords are as it wrote them, each once in any case of its letters. */
export interface FlagList {
  readonly bits: number
  readonly keywords: readonly string[]
}

export const NO_FLAGS: FlagList = { bits: 0, keywords: [] }

const BIT_OF: ReadonlyMap<string, number> = new Map(FLAG_NAMES.map((name, index) => [name.toUpperCase(), 1 << index]))

/** Of `\Seen` in any case; undefined for a name that RFC 3501 does not know. */
export function flagBit(name: string): number | undefined {
  return BIT_OF.get(name.toUpperCase())
}
