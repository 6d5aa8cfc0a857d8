// The strict CRLF lexer that every way in and out shares: DATA, BDAT, raw MIME, the outgoing writer.

/** A line end is CR LF; a CR or LF elsewhere is a violation, and is where message smuggling begins (RFC 5321 §2.3.8). */
export interface ContentViolation {
  readonly type: 'bare-cr' | 'bare-lf' | 'line-too-long'
  /** Octets of content before it. */
  readonly offset: number
}

/** What was seen of the content so far. */
export interface ContentFacts {
  readonly sizeBytes: number
  /** Some octet above 127. */
  readonly eightBit: boolean
  /** The first one. */
  readonly violation: ContentViolation | undefined
  /** Offset of the first NUL. */
  readonly nulAt: number | undefined
  /** Offset of the start of the first line longer than 1000 octets, CR LF included (RFC 5321 §4.5.3.1.6). */
  readonly longLineAt: number | undefined
  /** False when the last line has no CR LF (only BDAT can do that). True for empty content. */
  readonly endsWithLineEnd: boolean
}
