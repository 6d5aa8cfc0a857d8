// What the server wants to know about a message from its header, read once while the message comes in.

import { firstMailbox } from './address-list.ts'
import { parseDate } from './dates.ts'
import { decodeEncodedWords } from './encoded-word.ts'
import { type HeaderFields, type RawField, rawValue, readFields, textValue } from './header-fields.ts'
import { DELIVERED_TO_MAX, HEADER_VALUE_CHARACTERS_MAX, LINE_OCTETS_MAX, SUBJECT_CHARACTERS_MAX } from './limits.ts'
import { parseMessageId } from './message-id.ts'

/** What is wrong with the header. None of these stops the mail; policy and the journey may speak of them. */
export type HeaderProblem =
  | 'stray-line'
  | 'too-many-fields'
  | 'duplicate-field'
  | 'long-line'
  | 'bare-cr-or-lf'
  | 'nul'
  | 'missing-from'
  | 'missing-date'
  | 'bad-date'
  | 'bad-message-id'

export interface HeaderFacts {
  /** Without angle brackets. */
  readonly messageId?: string
  /** Decoded, one line, at most 200 characters. */
  readonly subject?: string
  /** The address of the first author, as it compares (`bob@example.org`), or the raw text if it is no address. */
  readonly from?: string
  /** The name the first author goes by. */
  readonly fromName?: string
  readonly dateMs?: number
  readonly receivedCount: number
  /** In the order of the header: the last hop first. */
  readonly deliveredTo: readonly string[]
  readonly hasDate: boolean
  readonly hasMessageId: boolean
  readonly hasBcc: boolean
  readonly hasReturnPath: boolean
  /** The value of Auto-Submitted other than "no" (RFC 3834 §5): never answered automatically. */
  readonly autoSubmitted?: string
  /** The header has octets above 127: with ASCII addresses too it needs SMTPUTF8 to be passed on (RFC 6532). */
  readonly eightBit: boolean
  /** The header and its blank line. */
  readonly bytesLength: number
  readonly problems: readonly HeaderProblem[]
}

/** Reads the facts from a whole header as {@link HeaderScanner} gives it. */
export function headerFacts(header: Uint8Array): HeaderFacts {
  return factsOf(readFields(header))
}

type Draft = { -readonly [K in keyof HeaderFacts]: HeaderFacts[K] } & { deliveredTo: string[]; problems: HeaderProblem[] }
type Reader = (draft: Draft, header: HeaderFields, field: RawField) => void

/** The same for fields already cut. */
export function factsOf(header: HeaderFields): HeaderFacts {
  const draft: Draft = {
    receivedCount: 0,
    deliveredTo: [],
    hasDate: false,
    hasMessageId: false,
    hasBcc: false,
    hasReturnPath: false,
    eightBit: /[\u0080-\u00ff]/.test(header.text),
    bytesLength: header.text.length,
    problems: syntaxProblems(header),
  }
  const seen = new Set<Reader>()
  for (const field of header.fields) {
    const reader = readerOf(field.name)
    if (reader === undefined) continue
    if (ONCE.has(reader) && seen.has(reader)) {
      note(draft, 'duplicate-field')
      continue
    }
    seen.add(reader)
    reader(draft, header, field)
  }
  if (!seen.has(readFrom)) note(draft, 'missing-from')
  if (!draft.hasDate) note(draft, 'missing-date')
  return draft
}

const readSubject: Reader = (draft, header, field) => {
  const value = textValue(header, field).slice(0, HEADER_VALUE_CHARACTERS_MAX)
  draft.subject = truncated(oneLine(decodeEncodedWords(value)), SUBJECT_CHARACTERS_MAX)
}

const readFrom: Reader = (draft, header, field) => {
  const mailbox = firstMailbox(textValue(header, field).slice(0, HEADER_VALUE_CHARACTERS_MAX))
  if (mailbox === undefined) return
  draft.from = truncated(oneLine(mailbox.address), SUBJECT_CHARACTERS_MAX)
  if (mailbox.name !== undefined) draft.fromName = truncated(oneLine(mailbox.name), SUBJECT_CHARACTERS_MAX)
}

const readDate: Reader = (draft, header, field) => {
  draft.hasDate = true
  const dateMs = parseDate(rawValue(header, field))
  if (dateMs === undefined) note(draft, 'bad-date')
  else draft.dateMs = dateMs
}

const readMessageId: Reader = (draft, header, field) => {
  draft.hasMessageId = true
  const messageId = parseMessageId(textValue(header, field))
  if (messageId === undefined) note(draft, 'bad-message-id')
  else draft.messageId = messageId
}

const readReceived: Reader = (draft) => {
  draft.receivedCount++
}

const readDeliveredTo: Reader = (draft, header, field) => {
  if (draft.deliveredTo.length < DELIVERED_TO_MAX) draft.deliveredTo.push(oneLine(textValue(header, field)).slice(0, 512))
}

const readBcc: Reader = (draft) => {
  draft.hasBcc = true
}

const readReturnPath: Reader = (draft) => {
  draft.hasReturnPath = true
}

const readAutoSubmitted: Reader = (draft, header, field) => {
  const value = /^[a-z-]+/i.exec(rawValue(header, field))?.[0].toLowerCase()
  if (value !== undefined && value !== 'no') draft.autoSubmitted = value
}

const READERS = new Map<string, Reader>([
  ['subject', readSubject],
  ['from', readFrom],
  ['date', readDate],
  ['message-id', readMessageId],
  ['received', readReceived],
  ['delivered-to', readDeliveredTo],
  ['bcc', readBcc],
  ['resent-bcc', readBcc],
  ['return-path', readReturnPath],
  ['auto-submitted', readAutoSubmitted],
])

// RFC 5322 §3.6: at most one of each; the first one counts.
const ONCE = new Set<Reader>([readSubject, readFrom, readDate, readMessageId])

// Most names are none of ours: their lengths tell without lower-casing them.
const LENGTHS = new Set([...READERS.keys()].map((name) => name.length))

function readerOf(name: string): Reader | undefined {
  return LENGTHS.has(name.length) ? READERS.get(name.toLowerCase()) : undefined
}

function syntaxProblems(header: HeaderFields): HeaderProblem[] {
  const problems: HeaderProblem[] = []
  if (header.strayLines > 0) problems.push('stray-line')
  if (header.truncated) problems.push('too-many-fields')
  if (hasLongLine(header)) problems.push('long-line')
  if (hasBareLineEnd(header.text)) problems.push('bare-cr-or-lf')
  if (header.text.includes('\u0000')) problems.push('nul')
  return problems
}

// Only a field longer than the limit can hold such a line, and few are.
function hasLongLine({ text, fields }: HeaderFields): boolean {
  return fields.some(
    ({ start, end }) =>
      end - start > LINE_OCTETS_MAX + 2 &&
      text
        .slice(start, end)
        .split('\r\n')
        .some((line) => line.length > LINE_OCTETS_MAX),
  )
}

function hasBareLineEnd(text: string): boolean {
  return /\r(?!\n)|(?<!\r)\n/.test(text)
}

function note(draft: Draft, problem: HeaderProblem): void {
  if (!draft.problems.includes(problem)) draft.problems.push(problem)
}

// Controls of either half of Latin-1 and separators would end the line or steer a terminal; marks of direction disguise it.
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g
const DIRECTIONS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

function oneLine(text: string): string {
  return text.replace(CONTROLS, ' ').replace(DIRECTIONS, '')
}

// Never in the middle of a surrogate pair.
function truncated(text: string, charactersMax: number): string {
  if (text.length <= charactersMax) return text.isWellFormed() ? text : text.toWellFormed()
  const cut = text.slice(0, charactersMax - 1)
  return `${/[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut}…`.toWellFormed()
}
