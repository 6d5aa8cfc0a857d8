// Everything about a message that mailboxes are asked for again and again, computed once while the content comes in.

/** A MIME part: where it stands in the content and what it is. The tree holds what BODYSTRUCTURE shows, part for part. */
export interface IndexedPart {
  /** Offsets in the content, in octets. The body begins behind the blank line; it ends before the CRLF of a boundary. */
  readonly headerStart: number
  readonly bodyStart: number
  readonly bodyEnd: number
  /** Lines of the body. */
  readonly lines: number
  /** Lower case, as are subtype, encoding and charset. */
  readonly type: string
  readonly subtype: string
  readonly encoding: string
  readonly charset?: string
  /** Decoded. */
  readonly filename?: string
  /** Of a multipart its parts, of a message/rfc822 the one message. */
  readonly children: readonly IndexedPart[]
}

export interface MessageIndex {
  readonly sizeBytes: number
  /** The header with its blank line. */
  readonly headerBytes: number
  /** ENVELOPE, BODYSTRUCTURE (with extension data) and BODY as IMAP writes them: octets ready to send, literals included. */
  readonly envelope: Uint8Array
  readonly bodyStructure: Uint8Array
  readonly body: Uint8Array
  readonly parts: IndexedPart
  /** The Date header. */
  readonly sentAtMs?: number
  /** Message identifiers stand with their angle brackets; at most 100 references, the first and the last ones. */
  readonly messageId?: string
  readonly inReplyTo: readonly string[]
  readonly references: readonly string[]
  /** Decoded, one line. */
  readonly subject: string
  /** RFC 5256 §2.1, as a sort key (`sortKey`): compare with `<` and `===`. */
  readonly baseSubject: string
  /** The subject says that this is a reply or a forward (RFC 5256 §2.1). */
  readonly isReply: boolean
  /** The local part of the first mailbox as a sort key (RFC 5256 §3); empty where there is none. */
  readonly from: string
  readonly to: string
  readonly cc: string
  /** The name of the first mailbox, else its address (RFC 5957 §3): decoded, for people; a sort key has to be made of it. */
  readonly fromDisplay: string
  readonly toDisplay: string
  readonly hasAttachment: boolean
  /** RFC 8970: at most 200 characters of text, one line. */
  readonly preview: string
}
