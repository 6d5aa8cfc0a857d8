// What IMAP calls the envelope of a message (RFC 3501 §7.4.2): its header's own words, undecoded.

import { parseEnvelopeAddresses } from './envelope-address.ts'
import { type HeaderFields, rawValue } from './header-fields.ts'
import { ENVELOPE_ADDRESSES_MAX } from './limits.ts'

/** Octets, one character each, unfolded: what a header says, with encoded words left as they are. */
type Octets = string

/**
 * A mailbox; or where a group begins (only `mailbox`, which is the group's name) and ends (nothing at all).
 */
export interface EnvelopeAddress {
  readonly name?: Octets
  /** A source route, `@a,@b`. */
  readonly route?: Octets
  readonly mailbox?: Octets
  readonly host?: Octets
}

export interface Envelope {
  readonly date?: Octets
  readonly subject?: Octets
  readonly from: readonly EnvelopeAddress[]
  /** The author where the header names no sender. */
  readonly sender: readonly EnvelopeAddress[]
  /** The author where the header says nothing else. */
  readonly replyTo: readonly EnvelopeAddress[]
  readonly to: readonly EnvelopeAddress[]
  readonly cc: readonly EnvelopeAddress[]
  readonly bcc: readonly EnvelopeAddress[]
  readonly inReplyTo?: Octets
  readonly messageId?: Octets
}

type AddressField = 'from' | 'sender' | 'replyTo' | 'to' | 'cc' | 'bcc'

const ADDRESS_FIELDS = new Map<string, AddressField>([
  ['from', 'from'],
  ['sender', 'sender'],
  ['reply-to', 'replyTo'],
  ['to', 'to'],
  ['cc', 'cc'],
  ['bcc', 'bcc'],
])

type TextField = 'date' | 'subject' | 'inReplyTo' | 'messageId'

const TEXT_FIELDS = new Map<string, TextField>([
  ['date', 'date'],
  ['subject', 'subject'],
  ['in-reply-to', 'inReplyTo'],
  ['message-id', 'messageId'],
])

const NAME_CHARACTERS_MAX = Math.max(...[...ADDRESS_FIELDS.keys(), ...TEXT_FIELDS.keys()].map((name) => name.length))

type Draft = { -readonly [K in keyof Envelope]: Envelope[K] }

/** Never refuses anything. Of a field that stands more than once the first with a value counts; recipients are put together. */
export function envelopeOf(header: HeaderFields): Envelope {
  const draft: Draft = { from: [], sender: [], replyTo: [], to: [], cc: [], bcc: [] }
  for (const field of header.fields) {
    if (field.name.length > NAME_CHARACTERS_MAX) continue
    const name = field.name.toLowerCase()
    const text = TEXT_FIELDS.get(name)
    if (text !== undefined) draft[text] ??= rawValue(header, field)
    const list = ADDRESS_FIELDS.get(name)
    if (list !== undefined) addAddresses(draft, list, rawValue(header, field))
  }
  // RFC 3501 §7.4.2: the server sets these; a client need not know.
  if (draft.sender.length === 0) draft.sender = draft.from
  if (draft.replyTo.length === 0) draft.replyTo = draft.from
  return draft
}

function addAddresses(draft: Draft, list: AddressField, value: string): void {
  if (value === '') return
  const known = draft[list]
  if (known.length === 0) draft[list] = parseEnvelopeAddresses(value)
  else if (known.length < ENVELOPE_ADDRESSES_MAX) draft[list] = [...known, ...parseEnvelopeAddresses(value)]
}
