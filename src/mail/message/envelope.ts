// What IMAP calls the envelope of a message (RFC 3501 §7.4.2): its header's own words, undecoded.

/** Octets, one character each, unfolded: what a header says, with encoded words left as they are. */
type Octets = string

/**
 * A mailbox; or where a group begins (only `mailbox`, which is the group's name) and ends (nothing at all).
 */
export interface EnvelopeAddress {
  readonly name?: Octets
  /** A source route, `@a,@b`. */
  readonly route?: Octets
  readonly mailbox?: Octets
  readonly host?: Octets
}

export interface Envelope {
  readonly date?: Octets
  readonly subject?: Octets
  readonly from: readonly EnvelopeAddress[]
  /** The author where the header names no sender. */
  readonly sender: readonly EnvelopeAddress[]
  /** The author where the header says nothing else. */
  readonly replyTo: readonly EnvelopeAddress[]
  readonly to: readonly EnvelopeAddress[]
  readonly cc: readonly EnvelopeAddress[]
  readonly bcc: readonly EnvelopeAddress[]
  readonly inReplyTo?: Octets
  readonly messageId?: Octets
}
