// The machine-readable part of a report: message/delivery-status (RFC 3464), message/global-delivery-status (RFC 6533).

import { assert } from '../../ground/assert.ts'
import { formatDate } from './dates.ts'
import { cleaned, folded, headerField, wrapped } from './field.ts'
import { LINE_COLUMNS, REPORT_DIAGNOSTIC_CHARACTERS_MAX, REPORT_RECIPIENTS_MAX } from './limits.ts'
import type { Report, ReportRecipient } from './report.ts'

/** The part with its own header. */
export function statusPart(report: Report, { utf8 }: { readonly utf8: boolean }): string {
  const type = utf8 ? 'message/global-delivery-status' : 'message/delivery-status'
  const groups = [
    messageFields(report),
    ...report.recipients.slice(0, REPORT_RECIPIENTS_MAX).map((recipient) => recipientFields(report, recipient, { utf8 })),
  ]
  return `Content-Type: ${type}\r\n${utf8 ? 'Content-Transfer-Encoding: 8bit\r\n' : ''}\r\n${groups.join('\r\n')}`
}

function messageFields(report: Report): string {
  return (
    headerField('Reporting-MTA', `dns; ${report.reportingHost}`) +
    (report.envelopeId === undefined ? '' : headerField('Original-Envelope-Id', report.envelopeId)) +
    headerField('Arrival-Date', formatDate(report.arrivalAt))
  )
}

function recipientFields({ kind }: Report, recipient: ReportRecipient, { utf8 }: { readonly utf8: boolean }): string {
  assert(/^[245]\.\d{1,3}\.\d{1,3}$/.test(recipient.status), 'no enhanced status code')
  const { originalRecipient, remoteHost, diagnostic, lastAttemptAt, willRetryUntil } = recipient
  return [
    originalRecipient === undefined ? '' : headerField('Original-Recipient', typedOriginal(originalRecipient)),
    headerField('Final-Recipient', `${addressType(recipient.finalRecipient)}; ${recipient.finalRecipient}`),
    headerField('Action', kind),
    headerField('Status', recipient.status),
    remoteHost === undefined ? '' : headerField('Remote-MTA', `dns; ${carried(remoteHost, 255, { utf8 })}`),
    diagnostic === undefined ? '' : diagnosticField(diagnostic, { utf8 }),
    lastAttemptAt === undefined ? '' : headerField('Last-Attempt-Date', formatDate(lastAttemptAt)),
    // RFC 3464 §2.3.9: only where it will be retried.
    willRetryUntil === undefined || kind !== 'delayed' ? '' : headerField('Will-Retry-Until', formatDate(willRetryUntil)),
  ].join('')
}

// `smtp` promises a reply code before the words (RFC 3464 §2.3.6); our own reasons have none.
function diagnosticField(diagnostic: string, { utf8 }: { readonly utf8: boolean }): string {
  const text = carried(diagnostic, REPORT_DIAGNOSTIC_CHARACTERS_MAX, { utf8 })
  const type = /^[2-5]\d\d(?:[ -]|$)/.test(text) ? 'smtp' : 'x-posthorn'
  return folded('Diagnostic-Code', wrapped(`${type}; ${text}`, { columns: LINE_COLUMNS - 16, cutAt: 300 }))
}

// Others' words on one line; where the report is ASCII, so are they.
function carried(text: string, charactersMax: number, { utf8 }: { readonly utf8: boolean }): string {
  const line = cleaned(text, charactersMax)
  return utf8 ? line : line.replace(/…/g, '...').replace(/[^ -~]/gu, '?')
}

// An ORCPT value brings its type; a bare address gets the one that fits.
function typedOriginal(original: string): string {
  const typed = /^([A-Za-z0-9-]+);[ ]*(.*)$/.exec(original)
  if (typed) return `${typed[1]}; ${typed[2]}`
  return `${addressType(original)}; ${original}`
}

function addressType(address: string): string {
  return /[^\u0000-\u007f]/.test(address) ? 'utf-8' : 'rfc822'
}
