// Delivery status notifications: the message that tells a sender what became of theirs (RFC 3461 §6, RFC 3464, RFC 6522; in
// UTF-8 RFC 6533). Builds the bytes. Whether to send one, and the null reverse path it travels with (RFC 5321 §4.5.5), is
// the caller's affair.

import { assert } from '../../ground/assert.ts'
import { parseAddress } from './address.ts'
import { formatDate } from './dates.ts'
import { encodeWords } from './encoded-word.ts'
import { folded, headerField } from './field.ts'
import { type HeaderFacts, headerFacts } from './header-block.ts'
import { messageIdHeader, replyHeaders } from './message-id.ts'
import { quotedHeaderPart } from './report-headers.ts'
import { statusPart } from './report-status.ts'
import { humanPart, subjectOf } from './report-text.ts'

/** RFC 3464 §2.3.3. A report speaks of one kind; recipients with different fates get reports of their own. */
export type ReportKind = 'failed' | 'delayed' | 'delivered' | 'relayed' | 'expanded'

export interface ReportRecipient {
  /** The address the message was last sent to, without angle brackets. */
  readonly finalRecipient: string
  /** ORCPT with its xtext decoded (`rfc822;bob@example.org`), or the bare address the sender had written. */
  readonly originalRecipient?: string
  /** Enhanced status code, such as 5.1.1 (RFC 3463). */
  readonly status: string
  /** The host that said so, by name, or by address in brackets. */
  readonly remoteHost?: string
  /** Its reply with the code, or our own reason. Somebody else's words: cleaned and cut here. */
  readonly diagnostic?: string
  readonly lastAttemptAt?: number
  /** Delayed only: when we give up. */
  readonly willRetryUntil?: number
  /** What happened, in plain words for the person who wrote the message; taken from the status when absent. */
  readonly meaning?: string
  /** What that person can do now. */
  readonly advice?: string
}

export interface Report {
  readonly kind: ReportKind
  readonly recipients: readonly ReportRecipient[]
  /** The header of the message this is about, as it was sent on; quoted up to a limit. */
  readonly originalHeaders: Uint8Array
  /** Our own name. */
  readonly reportingHost: string
  /** When the message reached us. */
  readonly arrivalAt: number
  /** Now. */
  readonly at: number
  /** Of the report itself, with or without angle brackets. */
  readonly messageId: string
  /** The sender of the message: the reverse path it came with, never empty. */
  readonly to: string
  /** Who the report is from; `postmaster` of the reporting host when absent (RFC 3464 §2: a human who is responsible). */
  readonly from?: string
  /** ENVID with its xtext decoded (RFC 3461 §4.4). */
  readonly envelopeId?: string
  /** Seed of the boundary, such as the report's queue id. Lengthened if the parts should contain it. */
  readonly boundary: string
}

/** The whole message, CRLF throughout, no line above 998 octets. */
export function buildReport(report: Report): Uint8Array {
  assert(report.to !== '', 'a report to the null reverse path would never end (RFC 5321 §4.5.5)')
  assert(report.recipients.length > 0, 'a report needs a recipient to speak of')
  const utf8 = reportNeedsSmtpUtf8(report)
  const facts = headerFacts(report.originalHeaders)
  const parts = [
    humanPart(report, facts, { utf8 }),
    statusPart(report, { utf8 }),
    quotedHeaderPart(report.originalHeaders, { utf8 }),
  ]
  const boundary = freeBoundary(report.boundary, parts)
  const text = [`${topHeader(report, facts, { boundary, utf8 })}\r\n`]
  for (const part of parts) text.push(`--${boundary}\r\n${part}\r\n`)
  text.push(`--${boundary}--\r\n`)
  return Buffer.from(text.join(''), 'utf8')
}

/** True when an address in the report is outside ASCII: the report then travels with SMTPUTF8 and 8BITMIME (RFC 6533 §4). */
export function reportNeedsSmtpUtf8({ to, recipients }: Pick<Report, 'to' | 'recipients'>): boolean {
  return (
    isWide(to) || recipients.some((recipient) => isWide(recipient.finalRecipient) || isWide(recipient.originalRecipient ?? ''))
  )
}

interface TopHeader {
  readonly boundary: string
  readonly utf8: boolean
}

function topHeader(report: Report, facts: HeaderFacts, { boundary, utf8 }: TopHeader): string {
  const from = report.from ?? `postmaster@${report.reportingHost}`
  assert(parseAddress(from).ok, 'the report has no author')
  return [
    folded('From', [`Mail Delivery System <${from}>`]),
    headerField('To', `<${report.to}>`),
    folded('Subject', encodeWords(subjectOf(report))),
    headerField('Date', formatDate(report.at)),
    messageIdHeader(report.messageId),
    // A Message-ID outside ASCII (RFC 6532) is left out where the report itself is ASCII.
    facts.messageId === undefined || (isWide(facts.messageId) && !utf8) ? '' : replyHeaders(facts.messageId),
    // RFC 3834 §5: nothing answers this by itself.
    headerField('Auto-Submitted', 'auto-replied'),
    headerField('MIME-Version', '1.0'),
    folded('Content-Type', ['multipart/report; report-type=delivery-status;', `boundary="${boundary}"`]),
  ].join('')
}

// A seed is unique already; the loop is for the sender who knows it and writes it into their header.
const BOUNDARY_TRIES_MAX = 1000

function freeBoundary(seed: string, parts: readonly string[]): string {
  assert(/^[\w.-]{1,50}$/.test(seed), 'the boundary is no plain word')
  for (let n = 0; n < BOUNDARY_TRIES_MAX; n++) {
    const boundary = n === 0 ? `report-${seed}` : `report-${seed}-${n}`
    if (!parts.some((part) => part.includes(boundary))) return boundary
  }
  // Headers of 64 KiB cannot hold a thousand of them with the numbers of four digits left over.
  assert(false, 'every boundary is taken')
}

function isWide(text: string): boolean {
  return /[^\u0000-\u007f]/.test(text)
}
