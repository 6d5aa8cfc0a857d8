// Reads a delivery status notification, ours or another server's (RFC 3464, RFC 6533): what became of which recipient.
// Bounces in free text are not read here; for them the answer is that this is no report.

import { parseDate } from './dates.ts'
import { decodeEncodedWords } from './encoded-word.ts'
import { type HeaderFacts, headerFacts } from './header-block.ts'
import { latin1, readFields, textValue } from './header-fields.ts'
import { HEADER_BYTES_MAX, REPORT_RECIPIENTS_MAX, REPORT_STATUS_BYTES_MAX } from './limits.ts'
import { allParts, type Part, structureOf } from './structure.ts'
import { decodeBody } from './transfer-encoding.ts'

export interface ParsedRecipient {
  /** Without its type; the type is `rfc822` or `utf-8` in practice. */
  readonly finalRecipient?: string
  readonly originalRecipient?: string
  /** Lower case: failed, delayed, delivered, relayed, expanded. */
  readonly action?: string
  /** `5.1.1`, without the comments some servers add. */
  readonly status?: string
  readonly remoteHost?: string
  /** The other server's words, without the type. */
  readonly diagnostic?: string
  readonly lastAttemptAt?: number
  readonly willRetryUntil?: number
}

export interface ParsedReport {
  readonly reportingHost?: string
  readonly envelopeId?: string
  readonly arrivalAt?: number
  readonly recipients: readonly ParsedRecipient[]
  /** Facts of the message it is about, from its quoted header: its Message-ID finds the journey. */
  readonly original?: HeaderFacts
}

/** Nothing when the message holds no delivery status. */
export function parseReport(message: Uint8Array): ParsedReport | undefined {
  const parts = [...allParts(structureOf(message))]
  const status = parts.find((part) => isType(part, ['message/delivery-status', 'message/global-delivery-status']))
  if (status === undefined) return undefined
  const quoted = parts.find((part) =>
    isType(part, ['text/rfc822-headers', 'message/global-headers', 'message/rfc822', 'message/global']),
  )
  const [first, ...groups] = fieldGroups(bodyOf(message, status, REPORT_STATUS_BYTES_MAX))
  if (first === undefined) return undefined
  const report: Draft<ParsedReport> = { recipients: groups.slice(0, REPORT_RECIPIENTS_MAX).map(recipientOf) }
  // Some servers leave out the blank line, or the fields of the message.
  if (groups.length === 0 && first.has('final-recipient')) report.recipients = [recipientOf(first)]
  set(report, 'reportingHost', typed(first.get('reporting-mta')))
  set(report, 'envelopeId', first.get('original-envelope-id'))
  set(report, 'arrivalAt', dateOf(first.get('arrival-date')))
  if (quoted !== undefined) report.original = headerFacts(bodyOf(message, quoted, HEADER_BYTES_MAX))
  return report
}

type Draft<T> = { -readonly [K in keyof T]: T[K] }
type Fields = ReadonlyMap<string, string>

function recipientOf(fields: Fields): ParsedRecipient {
  const recipient: Draft<ParsedRecipient> = {}
  set(recipient, 'finalRecipient', addressOf(fields.get('final-recipient')))
  set(recipient, 'originalRecipient', addressOf(fields.get('original-recipient')))
  set(recipient, 'action', /^[a-z]+/i.exec(fields.get('action') ?? '')?.[0].toLowerCase())
  set(recipient, 'status', /\b[245]\.\d{1,3}\.\d{1,3}\b/.exec(fields.get('status') ?? '')?.[0])
  set(recipient, 'remoteHost', typed(fields.get('remote-mta')))
  set(recipient, 'diagnostic', typed(fields.get('diagnostic-code')))
  set(recipient, 'lastAttemptAt', dateOf(fields.get('last-attempt-date')))
  set(recipient, 'willRetryUntil', dateOf(fields.get('will-retry-until')))
  return recipient
}

function set<T, K extends keyof T>(draft: T, key: K, value: T[K] | undefined): void {
  if (value !== undefined) draft[key] = value
}

// Groups are divided by blank lines; two in a row divide once.
function fieldGroups(body: Uint8Array): Fields[] {
  const groups: Fields[] = []
  const text = latin1(body).replace(/\r?\n/g, '\r\n')
  for (const group of text.split(/(?:\r\n){2,}/)) {
    if (groups.length > REPORT_RECIPIENTS_MAX) break
    const header = readFields(Buffer.from(`${group.replace(/^(?:\r\n)+/, '')}\r\n`, 'latin1'))
    if (header.fields.length === 0) continue
    const fields = new Map<string, string>()
    for (const field of header.fields) {
      const name = field.name.toLowerCase()
      if (!fields.has(name)) fields.set(name, decodeEncodedWords(textValue(header, field).replace(/\t/g, ' ')))
    }
    groups.push(fields)
  }
  return groups
}

function isType({ mediaType }: Part, names: readonly string[]): boolean {
  return names.includes(`${mediaType.type}/${mediaType.subtype}`)
}

function bodyOf(message: Uint8Array, { bodyStart, bodyEnd, encoding }: Part, octetsMax: number): Uint8Array {
  return decodeBody(latin1(message.subarray(bodyStart, Math.min(bodyEnd, bodyStart + octetsMax))), encoding)
}

/** `dns; mx.example.net` → `mx.example.net`. A value without a type is taken as it is. */
function typed(value: string | undefined): string | undefined {
  if (value === undefined) return undefined
  const found = /^\s*[A-Za-z0-9-]+\s*;\s*(.*)$/s.exec(value)
  return (found?.[1] ?? value).trim()
}

// RFC 6533 §3: in a report of ASCII only, an address of type utf-8 is written with \x{…}.
function addressOf(value: string | undefined): string | undefined {
  const address = typed(value)?.replace(/^<(.*)>$/, '$1')
  if (address === undefined || !/^\s*utf-8\s*;/i.test(value ?? '')) return address
  return address.replace(/\\x\{([0-9A-Fa-f]{2,6})\}/g, (source, hex: string) => {
    const point = Number.parseInt(hex, 16)
    return point <= 0x10ffff && (point < 0xd800 || point > 0xdfff) ? String.fromCodePoint(point) : source
  })
}

function dateOf(value: string | undefined): number | undefined {
  return value === undefined ? undefined : parseDate(value)
}
