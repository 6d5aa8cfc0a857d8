// How a message enters the queue: bodies for the procedure of whoever accepts it (a session, the API, a report). There is no second way.

import type { Steps } from '../../store/database/procedure.ts'
import { first, notify, run } from '../../store/database/procedure.ts'
import { recordEvent } from '../../store/events/events.ts'
import * as statements from './queue.store.ts'
import type { NewMessage, NewRecipient } from './rows.ts'
import { awaitIndexing, bracketed } from './terms.ts'
import * as workers from './worker.store.ts'

/** [Q1] The caller also puts the content and inserts every recipient, in the same procedure. */
export function* insertMessage(message: NewMessage): Steps<void> {
  const open = message.openRecipients > 0
  // Nobody is told of a delay when there is no sender to tell.
  const noticeAt = message.reversePath === '' ? undefined : message.delayNoticeAt
  yield* run(statements.insertMessage, {
    org: message.org,
    id: message.id,
    contentId: message.contentId,
    reversePath: message.reversePath,
    headerMessageId: message.headerMessageId === undefined ? null : bracketed(message.headerMessageId),
    subject: message.subject,
    sizeBytes: message.sizeBytes,
    eightBit: message.eightBit ? 1 : 0,
    smtpUtf8: message.smtpUtf8 ? 1 : 0,
    source: message.source,
    peerAddress: message.peerAddress ?? null,
    helo: message.helo ?? null,
    protocol: message.protocol ?? null,
    authAddress: message.authAddress ?? null,
    tls: message.tls ?? null,
    receivedAt: message.receivedAt,
    expiresAt: message.expiresAt,
    attentionAt: open ? Math.min(noticeAt ?? message.expiresAt, message.expiresAt) : null,
    openRecipients: message.openRecipients,
    finishedAt: open ? null : message.receivedAt,
  })
  yield* awaitIndexing({ org: message.org, messageId: message.id, nextN: 0 })
}

/** Tells the workers of it after the commit. */
export function* insertRecipient(recipient: NewRecipient): Steps<void> {
  const dueAt = recipient.dueAt ?? recipient.at
  yield* run(statements.insertRecipient, {
    org: recipient.org,
    messageId: recipient.messageId,
    n: recipient.n,
    address: recipient.address,
    originalAddress: recipient.originalAddress ?? null,
    destination: recipient.destination,
    state: recipient.state,
    dueAt,
    finishedAt: recipient.state === 'delivered' ? recipient.at : null,
  })
  if (recipient.state !== 'scheduled') return
  yield* expect(recipient.destination, dueAt)
  yield* notify('queue', recipient.destination)
}

export interface ForwardRecipient {
  readonly org: number
  readonly messageId: string
  /** The address that turned out to be an alias. */
  readonly originalAddress: string
  readonly targets: readonly { readonly address: string; readonly destination: string }[]
  readonly at: number
}

/** An open recipient turns out to be an alias: its targets join the message, before the recipient itself is recorded as done. */
export function* forwardRecipient(args: ForwardRecipient): Steps<void> {
  const { org, messageId, originalAddress, at } = args
  const last = yield* first(statements.lastRecipient, { org, messageId })
  let n = (last?.n ?? -1) + 1
  yield* run(statements.openRecipients, { org, messageId, count: args.targets.length })
  yield* awaitIndexing({ org, messageId, nextN: n })
  for (const { address, destination } of args.targets) {
    yield* insertRecipient({ org, messageId, n, address, originalAddress, destination, state: 'scheduled', at })
    yield* recordEvent({ org, messageId, recipient: address, at, event: { type: 'queued', destination, dueAt: at } })
    n++
  }
}

/**
 * [Q6] Makes sure that workers look at the destination no later than `dueAt`. Looks before it writes: a busy destination's row is early
 * enough already, and writing it at every message would make all who accept mail wait for each other (PostgreSQL locks the row).
 */
export function* expect(destination: string, dueAt: number): Steps<void> {
  const row = yield* first(workers.destinationDue, { name: destination })
  const at = Math.max(dueAt, row?.held_until ?? 0)
  if (row === undefined || row.due_at === null || row.due_at > at)
    yield* run(workers.expectDestination, { name: destination, dueAt: at })
}
