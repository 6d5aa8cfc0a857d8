// Output as it grows: text is gathered and turned into octets many lines at a time, large pieces pass through as they were given.

import { WRITER_COPY_OCTETS_MAX, WRITER_TEXT_CHARACTERS } from './limits.ts'

export class ResponseWriter {
  /** Closed pieces, in order; `#text` comes after them. */
  #pieces: Uint8Array[] = []
  /** So many of them were taken. */
  #taken = 0
  #piecesBytes = 0
  /** Octets as Latin-1 characters: appending to a string costs less than writing to a buffer, and turning it into octets is native. */
  #text = ''

  /** Octets written and not taken. */
  get bytesLength(): number {
    return this.#piecesBytes + this.#text.length
  }

  /** ASCII, as is. */
  ascii(text: string): this {
    this.#text += text
    if (this.#text.length > WRITER_TEXT_CHARACTERS) this.#close()
    return this
  }

  /** Digits of a whole number from 0 to 2^53 - 1. */
  number(value: number): this {
    this.#text += value
    return this
  }

  utf8(text: string): this {
    return this.bytes(Buffer.from(text, 'utf8'))
  }

  /** Must not change until they are sent: a large piece is not copied. */
  bytes(bytes: Uint8Array): this {
    if (bytes.length <= WRITER_COPY_OCTETS_MAX) return this.ascii(latin1(bytes))
    this.#close()
    this.#pieces.push(bytes)
    this.#piecesBytes += bytes.length
    return this
  }

  crlf(): this {
    return this.ascii('\r\n')
  }

  /** The next piece; undefined when all were taken. */
  take(): Uint8Array | undefined {
    if (this.#taken === this.#pieces.length) this.#close()
    const piece = this.#pieces[this.#taken]
    if (piece === undefined) {
      this.#pieces = []
      this.#taken = 0
      return undefined
    }
    this.#taken++
    this.#piecesBytes -= piece.length
    return piece
  }

  #close(): void {
    if (this.#text === '') return
    this.#pieces.push(Buffer.from(this.#text, 'latin1'))
    this.#piecesBytes += this.#text.length
    this.#text = ''
  }
}

function latin1(bytes: Uint8Array): string {
  const buffer = bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  return buffer.toString('latin1')
}
