// What sorting, threads and lists want to know of a message's header (RFC 5256, RFC 5957).

import { baseSubject } from './base-subject.ts'
import { sortKey } from './casemap.ts'
import { parseDate } from './dates.ts'
import { decodeEncodedWords } from './encoded-word.ts'
import type { Envelope, EnvelopeAddress } from './envelope.ts'
import { type HeaderFields, type RawField, rawValue, utf8OrLatin1 } from './header-fields.ts'
import { HEADER_VALUE_CHARACTERS_MAX, INDEX_SUBJECT_CHARACTERS_MAX, REFERENCES_MAX } from './limits.ts'
import { isMessageId } from './message-id.ts'
import type { MessageIndex } from './message-index.ts'

export type IndexFacts = Pick<
  MessageIndex,
  | 'sentAtMs'
  | 'messageId'
  | 'inReplyTo'
  | 'references'
  | 'subject'
  | 'baseSubject'
  | 'isReply'
  | 'from'
  | 'to'
  | 'cc'
  | 'fromDisplay'
  | 'toDisplay'
>

/** The envelope has been read of the same header already. */
export function indexFacts(header: HeaderFields, envelope: Envelope): IndexFacts {
  const subject = oneLine(decoded(envelope.subject ?? ''))
    .slice(0, INDEX_SUBJECT_CHARACTERS_MAX)
    .toWellFormed()
  const base = baseSubject(subject)
  return {
    sentAtMs: envelope.date === undefined ? undefined : parseDate(envelope.date),
    messageId: messageIds(envelope.messageId)[0],
    inReplyTo: bounded(messageIds(envelope.inReplyTo)),
    references: bounded(messageIds(referencesOf(header))),
    subject,
    baseSubject: sortKey(base.text),
    isReply: base.isReply,
    from: mailboxKey(envelope.from),
    to: mailboxKey(envelope.to),
    cc: mailboxKey(envelope.cc),
    fromDisplay: displayName(envelope.from),
    toDisplay: displayName(envelope.to),
  }
}

function referencesOf(header: HeaderFields): string | undefined {
  const field = header.fields.find(isReferences)
  return field === undefined ? undefined : rawValue(header, field)
}

function isReferences({ name }: RawField): boolean {
  return name.length === 10 && name.toLowerCase() === 'references'
}

const MESSAGE_ID = /<([^<>]+)>/g

/** With brackets, in one spelling each: quotes that are not needed make no other identifier (RFC 5256 §3). */
function messageIds(value: string | undefined): readonly string[] {
  const found: string[] = []
  for (const [, inner = ''] of value?.matchAll(MESSAGE_ID) ?? []) {
    const id = /[\s"]/.test(inner) ? inner.replace(/\s+/g, '').replace(/^"([\w.!#$%&'*+/=?^`{|}~-]+)"@/, '$1@') : inner
    if (isMessageId(id)) found.push(`<${utf8OrLatin1(id)}>`)
  }
  return found
}

// The first is the root of the thread; the last ones are the nearest parents.
function bounded(ids: readonly string[]): readonly string[] {
  const [first] = ids
  return ids.length <= REFERENCES_MAX || first === undefined ? ids : [first, ...ids.slice(1 - REFERENCES_MAX)]
}

/** Of the envelope's octets: text for people. */
function decoded(octets: string): string {
  return decodeEncodedWords(utf8OrLatin1(octets.slice(0, HEADER_VALUE_CHARACTERS_MAX)))
}

function oneLine(text: string): string {
  return NOT_ONE_LINE.test(text) ? text.replace(/[\s\u0000-\u001f\u007f]+/g, ' ').trim() : text.trim()
}

// White space other than single spaces, and controls.
const NOT_ONE_LINE = / {2}|[^\S ]|[\u0000-\u001f\u007f]/

// RFC 5256 §3 sorts by addr-mailbox: of a group that is its name.
function mailboxKey([first]: readonly EnvelopeAddress[]): string {
  return sortKey(utf8OrLatin1((first?.mailbox ?? '').slice(0, NAME_CHARACTERS_MAX)))
}

// RFC 5957 §3: the display name, else the address; a group has its name.
function displayName([first]: readonly EnvelopeAddress[]): string {
  if (first === undefined) return ''
  const name = first.name === undefined ? '' : oneLine(decoded(first.name))
  const { mailbox = '', host } = first
  const shown = name === '' ? oneLine(decoded(host === undefined ? mailbox : `${mailbox}@${host}`)) : name
  return shown.slice(0, NAME_CHARACTERS_MAX).toWellFormed()
}

/** A name that is longer tells nothing more. */
const NAME_CHARACTERS_MAX = 320
