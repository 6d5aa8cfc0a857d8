// Finds the end of the header in a message that arrives in pieces of any size, and keeps the header's bytes, bounded.

import { HEADER_BYTES_MAX } from './limits.ts'

/** `too-long`: no end within the limit. The message may be refused, or carried on with the part of the header there is. */
export type HeaderState = 'reading' | 'complete' | 'too-long'

const FIRST_CAPACITY = 8 * 1024

/**
 * Give it every piece of content until {@link push} answers false, then {@link end}. It keeps a reference to the first
 * piece while the header lasts: that piece must not be overwritten before.
 */
export class HeaderScanner {
  readonly #bytesMax: number
  #state: HeaderState = 'reading'
  #bytes: Buffer = Buffer.alloc(0)
  #length = 0

  constructor({ bytesMax = HEADER_BYTES_MAX }: { readonly bytesMax?: number } = {}) {
    this.#bytesMax = bytesMax
  }

  get state(): HeaderState {
    return this.#state
  }

  /** True while more content is wanted. What follows the header in the last piece is not kept. */
  push(chunk: Uint8Array): boolean {
    if (this.#state !== 'reading' || chunk.length === 0) return this.#state === 'reading'
    const searched = this.#length
    this.#append(chunk)
    const end = this.#findEnd(searched)
    if (end !== undefined) {
      this.#length = end
      this.#state = end > this.#bytesMax ? 'too-long' : 'complete'
    } else if (this.#length > this.#bytesMax) this.#state = 'too-long'
    if (this.#state === 'too-long') this.#length = Math.min(this.#length, this.#bytesMax)
    return this.#state === 'reading'
  }

  /** The content is over: what there is, is all header (a message without a body has no blank line, RFC 5322 §3.5). */
  end(): void {
    if (this.#state === 'reading') this.#state = 'complete'
  }

  /** The header with its blank line, if there was one. A view, not a copy. */
  header(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  // The first piece is only looked at and has no room; a second one makes a buffer that doubles, so that one-octet pieces stay linear.
  #append(chunk: Uint8Array): void {
    if (this.#length === 0) {
      this.#bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
      this.#length = chunk.length
      return
    }
    const wanted = chunk.subarray(0, this.#bytesMax + 1 - this.#length)
    const length = this.#length + wanted.length
    if (length > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(FIRST_CAPACITY, length, Math.min(length * 2, this.#bytesMax + 1)))
      grown.set(this.#bytes.subarray(0, this.#length))
      this.#bytes = grown
    }
    this.#bytes.set(wanted, this.#length)
    this.#length = length
  }

  #findEnd(searched: number): number | undefined {
    const bytes = this.#bytes
    // A message that begins with a blank line has no header.
    if (searched < 2 && this.#length >= 2 && bytes[0] === 13 && bytes[1] === 10) return 2
    const found = bytes.indexOf('\r\n\r\n', Math.max(0, searched - 3))
    return found >= 0 && found + 4 <= this.#length ? found + 4 : undefined
  }
}
