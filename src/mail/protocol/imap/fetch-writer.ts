// Writes FETCH responses item by item (RFC 3501 §7.4.2). What a message is told with comes ready made; bodies pass through.

import { flagsText, internalDateText, writeString } from './response-text.ts'
import type { ResponseWriter } from './response-writer.ts'

export class FetchWriter {
  readonly #out: ResponseWriter
  #separator = ''

  constructor(out: ResponseWriter) {
    this.#out = out
  }

  /** `* n FETCH (`. */
  begin(number: number): this {
    this.#out.ascii('* ').number(number).ascii(' FETCH ')
    this.#separator = '('
    return this
  }

  /** `)`. */
  end(): void {
    this.#out.ascii(this.#separator === '(' ? '()\r\n' : ')\r\n')
  }

  uid(uid: number): this {
    this.#label('UID ').number(uid)
    return this
  }

  flags(bits: number, keywords: string | readonly string[] = ''): this {
    this.#label('FLAGS ').ascii(flagsText(bits, keywords))
    return this
  }

  modseq(modseq: number): this {
    this.#label('MODSEQ (').number(modseq).ascii(')')
    return this
  }

  size(octets: number): this {
    this.#label('RFC822.SIZE ').number(octets)
    return this
  }

  internalDate(atMs: number, zoneMinutes: number): this {
    this.#label('INTERNALDATE ').ascii(internalDateText(atMs, zoneMinutes))
    return this
  }

  /** Undefined: not known when it was saved (RFC 8514 §4.2). */
  saveDate(atMs: number | undefined): this {
    this.#label('SAVEDATE ').ascii(atMs === undefined ? 'NIL' : internalDateText(atMs, 0))
    return this
  }

  /** ENVELOPE, BODYSTRUCTURE, BODY: octets as they are to be sent. */
  ready(label: 'ENVELOPE' | 'BODYSTRUCTURE' | 'BODY', octets: Uint8Array): this {
    this.#label(label).ascii(' ').bytes(octets)
    return this
  }

  /** EMAILID and THREADID (RFC 8474); undefined is NIL. */
  objectId(label: 'EMAILID' | 'THREADID', id: string | undefined): this {
    this.#label(label).ascii(id === undefined ? ' NIL' : ` (${id})`)
    return this
  }

  /** RFC 8970; undefined is NIL: there will never be one, or it costs too much for LAZY. */
  preview(text: string | undefined): this {
    this.#label('PREVIEW ')
    if (text === undefined) this.#out.ascii('NIL')
    else writeString(this.#out, text)
    return this
  }

  /** `label` of the item, as the command has it. */
  number(label: string, value: number): this {
    this.#label(label).ascii(' ').number(value)
    return this
  }

  nil(label: string): this {
    this.#label(label).ascii(' NIL')
    return this
  }

  /** A literal: its octets go to the writer after this, in any number of pieces. `literal8`: they may be NUL (BINARY). */
  literal(label: string, sizeBytes: number, form: 'literal' | 'literal8' = 'literal'): this {
    this.#label(label)
      .ascii(form === 'literal8' ? ' ~{' : ' {')
      .number(sizeBytes)
      .ascii('}\r\n')
    return this
  }

  /** The whole octets of a section. */
  section(label: string, octets: Uint8Array): this {
    this.literal(label, octets.length)
    this.#out.bytes(octets)
    return this
  }

  #label(label: string): ResponseWriter {
    const out = this.#out.ascii(this.#separator)
    this.#separator = ' '
    return out.ascii(label)
  }
}
