// The index of a message as it is stored. What clients ask for most stands first and is a view of the stored octets; the rest is
// decoded when it is asked for.
//
// version 1 octet, flags 1, two unused, then lengths of 4 octets each: header, envelope, body structure, parts; size and date as doubles;
// then these in their order, and the texts. Numbers are little-endian; inside parts and texts they are variable, seven bits an octet.

import { ByteReader, ByteWriter } from './index-bytes.ts'
import type { IndexedPart, MessageIndex } from './message-index.ts'
import { bodyOfStructure } from './structure-wire.ts'

/** Changed with every change of what stands in an index or of how it is made: older ones are then made anew. */
const VERSION = 1

const HEAD_BYTES = 36
const IS_REPLY = 1
const HAS_ATTACHMENT = 2
const HAS_DATE = 4

export function encodeIndex(index: MessageIndex): Uint8Array {
  const writer = new ByteWriter(HEAD_BYTES)
  writer.bytes(index.envelope)
  writer.bytes(index.bodyStructure)
  const partsStart = writer.length
  writePart(writer, index.parts)
  const partsLength = writer.length - partsStart
  for (const text of textsOf(index)) writer.text(text)
  const bytes = writer.finish()
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const flags = (index.isReply ? IS_REPLY : 0) | (index.hasAttachment ? HAS_ATTACHMENT : 0)
  view.setUint8(0, VERSION)
  view.setUint8(1, flags | (index.sentAtMs === undefined ? 0 : HAS_DATE))
  view.setUint16(2, 0)
  view.setUint32(4, index.headerBytes, true)
  view.setUint32(8, index.envelope.length, true)
  view.setUint32(12, index.bodyStructure.length, true)
  view.setUint32(16, partsLength, true)
  view.setFloat64(20, index.sizeBytes, true)
  view.setFloat64(28, index.sentAtMs ?? 0, true)
  return bytes
}

/** Nothing if another version of the program wrote it, or something else: the index has to be made anew. Keeps the bytes. */
export function decodeIndex(bytes: Uint8Array): MessageIndex | undefined {
  if (bytes.length < HEAD_BYTES || bytes[0] !== VERSION) return undefined
  const index = new StoredIndex(bytes)
  return index.isWhole ? index : undefined
}

// Identifiers have no spaces, so that a list is one text.
function textsOf(index: MessageIndex): readonly string[] {
  return [
    index.messageId ?? '',
    index.inReplyTo.join(' '),
    index.references.join(' '),
    index.subject,
    index.baseSubject,
    index.from,
    index.to,
    index.cc,
    index.fromDisplay,
    index.toDisplay,
    index.preview,
  ]
}

const TEXT = {
  messageId: 0,
  inReplyTo: 1,
  references: 2,
  subject: 3,
  baseSubject: 4,
  from: 5,
  to: 6,
  cc: 7,
  fromDisplay: 8,
  toDisplay: 9,
  preview: 10,
}

const TEXTS = Object.keys(TEXT).length

class StoredIndex implements MessageIndex {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #structureStart: number
  readonly #partsStart: number
  readonly #textsStart: number
  #texts: Uint32Array | undefined

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#structureStart = HEAD_BYTES + this.#view.getUint32(8, true)
    this.#partsStart = this.#structureStart + this.#view.getUint32(12, true)
    this.#textsStart = this.#partsStart + this.#view.getUint32(16, true)
  }

  get isWhole(): boolean {
    return this.#textsStart <= this.#bytes.length
  }

  get sizeBytes(): number {
    return this.#view.getFloat64(20, true)
  }

  get headerBytes(): number {
    return this.#view.getUint32(4, true)
  }

  get envelope(): Uint8Array {
    return this.#bytes.subarray(HEAD_BYTES, this.#structureStart)
  }

  get bodyStructure(): Uint8Array {
    return this.#bytes.subarray(this.#structureStart, this.#partsStart)
  }

  get body(): Uint8Array {
    return bodyOfStructure(this.bodyStructure)
  }

  get parts(): IndexedPart {
    return readPart(new ByteReader(this.#bytes.subarray(this.#partsStart, this.#textsStart)))
  }

  get sentAtMs(): number | undefined {
    return this.#has(HAS_DATE) ? this.#view.getFloat64(28, true) : undefined
  }

  get messageId(): string | undefined {
    return this.#text(TEXT.messageId) || undefined
  }

  get inReplyTo(): readonly string[] {
    return split(this.#text(TEXT.inReplyTo))
  }

  get references(): readonly string[] {
    return split(this.#text(TEXT.references))
  }

  get subject(): string {
    return this.#text(TEXT.subject)
  }

  get baseSubject(): string {
    return this.#text(TEXT.baseSubject)
  }

  get isReply(): boolean {
    return this.#has(IS_REPLY)
  }

  get from(): string {
    return this.#text(TEXT.from)
  }

  get to(): string {
    return this.#text(TEXT.to)
  }

  get cc(): string {
    return this.#text(TEXT.cc)
  }

  get fromDisplay(): string {
    return this.#text(TEXT.fromDisplay)
  }

  get toDisplay(): string {
    return this.#text(TEXT.toDisplay)
  }

  get hasAttachment(): boolean {
    return this.#has(HAS_ATTACHMENT)
  }

  get preview(): string {
    return this.#text(TEXT.preview)
  }

  #has(flag: number): boolean {
    return (this.#view.getUint8(1) & flag) !== 0
  }

  // Whoever asks for one text mostly asks for more: where they stand is read once.
  #text(position: number): string {
    this.#texts ??= new ByteReader(this.#bytes, this.#textsStart).places(TEXTS)
    const from = this.#texts[2 * position] ?? 0
    const to = this.#texts[2 * position + 1] ?? 0
    return from === to
      ? ''
      : Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.byteLength).toString('utf8', from, to)
  }
}

function split(ids: string): readonly string[] {
  return ids === '' ? [] : ids.split(' ')
}

function writePart(writer: ByteWriter, part: IndexedPart): void {
  writer.number(part.headerStart)
  writer.number(part.bodyStart - part.headerStart)
  writer.number(part.bodyEnd - part.bodyStart)
  writer.number(part.lines)
  writer.text(part.type)
  writer.text(part.subtype)
  writer.text(part.encoding)
  writer.text(part.charset ?? '')
  writer.text(part.filename ?? '')
  writer.number(part.children.length)
  for (const child of part.children) writePart(writer, child)
}

// Children exist only while there are octets to read: a number that is wrong makes no endless loop.
function readPart(reader: ByteReader): IndexedPart {
  const headerStart = reader.number()
  const bodyStart = headerStart + reader.number()
  const bodyEnd = bodyStart + reader.number()
  const lines = reader.number()
  const [type, subtype, encoding, charset, filename] = [reader.text(), reader.text(), reader.text(), reader.text(), reader.text()]
  const children: IndexedPart[] = []
  for (let count = reader.number(); count > 0 && !reader.atEnd; count--) children.push(readPart(reader))
  return {
    headerStart,
    bodyStart,
    bodyEnd,
    lines,
    type,
    subtype,
    encoding,
    ...(charset === '' ? {} : { charset }),
    ...(filename === '' ? {} : { filename }),
    children,
  }
}
