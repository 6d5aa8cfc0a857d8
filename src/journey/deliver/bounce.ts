// Reports to senders: whether one is made, and what it says. One for all recipients that failed in one attempt.

import type { IdSource } from '../../ground/ids.ts'
import { CONTENT_CHUNK_BYTES } from '../../ground/limits.ts'
import { buildReport, parseAddress, type ReportRecipient, reportNeedsSmtpUtf8 } from '../../mail/message/message.ts'
import { ContentMissing, readContent } from '../../store/content/content.ts'
import type { Store } from '../../store/store.ts'
import type { LastReply, ReportPlan } from '../queue/queue.ts'
import { REPORT_DIAGNOSTIC_MAX, REPORT_HEADER_BYTES_MAX } from './limits.ts'

export interface ReportParts {
  readonly store: Store
  readonly ids: IdSource
  readonly hostname: string
  /** How long a report itself is tried. */
  readonly expireAfterMs: number
}

export interface ReportAbout {
  readonly contentId: string
  readonly reversePath: string
  readonly receivedAt: number
  readonly expiresAt: number
}

export interface FailedRecipient {
  readonly address: string
  readonly originalAddress?: string
  readonly type: 'failed' | 'expired' | 'delayed'
  readonly reply?: LastReply
  readonly lastAttemptAt?: number
}

export interface ReportArgs {
  readonly kind: 'failed' | 'delayed'
  readonly about: ReportAbout
  readonly recipients: readonly FailedRecipient[]
  readonly at: number
}

/** Reads the header of the message; throws when the store cannot answer. */
export async function planReport(parts: ReportParts, args: ReportArgs): Promise<ReportPlan> {
  const { kind, about, at } = args
  // RFC 5321 §4.5.5: a report about a report could go on for ever. Reports have this path, so none is ever made about one.
  if (about.reversePath === '')
    return { type: 'suppress', kind, reason: 'the message has no sender to report to (null reverse path)' }
  const to = parseAddress(about.reversePath, { localPartOctetsMax: 256 })
  if (!to.ok) return { type: 'suppress', kind, reason: `the sender's address cannot be read: ${to.error}` }
  const originalHeaders = await headersOf(parts.store, about.contentId)
  const id = parts.ids.next()
  const headerMessageId = `<${id}@${parts.hostname}>`
  const recipients = args.recipients.map((one) => reportRecipient(one, about))
  const common = {
    kind,
    recipients,
    reportingHost: parts.hostname,
    arrivalAt: about.receivedAt,
    at,
    messageId: headerMessageId,
    to: about.reversePath,
    boundary: id,
  }
  let bytes = buildReport({ ...common, originalHeaders })
  if (bytes.length > CONTENT_CHUNK_BYTES) bytes = buildReport({ ...common, originalHeaders: new Uint8Array(0) })
  const smtpUtf8 = reportNeedsSmtpUtf8(common)
  const subject = kind === 'failed' ? 'Undelivered mail' : 'Delayed mail'
  const message = { id, contentId: parts.ids.next(), headerMessageId, subject, bytes, eightBit: smtpUtf8, smtpUtf8 }
  return {
    type: 'send',
    kind,
    ...message,
    to: about.reversePath,
    destination: to.value.domain,
    expiresAt: at + parts.expireAfterMs,
  }
}

async function headersOf(store: Store, contentId: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  try {
    for await (const chunk of readContent(store, contentId)) {
      chunks.push(chunk)
      length += chunk.length
      if (length >= REPORT_HEADER_BYTES_MAX) break
    }
  } catch (error) {
    // A report without the header is better than none.
    if (!(error instanceof ContentMissing)) throw error
  }
  const head = Buffer.concat(chunks)
  const end = head.indexOf('\r\n\r\n')
  return end >= 0 && end < REPORT_HEADER_BYTES_MAX
    ? head.subarray(0, end + 2)
    : wholeLines(head.subarray(0, REPORT_HEADER_BYTES_MAX))
}

function wholeLines(head: Buffer): Buffer {
  const text = head.toString('latin1')
  return head.subarray(0, text.lastIndexOf('\r\n') + 2)
}

function reportRecipient(failed: FailedRecipient, about: ReportAbout): ReportRecipient {
  const { reply } = failed
  const diagnostic = reply === undefined ? undefined : diagnosticOf(reply)
  return {
    finalRecipient: failed.address,
    status: statusOf(failed),
    ...(failed.originalAddress === undefined ? {} : { originalRecipient: failed.originalAddress }),
    ...(reply?.host === undefined ? {} : { remoteHost: reply.host }),
    ...(diagnostic === undefined ? {} : { diagnostic }),
    ...(failed.lastAttemptAt === undefined ? {} : { lastAttemptAt: failed.lastAttemptAt }),
    ...(failed.type === 'delayed' ? { willRetryUntil: about.expiresAt } : {}),
  }
}

function diagnosticOf({ code, enhanced, text }: LastReply): string {
  const words = [code === 0 ? '' : String(code), code === 0 ? '' : (enhanced ?? ''), text]
  return words
    .filter((word) => word !== '')
    .join(' ')
    .slice(0, REPORT_DIAGNOSTIC_MAX)
}

/** RFC 3463: expired is 4.4.7 whatever the last reply was; otherwise the reply's own, with the class of what became of it. */
function statusOf({ type, reply }: FailedRecipient): string {
  if (type === 'expired') return '4.4.7'
  const detail = /^[245](\.\d{1,3}\.\d{1,3})$/.exec(reply?.enhanced ?? '')?.[1] ?? '.0.0'
  return `${type === 'failed' ? '5' : '4'}${detail}`
}
