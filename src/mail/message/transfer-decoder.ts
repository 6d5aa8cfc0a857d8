// Takes the transfer encoding off a part while it is read (RFC 2045 §6), for BINARY (RFC 3516), searches and previews. Whole values
// that are in memory anyway: transfer-encoding.ts.

import { latin1 } from './header-fields.ts'
import { decodeQuotedPrintable } from './transfer-encoding.ts'

/** Base64 and quoted-printable are undone; the identity encodings pass through. */
export class TransferDecoder {
  readonly #step: ((text: string) => Uint8Array) | undefined
  readonly #encoding: string
  #rest = ''
  #ended = false

  constructor(encoding: string) {
    this.#encoding = encoding
    if (encoding === 'base64') this.#step = (text) => this.#base64(text)
    else if (encoding === 'quoted-printable') this.#step = (text) => this.#quotedPrintable(text)
  }

  push(bytes: Uint8Array): Uint8Array {
    return this.#step === undefined ? bytes : this.#step(latin1(bytes))
  }

  /** What was waiting for more. */
  finish(): Uint8Array {
    const rest = this.#rest
    this.#rest = ''
    if (rest === '') return NOTHING
    return this.#encoding === 'base64' ? Buffer.from(rest, 'base64') : decodeQuotedPrintable(rest)
  }

  // What is no digit of base64 is read over (§6.8); the first "=" ends the data.
  #base64(text: string): Uint8Array {
    if (this.#ended) return NOTHING
    const padding = text.indexOf('=')
    if (padding >= 0) this.#ended = true
    const piece = padding < 0 ? text : text.slice(0, padding)
    const digits = this.#rest + (NOT_BASE64.test(piece) ? piece.replace(NOT_BASE64_ALL, '') : piece)
    const whole = this.#ended ? digits.length : digits.length - (digits.length % 4)
    this.#rest = digits.slice(whole)
    return Buffer.from(digits.slice(0, whole), 'base64')
  }

  // Only whole lines: an escape, a soft line end and the white space before a line end must not be cut.
  #quotedPrintable(text: string): Uint8Array {
    const all = this.#rest + text
    let end = all.lastIndexOf('\n') + 1
    // A line without end is no reason to keep everything: up to a place where nothing is open it can go.
    if (all.length - end > LINE_CHARACTERS_MAX) end = lastSafePlace(all, end)
    this.#rest = all.slice(end)
    return end === 0 ? NOTHING : decodeQuotedPrintable(all.slice(0, end))
  }
}

const NOTHING = new Uint8Array(0)
const NOT_BASE64 = /[^A-Za-z0-9+/]/
const NOT_BASE64_ALL = /[^A-Za-z0-9+/]+/g

/** A line of quoted-printable has 76 characters; more than this is not waited for. */
const LINE_CHARACTERS_MAX = 16 * 1024

function lastSafePlace(text: string, from: number): number {
  for (let place = text.length - 3; place > from; place--) {
    const before = text.slice(place - 2, place)
    if (!/[=\s]/.test(before)) return place
  }
  // Only spaces and equals signs: it may wait, but not for ever.
  return text.length - from > 4 * LINE_CHARACTERS_MAX ? text.length : from
}

/** RFC 3516 §4.3: a part in another encoding is answered with UNKNOWN-CTE. */
export function isDecodable(encoding: string): boolean {
  return DECODABLE.has(encoding)
}

const DECODABLE = new Set(['7bit', '8bit', 'binary', 'base64', 'quoted-printable'])

/** A whole part's body. */
export function decodePart(body: Uint8Array, encoding: string): Uint8Array {
  const decoder = new TransferDecoder(encoding)
  const decoded = decoder.push(body)
  const rest = decoder.finish()
  return rest.length === 0 ? decoded : Buffer.concat([decoded, rest])
}
