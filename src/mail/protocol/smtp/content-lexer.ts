// The strict CRLF lexer that every way in and out shares: DATA, BDAT, raw MIME, the outgoing writer.
// It looks at octets and remembers what it saw; it changes nothing. Where chunks begin and end makes no difference to it.

import { TEXT_LINE_OCTETS_HARD_MAX, TEXT_LINE_OCTETS_MAX } from './limits.ts'

/** A line end is CR LF; a CR or LF elsewhere is a violation, and is where message smuggling begins (RFC 5321 §2.3.8). */
export interface ContentViolation {
  readonly type: 'bare-cr' | 'bare-lf' | 'line-too-long'
  /** Octets of content before it. */
  readonly offset: number
}

/** What was seen of the content so far. */
export interface ContentFacts {
  readonly sizeBytes: number
  /** Some octet above 127. */
  readonly eightBit: boolean
  /** The first one. */
  readonly violation: ContentViolation | undefined
  /** Offset of the first NUL. */
  readonly nulAt: number | undefined
  /** Offset of the start of the first line longer than 1000 octets, CR LF included (RFC 5321 §4.5.3.1.6). */
  readonly longLineAt: number | undefined
  /** False when the last line has no CR LF (only BDAT can do that). True for empty content. */
  readonly endsWithLineEnd: boolean
}

const IN_LINE = 0
const LINE_START = 1
const AFTER_CR = 2

const NUL = 0
const LF = 10
const CR = 13
const DOT = 46

/** Octets 0–13 hold everything that matters except eight-bit ones; four at a time they are found without looking at each. */
const FIRST_PLAIN = 14
const PLAIN_WORD = 0x0e0e0e0e
const HIGH_BITS = 0x80808080 | 0

/** Below this a view of the words costs more than it saves. */
const WORDS_FROM_OCTETS = 64

export class ContentLexer {
  sizeBytes = 0
  eightBit = false
  violation: ContentViolation | undefined = undefined
  nulAt: number | undefined = undefined
  longLineAt: number | undefined = undefined
  #state = LINE_START
  #lineStartsAt = 0

  /** Reads `bytes` from `from` on. Stops before a dot that begins a line, else at the end; returns where it stopped. */
  scanToDot(bytes: Uint8Array, from: number): number {
    const end = bytes.length
    const words = wordsOf(bytes)
    let at = from
    while (at < end) {
      if (this.#state === LINE_START && bytes[at] === DOT) break
      at = this.#scanLine(bytes, words, from, at)
    }
    return this.#stop(from, at)
  }

  /** Reads all of `bytes`; dots mean nothing. */
  scan(bytes: Uint8Array): void {
    const words = wordsOf(bytes)
    let at = 0
    while (at < bytes.length) at = this.#scanLine(bytes, words, 0, at)
    this.#stop(0, at)
  }

  /** The dot of a dot-stuffed line was taken away: what follows is inside the line. */
  skipDot(): void {
    this.#state = IN_LINE
  }

  /** No more comes: a CR still waiting for its LF has waited in vain. */
  finish(): ContentFacts {
    if (this.#state === AFTER_CR) this.#note('bare-cr', this.sizeBytes - 1)
    const { sizeBytes, eightBit, violation, nulAt, longLineAt } = this
    return { sizeBytes, eightBit, violation, nulAt, longLineAt, endsWithLineEnd: this.#state === LINE_START }
  }

  /** From `at` to after the next line end, or to the end of the bytes. `from` is where this call's bytes begin, for offsets. */
  #scanLine(bytes: Uint8Array, words: Int32Array, from: number, at: number): number {
    if (this.#state === LINE_START) this.#state = IN_LINE
    const end = bytes.length
    while (at < end) {
      if (this.#state === IN_LINE) at = skipPlain(bytes, words, at, this.eightBit ? 0 : HIGH_BITS)
      if (at >= end) break
      if (this.#octet(bytes[at] as number, this.sizeBytes + at - from)) return at + 1
      at++
    }
    return at
  }

  /** One octet that may matter, at its offset in the content. True when it ends a line. */
  #octet(octet: number, offset: number): boolean {
    if (octet === LF) {
      if (this.#state === AFTER_CR) {
        this.#endLine(offset + 1)
        return true
      }
      this.#note('bare-lf', offset)
      return false
    }
    if (this.#state === AFTER_CR) this.#note('bare-cr', offset - 1)
    this.#state = octet === CR ? AFTER_CR : IN_LINE
    if (octet === NUL) this.nulAt ??= offset
    else if (octet > 127) this.eightBit = true
    return false
  }

  #endLine(offset: number): void {
    this.#measureLine(offset)
    this.#state = LINE_START
    this.#lineStartsAt = offset
  }

  #measureLine(endsAt: number): void {
    const length = endsAt - this.#lineStartsAt
    if (length <= TEXT_LINE_OCTETS_MAX) return
    this.longLineAt ??= this.#lineStartsAt
    if (length > TEXT_LINE_OCTETS_HARD_MAX) this.violation ??= this.#tooLong()
  }

  #note(type: 'bare-cr' | 'bare-lf', offset: number): void {
    if (this.violation !== undefined) return
    const late = offset - this.#lineStartsAt >= TEXT_LINE_OCTETS_HARD_MAX
    this.violation = late ? this.#tooLong() : { type, offset }
  }

  #tooLong(): ContentViolation {
    return { type: 'line-too-long', offset: this.#lineStartsAt + TEXT_LINE_OCTETS_HARD_MAX }
  }

  #stop(from: number, at: number): number {
    this.sizeBytes += at - from
    this.#measureLine(this.sizeBytes)
    return at
  }
}

/** The index of the next octet below 14, or above 127 where `highBits` asks for those too; the length when there is none. */
function skipPlain(bytes: Uint8Array, words: Int32Array, from: number, highBits: number): number {
  const end = bytes.length
  const lowWordAt = (4 - (bytes.byteOffset & 3)) & 3
  let at = from
  while (at < end && ((at - lowWordAt) & 3) !== 0) {
    if (isSpecial(bytes[at] as number, highBits)) return at
    at++
  }
  let word = (at - lowWordAt) >> 2
  const wordsEnd = words.length
  if (word >= 0) {
    while (word < wordsEnd && isPlainWord(words[word] as number, highBits)) word++
    at = Math.max(at, lowWordAt + (word << 2))
  }
  while (at < end && !isSpecial(bytes[at] as number, highBits)) at++
  return at
}

function isSpecial(octet: number, highBits: number): boolean {
  return octet < FIRST_PLAIN || (octet > 127 && highBits !== 0)
}

/** No octet of the four below 14 (the borrow trick: `(w - 14…) & ~w` has the high bit of each such octet), none above 127 if asked. */
function isPlainWord(word: number, highBits: number): boolean {
  return ((((word - PLAIN_WORD) & ~word) | (word & highBits)) & HIGH_BITS) === 0
}

/** The bytes four at a time, in whatever order the machine has them: only "is there one" is asked. */
function wordsOf(bytes: Uint8Array): Int32Array {
  const lowWordAt = (4 - (bytes.byteOffset & 3)) & 3
  const count = (bytes.length - lowWordAt) >> 2
  return bytes.length < WORDS_FROM_OCTETS ? NO_WORDS : new Int32Array(bytes.buffer, bytes.byteOffset + lowWordAt, count)
}

const NO_WORDS = new Int32Array(0)
