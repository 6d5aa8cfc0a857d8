// One APPEND or REPLACE under way: the messages announced, and what is left of the one that is coming in.

import { assert } from '../../../ground/assert.ts'
import type { Offer } from './capabilities.ts'
import type { AppendTarget } from './command.ts'
import type { LiteralHeader } from './command-reader.ts'
import { Cursor, type ParseContext, type Problem } from './cursor.ts'
import type { AppendEndEvent, AppendMessageEvent } from './events.ts'
import { type AppendOptions, appendOptions } from './parse-append.ts'

/** What comes next of an APPEND, or what is wrong with it. */
export type AppendStep = AppendMessageEvent | AppendEndEvent | Problem

export class Appending {
  readonly #target: AppendTarget
  #header: LiteralHeader | undefined = undefined
  /** Messages accepted. */
  #messages = 0
  /** `)` must follow the message that is coming in. */
  #closes = false
  octetsLeft = 0

  constructor(target: AppendTarget) {
    this.#target = target
  }

  /** No message of this command was accepted yet. */
  get first(): boolean {
    return this.#messages === 0
  }

  /** Of the message announced last. */
  get header(): LiteralHeader {
    assert(this.#header !== undefined, 'no message was announced')
    return this.#header
  }

  announced(options: AppendOptions, header: LiteralHeader, offer: Offer): AppendStep {
    this.#header = header
    if (!this.first && (this.#target.replaces !== undefined || !offer.supported.has('MULTIAPPEND')))
      return { type: 'answer', status: 'BAD', text: 'one message at a time' }
    if (header.octets > offer.appendBytesMax) {
      const text = `A message may have ${offer.appendBytesMax} octets at most`
      return { type: 'answer', status: 'NO', code: 'TOOBIG', text }
    }
    this.#closes = options.utf8
    const { flags, internalDate } = options
    const { octets: sizeBytes, isLiteral8 } = header
    return { type: 'append-message', target: this.#target, first: this.first, flags, internalDate, sizeBytes, isLiteral8 }
  }

  accept(): LiteralHeader {
    this.octetsLeft = this.header.octets
    this.#messages++
    return this.header
  }

  /** `text`: from behind the octets of a message to the end of the line. */
  rest(text: string, context: ParseContext, header: LiteralHeader | undefined): AppendStep {
    const c = new Cursor(text, context, { at: 0, partial: header !== undefined })
    if (this.#closes) c.expect(')')
    if (header === undefined) {
      c.end()
      return c.problem ?? { type: 'append-end', target: this.#target }
    }
    const options = appendOptions(c)
    return c.problem ?? this.announced(options, header, context.offer)
  }
}
