// Everything about a message that mailboxes are asked for again and again, computed once while the content comes in.

import { envelopeOf } from './envelope.ts'
import { writeEnvelope } from './envelope-wire.ts'
import { readFields } from './header-fields.ts'
import { indexFacts } from './index-facts.ts'
import { charsetOf, hasAttachment, indexedPart } from './indexed-part.ts'
import { PREVIEW_HTML_BYTES_MAX, PREVIEW_PLAIN_BYTES_MAX } from './limits.ts'
import { previewOf, type TextSample } from './preview.ts'
import { type Part, StructureIndexer } from './structure.ts'
import { bodyOfStructure, writeBodyStructure } from './structure-wire.ts'
import { wireBytes } from './wire.ts'

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
  readonly sentAtMs: number | undefined
  /** Message identifiers stand with their angle brackets; at most 100 references, the first and the last ones. */
  readonly messageId: string | undefined
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

/** Give it the content piece by piece, then ask for the index. It keeps the headers and the first octets of the text. */
export class MessageIndexer {
  readonly #structure = new StructureIndexer()
  readonly #plain = new Sample(PREVIEW_PLAIN_BYTES_MAX)
  readonly #html = new Sample(PREVIEW_HTML_BYTES_MAX)
  #offset = 0

  push(bytes: Uint8Array): void {
    this.#structure.push(bytes)
    this.#plain.take(this.#structure.textBody('plain'), bytes, this.#offset)
    this.#html.take(this.#structure.textBody('html'), bytes, this.#offset)
    this.#offset += bytes.length
  }

  /** The content is over. */
  finish(): MessageIndex {
    const { root, sizeBytes } = this.#structure.finish()
    const header = this.#structure.header ?? readFields(new Uint8Array(0))
    const envelope = envelopeOf(header)
    const bodyStructure = wireBytes(writeBodyStructure(root))
    return {
      sizeBytes,
      headerBytes: root.bodyStart,
      envelope: wireBytes(writeEnvelope(envelope)),
      bodyStructure,
      body: bodyOfStructure(bodyStructure),
      parts: indexedPart(root),
      ...indexFacts(header, envelope),
      hasAttachment: hasAttachment(root),
      preview: previewOf([...this.#plain.ofText(), ...this.#html.ofText()]),
    }
  }
}

/** The index of a message that is in memory. */
export function indexOf(message: Uint8Array): MessageIndex {
  const indexer = new MessageIndexer()
  indexer.push(message)
  return indexer.finish()
}

/** The first octets of a part's body, copied as they come by. */
class Sample {
  readonly #bytesMax: number
  #part: Part | undefined
  #bytes = Buffer.alloc(0)
  #length = 0

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  /** `chunk` begins at `offset`. The part may have begun in it, and ended in it. */
  take(part: Part | undefined, chunk: Uint8Array, offset: number): void {
    if (part === undefined || this.#length >= this.#bytesMax) return
    this.#part = part
    const from = part.bodyStart + this.#length - offset
    const end = part.bodyEnd < 0 ? this.#bytesMax : Math.min(part.bodyEnd - part.bodyStart, this.#bytesMax)
    const wanted = chunk.subarray(Math.max(0, from), Math.max(0, from + end - this.#length))
    if (wanted.length === 0) return
    if (this.#length + wanted.length > this.#bytes.length) this.#grow(this.#length + wanted.length)
    this.#bytes.set(wanted, this.#length)
    this.#length += wanted.length
  }

  /** What belongs to the part after all: its end is known only when its boundary is. */
  ofText(): readonly TextSample[] {
    const part = this.#part
    if (part === undefined) return []
    const length = Math.min(this.#length, part.bodyEnd - part.bodyStart)
    const charset = charsetOf(part)
    const { subtype } = part.mediaType
    return [
      {
        bytes: this.#bytes.subarray(0, length),
        isCut: part.bodyEnd - part.bodyStart > length,
        part: { subtype, encoding: part.encoding, ...(charset === undefined ? {} : { charset }) },
      },
    ]
  }

  // One piece of content fills it at once; octets one by one double it.
  #grow(length: number): void {
    const grown = Buffer.allocUnsafe(Math.min(this.#bytesMax, Math.max(length, 2 * this.#bytes.length)))
    grown.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = grown
  }
}
