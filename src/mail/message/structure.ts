// The MIME structure of a message: where every part's header and body begin and end, and what they are. Content comes in
// pieces of any size; memory is bounded whatever it says. Nothing is decoded: readers take the ranges they want.

import type { HeaderFields } from './header-fields.ts'
import { BOUNDARY_CHARACTERS_MAX, HEADER_BYTES_MAX } from './limits.ts'
import type { MediaType, Parameterised } from './media-type.ts'
import type { PartDetails } from './part-details.ts'
import { type Boundary, PartTree } from './part-tree.ts'

export interface Part {
  /** Offsets in the message, in octets. The body begins behind the blank line; it ends before the CRLF of a boundary. */
  readonly headerStart: number
  readonly bodyStart: number
  readonly bodyEnd: number
  readonly mediaType: MediaType
  /** Lower case; `7bit` where the header says nothing. */
  readonly encoding: string
  readonly disposition?: Parameterised
  readonly contentId?: string
  readonly description?: string
  /** The same as it is written, and what else the header says of the part. */
  readonly details: PartDetails
  /** Lines of the body, a last one without line end included. */
  readonly lines: number
  /** There may be parts inside that were not looked at: a limit was reached, or the part is encoded. */
  readonly opaque: boolean
  /** Of a multipart its parts, of a message/rfc822 the one message. */
  readonly children: readonly Part[]
}

export interface Structure {
  readonly root: Part
  readonly sizeBytes: number
  readonly partCount: number
  /** A limit on depth or number of parts was reached. */
  readonly truncated: boolean
  /** A multipart had no closing boundary. */
  readonly missingEnd: boolean
}

// Two hyphens before, two behind, white space some gateways add, and the line end.
const HEAD_OCTETS = BOUNDARY_CHARACTERS_MAX + 24
const HYPHEN = 45
const CR = 13
const LF = 10

/** Give it the content piece by piece, then ask for the structure. */
export class StructureIndexer {
  readonly #tree = new PartTree()
  readonly #head = Buffer.allocUnsafe(HEAD_OCTETS)
  #headLength = 0
  #header = Buffer.alloc(0)
  #headerLength = 0
  #lineStart = 0
  #offset = 0
  #beforeLast = 0
  #last = 0

  /** The message's own header, once it is over. */
  get header(): HeaderFields | undefined {
    return this.#tree.header
  }

  /** The part that is being read as the message's text, plain or HTML, as far as it is known. */
  textBody(subtype: 'plain' | 'html'): Part | undefined {
    return this.#tree.textBody(subtype)
  }

  push(chunk: Uint8Array): void {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    let position = this.#offset === 0 ? this.#passHeader(bytes) : 0
    while (position < bytes.length) {
      const lineFeed = bytes.indexOf(LF, position)
      const end = lineFeed < 0 ? bytes.length : lineFeed + 1
      if (!this.#passBodyLine(bytes, position, end, lineFeed)) this.#takePiece(bytes, position, end, lineFeed)
      position = end
    }
  }

  /** The content is over. */
  finish(): Structure {
    if (this.#offset > this.#lineStart) this.#endLine(0)
    return this.#tree.finish(this.#offset, this.#headerBytes())
  }

  // The message's own header, if it is whole in the first piece: it is not cut into lines, for nothing in it can be a boundary.
  #passHeader(bytes: Buffer): number {
    const strict = bytes.indexOf('\n\r\n')
    const lone = (strict < 0 ? bytes : bytes.subarray(0, strict + 1)).indexOf('\n\n')
    const newline = lone < 0 ? 2 : 1
    const start = lone < 0 ? strict + 1 : lone + 1
    // A blank first line ends the header before there is one.
    if (start === 0 || bytes[0] === LF || (bytes[0] === CR && bytes[1] === LF)) return 0
    const end = start + newline
    this.#tree.headerEnd({ start, end, newline }, bytes.subarray(0, Math.min(start, HEADER_BYTES_MAX)))
    this.#offset = end
    this.#lineStart = end
    return end
  }

  // Nearly every line of a large message is a whole line of a body that is no boundary: it costs a search and a few additions.
  #passBodyLine(bytes: Buffer, from: number, to: number, lineFeed: number): boolean {
    if (lineFeed < 0 || this.#tree.inHeader || this.#offset !== this.#lineStart) return false
    if (bytes[from] === HYPHEN && bytes[from + 1] === HYPHEN && this.#tree.hasBoundaries) return false
    const newline = to - from >= 2 && bytes[to - 2] === CR ? 2 : 1
    this.#tree.passLine({ newline, empty: to - from === newline })
    this.#offset += to - from
    this.#lineStart = this.#offset
    return true
  }

  #takePiece(bytes: Buffer, from: number, to: number, lineFeed: number): void {
    const room = Math.min(to - from, HEAD_OCTETS - this.#headLength)
    if (room > 0) this.#headLength += bytes.copy(this.#head, this.#headLength, from, from + room)
    if (this.#tree.inHeader) this.#keepHeader(bytes.subarray(from, to))
    this.#offset += to - from
    this.#beforeLast = to - from >= 2 ? (bytes[to - 2] ?? 0) : this.#last
    this.#last = bytes[to - 1] ?? 0
    if (lineFeed >= 0) this.#endLine(this.#beforeLast === CR && this.#offset - this.#lineStart >= 2 ? 2 : 1)
  }

  #endLine(newline: number): void {
    const line = { start: this.#lineStart, end: this.#offset, newline }
    const boundary = this.#boundary(newline)
    if (boundary) {
      // The header may end in the boundary line itself: a stray line that describes nothing.
      this.#tree.boundaryLine(boundary, line, this.#headerBytes())
      this.#headerLength = 0
    } else if (this.#tree.inHeader && line.end - line.start === newline) {
      this.#tree.headerEnd(line, this.#headerBytes())
      this.#headerLength = 0
    } else this.#tree.passLine({ newline, empty: line.end - line.start === newline })
    this.#headLength = 0
    this.#lineStart = this.#offset
    this.#last = 0
  }

  #boundary(newline: number): Boundary | undefined {
    if (!this.#tree.hasBoundaries || this.#head[0] !== HYPHEN || this.#head[1] !== HYPHEN) return undefined
    const length = this.#offset - this.#lineStart
    if (length < 3 || length > HEAD_OCTETS) return undefined
    return this.#tree.match(this.#head.toString('latin1', 2, length - newline))
  }

  #keepHeader(piece: Buffer): void {
    const kept = piece.subarray(0, HEADER_BYTES_MAX - this.#headerLength)
    const length = this.#headerLength + kept.length
    if (length > this.#header.length) {
      const grown = Buffer.allocUnsafe(Math.min(HEADER_BYTES_MAX, Math.max(1024, length * 2)))
      this.#header.copy(grown, 0, 0, this.#headerLength)
      this.#header = grown
    }
    kept.copy(this.#header, this.#headerLength)
    this.#headerLength = length
  }

  #headerBytes(): Uint8Array {
    return this.#header.subarray(0, this.#headerLength)
  }
}

/** The structure of a message that is in memory. */
export function structureOf(message: Uint8Array): Structure {
  const indexer = new StructureIndexer()
  indexer.push(message)
  return indexer.finish()
}

/** Every part, in the order of the message. Not recursive, though depth is bounded. */
export function* allParts(structure: Structure): Generator<Part> {
  const waiting: Part[] = [structure.root]
  for (let part = waiting.pop(); part !== undefined; part = waiting.pop()) {
    yield part
    for (let i = part.children.length - 1; i >= 0; i--) {
      const child = part.children[i]
      if (child !== undefined) waiting.push(child)
    }
  }
}
