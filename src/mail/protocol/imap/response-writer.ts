// Output as it grows: short things are copied into growing buffers, large ones pass through as they were given.

import { WRITER_BUFFER_OCTETS, WRITER_BUFFER_OCTETS_MAX, WRITER_COPY_OCTETS_MAX, WRITER_LOOP_CHARACTERS_MAX } from './limits.ts'

const ZERO = 48
const EMPTY = Buffer.alloc(0)

export class ResponseWriter {
  /** Closed pieces, in order; `#buffer` up to `#at` comes after them. */
  #pieces: Uint8Array[] = []
  #piecesBytes = 0
  #buffer: Buffer = EMPTY
  /** Where the piece under way begins, and where it ends so far. */
  #from = 0
  #at = 0

  /** Octets written and not taken. */
  get bytesLength(): number {
    return this.#piecesBytes + this.#at - this.#from
  }

  /** ASCII, as is. */
  ascii(text: string): this {
    const { length } = text
    this.#need(length)
    if (length > WRITER_LOOP_CHARACTERS_MAX) {
      this.#at += this.#buffer.write(text, this.#at, length, 'latin1')
      return this
    }
    const buffer = this.#buffer
    let at = this.#at
    for (let i = 0; i < length; i++) buffer[at++] = text.charCodeAt(i)
    this.#at = at
    return this
  }

  /** Digits of a whole number from 0 to 2^53 - 1. */
  number(value: number): this {
    if (value > 0xffffffff) return this.ascii(String(value))
    this.#need(10)
    let at = this.#at + digitsOf(value)
    this.#at = at
    const buffer = this.#buffer
    let rest = value
    do {
      const tens = Math.floor(rest / 10)
      buffer[--at] = ZERO + rest - tens * 10
      rest = tens
    } while (rest > 0)
    return this
  }

  utf8(text: string): this {
    return this.bytes(Buffer.from(text, 'utf8'))
  }

  /** Must not change until they are sent: a large piece is not copied. */
  bytes(bytes: Uint8Array): this {
    if (bytes.length > WRITER_COPY_OCTETS_MAX) {
      this.#close()
      this.#pieces.push(bytes)
      this.#piecesBytes += bytes.length
      return this
    }
    this.#need(bytes.length)
    this.#buffer.set(bytes, this.#at)
    this.#at += bytes.length
    return this
  }

  crlf(): this {
    return this.ascii('\r\n')
  }

  /** The next piece; undefined when all were taken. It is the caller's. */
  take(): Uint8Array | undefined {
    if (this.#pieces.length === 0) this.#close()
    const piece = this.#pieces.shift()
    if (piece !== undefined) this.#piecesBytes -= piece.length
    return piece
  }

  discard(): void {
    this.#pieces = []
    this.#piecesBytes = 0
    this.#from = this.#at
  }

  #need(octets: number): void {
    if (this.#at + octets > this.#buffer.length) this.#grow(octets)
  }

  #grow(octets: number): void {
    const written = this.#at - this.#from
    const doubled = Math.min(Math.max(WRITER_BUFFER_OCTETS, written * 2), WRITER_BUFFER_OCTETS_MAX)
    if (written + octets > WRITER_BUFFER_OCTETS_MAX) this.#close()
    const kept = this.#buffer.subarray(this.#from, this.#at)
    const buffer = Buffer.allocUnsafe(Math.max(doubled, kept.length + octets))
    buffer.set(kept)
    this.#buffer = buffer
    this.#from = 0
    this.#at = kept.length
  }

  #close(): void {
    if (this.#at === this.#from) return
    this.#pieces.push(this.#buffer.subarray(this.#from, this.#at))
    this.#piecesBytes += this.#at - this.#from
    this.#from = this.#at
  }
}

function digitsOf(value: number): number {
  if (value < 10) return 1
  if (value < 100) return 2
  if (value < 1_000) return 3
  if (value < 10_000) return 4
  if (value < 100_000) return 5
  if (value < 1_000_000) return 6
  if (value < 10_000_000) return 7
  if (value < 100_000_000) return 8
  return value < 1_000_000_000 ? 9 : 10
}
