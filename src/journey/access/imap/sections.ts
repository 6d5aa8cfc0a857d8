// BODY[…] and BINARY[…]: from what was asked for to the octets of the answer.

import {
  decodePart,
  headerFieldsOf,
  type IndexedPart,
  isDecodable,
  partAt,
  partialRange,
  resolveSection,
  type SectionRange,
  TransferDecoder,
} from '../../../mail/message/message.ts'
import type { FetchItem, Partial, Section } from '../../../mail/protocol/imap/imap.ts'
import { HEADER_OCTETS_MAX } from './limits.ts'
import { collect, type OpenMessage } from './open-message.ts'

type Form = 'literal' | 'literal8'

/** What an item has to say of the content. */
export type Part =
  | { readonly type: 'number'; readonly value: number }
  | { readonly type: 'bytes'; readonly bytes: Uint8Array; readonly form: Form }
  | {
      readonly type: 'stream'
      readonly label: string
      readonly form: Form
      readonly sizeBytes: number
      readonly bytes: AsyncIterable<Uint8Array>
    }
  /** There is no such section: NIL. */
  | { readonly type: 'absent' }
  /** Its transfer encoding is not known: NIL, and NO to the command (RFC 3516 §4.3). */
  | { readonly type: 'undecodable' }

type SectionItem = Extract<FetchItem, { type: 'section' }>
type BinaryItem = Extract<FetchItem, { type: 'binary' }>

export async function readSection(message: OpenMessage, item: SectionItem): Promise<Part> {
  const { section } = item
  const range = rangeOf(message, section)
  if (range === 'absent') return { type: 'absent' }
  const [start, end] = placesOf(message, range)
  if (section.what === 'header-fields' || section.what === 'header-fields-not') {
    const header = await bytesOf(message.read(start, Math.min(end, start + HEADER_OCTETS_MAX)))
    const fields = headerFieldsOf(header, section.fields, { not: section.what === 'header-fields-not' })
    return { type: 'bytes', bytes: partial(fields, item.partial), form: 'literal' }
  }
  const wanted = partialRange(end - start, offsetOf(item.partial, end - start))
  return await literalOf(message.read(start + wanted.start, start + wanted.end), item.label, wanted.end - wanted.start, 'literal')
}

/** Of the message itself without a look at its parts: most ask for its header. */
function rangeOf({ index, contentBytes }: OpenMessage, { path, what }: Section): SectionRange | 'absent' {
  if (path.length === 0 && what === 'all') return { start: 0, end: contentBytes, withPrefix: true }
  if (path.length === 0 && what === 'text') return { start: index.headerBytes, end: contentBytes, withPrefix: false }
  if (path.length === 0 && what !== 'mime') return { start: 0, end: index.headerBytes, withPrefix: true }
  if (what === 'all') return resolveSection(index.parts, { part: path })
  return resolveSection(index.parts, { part: path, text: what === 'text' || what === 'mime' ? what : 'header' })
}

/** Offsets in prefix and content together. */
function placesOf({ prefix }: OpenMessage, { start, end, withPrefix }: SectionRange): readonly [number, number] {
  return [withPrefix ? 0 : start + prefix.length, end + prefix.length]
}

function offsetOf(wanted: Partial | undefined, sizeBytes: number): { readonly offset: number; readonly count: number } {
  return wanted === undefined ? { offset: 0, count: sizeBytes } : { offset: wanted.first, count: wanted.count }
}

function partial(bytes: Uint8Array, wanted: Partial | undefined): Uint8Array {
  const { start, end } = partialRange(bytes.length, offsetOf(wanted, bytes.length))
  return bytes.subarray(start, end)
}

type Octets = Promise<Uint8Array> | AsyncIterable<Uint8Array>

async function bytesOf(octets: Octets): Promise<Uint8Array> {
  return octets instanceof Promise ? await octets : await collect(octets)
}

async function literalOf(octets: Octets, label: string, sizeBytes: number, form: Form): Promise<Part> {
  if (octets instanceof Promise) return { type: 'bytes', bytes: await octets, form }
  return { type: 'stream', label, form, sizeBytes, bytes: await begun(octets) }
}

/** With its first piece read: a message that is gone shall be noticed before its size is announced. */
async function begun(pieces: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  const iterator = pieces[Symbol.asyncIterator]()
  const first = await iterator.next()
  return (async function* () {
    if (!first.done) yield first.value
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value
  })()
}

// BINARY (RFC 3516): the part without its transfer encoding.

export async function readBinary(message: OpenMessage, item: BinaryItem): Promise<Part> {
  if (item.path.length === 0) return await readSection(message, { ...item, type: 'section', section: WHOLE })
  const part = partAt(message.index.parts, item.path)
  if (!part) return { type: 'absent' }
  if (!isDecodable(part.encoding)) return { type: 'undecodable' }
  const body = bodyOf(message, part)
  if (body instanceof Promise) {
    const bytes = partial(decodePart(await body, part.encoding), item.partial)
    return { type: 'bytes', bytes, form: bytes.includes(0) ? 'literal8' : 'literal' }
  }
  // Twice through the decoder, so that a large part never stands in memory: first how long it is, then what it is.
  const sizeBytes = await sizeOf(decoded(part, body))
  const { start, end } = partialRange(sizeBytes, offsetOf(item.partial, sizeBytes))
  const pieces = slice(decoded(part, bodyOf(message, part)), start, end)
  return { type: 'stream', label: item.label, form: 'literal8', sizeBytes: end - start, bytes: await begun(pieces) }
}

export async function readBinarySize(message: OpenMessage, { path }: { readonly path: readonly number[] }): Promise<Part> {
  if (path.length === 0) return { type: 'number', value: message.prefix.length + message.contentBytes }
  const part = partAt(message.index.parts, path)
  if (!part) return { type: 'number', value: 0 }
  if (!isDecodable(part.encoding)) return { type: 'undecodable' }
  return { type: 'number', value: await sizeOf(decoded(part, bodyOf(message, part))) }
}

const WHOLE: Section = { path: [], what: 'all', fields: [] }

function bodyOf(message: OpenMessage, { bodyStart, bodyEnd }: IndexedPart): Octets {
  const { prefix } = message
  return message.read(prefix.length + bodyStart, prefix.length + bodyEnd)
}

async function* decoded({ encoding }: IndexedPart, body: Octets): AsyncGenerator<Uint8Array, void, undefined> {
  const decoder = new TransferDecoder(encoding)
  if (body instanceof Promise) yield decoder.push(await body)
  else for await (const piece of body) yield decoder.push(piece)
  yield decoder.finish()
}

async function sizeOf(pieces: AsyncIterable<Uint8Array>): Promise<number> {
  let sizeBytes = 0
  for await (const piece of pieces) sizeBytes += piece.length
  return sizeBytes
}

async function* slice(
  pieces: AsyncIterable<Uint8Array>,
  start: number,
  end: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let offset = 0
  for await (const piece of pieces) {
    if (offset >= end) return
    const wanted = piece.subarray(Math.max(0, start - offset), Math.max(0, end - offset))
    offset += piece.length
    if (wanted.length > 0) yield wanted
  }
}
