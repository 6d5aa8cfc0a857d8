// What searches read of an ENVELOPE (RFC 3501 §7.4.2) as it is kept: its octets, back to texts for people.

import { decodeEncodedWords, utf8OrLatin1 } from '../../../mail/message/message.ts'

/** A value for people is not read further than this. */
const VALUE_CHARACTERS_MAX = 16 * 1024

/** Of a field with more addresses the first so many are read. */
const ADDRESSES_MAX = 10_000

export interface EnvelopeTexts {
  /** As in the header; undefined where there is none. */
  readonly date: string | undefined
  readonly inReplyTo: string | undefined
  readonly messageId: string | undefined
  /** `Name <mailbox@host>, …` with names decoded; a group is `name: …;`. */
  readonly from: string
  readonly to: string
  readonly cc: string
  readonly bcc: string
}

/** Never fails: what is no envelope has no texts. */
export function readEnvelope(envelope: Uint8Array): EnvelopeTexts {
  const reader = new Reader(Buffer.from(envelope.buffer, envelope.byteOffset, envelope.byteLength).toString('latin1'))
  reader.pass('(')
  const date = reader.string()
  reader.string()
  const from = reader.addresses()
  reader.passList()
  reader.passList()
  const [to, cc, bcc] = [reader.addresses(), reader.addresses(), reader.addresses()]
  return { date, from, to, cc, bcc, inReplyTo: reader.string(), messageId: reader.string() }
}

class Reader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  /** What is expected next, if it is there, and the spaces before it. */
  pass(mark: string): boolean {
    while (this.#text.charCodeAt(this.#at) === SPACE) this.#at++
    if (!this.#text.startsWith(mark, this.#at)) return false
    this.#at += mark.length
    return true
  }

  /** Octets; undefined for NIL. */
  string(): string | undefined {
    if (this.pass('"')) return this.#quoted()
    if (this.pass('{')) return this.#literal()
    this.pass('NIL')
    return undefined
  }

  addresses(): string {
    if (!this.pass('(')) {
      this.pass('NIL')
      return ''
    }
    let list = ''
    let opens = true
    for (let count = 0; this.pass('(') && count < ADDRESSES_MAX; count++) {
      const [name, route, mailbox, host] = [this.string(), this.string(), this.string(), this.string()]
      this.pass(')')
      if (mailbox === undefined) {
        list += ';'
        continue
      }
      list += opens ? '' : list.endsWith(': ') ? '' : ', '
      opens = false
      list += host === undefined ? `${decoded(mailbox)}: ` : address(name, route, mailbox, host)
    }
    this.pass(')')
    return list
  }

  /** Over a list, whatever is in it. */
  passList(): void {
    if (!this.pass('(')) {
      this.pass('NIL')
      return
    }
    while (this.pass('(')) {
      for (let part = 0; part < 4; part++) this.string()
      this.pass(')')
    }
    this.pass(')')
  }

  #quoted(): string {
    const text = this.#text
    let end = text.indexOf('"', this.#at)
    if (end === -1) return this.#rest()
    if (!text.slice(this.#at, end).includes('\\')) {
      const value = text.slice(this.#at, end)
      this.#at = end + 1
      return value
    }
    let value = ''
    for (end = this.#at; end < text.length && text[end] !== '"'; end++) {
      if (text[end] === '\\') end++
      value += text[end] ?? ''
    }
    this.#at = end + 1
    return value
  }

  #literal(): string {
    const text = this.#text
    const close = text.indexOf('}\r\n', this.#at)
    const length = Number(text.slice(this.#at, close))
    if (close === -1 || !Number.isInteger(length)) return this.#rest()
    const value = text.slice(close + 3, close + 3 + length)
    this.#at = close + 3 + length
    return value
  }

  #rest(): string {
    const value = this.#text.slice(this.#at)
    this.#at = this.#text.length
    return value
  }
}

const SPACE = 32

/** What stands for a host or a mailbox that is missing is nothing people look for. */
const MISSING = /^MISSING_(?:DOMAIN|MAILBOX)$/

function address(name: string | undefined, route: string | undefined, mailbox: string, host: string): string {
  const local = MISSING.test(mailbox) ? '' : utf8OrLatin1(mailbox)
  const spec = MISSING.test(host) ? local : `${local}@${utf8OrLatin1(host)}`
  const path = `<${route === undefined ? '' : `${route}:`}${spec}>`
  if (name === undefined || name === '') return path
  return spec === '' ? decoded(name) : `${decoded(name)} ${path}`
}

function decoded(octets: string): string {
  return decodeEncodedWords(utf8OrLatin1(octets.slice(0, VALUE_CHARACTERS_MAX)))
}
