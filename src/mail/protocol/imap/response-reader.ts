// The client's side: what a server says, cut into responses and read into values. For tests, and for fetching mail from elsewhere.

import { InputBuffer } from './input.ts'
import { RESPONSE_DEPTH_MAX, RESPONSE_LINE_OCTETS_MAX, RESPONSE_LITERALS_MAX } from './limits.ts'

/** NIL is null, atoms and numbers are strings as quoted ones are, literals are octets, `(…)` is a list. */
export type ResponseValue = string | Uint8Array | null | readonly ResponseValue[]

export type ServerResponse =
  | { readonly type: 'continue'; readonly text: string }
  /** OK, NO, BAD, BYE, PREAUTH; untagged ones have no tag. `code`: without its brackets. */
  | {
      readonly type: 'status'
      readonly tag: string | undefined
      readonly status: string
      readonly code?: string
      readonly text: string
    }
  /** `* 23 FETCH (…)` has the number 23. The name is in capitals. */
  | { readonly type: 'data'; readonly name: string; readonly number?: number; readonly values: readonly ResponseValue[] }
  /** No IMAP, or more than we take: hang up. */
  | { readonly type: 'broken'; readonly why: 'too-long' | 'syntax' }

const LF = 10
const HEADER = /~?\{(\d+)\}\r?\n$/
const STATUS = /^(\*|[^\s*+]+) (OK|NO|BAD|BYE|PREAUTH)(?: (?:\[([^\]"]*(?:"[^"]*"[^\]"]*)*)\] ?)?(.*))?$/is
const DATA = /^\* (?:(\d+) )?([^\s(]+) ?/

export class ResponseReader {
  readonly #input = new InputBuffer()
  readonly #literalOctetsMax: number
  /** Lines so far of the response under way, and the literals between them. */
  #text = ''
  #literals: Uint8Array[] = []
  #literalOctets: number | undefined = undefined
  #broken = false

  /** `literalOctetsMax`: the largest message there may be. */
  constructor(options: { readonly literalOctetsMax: number }) {
    this.#literalOctetsMax = options.literalOctetsMax
  }

  /** The bytes are the reader's from now on. */
  receive(bytes: Uint8Array): void {
    if (!this.#broken && !this.#input.receive(bytes)) this.#broken = true
  }

  next(): ServerResponse | undefined {
    for (;;) {
      if (this.#broken) return { type: 'broken', why: 'too-long' }
      if (this.#literalOctets !== undefined && !this.#readLiteral(this.#literalOctets)) return undefined
      const lf = this.#input.indexOf(LF, this.#input.at)
      const octets = (lf === -1 ? this.#input.end : lf + 1) - this.#input.at
      if (this.#text.length + octets > RESPONSE_LINE_OCTETS_MAX) this.#broken = true
      else if (lf === -1) return undefined
      else {
        const response = this.#line(this.#input.latin1(this.#input.at, lf + 1), lf)
        if (response !== undefined) return response
      }
    }
  }

  #line(line: string, lf: number): ServerResponse | undefined {
    this.#input.advance(lf + 1)
    const text = this.#text + line
    const header = this.#text === '' && isText(line) ? null : HEADER.exec(line)
    if (header === null || endsQuoted(line)) {
      const response = readResponse(text.replace(/\r?\n$/, ''), this.#literals)
      this.#text = ''
      this.#literals = []
      return response
    }
    this.#text = text
    this.#literalOctets = Number(header[1])
    if (this.#literalOctets > this.#literalOctetsMax || this.#literals.length >= RESPONSE_LITERALS_MAX) this.#broken = true
    return undefined
  }

  /** Large ones come in pieces, which are kept until the last is here. */
  #readLiteral(octets: number): boolean {
    if (this.#input.unreadBytes < octets) return false
    this.#literals.push(this.#input.take(octets))
    this.#literalOctets = undefined
    return true
  }
}

/** For people: `{5}` at the end of such a line is no literal. */
function isText(text: string): boolean {
  return text.startsWith('+') || STATUS.test(text)
}

function endsQuoted(line: string): boolean {
  const unescaped = line.replace(/\\./g, '')
  return unescaped.split('"').length % 2 === 0
}

function readResponse(text: string, literals: readonly Uint8Array[]): ServerResponse {
  if (text.startsWith('+')) return { type: 'continue', text: text.slice(1).trimStart() }
  const status = STATUS.exec(text)
  if (status !== null) {
    const [, tag = '', word = '', code, rest = ''] = status
    const found = { tag: tag === '*' ? undefined : tag, status: word.toUpperCase(), text: rest }
    return { type: 'status', ...found, ...(code === undefined ? {} : { code }) }
  }
  const data = DATA.exec(text)
  if (data === null) return { type: 'broken', why: 'syntax' }
  const values = new ValueReader(text.slice(data[0].length), literals).read()
  if (values === undefined) return { type: 'broken', why: 'syntax' }
  const name = (data[2] ?? '').toUpperCase()
  return { type: 'data', name, ...(data[1] === undefined ? {} : { number: Number(data[1]) }), values }
}

const QUOTED = /"[^"\\]*(?:\\.[^"\\]*)*"/y
const LITERAL = /~?\{\d+\}\r?\n/y
/** Sections belong to their word: `BODY[HEADER.FIELDS (Date From)]<0>`. */
const ATOM = /(?:[^\s()"[{]+|\[[^\]]*\])+/y

class ValueReader {
  readonly #text: string
  readonly #literals: readonly Uint8Array[]
  #at = 0
  #literal = 0

  constructor(text: string, literals: readonly Uint8Array[]) {
    this.#text = text
    this.#literals = literals
  }

  /** Undefined when it is no list of values. */
  read(): readonly ResponseValue[] | undefined {
    const values = this.#list(0)
    return values !== undefined && this.#at === this.#text.length ? values : undefined
  }

  /** To `)` or the end. */
  #list(depth: number): readonly ResponseValue[] | undefined {
    const values: ResponseValue[] = []
    while (this.#at < this.#text.length && this.#text[this.#at] !== ')') {
      const value = this.#value(depth)
      if (value === undefined) return undefined
      values.push(value)
      while (this.#text[this.#at] === ' ') this.#at++
    }
    return values
  }

  #value(depth: number): ResponseValue | undefined {
    if (this.#text[this.#at] === '(') return this.#nested(depth)
    const quoted = this.#match(QUOTED)
    if (quoted !== undefined) return quoted.slice(1, -1).replace(/\\(.)/g, '$1')
    if (this.#match(LITERAL) !== undefined) return this.#literals[this.#literal++]
    const atom = this.#match(ATOM)
    return atom?.toUpperCase() === 'NIL' ? null : atom
  }

  #nested(depth: number): ResponseValue | undefined {
    if (depth === RESPONSE_DEPTH_MAX) return undefined
    this.#at++
    const values = this.#list(depth + 1)
    return this.#text[this.#at++] === ')' ? values : undefined
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const match = pattern.exec(this.#text)
    if (match !== null) this.#at = pattern.lastIndex
    return match?.[0]
  }
}
