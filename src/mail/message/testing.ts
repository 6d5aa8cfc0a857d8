// For tests: messages made of lines, and a strict reader of what IMAP is told.

import { MessageIndexer } from './message-index.ts'

/** One octet per character. */
export function messageOf(...lines: readonly string[]): Buffer {
  return Buffer.from(lines.join('\r\n'), 'latin1')
}

/** The index of content that came in pieces of these sizes, again and again. */
export function indexInPieces(bytes: Uint8Array, sizes: readonly number[]) {
  const indexer = new MessageIndexer()
  for (let position = 0, i = 0; position < bytes.length; i++) {
    const size = Math.max(1, sizes[i % sizes.length] ?? 1)
    // A copy: whoever brings the pieces uses their buffer again.
    const piece = Uint8Array.prototype.slice.call(bytes, position, position + size)
    indexer.push(piece)
    piece.fill(0)
    position += size
  }
  return indexer.finish()
}

export type WireValue = string | number | null | readonly WireValue[]

/** Throws at anything the grammar of RFC 3501 §9 does not allow in a string, a number, NIL or a list of them. */
export function readWire(bytes: Uint8Array): WireValue {
  const reader = new WireReader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1'))
  const value = reader.value()
  reader.end()
  return value
}

class WireReader {
  readonly #text: string
  #position = 0

  constructor(text: string) {
    this.#text = text
  }

  end(): void {
    if (this.#position !== this.#text.length) throw new Error(`left over at ${this.#position}: ${this.#text}`)
  }

  value(): WireValue {
    const next = this.#text.charAt(this.#position)
    if (next === '(') return this.#list()
    if (next === '"') return this.#take(/"((?:[^"\\\r\n\u0000\u0080-\u00ff]|\\["\\])*)"/y).replace(/\\(.)/g, '$1')
    if (next === '{') return this.#literal()
    const word = this.#take(/(NIL|\d+)(?=[ )]|$)/y)
    return word === 'NIL' ? null : Number(word)
  }

  // Lists in lists need no space between them.
  #list(): readonly WireValue[] {
    this.#position++
    const values: WireValue[] = []
    while (this.#text.charAt(this.#position) !== ')') {
      if (values.length > 0 && !(Array.isArray(values.at(-1)) && this.#text.charAt(this.#position) === '(')) this.#take(/( )/y)
      values.push(this.value())
    }
    this.#position++
    return values
  }

  #literal(): string {
    const length = Number(this.#take(/\{(\d+)\}\r\n/y))
    const text = this.#text.slice(this.#position, this.#position + length)
    if (text.length !== length || text.includes('\u0000')) throw new Error(`a bad literal: ${text}`)
    this.#position += length
    return text
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#position
    const found = pattern.exec(this.#text)
    if (found === null)
      throw new Error(`not expected at ${this.#position}: ${this.#text.slice(this.#position, this.#position + 80)}`)
    this.#position = pattern.lastIndex
    return found[1] ?? ''
  }
}
