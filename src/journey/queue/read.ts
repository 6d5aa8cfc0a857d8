// Rows as values.

import type { MessageTable, RecipientTable } from './queue.tables.ts'
import type { LastReply, Message, Recipient } from './rows.ts'

export function messageOf(row: MessageTable): Message {
  return {
    org: row.org,
    id: row.id,
    contentId: row.content_id,
    reversePath: row.reverse_path,
    ...present('headerMessageId', row.header_message_id),
    subject: row.subject,
    sizeBytes: row.size_bytes,
    eightBit: row.eight_bit === 1,
    smtpUtf8: row.smtputf8 === 1,
    source: row.source,
    ...present('peerAddress', row.peer_address),
    ...present('helo', row.helo),
    ...present('protocol', row.protocol),
    ...present('authAddress', row.auth_address),
    ...present('tls', row.tls),
    receivedAt: row.received_at,
    expiresAt: row.expires_at,
    openRecipients: row.open_recipients,
    ...present('finishedAt', row.finished_at),
  }
}

export function recipientOf(row: RecipientTable): Recipient {
  return {
    org: row.org,
    messageId: row.message_id,
    n: row.n,
    address: row.address,
    ...present('originalAddress', row.original_address),
    destination: row.destination,
    state: row.state,
    dueAt: row.due_at,
    attempts: row.attempts,
    ...present('lastReply', lastReplyOf(row)),
    ...present('lastAttemptAt', row.last_attempt_at),
    ...present('finishedAt', row.finished_at),
  }
}

function lastReplyOf(row: RecipientTable): LastReply | null {
  if (row.last_code === null) return null
  return {
    code: row.last_code,
    ...present('enhanced', row.last_enhanced),
    text: row.last_text ?? '',
    ...present('host', row.last_host),
  }
}

function present<K extends string, V>(name: K, value: V | null): { readonly [P in K]?: V } {
  return value === null ? {} : ({ [name]: value } as { readonly [P in K]: V })
}
