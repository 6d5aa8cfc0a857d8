// The bytes after DATA → content: dots un-stuffed, the end found at CRLF "." CRLF and nowhere else (RFC 5321 §4.1.1.4).
// Violations inside never end it, so that content and commands cannot be told apart in two ways.

import { type ContentFacts, ContentLexer } from './content-lexer.ts'

const CR = 13
const LF = 10
const CR_ALONE = Uint8Array.of(CR)

/** A dot at the start of a line is kept back until what follows tells whether it is the end, and so is a CR after it. */
type Held = 'nothing' | 'dot' | 'dot-cr'

export class DataDecoder {
  readonly #lexer = new ContentLexer()
  #held: Held = 'nothing'
  #done = false
  #piece: Uint8Array | undefined = undefined

  /**
   * Reads on from `from` and returns how far it came: call it again until `done`, or until it came to the end of `bytes`.
   * Each call leaves at most one `piece` of content, a part of `bytes`.
   */
  decode(bytes: Uint8Array, from: number): number {
    this.#piece = undefined
    if (this.#done || from >= bytes.length) return from
    let at = from
    if (this.#held !== 'nothing') {
      at = this.#afterDot(bytes, from)
      if (this.#settled()) return at
    }
    const stop = this.#lexer.scanToDot(bytes, at)
    if (stop > at) this.#piece = at === 0 && stop === bytes.length ? bytes : bytes.subarray(at, stop)
    if (stop === bytes.length) return stop
    this.#held = 'dot'
    // The usual end of a message is here at once: no further call is needed to see it.
    if (bytes[stop + 1] === CR && bytes[stop + 2] === LF) this.#done = true
    return this.#done ? stop + 3 : stop + 1
  }

  /** True after CRLF "." CRLF; what follows in the input is a command again. */
  get done(): boolean {
    return this.#done
  }

  get piece(): Uint8Array | undefined {
    return this.#piece
  }

  get sizeBytes(): number {
    return this.#lexer.sizeBytes
  }

  /** What was seen in all; asked once, at the end. */
  finish(): ContentFacts {
    return this.#lexer.finish()
  }

  /** Nothing more to do in this call: the end, or more bytes needed, or a piece to hand out first. */
  #settled(): boolean {
    return this.#done || this.#held !== 'nothing' || this.#piece !== undefined
  }

  /** Where content goes on, or the end is, after a held dot. */
  #afterDot(bytes: Uint8Array, at: number): number {
    const octet = bytes[at]
    if (this.#held === 'dot-cr') {
      if (octet === LF) return this.#end(at)
      return this.#keepCr(at)
    }
    if (octet === CR) {
      if (at + 1 === bytes.length) {
        this.#held = 'dot-cr'
        return at + 1
      }
      if (bytes[at + 1] === LF) return this.#end(at + 1)
    }
    this.#held = 'nothing'
    this.#lexer.skipDot()
    return at
  }

  #end(at: number): number {
    this.#done = true
    return at + 1
  }

  /** The CR after a held dot, from an earlier chunk, was content after all. */
  #keepCr(at: number): number {
    this.#held = 'nothing'
    this.#lexer.skipDot()
    this.#lexer.scanToDot(CR_ALONE, 0)
    this.#piece = CR_ALONE
    return at
  }
}
