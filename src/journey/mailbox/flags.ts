// The flags and keywords of a message, as they are kept: flags as bits of one number, keywords as one sorted text.

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
