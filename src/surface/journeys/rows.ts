// From the queue's rows to what people read: states in plain words, replies explained. Pure.

import type { LastReply, MessageSummary, QueueEntry, RecipientState as QueueState, Recipient } from '../../journey/queue/queue.ts'
import type { JourneyRecipient, JourneyRow, QueueRow, RecipientState, Reply } from '../api/api.ts'
import type { Explain } from './journeys.ts'
import { ROW_RECIPIENTS_MAX } from './limits.ts'

export const STATE_WORDS: Readonly<Record<QueueState, RecipientState>> = {
  scheduled: 'waiting',
  active: 'sending',
  held: 'held',
  delivered: 'delivered',
  bounced: 'returned',
  expired: 'expired',
  dropped: 'dropped',
}

/** What most wants a person's attention comes first. */
const URGENCY: readonly QueueState[] = ['bounced', 'expired', 'held', 'active', 'scheduled', 'dropped', 'delivered']

/** Of a whole message: that of its most urgent recipient. */
export function stateOf(states: readonly QueueState[]): RecipientState {
  return STATE_WORDS[URGENCY.find((state) => states.includes(state)) ?? 'delivered']
}

export function rowOf(summary: MessageSummary, explain: Explain): JourneyRow {
  const { message, recipients } = summary
  const state = stateOf(summary.states.map((entry) => entry.state))
  const telling =
    recipients.find((recipient) => STATE_WORDS[recipient.state] === state && recipient.lastReply) ??
    recipients.find((r) => r.lastReply)
  return {
    id: message.id,
    at: message.receivedAt,
    from: message.reversePath,
    to: recipients.slice(0, ROW_RECIPIENTS_MAX).map((recipient) => recipient.address),
    recipientCount: summary.recipientCount,
    subject: message.subject,
    sizeBytes: message.sizeBytes,
    state,
    states: URGENCY.flatMap((one) => summary.states.filter((entry) => entry.state === one)).map((entry) => ({
      state: STATE_WORDS[entry.state],
      count: entry.count,
    })),
    ...(telling?.lastReply ? { lastReply: replyOf(telling.lastReply, explain) } : {}),
    ...(summary.nextAttemptAt === undefined ? {} : { nextAttemptAt: summary.nextAttemptAt }),
  }
}

export function recipientOf(recipient: Recipient, explain: Explain): JourneyRecipient {
  const { n, address, originalAddress, destination, attempts, lastAttemptAt, finishedAt, lastReply } = recipient
  return {
    n,
    address,
    destination,
    attempts,
    state: STATE_WORDS[recipient.state],
    ...(originalAddress === undefined ? {} : { originalAddress }),
    ...nextOf(recipient),
    ...(lastAttemptAt === undefined ? {} : { lastAttemptAt }),
    ...(finishedAt === undefined ? {} : { finishedAt }),
    ...(lastReply ? { lastReply: replyOf(lastReply, explain) } : {}),
  }
}

/** One open recipient, as a list of the queue shows it. */
export function entryOf(entry: QueueEntry, explain: Explain): QueueRow {
  return {
    id: entry.messageId,
    n: entry.n,
    from: entry.reversePath,
    to: entry.address,
    destination: entry.destination,
    state: STATE_WORDS[entry.state],
    receivedAt: entry.receivedAt,
    ...nextOf(entry),
    attempts: entry.attempts,
    sizeBytes: entry.sizeBytes,
    subject: entry.subject,
    ...(entry.lastReply ? { lastReply: replyOf(entry.lastReply, explain) } : {}),
  }
}

function nextOf({ state, dueAt, restsUntil }: Recipient): { readonly nextAttemptAt?: number; readonly restsUntil?: number } {
  if (state !== 'scheduled') return {}
  return restsUntil === undefined ? { nextAttemptAt: dueAt } : { nextAttemptAt: restsUntil, restsUntil }
}

export function replyOf(reply: LastReply, explain: Explain): Reply {
  const { code, enhanced, text, host } = reply
  return {
    code,
    text,
    ...(enhanced === undefined ? {} : { enhanced }),
    ...(host === undefined ? {} : { host }),
    ...explain(code, enhanced, text),
  }
}
