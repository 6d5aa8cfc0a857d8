// What is asked of messages again and again, one value of each: for searching, sorting and threads.

import { type MessageIndex, parseZonedDate, sortKey } from '../../../mail/message/message.ts'
import type { MessageFact } from '../../mailbox/mailbox.ts'
import { type EnvelopeTexts, readEnvelope } from './search-envelope.ts'
import { comparable } from './search-text.ts'

export type NumberColumn =
  | 'sizeBytes'
  | 'internalMs'
  /** Days since 1970-01-01 in the zone the date was given in. */
  | 'internalDay'
  | 'savedDay'
  /** NaN: no Date field that can be read. */
  | 'sentMs'
  | 'sentDay'
  /** 1 or 0. */
  | 'isReply'

export type TextColumn =
  | 'emailId'
  | 'threadId'
  // As a search compares them.
  | 'subject'
  | 'from'
  | 'to'
  | 'cc'
  | 'bcc'
  | 'messageIdText'
  | 'inReplyToText'
  // To sort by (RFC 5256 §2.1, §3; RFC 5957).
  | 'baseSubject'
  | 'fromKey'
  | 'toKey'
  | 'ccKey'
  | 'fromName'
  | 'toName'
  // For threads; identifiers with a space between them.
  | 'messageId'
  | 'references'
  | 'inReplyTo'

export type Column = NumberColumn | TextColumn

/** A message with what its columns are made of. */
export class Described {
  readonly row: MessageFact
  readonly #index: MessageIndex | undefined
  #envelope: EnvelopeTexts | undefined

  /** The index may be left out where no column asks for it. */
  constructor(row: MessageFact, index: MessageIndex | undefined) {
    this.row = row
    this.#index = index
  }

  get index(): MessageIndex {
    if (this.#index === undefined) throw new Error('a column was asked for that needs the index')
    return this.#index
  }

  get envelope(): EnvelopeTexts {
    this.#envelope ??= readEnvelope(this.index.envelope)
    return this.#envelope
  }
}

const DAY_MS = 24 * 60 * 60 * 1000

function dayOf(ms: number, zoneMinutes = 0): number {
  return Math.floor((ms + zoneMinutes * 60_000) / DAY_MS)
}

function sentDay({ envelope }: Described): number {
  const sent = envelope.date === undefined ? undefined : parseZonedDate(envelope.date)
  return sent ? dayOf(sent.ms, sent.zoneMinutes) : Number.NaN
}

export const NUMBERS: Readonly<Record<NumberColumn, (message: Described) => number>> = {
  sizeBytes: ({ row }) => row.sizeBytes,
  internalMs: ({ row }) => row.internalDateMs,
  internalDay: ({ row }) => dayOf(row.internalDateMs, row.zoneMinutes),
  savedDay: ({ row }) => dayOf(row.savedAtMs),
  sentMs: ({ index }) => index.sentAtMs ?? Number.NaN,
  sentDay,
  isReply: ({ index }) => (index.isReply ? 1 : 0),
}

/** One line each. */
export const TEXTS: Readonly<Record<TextColumn, (message: Described) => string>> = {
  emailId: ({ row }) => row.emailId,
  threadId: ({ row }) => row.threadId ?? '',
  subject: ({ index }) => comparable(index.subject),
  from: ({ envelope }) => comparable(envelope.from),
  to: ({ envelope }) => comparable(envelope.to),
  cc: ({ envelope }) => comparable(envelope.cc),
  bcc: ({ envelope }) => comparable(envelope.bcc),
  messageIdText: ({ envelope }) => comparable(envelope.messageId ?? ''),
  inReplyToText: ({ envelope }) => comparable(envelope.inReplyTo ?? ''),
  baseSubject: ({ index }) => index.baseSubject,
  fromKey: ({ index }) => index.from,
  toKey: ({ index }) => index.to,
  ccKey: ({ index }) => index.cc,
  fromName: ({ index }) => sortKey(index.fromDisplay),
  toName: ({ index }) => sortKey(index.toDisplay),
  messageId: ({ index }) => index.messageId ?? '',
  references: ({ index }) => index.references.join(' '),
  inReplyTo: ({ index }) => index.inReplyTo.join(' '),
}

const OF_ROW: ReadonlySet<Column> = new Set<Column>(['sizeBytes', 'internalMs', 'internalDay', 'savedDay', 'emailId', 'threadId'])

export function needsIndex(column: Column): boolean {
  return !OF_ROW.has(column)
}

/** What most clients ask for sooner or later is read together with whatever needs the index: reading that is the dear part. */
export const USUAL: readonly Column[] = [
  ...(['subject', 'from', 'to', 'cc'] as const),
  ...(['baseSubject', 'fromKey', 'sentMs', 'internalMs', 'sizeBytes'] as const),
  ...(['messageId', 'references', 'inReplyTo', 'isReply'] as const),
]

export function isNumber(column: Column): column is NumberColumn {
  return column in NUMBERS
}
