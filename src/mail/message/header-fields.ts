// The fields of a header with their places in it. Nothing is decoded and nothing is lost: facts, editing, signing and the
// quoting of headers in reports all start from these offsets.

import { HEADER_FIELDS_MAX } from './limits.ts'

export interface RawField {
  /** As written, without the white space that old mail puts before the colon (RFC 5322 §4.5). */
  readonly name: string
  /** Offset of the first octet of the name. */
  readonly start: number
  /** Offset behind the colon; the value begins here, usually with a space. */
  readonly valueStart: number
  /** Offset behind the CRLF of the last line. */
  readonly end: number
}

export interface HeaderFields {
  /** The header, one character per octet: positions are the same as in the bytes. */
  readonly text: string
  readonly fields: readonly RawField[]
  /** Lines that are no field, such as an mbox `From ` line: each once, with its continuation lines. */
  readonly strayLines: number
  /** There were more fields than {@link HEADER_FIELDS_MAX}; the rest was not looked at. */
  readonly truncated: boolean
}

/** Cuts a header, with or without its closing blank line, into fields. Lines end in CRLF only. */
export function readFields(header: Uint8Array, { fieldsMax = HEADER_FIELDS_MAX } = {}): HeaderFields {
  const text = latin1(header)
  const fields: RawField[] = []
  let strayLines = 0
  let start = 0
  while (start < text.length && fields.length < fieldsMax) {
    const end = fieldEnd(text, start)
    if (end === start + 2 && text.charCodeAt(start) === 13) break
    const colon = text.indexOf(':', start)
    const name = colon < 0 || colon >= end ? '' : fieldName(text, start, colon)
    if (name === '') strayLines++
    else fields.push({ name, start, valueStart: colon + 1, end })
    start = end
    if (strayLines > fieldsMax) break
  }
  const truncated = start < text.length && !text.startsWith('\r\n', start)
  return { text, fields, strayLines, truncated }
}

/**
 * A header as {@link readFields} reads it, for mail that somebody stored with lone LFs: if its first line ends in one, all lines are given
 * CRLF. For readers only; what is signed, edited or passed on is octet for octet.
 */
export function withLineEnds(header: Uint8Array): Uint8Array {
  const bytes = Buffer.from(header.buffer, header.byteOffset, header.byteLength)
  const lineFeed = bytes.indexOf(10)
  if (lineFeed < 0 || bytes[lineFeed - 1] === 13) return header
  return Buffer.from(bytes.toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1')
}

/** The value with its folding undone (RFC 5322 §2.2.3) and white space at both ends removed; still one character per octet. */
export function rawValue(header: HeaderFields, field: RawField): string {
  const value = header.text.slice(field.valueStart, field.end)
  const folds = value.indexOf('\r\n') < value.length - 2
  return (folds ? value.replace(/\r\n(?=[ \t])/g, '') : value).trim()
}

/** The value as text: UTF-8 where it is UTF-8 (RFC 6532), else octet for octet. Encoded words are left as they are. */
export function textValue(header: HeaderFields, field: RawField): string {
  return utf8OrLatin1(rawValue(header, field))
}

const NOT_ASCII = /[^\u0000-\u007f]/
const strictUtf8 = new TextDecoder('utf-8', { fatal: true })

/** Octets in a string (one character each) read as UTF-8 if they are, else as they are. */
export function utf8OrLatin1(octets: string): string {
  if (!NOT_ASCII.test(octets)) return octets
  try {
    return strictUtf8.decode(Buffer.from(octets, 'latin1'))
  } catch {
    return octets
  }
}

/** One character per octet; native, and so five times faster than a loop. */
export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}

function fieldEnd(text: string, start: number): number {
  let end = start
  do {
    const lineEnd = text.indexOf('\r\n', end)
    if (lineEnd < 0) return text.length
    end = lineEnd + 2
  } while (isWhiteSpace(text.charCodeAt(end)) && end > start + 2)
  return end
}

// Printable ASCII without a colon (RFC 5322 §2.2); anything else makes the line no field.
const FIELD_NAME = /^[!-9;-~]+$/

function fieldName(text: string, start: number, colon: number): string {
  let end = colon
  while (end > start && isWhiteSpace(text.charCodeAt(end - 1))) end--
  const name = text.slice(start, end)
  return FIELD_NAME.test(name) ? name : ''
}

function isWhiteSpace(code: number): boolean {
  return code === 32 || code === 9
}
