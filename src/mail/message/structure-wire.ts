// BODYSTRUCTURE and BODY as IMAP writes them (RFC 3501 §7.4.2, RFC 9051 §7.5.2).

import { EMPTY_ENVELOPE, writeEnvelope } from './envelope-wire.ts'
import type { Part } from './structure.ts'
import { wireNString, wireString } from './wire.ts'

/** The structure with its extension data; one character per octet. Recursive, as deep as parts may be. */
export function writeBodyStructure(part: Part): string {
  return part.mediaType.type === 'multipart' ? multipart(part) : singlePart(part)
}

function multipart(part: Part): string {
  // The grammar has no multipart without parts. Whatever text there is stands in for one, and can be fetched as part 1.
  const children = part.children.length === 0 ? plainText(part.bodyEnd - part.bodyStart, part.lines) : ''
  const all = part.children.reduce((text, child) => text + writeBodyStructure(child), children)
  return `(${all} ${token(part.mediaType.subtype)} ${parameterList(part.details.parameters)} ${extension(part)})`
}

function singlePart(part: Part): string {
  const { mediaType, details } = part
  const type = `${token(mediaType.type)} ${token(mediaType.subtype)} ${parameterList(details.parameters)}`
  const fields = `${wireNString(details.contentId)} ${wireNString(details.description)} ${token(part.encoding)} ${part.bodyEnd - part.bodyStart}`
  return `(${type} ${fields}${byType(part)} ${wireNString(details.md5)} ${extension(part)})`
}

// A text has its lines, a message the envelope and structure of what is inside. A message/global is shown without: to RFC 3501 it is a
// type like any other, and a client that counts on that would read an envelope as an MD5.
function byType(part: Part): string {
  const { type, subtype } = part.mediaType
  if (type === 'text') return ` ${part.lines}`
  if (type !== 'message' || subtype !== 'rfc822') return ''
  const inner = part.children[0]
  if (inner === undefined) return ` ${EMPTY_ENVELOPE} ${plainText(part.bodyEnd - part.bodyStart, part.lines)} ${part.lines}`
  const envelope = inner.details.envelope
  return ` ${envelope === undefined ? EMPTY_ENVELOPE : writeEnvelope(envelope)} ${writeBodyStructure(inner)} ${part.lines}`
}

function plainText(sizeBytes: number, lines: number): string {
  return `("text" "plain" NIL NIL NIL "7bit" ${sizeBytes} ${lines} NIL NIL NIL NIL)`
}

/** Disposition, language, location. */
function extension({ disposition, details }: Part): string {
  const shown =
    disposition === undefined ? 'NIL' : `(${token(disposition.value)} ${parameterList(details.dispositionParameters)})`
  const languages = details.languages.length === 0 ? 'NIL' : `(${details.languages.map(wireString).join(' ')})`
  return `${shown} ${languages} ${wireNString(details.location)}`
}

function parameterList(parameters: ReadonlyMap<string, string>): string {
  if (parameters.size === 0) return 'NIL'
  let list = ''
  for (const [name, value] of parameters) list += `${list === '' ? '(' : ' '}${wireString(name)} ${wireString(value)}`
  return `${list})`
}

// Types and encodings were read as text and may hold anything; what is no token is made one.
function token(text: string): string {
  return `"${text.replace(/[^!#-[\]-~]/g, '?')}"`
}

/** BODY is BODYSTRUCTURE without the extension data: the same octets with pieces left out. */
export function bodyOfStructure(bodyStructure: Uint8Array): Uint8Array {
  return new StructureCutter(bodyStructure).body()
}

const OPEN = 40
const CLOSE = 41
const SPACE = 32
const QUOTE = 34
const BACKSLASH = 92
const BRACE = 123

/** Reads only what {@link writeBodyStructure} has written. */
class StructureCutter {
  readonly #bytes: Uint8Array
  readonly #kept: Uint8Array[] = []
  #position = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  body(): Uint8Array {
    this.#structure()
    return Buffer.concat(this.#kept)
  }

  #structure(): void {
    const from = this.#position
    this.#position++
    if (this.#bytes[this.#position] === OPEN) this.#multipart()
    else this.#singlePart(from)
    while (this.#position < this.#bytes.length && this.#bytes[this.#position] !== CLOSE) this.#value()
    this.#position++
    this.#kept.push(Buffer.from(')'))
  }

  #multipart(): void {
    this.#kept.push(Buffer.from('('))
    while (this.#bytes[this.#position] === OPEN) this.#structure()
    this.#keep(this.#position, () => this.#value())
  }

  #singlePart(from: number): void {
    this.#keep(from, () => {
      for (let field = 0; field < 7; field++) this.#value()
      // Behind the size stand the lines of a text, or the envelope of a message and then its structure.
      if (this.#isDigit(this.#position + 1) || this.#bytes[this.#position + 1] === OPEN) this.#value()
    })
    if (this.#bytes[this.#position + 1] !== OPEN || this.#bytes[this.#position] !== SPACE) return
    this.#kept.push(Buffer.from(' '))
    this.#position++
    this.#structure()
    this.#keep(this.#position, () => this.#value())
  }

  #keep(from: number, read: () => void): void {
    read()
    this.#kept.push(this.#bytes.subarray(from, this.#position))
  }

  #isDigit(position: number): boolean {
    const octet = this.#bytes[position] ?? 0
    return octet >= 48 && octet <= 57
  }

  /** One value with the space before it: a string, a literal, a list, a word. */
  #value(): void {
    if (this.#bytes[this.#position] === SPACE) this.#position++
    let depth = 0
    do {
      const octet = this.#bytes[this.#position]
      if (octet === undefined) return
      if (octet === QUOTE) this.#quoted()
      else if (octet === BRACE) this.#literal()
      else {
        this.#position++
        if (octet === OPEN) depth++
        else if (octet === CLOSE) depth--
        else if (octet !== SPACE) this.#word()
      }
    } while (depth > 0)
  }

  #word(): void {
    for (let octet = this.#bytes[this.#position]; octet !== undefined; octet = this.#bytes[++this.#position]) {
      if (octet === SPACE || octet === CLOSE || octet === OPEN) return
    }
  }

  #quoted(): void {
    this.#position++
    for (let octet = this.#bytes[this.#position]; octet !== undefined; octet = this.#bytes[++this.#position]) {
      if (octet === BACKSLASH) this.#position++
      else if (octet === QUOTE) break
    }
    this.#position++
  }

  #literal(): void {
    let length = 0
    for (this.#position++; this.#isDigit(this.#position); this.#position++) {
      length = length * 10 + (this.#bytes[this.#position] ?? 48) - 48
    }
    this.#position += 3 + length
  }
}
