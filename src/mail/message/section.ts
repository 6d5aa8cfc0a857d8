// The sections of a message that IMAP speaks of, `BODY[2.1.HEADER]` (RFC 3501 §6.4.5): from part numbers to places in the content.

import type { IndexedPart } from './message-index.ts'

/** `part` is empty for the message itself. HEADER.FIELDS and HEADER.FIELDS.NOT are `header`, cut by `headerFieldsOf`. */
export interface Section {
  readonly part: readonly number[]
  /** Nothing: the whole message, or the body of the part. `mime` needs a part. */
  readonly text?: 'header' | 'text' | 'mime'
}

/** Offsets in the content. */
export interface SectionRange {
  readonly start: number
  readonly end: number
  /** The lines that a mailbox puts before the content (Return-Path, Delivered-To) stand before this range. */
  readonly withPrefix: boolean
}

/** Where a section stands; `absent` is answered with NIL. */
export function resolveSection(root: IndexedPart, { part: path, text }: Section): SectionRange | 'absent' {
  if (path.length === 0) return ofMessage(root, text, { withPrefix: true })
  const part = descend(root, path)
  if (part === undefined) return 'absent'
  if (text === undefined) return { start: part.bodyStart, end: part.bodyEnd, withPrefix: false }
  if (text === 'mime') return { start: part.headerStart, end: part.bodyStart, withPrefix: false }
  // RFC 3501 §6.4.5: HEADER and TEXT of a part are those of the message inside it.
  const inner = messageInside(part)
  return inner === undefined ? 'absent' : ofMessage(inner, text, { withPrefix: false })
}

/** The part of a path, for BINARY and what else needs to know its encoding; the message itself has none. */
export function partAt(root: IndexedPart, path: readonly number[]): IndexedPart | undefined {
  return path.length === 0 ? undefined : descend(root, path)
}

/** `<offset.count>`: octets of a section with its prefix. Beyond the end there is the empty string, not NIL. */
export function partialRange(sizeBytes: number, { offset, count }: { readonly offset: number; readonly count: number }) {
  const start = Math.min(offset, sizeBytes)
  return { start, end: Math.min(start + count, sizeBytes) }
}

function ofMessage(
  message: IndexedPart,
  text: Section['text'],
  { withPrefix }: { readonly withPrefix: boolean },
): SectionRange | 'absent' {
  if (text === 'mime') return 'absent'
  const start = text === 'text' ? message.bodyStart : message.headerStart
  const end = text === 'header' ? message.bodyStart : message.bodyEnd
  return { start, end, withPrefix: withPrefix && text !== 'text' }
}

// A number names a part of a multipart; in a message that is none, 1 is its body (RFC 3501 §6.4.5). A message inside a part is not
// a step of its own: its parts are numbered as the part's.
function descend(root: IndexedPart, path: readonly number[]): IndexedPart | undefined {
  let part: IndexedPart | undefined = root
  let isMessage = true
  for (const number of path) {
    if (!isMessage && part?.type !== 'multipart') {
      part = part === undefined ? undefined : messageInside(part)
      isMessage = true
    }
    if (part === undefined) return undefined
    if (part.type === 'multipart') part = part.children[number - 1]
    else if (number !== 1) return undefined
    isMessage = false
  }
  return part
}

function messageInside(part: IndexedPart): IndexedPart | undefined {
  return part.type === 'message' ? part.children[0] : undefined
}
