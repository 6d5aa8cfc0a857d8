// Reads the words of a command one after another. The first thing that is wrong stays: from then on every reading gives nothing, and the
// parsers need not look after each word. Text is octets as Latin-1 characters; what may be UTF-8 is decoded on the way out.

import type { Capability, Offer, State } from './capabilities.ts'
import type { Extension } from './command.ts'
import { decodeUtf8, isAscii } from './encoding.ts'
import type { Status } from './events.ts'

/** What to answer. `wants-literal`: all is well up to a literal that is announced and not here yet. */
export type Problem =
  | { readonly type: 'answer'; readonly status: Exclude<Status, 'OK'>; readonly code?: string; readonly text: string }
  | { readonly type: 'wants-literal' }

/** RFC 3501 §9 `ATOM-CHAR`; and `astring-char`, which has `]` too; and what LIST takes, which has wildcards besides. */
const ATOM = /[^\x00-\x20\x7f-\xff(){%*"\\\]]+/y
const ASTRING_ATOM = /[^\x00-\x20\x7f-\xff(){%*"\\]+/y
const LIST_ATOM = /[^\x00-\x20\x7f-\xff(){"\\]+/y
const QUOTED = /"([^"\\\r\n\0]*(?:\\["\\][^"\\\r\n\0]*)*)"/y
const LITERAL = /~?\{(\d+)\+?\}\r?\n/y
const DIGITS = /\d+/y

/** Greatest number of RFC 3501: 32 bits. */
export const NUMBER_MAX = 0xffffffff

/** What decides on the grammar beside the text. */
export interface ParseContext {
  readonly state: State
  readonly enabled: ReadonlySet<Extension>
  readonly offer: Offer
  /** The mailbox that is selected was opened with EXAMINE, or is not ours to change. */
  readonly readOnly: boolean
}

export class Cursor {
  readonly text: string
  readonly context: ParseContext
  at: number
  #problem: Problem | undefined = undefined
  /** 8-bit octets may stand in quoted strings: UTF-8 was enabled, or the command is one where clients send it all the same. */
  eightBit: boolean
  /** Mailbox names are UTF-8 as they are. */
  readonly utf8: boolean
  /** The text ends behind the header of a literal that has not come: this is a look ahead. */
  readonly #partial: boolean

  constructor(text: string, context: ParseContext, options: { readonly at: number; readonly partial: boolean }) {
    this.text = text
    this.context = context
    this.at = options.at
    this.eightBit = this.utf8 = context.enabled.has('UTF8=ACCEPT') || context.enabled.has('IMAP4REV2')
    this.#partial = options.partial
  }

  get problem(): Problem | undefined {
    return this.#problem
  }

  get failed(): boolean {
    return this.#problem !== undefined
  }

  /** Whether one of the capabilities that bring the word is supported; words that nothing need bring are known always. */
  knows(word: string, words: ReadonlyMap<string, readonly Capability[]>): boolean {
    return words.get(word)?.some((capability) => this.supports(capability)) ?? true
  }

  supports(capability: Capability): boolean {
    return this.context.offer.supported.has(capability)
  }

  /** Only the first counts. */
  fail(text: string): undefined {
    this.#problem ??= { type: 'answer', status: 'BAD', text }
  }

  /** The syntax is right, the request cannot be done. */
  refuse(code: string, text: string): undefined {
    this.#problem ??= { type: 'answer', status: 'NO', code, text }
  }

  /** Only trailing spaces are left. */
  get atEnd(): boolean {
    for (let i = this.at; i < this.text.length; i++) if (this.text[i] !== ' ') return false
    return true
  }

  /** Nothing may follow. Spaces at the end of a line are no fault: clients leave them there. */
  end(): void {
    if (!this.atEnd) this.fail('something follows that does not belong here')
  }

  peek(): string {
    return this.#problem === undefined ? (this.text[this.at] ?? '') : ''
  }

  /** Whether the next octets are this, in any case of the letters. Takes nothing. */
  looksAt(word: string): boolean {
    return this.#problem === undefined && this.text.slice(this.at, this.at + word.length).toUpperCase() === word
  }

  /** Takes it if it is there, in any case of the letters. */
  take(word: string): boolean {
    if (!this.looksAt(word)) return false
    this.at += word.length
    return true
  }

  expect(word: string): void {
    if (!this.take(word) && !this.failed) this.fail(word === ' ' ? 'a space is missing' : `"${word}" is missing`)
  }

  space(): void {
    this.expect(' ')
  }

  /** As written. */
  atom(what: string): string {
    return this.#match(ATOM, what)
  }

  /** In capitals. */
  keyword(what: string): string {
    return this.atom(what).toUpperCase()
  }

  /** Octets as Latin-1. */
  astring(what: string): string {
    return this.#string(what) ?? this.#match(ASTRING_ATOM, what)
  }

  listMailbox(what: string): string {
    return this.#string(what) ?? this.#match(LIST_ATOM, what)
  }

  /** Octets as Latin-1. */
  string(what: string): string {
    return this.#string(what) ?? this.#wrong(what)
  }

  nstring(what: string): string | undefined {
    const string = this.#string(what)
    if (string !== undefined) return string
    if (!this.take('NIL')) this.#wrong(what)
    return undefined
  }

  /** UTF-8. */
  text8(raw: string, what: string): string {
    if (isAscii(raw)) return raw
    return decodeUtf8(raw) ?? this.#wrong(`${what}, in UTF-8`)
  }

  /** 0 to 2^32 - 1. */
  number(what: string): number {
    const value = this.bigNumber(what)
    return value <= NUMBER_MAX ? value : (this.fail(`${what} is too large`) ?? 0)
  }

  /** 1 to 2^32 - 1. */
  positive(what: string): number {
    const value = this.number(what)
    return value > 0 ? value : (this.fail(`${what} must not be 0`) ?? 1)
  }

  /** Up to 2^63 - 1, as mod-sequences are. Ours never pass 2^53 - 1, so that greater ones may well be taken for that. */
  bigNumber(what: string): number {
    const digits = this.#match(DIGITS, what).replace(/^0+(?=\d)/, '')
    if (digits.length > 19 || (digits.length === 19 && digits > '9223372036854775807')) this.fail(`${what} is too large`)
    return Math.min(Number(digits), Number.MAX_SAFE_INTEGER)
  }

  /** `(one two …)`, read one by one. An empty list is permitted where `atLeast` is 0. */
  list<T>(read: () => T, bounds: { readonly atLeast: 0 | 1; readonly atMost: number; readonly what: string }): T[] {
    const items: T[] = []
    this.expect('(')
    if (bounds.atLeast === 0 && this.take(')')) return items
    do {
      items.push(read())
      if (items.length > bounds.atMost) this.fail(`too many ${bounds.what}: ${bounds.atMost} at most`)
      // Tolerance `list-trailing-space`: lists built in a loop often end with one.
    } while (this.take(' ') && this.peek() !== ')')
    this.expect(')')
    return items
  }

  #string(what: string): string | undefined {
    const next = this.peek()
    if (next === '"') return this.#quoted(what)
    if (next === '{' || next === '~') return this.#literal(what)
    return undefined
  }

  #quoted(what: string): string | undefined {
    QUOTED.lastIndex = this.at
    const content = QUOTED.exec(this.text)?.[1]
    if (content === undefined) {
      this.fail(`${what}: a quoted string ends on its line, and has no \\ but before " and \\`)
      return ''
    }
    this.at = QUOTED.lastIndex
    if (!this.eightBit && !isAscii(content)) this.fail(`${what}: send other than ASCII as a literal, or enable UTF8=ACCEPT`)
    return content.includes('\\') ? content.replace(/\\(["\\])/g, '$1') : content
  }

  #literal(what: string): string | undefined {
    LITERAL.lastIndex = this.at
    const match = LITERAL.exec(this.text)
    if (match === null)
      return this.text[this.at] === '~' ? undefined : (this.fail(`${what}: a literal begins with {count}`) ?? '')
    const from = LITERAL.lastIndex
    const octets = Number(match[1])
    if (this.#partial && from === this.text.length) {
      this.#problem ??= { type: 'wants-literal' }
      return ''
    }
    if (from + octets > this.text.length) return this.fail(`${what}: the literal is not complete`) ?? ''
    this.at = from + octets
    const content = this.text.slice(from, this.at)
    if (content.includes('\0') && match[0][0] !== '~') this.fail(`${what}: NUL is not permitted`)
    return content
  }

  #match(pattern: RegExp, what: string): string {
    if (this.failed) return ''
    pattern.lastIndex = this.at
    const match = pattern.exec(this.text)
    if (match === null) return this.#wrong(what)
    this.at = pattern.lastIndex
    return match[0]
  }

  #wrong(what: string): string {
    this.fail(this.at >= this.text.length ? `${what} is missing` : `${what} was expected`)
    return ''
  }
}
