// Questions about messages and the queue. Reads only, on the reader's own connection.

import type { Store } from '../../store/store.ts'
import { COUNT_DESTINATIONS_MAX, DUE_DESTINATIONS_MAX, PAGE_MAX, RECIPIENTS_MAX, SUMMARY_RECIPIENTS } from './limits.ts'
import { messageOf, recipientOf } from './read.ts'
import type { Message, QueueEntry, QueueFilter, Recipient, RecipientKey } from './rows.ts'
import { countState, entriesOf, latest, suspendedDestinations } from './search.store.ts'
import type { RecipientState } from './states.ts'
import { messageRow, recipientsOf } from './sweep.store.ts'
import { idsByAddress, idsByHeaderMessageId } from './terms.ts'
import {
  destinationDue,
  dueDestinations as dueDestinationsStatement,
  dueSuspects,
  nextDueAt as nextDueAtStatement,
  nextSuspectDueAt,
} from './worker.store.ts'

export interface DueDestination {
  readonly name: string
  /** It has not answered since it was last suspended. */
  readonly suspect: boolean
}

/** Destinations with due recipients that this worker could take now: the longest due first, suspects after the others. */
export async function dueDestinations(
  store: Store,
  args: { readonly worker: string; readonly now: number; readonly limit?: number },
): Promise<readonly DueDestination[]> {
  const question = {
    worker: args.worker,
    now: args.now,
    limit: Math.min(args.limit ?? DUE_DESTINATIONS_MAX, DUE_DESTINATIONS_MAX),
  }
  const well = await store.all(dueDestinationsStatement, question)
  const suspect = await store.all(dueSuspects, question)
  return [...well.map(({ name }) => ({ name, suspect: false })), ...suspect.map(({ name }) => ({ name, suspect: true }))]
}

/** When the next destination falls due (perhaps in the past, when another worker has it); undefined: nothing is scheduled. */
export async function nextDueAt(store: Store): Promise<number | undefined> {
  const [well, suspect] = await Promise.all([store.first(nextDueAtStatement, {}), store.first(nextSuspectDueAt, {})])
  const times = [well?.due_at, suspect?.due_at].filter((at) => at != null)
  return times.length === 0 ? undefined : Math.min(...times)
}

export interface QueuePage {
  readonly limit?: number
  readonly after?: RecipientKey
}

/** Open recipients, the oldest message first; the last row's key is the next page's `after`. */
export async function listQueue(store: Store, filter: QueueFilter, page: QueuePage = {}): Promise<readonly QueueEntry[]> {
  const limit = Math.min(page.limit ?? PAGE_MAX, PAGE_MAX)
  const rows = await entriesOf(store, filter, { limit, ...(page.after ? { after: page.after } : {}) })
  const rests = await restsOf(store, rows)
  return rows.map((row) => ({
    ...withRest(recipientOf(row), rests),
    reversePath: row.reverse_path,
    subject: row.subject,
    sizeBytes: row.size_bytes,
    receivedAt: row.received_at,
    expiresAt: row.expires_at,
  }))
}

export interface MessageWithRecipients {
  readonly message: Message
  readonly recipients: readonly Recipient[]
}

export async function showMessage(
  store: Store,
  key: { readonly org: number; readonly id: string },
): Promise<MessageWithRecipients | undefined> {
  const row = await store.first(messageRow, { org: key.org, messageId: key.id })
  if (row === undefined) return undefined
  const recipients = await store.all(recipientsOf, { org: key.org, messageId: key.id, from: 0, limit: RECIPIENTS_MAX })
  const rests = await restsOf(store, recipients)
  return { message: messageOf(row), recipients: recipients.map((recipient) => withRest(recipientOf(recipient), rests)) }
}

/** Until when the destinations of those that are scheduled are left alone. */
async function restsOf(
  store: Store,
  rows: readonly { readonly state: RecipientState; readonly destination: string }[],
): Promise<ReadonlyMap<string, number>> {
  const names = new Set(rows.filter(({ state }) => state === 'scheduled').map(({ destination }) => destination))
  const rests = new Map<string, number>()
  for (const name of names) {
    const until = (await store.first(destinationDue, { name }))?.held_until
    if (until != null) rests.set(name, until)
  }
  return rests
}

function withRest(recipient: Recipient, rests: ReadonlyMap<string, number>): Recipient {
  const until = recipient.state === 'scheduled' ? rests.get(recipient.destination) : undefined
  return until === undefined || until <= recipient.dueAt ? recipient : { ...recipient, restsUntil: until }
}

/** At most one of `id`, `address` (of the sender or a recipient, in any case; also as an alias) and `headerMessageId`; without any: the latest. */
export interface FindMessages {
  readonly org: number
  readonly id?: string
  readonly address?: string
  /** With its angle brackets or without. */
  readonly headerMessageId?: string
  /** Only messages with smaller ids: the last row's id of the page before. */
  readonly before?: string
  readonly limit?: number
}

export interface MessageSummary {
  readonly message: Message
  readonly recipientCount: number
  readonly states: readonly { readonly state: RecipientState; readonly count: number }[]
  /** The first few; those that are open come first. */
  readonly recipients: readonly Recipient[]
  /** Of its scheduled recipients, the next. */
  readonly nextAttemptAt?: number
}

/** Newest first. */
export async function findMessages(store: Store, args: FindMessages): Promise<readonly MessageSummary[]> {
  const limit = Math.min(args.limit ?? 50, PAGE_MAX)
  const before = args.before ?? LAST_ID
  const ids = await idsFor(store, args, { before, limit })
  const found: MessageSummary[] = []
  for (const id of ids) {
    const summary = await summaryOf(store, { org: args.org, id })
    if (summary !== undefined) found.push(summary)
  }
  return found
}

/** Greater than every id. */
const LAST_ID = '~'

async function idsFor(store: Store, args: FindMessages, page: { before: string; limit: number }): Promise<readonly string[]> {
  const { org } = args
  if (args.id !== undefined) return args.id < page.before ? [args.id] : []
  if (args.headerMessageId !== undefined)
    return idsByHeaderMessageId(store, { org, headerMessageId: args.headerMessageId, ...page })
  if (args.address !== undefined) return idsByAddress(store, { org, address: args.address, ...page })
  return (await store.all(latest, { org, ...page })).map((row) => row.id)
}

const URGENCY: readonly RecipientState[] = ['active', 'scheduled', 'held', 'bounced', 'expired', 'dropped', 'delivered']

async function summaryOf(store: Store, key: { org: number; id: string }): Promise<MessageSummary | undefined> {
  const shown = await showMessage(store, key)
  if (shown === undefined) return undefined
  const counts = new Map<RecipientState, number>()
  let nextAttemptAt: number | undefined
  for (const { state, dueAt, restsUntil = dueAt } of shown.recipients) {
    counts.set(state, (counts.get(state) ?? 0) + 1)
    if (state === 'scheduled') nextAttemptAt = Math.min(restsUntil, nextAttemptAt ?? restsUntil)
  }
  const urgentFirst = [...shown.recipients].sort((a, b) => URGENCY.indexOf(a.state) - URGENCY.indexOf(b.state) || a.n - b.n)
  return {
    message: shown.message,
    recipientCount: shown.recipients.length,
    states: [...counts].map(([state, count]) => ({ state, count })),
    recipients: urgentFirst.slice(0, SUMMARY_RECIPIENTS),
    ...(nextAttemptAt === undefined ? {} : { nextAttemptAt }),
  }
}

export interface DestinationCount {
  readonly destination: string
  readonly scheduled: number
  readonly active: number
  readonly held: number
  /** Of its scheduled recipients, the next. */
  readonly dueAt?: number
  /** Nothing is attempted there before, and why. */
  readonly suspended?: { readonly until: number; readonly reason: string }
}

export interface QueueCounts {
  readonly scheduled: number
  readonly active: number
  readonly held: number
  /** The fullest destinations first; COUNT_DESTINATIONS_MAX at most. */
  readonly destinations: readonly DestinationCount[]
}

/** What the queue holds. Reads the indexes of open recipients whole: some 10 ms for 100,000. */
export async function countQueue(store: Store, args: { readonly now: number }): Promise<QueueCounts> {
  const total = { scheduled: 0, active: 0, held: 0 }
  const byName = new Map<string, { scheduled: number; active: number; held: number; dueAt?: number }>()
  for (const state of ['scheduled', 'active', 'held'] as const) {
    for (const row of await countState(store, state)) {
      total[state] += row.count
      const entry = byName.get(row.destination) ?? { scheduled: 0, active: 0, held: 0 }
      byName.set(row.destination, { ...entry, [state]: row.count, ...(state === 'scheduled' ? { dueAt: row.due_at } : {}) })
    }
  }
  const suspended = await store.all(suspendedDestinations, { now: args.now, limit: COUNT_DESTINATIONS_MAX })
  const why = new Map(suspended.map((row) => [row.name, { until: row.held_until ?? 0, reason: row.held_reason ?? '' }]))
  const destinations = [...byName].map(([destination, counts]) => ({
    destination,
    ...counts,
    ...suspensionOf(why.get(destination)),
  }))
  destinations.sort((a, b) => sum(b) - sum(a) || (a.destination < b.destination ? -1 : 1))
  return { ...total, destinations: destinations.slice(0, COUNT_DESTINATIONS_MAX) }
}

function suspensionOf(suspended: DestinationCount['suspended'] | undefined) {
  return suspended === undefined ? {} : { suspended }
}

function sum(counts: { scheduled: number; active: number; held: number }): number {
  return counts.scheduled + counts.active + counts.held
}
