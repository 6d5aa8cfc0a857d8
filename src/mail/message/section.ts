// The sections of a message that IMAP speaks of, `BODY[2.1.HEADER]` (RFC 3501 §6.4.5): from part numbers to places in the content.

/** `part` is empty for the message itself. HEADER.FIELDS and HEADER.FIELDS.NOT are `header`, cut by `headerFieldsOf`. */
export interface Section {
  readonly part: readonly number[]
  /** Nothing: the whole message, or the body of the part. `mime` needs a part. */
  readonly text?: 'header' | 'text' | 'mime'
}

/** Offsets in the content. */
export interface SectionRange {
  readonly start: number
  readonly end: number
  /** The lines that a mailbox puts before the content (Return-Path, Delivered-To) stand before this range. */
  readonly withPrefix: boolean
}
