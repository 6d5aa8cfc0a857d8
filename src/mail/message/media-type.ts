// Content-Type and Content-Disposition values: a name and its parameters (RFC 2045 §5.1, RFC 2183, RFC 2231), read with
// tolerance, since every mail program reads them so.

import { decodeCharset } from './charset.ts'
import { decodeEncodedWords } from './encoded-word.ts'
import { PARAMETER_FIELD_CHARACTERS_MAX, PARAMETERS_MAX } from './limits.ts'

export interface Parameterised {
  /** Lower case; empty when the field says nothing. */
  readonly value: string
  /** Names in lower case; values decoded. The first of a name counts. */
  readonly parameters: ReadonlyMap<string, string>
  /** The parameters in their order as they are written, only without quotes: `name*0*` is a name of its own here. */
  readonly written: ReadonlyMap<string, string>
}

export interface MediaType {
  readonly type: string
  readonly subtype: string
  readonly parameters: ReadonlyMap<string, string>
  readonly written: ReadonlyMap<string, string>
}

/** `text/plain` where the field is missing or is no media type (RFC 2045 §5.2). */
export function parseMediaType(field: string | undefined): MediaType {
  const { value, parameters, written } = parseParameterised(field ?? '')
  const found = /^([^\s/;]+)\/([^\s/;]+)$/.exec(value)
  if (found) return { type: found[1] ?? '', subtype: found[2] ?? '', parameters, written }
  const [type, subtype] = SUBTYPES.get(value) ?? PLAIN
  return SUBTYPES.has(value)
    ? { type, subtype, parameters, written }
    : { type, subtype, parameters: new Map(), written: new Map() }
}

const PLAIN = ['text', 'plain'] as const

// What was meant where the subtype was left out; data that is no text is better saved than shown.
const SUBTYPES = new Map<string, readonly [string, string]>([
  ['', PLAIN],
  ['text', PLAIN],
  ['multipart', ['multipart', 'mixed']],
  ...['application', 'audio', 'image', 'video'].map((type) => [type, ['application', 'octet-stream']] as const),
])

/** Any field of the form `value; name=value; …`. */
export function parseParameterised(field: string): Parameterised {
  const reader = new ParameterReader(field.slice(0, PARAMETER_FIELD_CHARACTERS_MAX))
  const { value, rest } = leading(reader.token())
  const written = new Map<string, string>()
  // `text/plain charset=utf-8`: the semicolon was forgotten.
  if (rest.includes('=')) readParameters(new ParameterReader(`;${rest}`), written)
  readParameters(reader, written)
  return { value: value.toLowerCase(), parameters: merged(written), written }
}

// One word, or two with a slash between them.
const LEADING = /^([^ /]+) ?(?:(\/) ?([^ /]+))?(?: (.*))?$/

function leading(text: string): { value: string; rest: string } {
  const found = LEADING.exec(text)
  if (found === null) return { value: text, rest: '' }
  const [, type = '', slash = '', subtype = '', rest = ''] = found
  return { value: type + slash + subtype, rest }
}

function readParameters(reader: ParameterReader, into: Map<string, string>): void {
  for (let i = 0; i < PARAMETERS_MAX; i++) {
    const parameter = reader.parameter()
    if (parameter === undefined) break
    if (parameter.name !== '' && !into.has(parameter.name)) into.set(parameter.name, parameter.value)
  }
}

class ParameterReader {
  readonly #text: string
  #position = 0

  constructor(text: string) {
    this.#text = text
  }

  /** What stands before the next semicolon, without comments; white space of any length is one space. */
  token(): string {
    const from = this.#position
    const semicolon = this.#text.indexOf(';', from)
    const end = semicolon < 0 ? this.#text.length : semicolon
    const text = this.#text.slice(from, end)
    this.#position = end
    return text.includes('(') ? this.#tokenWithComments(from) : text.replace(/\s+/g, ' ').trim()
  }

  #tokenWithComments(from: number): string {
    let token = ''
    this.#position = from
    while (this.#position < this.#text.length) {
      const character = this.#text.charAt(this.#position)
      if (character === ';') break
      this.#position++
      if (character === '(') {
        this.#skipComment()
        token += ' '
      } else token += character
    }
    return token.replace(/\s+/g, ' ').trim()
  }

  parameter(): { name: string; value: string } | undefined {
    if (this.#position >= this.#text.length) return undefined
    this.#position++
    let name = ''
    while (this.#position < this.#text.length) {
      const character = this.#text.charAt(this.#position)
      if (character === ';') return { name: '', value: '' }
      this.#position++
      if (character === '=') return { name: name.toLowerCase(), value: this.#value() }
      if (character === '(') this.#skipComment()
      else if (!/\s/.test(character)) name += character
    }
    return { name: '', value: '' }
  }

  #value(): string {
    while (/[ \t\r\n]/.test(this.#text.charAt(this.#position))) this.#position++
    if (this.#text.charAt(this.#position) !== '"') return this.#bare()
    this.#position++
    let value = ''
    while (this.#position < this.#text.length) {
      const character = this.#text.charAt(this.#position++)
      if (character === '"') break
      value += character === '\\' ? this.#text.charAt(this.#position++) : character
    }
    this.token()
    return value
  }

  // Unquoted values with spaces ("name=my file.pdf") are wrong and frequent: they go up to the semicolon.
  #bare(): string {
    const from = this.#position
    const semicolon = this.#text.indexOf(';', from)
    this.#position = semicolon < 0 ? this.#text.length : semicolon
    const value = this.#text.slice(from, this.#position)
    const comment = value.indexOf(' (')
    return (comment < 0 ? value : value.slice(0, comment)).trim()
  }

  #skipComment(): void {
    for (let depth = 1; depth > 0 && this.#position < this.#text.length; this.#position++) {
      const character = this.#text.charAt(this.#position)
      if (character === '\\') this.#position++
      else if (character === '(') depth++
      else if (character === ')') depth--
    }
  }
}

interface Section {
  readonly index: number
  readonly encoded: boolean
  readonly value: string
}

// RFC 2231 §3 and §4: `name*0*=utf-8''…; name*1=…`. The extended form wins over a plain one of the same name.
function merged(raw: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>()
  const sections = new Map<string, Section[]>()
  for (const [name, value] of raw) {
    const found = /^([^*]+)\*(?:(\d{1,3})(\*)?)?$/.exec(name)
    if (!found) {
      parameters.set(name, decodeEncodedWords(value))
      continue
    }
    const base = found[1] ?? ''
    const section = { index: Number(found[2] ?? 0), encoded: found[2] === undefined || found[3] === '*', value }
    sections.set(base, [...(sections.get(base) ?? []), section])
  }
  for (const [name, list] of sections) parameters.set(name, assembled(list))
  return parameters
}

function assembled(sections: readonly Section[]): string {
  const ordered = [...sections].sort((a, b) => a.index - b.index)
  const first = ordered[0]
  const head = first?.encoded ? /^([^']*)'[^']*'/.exec(first.value) : null
  const octets: Uint8Array[] = []
  let expected = first?.index ?? 0
  for (const section of ordered) {
    if (section.index !== expected++) break
    const value = section === first && head ? section.value.slice(head[0].length) : section.value
    octets.push(section.encoded ? percentDecoded(value) : Buffer.from(value, 'utf8'))
  }
  const bytes = Buffer.concat(octets)
  return decodeCharset(head?.[1] || 'utf-8', bytes) ?? bytes.toString('latin1')
}

function percentDecoded(value: string): Uint8Array {
  const octets = value.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return /[^\u0000-\u00ff]/.test(octets) ? Buffer.from(octets, 'utf8') : Buffer.from(octets, 'latin1')
}
