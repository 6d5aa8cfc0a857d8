// Changes to a header, octet-exact but for the fields that are added or removed.

import { formatDate } from './dates.ts'
import { headerField } from './field.ts'
import { type HeaderFields, readFields } from './header-fields.ts'
import { messageIdHeader } from './message-id.ts'

export interface SubmissionEdit {
  /** Given to a message that has none; with or without angle brackets. */
  readonly messageId: string
  /** Given to a message that has no Date, in milliseconds. */
  readonly dateMs: number
}

/**
 * What a submission server may mend (RFC 6409 §8): adds Message-ID and Date if missing, removes Bcc and Resent-Bcc
 * (RFC 5322 §3.6.3). Only for mail of our own users: on relayed mail every one of these breaks signatures.
 * New fields go to the top, where a stray line further down cannot hide them. With nothing to do the same bytes come back.
 */
export function editSubmission(header: Uint8Array, edit: SubmissionEdit): Uint8Array {
  const read = readFields(header)
  const names = new Set(read.fields.map(({ name }) => name.toLowerCase()))
  const hasBlindCopies = names.has('bcc') || names.has('resent-bcc')
  const added =
    (names.has('message-id') ? '' : messageIdHeader(edit.messageId)) +
    (names.has('date') ? '' : headerField('Date', formatDate(edit.dateMs)))
  if (added === '' && !hasBlindCopies) return header
  return joined(added, hasBlindCopies ? without(header, read, BLIND_COPIES) : [header])
}

const BLIND_COPIES = new Set(['bcc', 'resent-bcc'])

/** The header without any field of these names (in lower case); the same bytes if there is none. */
export function removeFields(header: Uint8Array, names: ReadonlySet<string>): Uint8Array {
  const read = readFields(header)
  if (!read.fields.some(({ name }) => names.has(name.toLowerCase()))) return header
  return joined('', without(header, read, names))
}

function without(header: Uint8Array, { fields }: HeaderFields, names: ReadonlySet<string>): Uint8Array[] {
  const pieces: Uint8Array[] = []
  let from = 0
  for (const { name, start, end } of fields) {
    if (!names.has(name.toLowerCase())) continue
    pieces.push(header.subarray(from, start))
    from = end
  }
  pieces.push(header.subarray(from))
  return pieces
}

function joined(added: string, pieces: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat([Buffer.from(added, 'utf8'), ...pieces])
}
