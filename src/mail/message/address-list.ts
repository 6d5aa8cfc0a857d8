// The mailboxes of a From, To or Reply-To field (RFC 5322 §3.4): names, comments, groups, and the errors of real mail.
// One pass over the text with no recursion: nested groups and comments cost nothing (GHSA-46j5-6fg5-4gv3 is the warning).

import { formatAddress, parseAddress } from './address.ts'
import { decodeEncodedWords } from './encoded-word.ts'
import { ADDRESS_LIST_MAX } from './limits.ts'

export interface Mailbox {
  /** The display name, decoded. */
  readonly name?: string
  /** One spelling for each address if it is one; else the text as it stands. */
  readonly address: string
  readonly valid: boolean
}

/** All mailboxes, at most {@link ADDRESS_LIST_MAX}; members of groups are listed like the others. */
export function parseAddressList(value: string, { listMax = ADDRESS_LIST_MAX } = {}): readonly Mailbox[] {
  const mailboxes: Mailbox[] = []
  const reader = new ListReader(value)
  while (mailboxes.length < listMax) {
    const pieces = reader.next()
    if (pieces === undefined) break
    const mailbox = mailboxOf(pieces)
    if (mailbox !== undefined) mailboxes.push(mailbox)
  }
  return mailboxes
}

/** The first mailbox, which is all that lists and journeys show. */
export function firstMailbox(value: string): Mailbox | undefined {
  return plain(value) ?? parseAddressList(value, { listMax: 1 })[0]
}

// `Name <address>` without any quoting: most of all From fields, at a tenth of the cost.
const PLAIN = /^([\w][\w '.-]*?)? ?<([\w.+=-]+@[\w.-]+)>$/

function plain(value: string): Mailbox | undefined {
  const found = PLAIN.exec(value)
  const address = found?.[2] === undefined ? undefined : parseAddress(found[2])
  if (!address?.ok) return undefined
  const text = formatAddress(address.value)
  return found?.[1] ? { name: found[1], address: text, valid: true } : { address: text, valid: true }
}

interface Pieces {
  /** Words outside angle brackets, quotes removed. */
  words: string
  /** The same with quotes kept: an address without brackets is read from here. */
  source: string
  /** What stood in angle brackets. */
  angle: string | undefined
  /** The last comment: old mail puts the name there. */
  comment: string
}

function mailboxOf({ words, source, angle, comment }: Pieces): Mailbox | undefined {
  const text = (angle ?? source).trim()
  // A source route before the address (RFC 5322 §4.4 obs-route) is read over.
  const route = text.startsWith('@') ? text.slice(text.indexOf(':') + 1) : text
  if (route === '' && angle === undefined) return undefined
  const parsed = parseAddress(angle === undefined ? route : withoutObsoleteSpace(route))
  const name = decodeEncodedWords(angle === undefined ? comment : words.trim() || comment)
    .replace(/\s+/g, ' ')
    .trim()
  const address = parsed.ok ? formatAddress(parsed.value) : route
  return name === '' ? { address, valid: parsed.ok } : { name, address, valid: parsed.ok }
}

// RFC 5322 §4.4 allows white space around dots and the "@". Each run is matched once, whatever its length.
function withoutObsoleteSpace(address: string): string {
  return address.replace(/[ \t]+/g, (run, offset: number) => {
    const around = address.charAt(offset - 1) + address.charAt(offset + run.length)
    return /[@.]/.test(around) ? '' : run
  })
}

class ListReader {
  readonly #text: string
  #position = 0

  constructor(text: string) {
    this.#text = text
  }

  /** The pieces up to the next comma, semicolon, or the colon that opens a group. */
  next(): Pieces | undefined {
    if (this.#position >= this.#text.length) return undefined
    const pieces: Pieces = { words: '', source: '', angle: undefined, comment: '' }
    while (this.#position < this.#text.length) {
      const character = this.#text.charAt(this.#position++)
      if (character === ',' || character === ';') break
      // A colon outside brackets ends the name of a group; the name is no mailbox.
      if (character === ':') return { words: '', source: '', angle: undefined, comment: '' }
      this.#take(character, pieces)
    }
    return pieces
  }

  #take(character: string, pieces: Pieces): void {
    if (character === '"') {
      const from = this.#position - 1
      pieces.words += this.#quoted('"')
      pieces.source += this.#text.slice(from, this.#position)
    } else if (character === '(') pieces.comment = this.#comment()
    else if (character === '<') pieces.angle = this.#angle()
    else {
      pieces.words += character
      pieces.source += character
    }
  }

  #quoted(end: string): string {
    let value = ''
    while (this.#position < this.#text.length) {
      const character = this.#text.charAt(this.#position++)
      if (character === end) break
      value += character === '\\' ? this.#text.charAt(this.#position++) : character
    }
    return value
  }

  #comment(): string {
    let depth = 1
    let value = ''
    while (this.#position < this.#text.length) {
      const character = this.#text.charAt(this.#position++)
      if (character === '(') depth++
      if (character === ')' && --depth === 0) break
      value += character === '\\' ? this.#text.charAt(this.#position++) : character
    }
    return value
  }

  // A quoted local part may hold the closing bracket.
  #angle(): string {
    const from = this.#position
    while (this.#position < this.#text.length) {
      const character = this.#text.charAt(this.#position++)
      if (character === '"') this.#quoted('"')
      else if (character === '>') return this.#text.slice(from, this.#position - 1)
    }
    return this.#text.slice(from)
  }
}
