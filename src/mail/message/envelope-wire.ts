// ENVELOPE as IMAP writes it (RFC 3501 §7.4.2, RFC 9051 §7.5.2).

import type { Envelope, EnvelopeAddress } from './envelope.ts'
import { wireNString } from './wire.ts'

/** The envelope of a message that cannot be read: a place for each member, and nothing in it. */
export const EMPTY_ENVELOPE = '(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)'

/** One character per octet. */
export function writeEnvelope(envelope: Envelope): string {
  const from = addressList(envelope.from)
  // Most messages have neither field: then these are the very list of the author.
  const sender = envelope.sender === envelope.from ? from : addressList(envelope.sender)
  const replyTo = envelope.replyTo === envelope.from ? from : addressList(envelope.replyTo)
  const people = `${from} ${sender} ${replyTo} ${addressList(envelope.to)} ${addressList(envelope.cc)} ${addressList(envelope.bcc)}`
  const head = `${wireNString(envelope.date)} ${wireNString(envelope.subject)}`
  return `(${head} ${people} ${wireNString(envelope.inReplyTo)} ${wireNString(envelope.messageId)})`
}

function addressList(addresses: readonly EnvelopeAddress[]): string {
  if (addresses.length === 0) return 'NIL'
  let list = '('
  for (const { name, route, mailbox, host } of addresses) {
    list += `(${wireNString(name)} ${wireNString(route)} ${wireNString(mailbox)} ${wireNString(host)})`
  }
  return `${list})`
}
