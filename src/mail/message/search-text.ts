// What a search reads of a message (RFC 3501 §6.4.4): header values and text parts, decoded.

import { decodeCharset } from './charset.ts'
import { decodeEncodedWords } from './encoded-word.ts'
import { type HeaderFields, type RawField, readFields, textValue, withLineEnds } from './header-fields.ts'
import { htmlToText } from './html-text.ts'
import { HEADER_VALUE_CHARACTERS_MAX, SEARCH_PART_BYTES_MAX } from './limits.ts'
import type { IndexedPart } from './message-index.ts'
import { decodePart } from './transfer-decoder.ts'

/** A field's value for people: unfolded, encoded words decoded. */
export function decodedHeader(header: HeaderFields, field: RawField): string {
  return decodeEncodedWords(textValue(header, field).slice(0, HEADER_VALUE_CHARACTERS_MAX))
}

/** The decoded values of all fields of a name, in their order; the name in any case. */
export function decodedHeaders(header: HeaderFields, name: string): readonly string[] {
  const wanted = name.toLowerCase()
  const found = header.fields.filter((field) => field.name.length === wanted.length && field.name.toLowerCase() === wanted)
  return found.map((field) => decodedHeader(header, field))
}

/** A whole header as lines `Name: decoded value`, as TEXT searches it. */
export function headerText(bytes: Uint8Array): string {
  const header = readFields(withLineEnds(bytes))
  return header.fields.map((field) => `${field.name}: ${decodedHeader(header, field)}\n`).join('')
}

/** What TEXT and BODY read besides the header: every text part, and the header of every part and message inside. */
export type SearchPlace =
  | { readonly type: 'text'; readonly part: IndexedPart }
  | { readonly type: 'header'; readonly start: number; readonly end: number }

export function* searchPlaces(root: IndexedPart): Generator<SearchPlace> {
  const waiting: IndexedPart[] = [root]
  for (let part = waiting.pop(); part !== undefined; part = waiting.pop()) {
    if (part !== root && part.bodyStart > part.headerStart) yield { type: 'header', start: part.headerStart, end: part.bodyStart }
    if (part.type === 'text' && part.bodyEnd > part.bodyStart) yield { type: 'text', part }
    for (let i = part.children.length - 1; i >= 0; i--) {
      const child = part.children[i]
      if (child !== undefined) waiting.push(child)
    }
  }
}

/**
 * The text of a part's body: transfer encoding and character set undone, HTML without its tags. `body` may be cut short; no more than
 * {@link SEARCH_PART_BYTES_MAX} octets of it are read.
 */
export function textOfPart(
  body: Uint8Array,
  part: Pick<IndexedPart, 'subtype' | 'encoding' | 'charset'>,
  { charactersMax = Number.POSITIVE_INFINITY } = {},
): string {
  const bytes = decodePart(body.length > SEARCH_PART_BYTES_MAX ? body.subarray(0, SEARCH_PART_BYTES_MAX) : body, part.encoding)
  const text = decodeText(bytes, part.charset)
  return part.subtype === 'html' ? htmlToText(text, { charactersMax }) : text
}

// A character set that is missing, unknown, or ASCII by a wrong claim: UTF-8 if it is that, else octet for octet.
function decodeText(bytes: Uint8Array, charset: string | undefined): string {
  if (charset !== undefined && charset !== 'us-ascii') {
    const text = decodeCharset(charset, bytes)
    if (text !== undefined) return text
  }
  const octets = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const text = utf8(octets)
  // A body that was cut may end within a character.
  return text ?? utf8(octets.subarray(0, withoutOpenCharacter(octets))) ?? octets.toString('latin1')
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true })

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return strictUtf8.decode(bytes)
  } catch {
    return undefined
  }
}

function withoutOpenCharacter(bytes: Uint8Array): number {
  for (let length = bytes.length - 1; length >= bytes.length - 3 && length >= 0; length--) {
    const octet = bytes[length] ?? 0
    if (octet >= 0xc0) return length
    if (octet < 0x80) break
  }
  return bytes.length
}
