// Writes FETCH responses item by item (RFC 3501 §7.4.2). What a message is told with comes ready made; bodies pass through.

import { flagsText, internalDateText, writeString } from './response-text.ts'
import type { ResponseWriter } from './response-writer.ts'

export class FetchWriter {
  readonly #out: ResponseWriter
  /** Of the line so far, what the writer has not got: the items of a message are few and short, and go there together. */
  #line = ''
  #empty = true

  constructor(out: ResponseWriter) {
    this.#out = out
  }

  /** `* n FETCH (`. */
  begin(number: number): this {
    this.#line = `* ${number} FETCH (`
    this.#empty = true
    return this
  }

  /** `)`. */
  end(): void {
    this.#out.ascii(`${this.#line})\r\n`)
    this.#line = ''
  }

  uid(uid: number): this {
    return this.#item(`UID ${uid}`)
  }

  flags(bits: number, keywords: string | readonly string[] = ''): this {
    return this.#item(`FLAGS ${flagsText(bits, keywords)}`)
  }

  modseq(modseq: number): this {
    return this.#item(`MODSEQ (${modseq})`)
  }

  size(octets: number): this {
    return this.#item(`RFC822.SIZE ${octets}`)
  }

  internalDate(atMs: number, zoneMinutes: number): this {
    return this.#item(`INTERNALDATE ${internalDateText(atMs, zoneMinutes)}`)
  }

  /** Undefined: not known when it was saved (RFC 8514 §4.2). */
  saveDate(atMs: number | undefined): this {
    return this.#item(`SAVEDATE ${atMs === undefined ? 'NIL' : internalDateText(atMs, 0)}`)
  }

  /** ENVELOPE, BODYSTRUCTURE, BODY: octets as they are to be sent. */
  ready(label: 'ENVELOPE' | 'BODYSTRUCTURE' | 'BODY', octets: Uint8Array): this {
    this.#item(`${label} `).#flush().bytes(octets)
    return this
  }

  /** EMAILID and THREADID (RFC 8474); undefined is NIL. */
  objectId(label: 'EMAILID' | 'THREADID', id: string | undefined): this {
    return this.#item(id === undefined ? `${label} NIL` : `${label} (${id})`)
  }

  /** RFC 8970; undefined is NIL: there will never be one, or it costs too much for LAZY. */
  preview(text: string | undefined): this {
    if (text === undefined) return this.nil('PREVIEW')
    writeString(this.#item('PREVIEW ').#flush(), text)
    return this
  }

  /** `label` of the item, as the command has it. */
  number(label: string, value: number): this {
    return this.#item(`${label} ${value}`)
  }

  nil(label: string): this {
    return this.#item(`${label} NIL`)
  }

  /** A literal: its octets go to the writer after this, in any number of pieces. `literal8`: they may be NUL (BINARY). */
  literal(label: string, sizeBytes: number, form: 'literal' | 'literal8' = 'literal'): this {
    this.#item(`${label} ${form === 'literal8' ? '~' : ''}{${sizeBytes}}\r\n`).#flush()
    return this
  }

  /** The whole octets of a section. */
  section(label: string, octets: Uint8Array): this {
    this.literal(label, octets.length)
    this.#out.bytes(octets)
    return this
  }

  #item(text: string): this {
    this.#line += this.#empty ? text : ` ${text}`
    this.#empty = false
    return this
  }

  #flush(): ResponseWriter {
    this.#out.ascii(this.#line)
    this.#line = ''
    return this.#out
  }
}
