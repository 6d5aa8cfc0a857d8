// Cuts commands from the input before anybody understands them: lines, and the literals that their ends announce. However wrong a
// command is, it is known where it ends, so that what a client sends as data never runs as a command (RFC 7888 §4).

import type { InputBuffer } from './input.ts'

const LF = 10
const CR = 13
const CLOSING_BRACE = 125

/** `{n}`, `{n+}`, `~{n}` at the end of a line. */
export interface LiteralHeader {
  readonly octets: number
  /** The client waits for `+` before it sends them. */
  readonly waits: boolean
  /** `~{n}` */
  readonly isLiteral8: boolean
}

export type Frame =
  /** The whole command, literals in their places behind their headers; the last line end is taken off. Octets as Latin-1 characters. */
  | { readonly type: 'command'; readonly text: string }
  /** A literal is announced. Say `include`, `takeOut` or `skip`. `text` ends with the line end behind its header. */
  | { readonly type: 'literal'; readonly text: string; readonly header: LiteralHeader }
  /** What was to be skipped is behind us. */
  | { readonly type: 'skipped' }
  /** The command is longer than permitted; where it ends is not known. `text`: how it begins. */
  | { readonly type: 'overrun'; readonly text: string }

export interface ReaderBounds {
  /** A command, literals included. */
  readonly octetsMax: number
  /** What may be skipped in one command. */
  readonly skipOctetsMax: number
}

export class CommandReader {
  readonly #input: InputBuffer
  bounds: ReaderBounds
  /** Where the line under way begins, counted from the beginning of the command. */
  #line = 0
  /** No LF is between the beginning of the command and here. */
  #searched = 0
  #literal: LiteralHeader | undefined = undefined
  /** Octets to skip now; undefined when nothing is being skipped. */
  #skip: number | undefined = undefined
  #skippedOctets = 0

  constructor(input: InputBuffer, bounds: ReaderBounds) {
    this.#input = input
    this.bounds = bounds
  }

  /** Octets of the command so far, up to the last line end. */
  get octets(): number {
    return this.#line
  }

  read(): Frame | undefined {
    return this.#skip === undefined ? this.#readLine() : this.#readSkipped()
  }

  /** The literal is part of the command's text. */
  include(): void {
    this.#line += this.#literal?.octets ?? 0
    this.#searched = this.#line
    this.#literal = undefined
  }

  /** The octets of the literal are read from the input by somebody else; the command goes on behind them, as a new text. */
  takeOut(): void {
    this.#input.advance(this.#input.at + this.#line)
    this.#reset()
  }

  /** So many octets, then the rest of the command with all that it announces: `skipped` comes at its end. */
  skip(octets: number): void {
    this.takeOut()
    this.#skippedOctets = 0
    this.#skip = octets
  }

  #reset(): void {
    this.#line = this.#searched = 0
    this.#literal = undefined
    this.#skip = undefined
  }

  #readLine(): Frame | undefined {
    const input = this.#input
    const { at } = input
    if (input.unreadBytes < this.#line) return undefined
    const lf = input.indexOf(LF, at + Math.max(this.#searched, this.#line))
    const octets = (lf === -1 ? input.end : lf + 1) - at
    if (octets > this.bounds.octetsMax) return { type: 'overrun', text: input.latin1(at, Math.min(at + 256, input.end)) }
    this.#searched = octets
    if (lf === -1) return undefined
    const textEnd = lf > at && input.bytes[lf - 1] === CR ? lf - 1 : lf
    const header = this.#headerBefore(textEnd)
    if (header === undefined) {
      const text = input.latin1(at, textEnd)
      input.advance(lf + 1)
      this.#reset()
      return { type: 'command', text }
    }
    this.#line = octets
    this.#literal = header
    return { type: 'literal', text: input.latin1(at, lf + 1), header }
  }

  #headerBefore(textEnd: number): LiteralHeader | undefined {
    const input = this.#input
    if (input.bytes[textEnd - 1] !== CLOSING_BRACE) return undefined
    return literalHeader(input.latin1(input.at + this.#line, textEnd))
  }

  #readSkipped(): Frame | undefined {
    const input = this.#input
    for (;;) {
      const octets = Math.min(this.#skip ?? 0, input.unreadBytes)
      if (octets > 0) {
        this.#skip = (this.#skip ?? 0) - octets
        this.#skippedOctets += octets
        input.advance(input.at + octets)
      }
      if ((this.#skip ?? 0) > 0) return undefined
      const frame = this.#readLine()
      if (frame === undefined || frame.type === 'overrun') return frame
      if (frame.type === 'command' || (frame.type === 'literal' && frame.header.waits)) {
        // A client that waits is answered instead of `+`, and the command ends there.
        this.#skip = undefined
        if (frame.type === 'literal') this.takeOut()
        return { type: 'skipped' }
      }
      if (frame.type !== 'literal') return frame
      if (this.#skippedOctets + frame.header.octets > this.bounds.skipOctetsMax) return { type: 'overrun', text: '' }
      this.takeOut()
      this.#skip = frame.header.octets
    }
  }
}

/** However long the number is: not to take it for one would make commands of what follows. */
const HEADER = /(~?)\{(\d+)(\+?)\}$/

/**
 * Of a line that ends with a literal header outside of quotes. Inside of quotes no line may end; such a line is wrong, and announces
 * nothing. A header that is glued to a word is wrong too, but whoever wrote it means a literal.
 */
function literalHeader(line: string): LiteralHeader | undefined {
  const match = HEADER.exec(line)
  if (match === null || endsQuoted(line.slice(0, match.index))) return undefined
  return { octets: Number(match[2]), waits: match[3] === '', isLiteral8: match[1] === '~' }
}

function endsQuoted(line: string): boolean {
  let quoted = false
  for (let i = line.indexOf('"'); i !== -1 && i < line.length; i++) {
    const character = line[i]
    if (quoted && character === '\\') i++
    else if (character === '"') quoted = !quoted
  }
  return quoted
}
