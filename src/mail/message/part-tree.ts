// The tree of parts while it grows: which parts are open, which boundaries are waited for, and where the limits cut.
// structure.ts feeds it with lines.

import { type HeaderFields, readFields, withLineEnds } from './header-fields.ts'
import { BOUNDARY_CHARACTERS_MAX, DETAILS_BYTES_MAX, MIME_DEPTH_MAX, MIME_PARTS_MAX, PLAIN_HEADER_BYTES_MAX } from './limits.ts'
import { type MediaType, type Parameterised, parseMediaType, parseParameterised } from './media-type.ts'
import { ContentFields, detailsOf, NO_DETAILS, withEnvelope } from './part-details.ts'
import type { Part, Structure } from './structure.ts'

/** A boundary line that was recognised: of the open part at `index`, and whether it closes it. */
export interface Boundary {
  readonly index: number
  readonly closing: boolean
}

interface Line {
  readonly start: number
  readonly end: number
  readonly newline: number
}

type Draft = { -readonly [K in keyof Part]: Part[K] } & { children: Draft[] }

interface OpenPart {
  readonly part: Draft
  /** Line ends seen when the body began. */
  newlinesBefore: number
  /** Set while a multipart waits for its boundaries. */
  boundary: string | undefined
  /** An outer part waiting for the same boundary. */
  shadowed: number | undefined
}

const NONE: ReadonlyMap<string, string> = new Map()
const OPAQUE: MediaType = { type: 'application', subtype: 'octet-stream', parameters: NONE, written: NONE }
const TEXT: MediaType = { type: 'text', subtype: 'plain', parameters: NONE, written: NONE }
const MESSAGE: MediaType = { type: 'message', subtype: 'rfc822', parameters: NONE, written: NONE }

// Only these can hold a message that is still there octet for octet (RFC 2046 §5.2.1).
const IDENTITY = new Set(['7bit', '8bit', 'binary'])

export class PartTree {
  readonly #open: OpenPart[] = []
  readonly #boundaries = new Map<string, number>()
  readonly #root: Draft
  #inHeader = true
  #partCount = 0
  #newlines = 0
  #previousNewline = 0
  #previousEmpty = true
  #truncated = false
  #missingEnd = false
  #header: HeaderFields | undefined
  #detailsBytes = 0
  #plain: Draft | undefined
  #html: Draft | undefined

  constructor() {
    this.#root = this.#begin(0)
  }

  get header(): HeaderFields | undefined {
    return this.#header
  }

  textBody(subtype: 'plain' | 'html'): Part | undefined {
    return subtype === 'plain' ? this.#plain : this.#html
  }

  get inHeader(): boolean {
    return this.#inHeader
  }

  get hasBoundaries(): boolean {
    return this.#boundaries.size > 0
  }

  /** Compares whole lines: a boundary that is the beginning of another is not mistaken for it (RFC 2046 §5.1.2). */
  match(text: string): Boundary | undefined {
    const line = text.replace(/[ \t]{1,20}$/, '')
    const index = this.#boundaries.get(line)
    if (index !== undefined) return { index, closing: false }
    const closed = line.endsWith('--') ? this.#boundaries.get(line.slice(0, -2)) : undefined
    return closed === undefined ? undefined : { index: closed, closing: true }
  }

  /** A line that means nothing to the tree. */
  passLine({ newline, empty }: { readonly newline: number; readonly empty: boolean }): void {
    if (newline > 0) this.#newlines++
    this.#previousNewline = newline
    this.#previousEmpty = empty
  }

  boundaryLine({ index, closing }: Boundary, line: Line, header: Uint8Array): void {
    if (this.#inHeader) this.#describe(header)
    this.#closeAbove(index, line.start)
    this.passLine({ newline: line.newline, empty: false })
    const multipart = this.#open[index]
    if (multipart === undefined) return
    this.#inHeader = false
    if (closing) this.#forget(multipart, index)
    else if (this.#partCount >= MIME_PARTS_MAX - 1) this.#takeRest(multipart.part, line.end)
    else {
      multipart.part.children.push(this.#begin(line.end))
      this.#inHeader = true
    }
  }

  /** The blank line behind a part's header. */
  headerEnd(line: Line, header: Uint8Array): void {
    this.passLine({ newline: line.newline, empty: true })
    this.#describe(header)
    const open = this.#open.at(-1)
    if (open === undefined) return
    const { part } = open
    part.bodyStart = line.end
    open.newlinesBefore = this.#newlines
    this.#inHeader = false
    if (part.mediaType.type === 'multipart') this.#expectParts(open)
    else if (part.mediaType.type === 'text') this.#considerText(part)
    else if (isMessage(part.mediaType)) this.#expectMessage(part, line.end)
  }

  // The first text of each kind that is no attachment and in no message inside this one.
  #considerText(part: Draft): void {
    const { subtype } = part.mediaType
    if (subtype !== 'html' ? this.#plain !== undefined : this.#html !== undefined) return
    if (part.disposition?.value === 'attachment' || this.#open.some((open) => isMessage(open.part.mediaType))) return
    if (subtype === 'html') this.#html = part
    else this.#plain = part
  }

  finish(sizeBytes: number, header: Uint8Array): Structure {
    if (this.#inHeader) this.#describe(header)
    while (this.#open.length > 0) this.#close(sizeBytes, { atBoundary: false })
    return { root: this.#root, sizeBytes, partCount: this.#partCount, truncated: this.#truncated, missingEnd: this.#missingEnd }
  }

  #begin(headerStart: number, mediaType = TEXT): Draft {
    const bodyStart = -1
    const part: Draft = {
      headerStart,
      bodyStart,
      bodyEnd: -1,
      mediaType,
      encoding: '7bit',
      details: NO_DETAILS,
      lines: 0,
      opaque: false,
      children: [],
    }
    this.#open.push({ part, newlinesBefore: this.#newlines, boundary: undefined, shadowed: undefined })
    this.#partCount++
    return part
  }

  #describe(bytes: Uint8Array): void {
    const index = this.#open.length - 1
    const part = this.#open[index]?.part
    if (part === undefined) return
    const parent = this.#open[index - 1]?.part.mediaType
    const digest = parent?.type === 'multipart' && parent.subtype === 'digest'
    if (index > 0) this.#detailsBytes += bytes.length
    const detailed = this.#detailsBytes <= DETAILS_BYTES_MAX
    // Values are slices of their header and keep all of it in memory.
    const header = readFields(withLineEnds(detailed ? bytes : bytes.subarray(0, PLAIN_HEADER_BYTES_MAX)))
    const fields = new ContentFields(header)
    describe(part, fields, digest ? MESSAGE : TEXT)
    if (index === 0) this.#header = header
    if (!detailed) return
    part.details = detailsOf(fields, { type: part.mediaType.written, disposition: part.disposition?.written })
    if (parent !== undefined && isMessage(parent)) part.details = withEnvelope(part.details, header)
  }

  #expectParts(open: OpenPart): void {
    const boundary = open.part.mediaType.parameters.get('boundary')?.trimEnd() ?? ''
    // A transfer encoding other than identity is forbidden here (RFC 2045 §6.4), sometimes claimed, and never applied.
    if (boundary === '' || boundary.length > BOUNDARY_CHARACTERS_MAX) {
      open.part.opaque = true
      return
    }
    if (this.#isTooDeep(open.part)) return
    open.boundary = octetsOf(boundary)
    open.shadowed = this.#boundaries.get(open.boundary)
    this.#boundaries.set(open.boundary, this.#open.length - 1)
  }

  #expectMessage(part: Draft, start: number): void {
    if (!IDENTITY.has(part.encoding)) part.opaque = true
    else if (this.#partCount >= MIME_PARTS_MAX) {
      part.opaque = true
      this.#truncated = true
    } else if (!this.#isTooDeep(part)) {
      part.children.push(this.#begin(start))
      this.#inHeader = true
    }
  }

  #isTooDeep(part: Draft): boolean {
    if (this.#open.length < MIME_DEPTH_MAX) return false
    part.opaque = true
    this.#truncated = true
    return true
  }

  // The last part there may be takes everything to the end of the message, further boundaries included.
  #takeRest(multipart: Draft, start: number): void {
    const rest = this.#begin(start, OPAQUE)
    rest.bodyStart = start
    rest.opaque = true
    multipart.children.push(rest)
    this.#boundaries.clear()
    for (const open of this.#open) open.boundary = undefined
    this.#truncated = true
  }

  #closeAbove(index: number, lineStart: number): void {
    const end = Math.max(0, lineStart - this.#previousNewline)
    while (this.#open.length > index + 1) this.#close(end, { atBoundary: true })
  }

  #close(end: number, { atBoundary }: { readonly atBoundary: boolean }): void {
    const open = this.#open.pop()
    if (open === undefined) return
    const { part } = open
    if (open.boundary !== undefined) {
      this.#missingEnd = true
      this.#forget(open, this.#open.length)
    }
    // A header that never ended has an empty body behind it.
    if (part.bodyStart < 0) part.bodyStart = Math.max(part.headerStart, end)
    part.bodyEnd = Math.max(part.bodyStart, end)
    if (part.bodyEnd > part.bodyStart) part.lines = this.#linesSince(open, { atBoundary })
  }

  // The line end before a boundary belongs to the boundary, so the last line counts only if something stands in it.
  #linesSince({ newlinesBefore }: OpenPart, { atBoundary }: { readonly atBoundary: boolean }): number {
    const newlines = this.#newlines - newlinesBefore
    if (atBoundary) return newlines - (this.#previousEmpty ? 1 : 0)
    return newlines + (this.#previousNewline === 0 ? 1 : 0)
  }

  #forget(open: OpenPart, index: number): void {
    if (open.boundary !== undefined && this.#boundaries.get(open.boundary) === index) {
      if (open.shadowed === undefined) this.#boundaries.delete(open.boundary)
      else this.#boundaries.set(open.boundary, open.shadowed)
    }
    open.boundary = undefined
  }
}

function isMessage({ type, subtype }: MediaType): boolean {
  return type === 'message' && (subtype === 'rfc822' || subtype === 'global')
}

function describe(part: Draft, fields: ContentFields, missing: MediaType): void {
  const contentType = fields.text('content-type')
  part.mediaType = contentType === undefined ? missing : parseMediaType(contentType)
  const encoding = parseParameterised(fields.text('content-transfer-encoding') ?? '').value
  if (encoding !== '') part.encoding = encoding
  const disposition = dispositionOf(fields.text('content-disposition'))
  if (disposition !== undefined) part.disposition = disposition
  const contentId = fields.text('content-id')
  if (contentId !== undefined) part.contentId = contentId
  const description = fields.text('content-description')
  if (description !== undefined) part.description = description
}

function dispositionOf(field: string | undefined): Parameterised | undefined {
  const disposition = field === undefined ? undefined : parseParameterised(field)
  return disposition === undefined || disposition.value === '' ? undefined : disposition
}

// Lines are compared as octets.
function octetsOf(text: string): string {
  return /[^\u0000-\u007f]/.test(text) ? Buffer.from(text, 'utf8').toString('latin1') : text
}
