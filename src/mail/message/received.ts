// The Received field we put before every message we take (RFC 5321 §4.4): who said hello, from where, to whom, how and when.

import { assert } from '../../ground/assert.ts'
import { formatAddressLiteral } from './address-literal.ts'
import { formatDate } from './dates.ts'
import { folded, isHeaderSafe } from './field.ts'

/** The registered names of `with` (RFC 3848, RFC 6531 §4.3), and our own for what did not come by SMTP. */
export type ReceivedProtocol =
  | 'SMTP'
  | 'ESMTP'
  | 'ESMTPA'
  | 'ESMTPS'
  | 'ESMTPSA'
  | 'UTF8SMTP'
  | 'UTF8SMTPA'
  | 'UTF8SMTPS'
  | 'UTF8SMTPSA'
  | 'LMTP'
  | 'LMTPA'
  | 'LMTPS'
  | 'LMTPSA'
  | 'UTF8LMTP'
  | 'UTF8LMTPA'
  | 'UTF8LMTPS'
  | 'UTF8LMTPSA'
  | 'HTTP'
  | 'local'

export interface Received {
  /** What the peer called itself. Anything but a name or a literal goes into a comment. */
  readonly helo?: string
  /** The peer's IP address as the socket gives it. */
  readonly peerAddress?: string
  /** The peer's name by reverse DNS, when it was asked for and checked. */
  readonly peerName?: string
  /** Our own name. */
  readonly hostname: string
  readonly protocol: ReceivedProtocol
  /** The queue id, so that a line in somebody's message leads to the journey. */
  readonly id: string
  /** The recipient, only when there is exactly one: a second one would be told of the first (RFC 5321 §7.2). */
  readonly for?: string
  readonly at: number
  readonly tls?: { readonly version: string; readonly cipher: string }
}

// A domain, a literal, or one of the names people give their machines.
const NAME = /^(?:[\w.-]+|\[[0-9A-Za-z:.]+\])$/

/** The whole field, folded, ending in CRLF. */
export function receivedHeader(received: Received): string {
  const lines: string[] = []
  const from = fromClause(received)
  if (from !== undefined) lines.push(from)
  assert(NAME.test(received.hostname), 'our own host name is no name')
  assert(/^[\w.-]+$/.test(received.id), 'the id is no atom')
  lines.push(`by ${received.hostname} with ${received.protocol} id ${received.id}`)
  if (received.for !== undefined) lines.push(`for <${received.for}>`)
  if (received.tls) lines.push(tlsClause(received.tls))
  lines[lines.length - 1] += ';'
  lines.push(formatDate(received.at))
  return folded('Received', lines)
}

function fromClause({ helo, peerAddress, peerName }: Received): string | undefined {
  const literal = peerAddress === undefined ? undefined : formatAddressLiteral(peerAddress)
  if (helo === undefined && literal === undefined) return undefined
  assert(helo === undefined || isHeaderSafe(helo), 'a control character in the name the peer gave')
  const named = helo !== undefined && helo.length <= 255 && NAME.test(helo)
  const facts: string[] = []
  if (helo !== undefined && !named) facts.push(`said ${comment(helo)}`)
  if (peerName !== undefined) facts.push(comment(peerName))
  if (literal !== undefined) facts.push(literal)
  const name = named ? helo : (literal ?? 'unknown')
  return facts.length > 0 ? `from ${name} (${facts.join(' ')})` : `from ${name}`
}

// RFC 8314 §4.3: the clause `tls` with the name of the cipher suite.
function tlsClause({ version, cipher }: { version: string; cipher: string }): string {
  return `tls ${cipher.replace(/[^\w-]/g, '-')} (${comment(version)})`
}

// Octets above 127 would make a header of a message that was sent without SMTPUTF8 one that needs it.
function comment(text: string): string {
  return text
    .slice(0, 255)
    .toWellFormed()
    .replace(/[^\u0000-\u007f]/gu, '?')
    .replace(/[()\\]/g, '\\$&')
}
