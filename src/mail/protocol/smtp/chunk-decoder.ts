// The octets of BDAT chunks → content: counted, not dotted (RFC 3030 §2). The same line checks as for DATA, across chunks.

import { assert } from '../../../ground/assert.ts'
import { type ContentFacts, ContentLexer } from './content-lexer.ts'

export class ChunkDecoder {
  readonly #lexer = new ContentLexer()
  #remaining = 0

  /** The next chunk, of so many octets, begins. */
  begin(octets: number): void {
    assert(this.#remaining === 0, 'a chunk begins before the last one ended')
    this.#remaining = octets
  }

  /** The part of `bytes` from `from` on that belongs to the chunk; undefined when none does. */
  decode(bytes: Uint8Array, from: number): Uint8Array | undefined {
    const length = Math.min(this.#remaining, bytes.length - from)
    if (length === 0) return undefined
    this.#remaining -= length
    const piece = from === 0 && length === bytes.length ? bytes : bytes.subarray(from, from + length)
    this.#lexer.scan(piece)
    return piece
  }

  /** Octets of the chunk that are still to come. */
  get remaining(): number {
    return this.#remaining
  }

  get sizeBytes(): number {
    return this.#lexer.sizeBytes
  }

  /** What was seen in all chunks; asked once, after the last. */
  finish(): ContentFacts {
    return this.#lexer.finish()
  }
}
