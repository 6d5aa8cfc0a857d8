// The part of a report that people read: to whom, what happened, what the other server said, what to do now.

import { formatDate } from './dates.ts'
import { domainToUnicode } from './domain.ts'
import { cleaned, wrapped } from './field.ts'
import type { HeaderFacts } from './header-block.ts'
import { REPORT_DIAGNOSTIC_CHARACTERS_MAX, REPORT_RECIPIENTS_MAX } from './limits.ts'
import type { Report, ReportKind, ReportRecipient } from './report.ts'
import { explainStatus } from './report-words.ts'
import { encodeQuotedPrintable } from './transfer-encoding.ts'

const COLUMNS = 72

const SUBJECTS: Readonly<Record<ReportKind, string>> = {
  failed: 'Your message could not be delivered',
  delayed: 'Your message is delayed, we keep trying',
  delivered: 'Your message was delivered',
  relayed: 'Your message was passed on',
  expanded: 'Your message was passed on to a list',
}

const OPENINGS: Readonly<Record<ReportKind, string>> = {
  failed: 'could not be delivered, and we have stopped trying, for:',
  delayed: 'has not been delivered yet. You need not do anything: we keep trying, for:',
  delivered: 'has been delivered to:',
  relayed: 'has been passed on to a server that does not send confirmations of its own, for:',
  expanded: 'has been passed on to the members of a list or to other addresses, for:',
}

/** More are left to the machine-readable part: nobody reads further. */
const RECIPIENTS_SHOWN_MAX = 50

/** Fixed words and the one address if there is one: subjects are what people sort these messages by. */
export function subjectOf({ kind, recipients }: Report): string {
  const only = recipients.length === 1 ? recipients[0] : undefined
  const address = only === undefined ? '' : shown(only)
  return address !== '' && address.length <= 100 && /^[ -~]*$/.test(address) ? `${SUBJECTS[kind]}: ${address}` : SUBJECTS[kind]
}

/** The part with its own header. */
export function humanPart(report: Report, facts: HeaderFacts, { utf8 }: { readonly utf8: boolean }): string {
  const text = `${letter(report, facts).join('\r\n')}\r\n`
  const header = 'Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: '
  if (/^[\u0000-\u007f]*$/.test(text)) return `${header}7bit\r\n\r\n${text}`
  return utf8
    ? `${header}8bit\r\n\r\n${text}`
    : `${header}quoted-printable\r\n\r\n${encodeQuotedPrintable(Buffer.from(text, 'utf8'))}`
}

function letter(report: Report, facts: HeaderFacts): string[] {
  const lines = [
    `This is the mail server at ${domainToUnicode(report.reportingHost)}.`,
    '',
    ...paragraph(`${about(facts)} ${OPENINGS[report.kind]}`, ''),
  ]
  for (const recipient of report.recipients.slice(0, RECIPIENTS_SHOWN_MAX))
    lines.push('', ...recipientLines(report.kind, recipient))
  const more = report.recipients.length - RECIPIENTS_SHOWN_MAX
  if (more > 0) lines.push('', `... and ${more} more; the attached details have the first ${REPORT_RECIPIENTS_MAX} of them all.`)
  return [...lines, '', ...closing(report)]
}

function about({ subject, dateMs }: HeaderFacts): string {
  const named = subject === undefined || subject.trim() === '' ? 'Your message' : `Your message "${subject.trim()}"`
  return dateMs === undefined ? named : `${named} of ${formatDate(dateMs)}`
}

function recipientLines(kind: ReportKind, recipient: ReportRecipient): string[] {
  const lines = [`  ${shown(recipient)}`]
  if (kind !== 'failed' && kind !== 'delayed') return lines
  const words = explainStatus(recipient.status, kind)
  lines.push(...paragraph(`What happened: ${recipient.meaning ?? words.meaning}`, '    '))
  if (recipient.diagnostic !== undefined) {
    const who =
      recipient.remoteHost === undefined ? 'In technical words:' : `The server ${cleaned(recipient.remoteHost, 255)} said:`
    lines.push(`    ${who}`, ...paragraph(recipient.diagnostic, '      '))
  }
  lines.push(...paragraph(`What you can do: ${recipient.advice ?? words.advice}`, '    '))
  if (kind === 'delayed' && recipient.willRetryUntil !== undefined)
    lines.push(...paragraph(`We keep trying until ${formatDate(recipient.willRetryUntil)}.`, '    '))
  return lines
}

function closing({ kind, reportingHost }: Report): string[] {
  const details = 'The technical details and the header of your message are attached.'
  if (kind !== 'failed') return paragraph(details, '')
  return paragraph(
    `${details} If you need help, forward this whole message to the postmaster at ${domainToUnicode(reportingHost)}.`,
    '',
  )
}

// What the sender wrote says more to them than where it was forwarded to.
function shown({ finalRecipient, originalRecipient }: ReportRecipient): string {
  const original = originalRecipient?.replace(/^[A-Za-z0-9-]+;[ ]*/, '')
  return cleaned(original === undefined || original === '' ? finalRecipient : original, 400)
}

function paragraph(text: string, indent: string): string[] {
  const words = cleaned(text, REPORT_DIAGNOSTIC_CHARACTERS_MAX)
  return wrapped(words, { columns: COLUMNS - indent.length, cutAt: 240 }).map((line) => indent + line)
}
