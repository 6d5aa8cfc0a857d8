// Address fields as IMAP's envelope shows them (RFC 3501 §7.4.2): names undecoded, groups marked, source routes kept, and a place
// for every error of real mail. One pass, no recursion. For addresses that are to be compared or sent to, see address-list.ts.

import type { EnvelopeAddress } from './envelope.ts'
import { ENVELOPE_ADDRESSES_MAX } from './limits.ts'

/** A host that is missing must not be left out: that would make a group of the mailbox. Clients know these words from other servers. */
const NO_HOST = 'MISSING_DOMAIN'
const NO_MAILBOX = 'MISSING_MAILBOX'

const GROUP_END: EnvelopeAddress = {}

// `Name <local@domain>` or `"Name" <local@domain>` without escapes, or the bare address: most fields of most mail.
const PLAIN = /^(?:(?:"([^"\\]*)"|(\w[\w '-]*))? ?<([\w.+=-]+)@([\w.-]+)>|([\w.+=-]+)@([\w.-]+))$/

/** The addresses in a field's unfolded value, at most {@link ENVELOPE_ADDRESSES_MAX}, with a group's two marks counted. */
export function parseEnvelopeAddresses(value: string): readonly EnvelopeAddress[] {
  const plain = PLAIN.exec(value)
  if (plain === null) return new AddressReader(value).all()
  const [, quoted, words = '', mailbox = plain[5] ?? '', host = plain[6] ?? ''] = plain
  return [withName(quoted ?? words.trimEnd().replace(/ {2,}/g, ' '), { mailbox, host })]
}

// Runs without any meaning outside quotes, comments and brackets. A closing bracket there closes nothing.
const RUN = /[^"(<>,;:\s\\]+/y
const COMMENT_RUN = /[^()\\]+/y
const QUOTED_RUN = /[^"\\]+/y

class AddressReader {
  readonly #text: string
  readonly #found: EnvelopeAddress[] = []
  #position = 0
  #inGroup = false
  // Words so far, quotes removed; the same with quotes kept, since an address without brackets is read from it; the last comment.
  #words = ''
  #source = ''
  #comment = ''
  #angle: string | undefined
  #spaced = false

  constructor(text: string) {
    this.#text = text
  }

  all(): readonly EnvelopeAddress[] {
    while (this.#position < this.#text.length && this.#found.length < ENVELOPE_ADDRESSES_MAX - 2) this.#step()
    this.#finishMailbox()
    if (this.#inGroup) this.#found.push(GROUP_END)
    return this.#found
  }

  #step(): void {
    const character = this.#text.charAt(this.#position)
    switch (character) {
      case ',':
        this.#position++
        return this.#finishMailbox()
      case ';':
        this.#position++
        return this.#endGroup()
      case ':':
        this.#position++
        return this.#beginGroup()
      case '"':
        return this.#quotedWord()
      case '(':
        this.#comment = this.#readComment().trim()
        return
      case '<':
        this.#angle = this.#readAngle()
        return
      case '\\':
        this.#position += 2
        return this.#add(this.#text.charAt(this.#position - 1))
      default:
        return this.#word()
    }
  }

  #word(): void {
    const run = this.#run(RUN)
    if (run !== '') return this.#add(run)
    this.#spaced = true
    this.#position++
  }

  #quotedWord(): void {
    const from = this.#position
    const word = this.#readQuoted()
    this.#add(word, this.#text.slice(from, this.#position))
  }

  // White space of any length between words is one space.
  #add(word: string, source = word): void {
    const space = this.#spaced && this.#source !== '' ? ' ' : ''
    this.#words += space + word
    this.#source += space + source
    this.#spaced = false
  }

  #beginGroup(): void {
    // A colon in what is an address already, or in nothing at all, is a slip.
    if (this.#angle !== undefined || this.#source.includes('@') || this.#source === '') return
    const mailbox = this.#words
    this.#clear()
    if (this.#inGroup) this.#found.push(GROUP_END)
    this.#found.push({ mailbox })
    this.#inGroup = true
  }

  #endGroup(): void {
    this.#finishMailbox()
    if (this.#inGroup) this.#found.push(GROUP_END)
    this.#inGroup = false
  }

  #finishMailbox(): void {
    if (this.#angle !== undefined) this.#found.push(withName(this.#words || this.#comment, splitAddress(this.#angle)))
    else if (this.#source !== '') this.#found.push(withoutBrackets(this.#source, this.#words, this.#comment))
    this.#clear()
  }

  #clear(): void {
    this.#words = ''
    this.#source = ''
    this.#comment = ''
    this.#angle = undefined
    this.#spaced = false
  }

  #run(pattern: RegExp): string {
    pattern.lastIndex = this.#position
    const run = pattern.exec(this.#text)?.[0] ?? ''
    this.#position += run.length
    return run
  }

  #readQuoted(): string {
    this.#position++
    let value = ''
    while (this.#position < this.#text.length) {
      value += this.#run(QUOTED_RUN)
      const character = this.#text.charAt(this.#position++)
      if (character === '"') break
      value += this.#text.charAt(this.#position++)
    }
    return value
  }

  #readComment(): string {
    this.#position++
    let value = ''
    for (let depth = 1; this.#position < this.#text.length; ) {
      value += this.#run(COMMENT_RUN)
      const character = this.#text.charAt(this.#position++)
      if (character === ')' && --depth === 0) break
      if (character === '(') depth++
      value += character === '\\' ? this.#text.charAt(this.#position++) : character
    }
    return value
  }

  // A quoted local part may hold the closing bracket. Comments and white space are no part of an address.
  #readAngle(): string {
    this.#position++
    let value = ''
    while (this.#position < this.#text.length) {
      const from = this.#position
      const character = this.#text.charAt(from)
      if (character === '"') {
        this.#readQuoted()
        value += this.#text.slice(from, this.#position)
      } else if (character === '(') this.#readComment()
      else {
        this.#position++
        if (character === '>') break
        if (character === '<') value = ''
        else if (character > ' ') value += character
      }
    }
    return value
  }
}

// Words without "@" are a mailbox if there is one of them, and a name if there are more: "Undisclosed Recipients".
function withoutBrackets(source: string, words: string, comment: string): EnvelopeAddress {
  if (!source.includes('@') && source.includes(' ')) return { name: words, mailbox: NO_MAILBOX, host: NO_HOST }
  return withName(comment, splitAddress(source.includes(' ') ? source.replace(/ ?([.@]) ?/g, '$1') : source))
}

function withName(name: string, address: EnvelopeAddress): EnvelopeAddress {
  return name === '' ? address : { name, ...address }
}

/** `@route,@route:local@domain`, quotes of the local part removed. */
function splitAddress(address: string): EnvelopeAddress {
  const colon = address.startsWith('@') ? address.indexOf(':') : -1
  const spec = colon < 0 ? address : address.slice(colon + 1)
  const at = spec.lastIndexOf('@')
  const host = at < 0 ? '' : spec.slice(at + 1).trim()
  const mailbox = unquoted((at < 0 ? spec : spec.slice(0, at)).trim())
  const parts = { mailbox: mailbox || NO_MAILBOX, host: host || NO_HOST }
  return colon < 0 ? parts : { route: address.slice(0, colon), ...parts }
}

function unquoted(localPart: string): string {
  return localPart.includes('"') ? localPart.replace(/\\(.)|"/gs, '$1') : localPart
}
