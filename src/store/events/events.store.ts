// Writing and reading events.

import type { Kysely } from 'kysely'
import { notify, procedure, run, type Steps } from '../database/procedure.ts'
import { statementsOf } from '../database/statement.ts'
import type { Store } from '../store.ts'
import type { EventType, JourneyEvent } from './catalogue.ts'
import { encodeData } from './encode.ts'
import type { EventTables } from './events.tables.ts'
import { EVENTS_READ_MAX, MESSAGES_READ_MAX } from './limits.ts'

const statement = statementsOf<EventTables>()

export interface RecordEvent {
  readonly org: number
  readonly messageId: string
  /** Null for what concerns the whole message. */
  readonly recipient: string | null
  readonly at: number
  readonly event: JourneyEvent
}

/** An event as it is read back. */
export interface RecordedEvent extends RecordEvent {
  /** Counts up: events of one message in the order in which they happened. */
  readonly id: number
}

interface EventRow {
  readonly org: number
  readonly messageId: string
  readonly recipient: string | null
  readonly type: string
  readonly at: number
  readonly data: string
}

const insertEvent = statement<EventRow>('events.insert')((db, a) =>
  db
    .insertInto('event')
    .values({ org: a.org, message_id: a.messageId, recipient: a.recipient, type: a.type, at: a.at, data: a.data }),
)

/** Ids count up in commit order, so the old events are among the first: no index on their time is kept. */
const deleteBefore = statement<{ before: number; limit: number }>('events.deleteBefore')((db, a) =>
  db
    .deleteFrom('event')
    .where('id', 'in', (e) => e.selectFrom('event').select('id').orderBy('id').limit(a.limit))
    .where('at', '<', a.before),
)

/** Writes what happened, in the commit of the change it tells of. */
export function* recordEvent(args: RecordEvent): Steps<void> {
  const { type } = args.event
  const data = encodeData(args.event)
  yield* run(insertEvent, { org: args.org, messageId: args.messageId, recipient: args.recipient, type, at: args.at, data })
  yield* notify('events', '')
}

/**
 * Of the first events, `limit` at most, deletes those that are old; answers how many. For retention, in small pieces: call again while
 * above 0. An old event behind `limit` younger ones (the clock was ahead) waits until those are old too.
 */
export function* deleteEventsBefore(args: { readonly before: number; readonly limit: number }): Steps<number> {
  return yield* run(deleteBefore, args)
}

export const recordEventProcedure = procedure('events.record', recordEvent)
export const deleteEventsBeforeProcedure = procedure('events.deleteBefore', deleteEventsBefore)

const ofMessage = statement<{ org: number; messageId: string; after: number; limit: number }>('events.ofMessage')((db, a) =>
  db
    .selectFrom('event')
    .selectAll()
    .where('org', '=', a.org)
    .where('message_id', '=', a.messageId)
    .where('id', '>', a.after)
    .orderBy('id')
    .limit(a.limit),
)

const since = statement<{ after: number; limit: number }>('events.since')((db, a) =>
  db.selectFrom('event').selectAll().where('id', '>', a.after).orderBy('id').limit(a.limit),
)

const latest = statement<{ org: number; limit: number }>('events.latest')((db, a) =>
  db.selectFrom('event').selectAll().where('org', '=', a.org).orderBy('id', 'desc').limit(a.limit),
)

/** One message's events in order; `after` is the id of the last one already seen. */
export async function eventsOfMessage(
  store: Store,
  query: { readonly org: number; readonly messageId: string; readonly after?: number },
) {
  const rows = await store.all(ofMessage, {
    org: query.org,
    messageId: query.messageId,
    after: query.after ?? 0,
    limit: EVENTS_READ_MAX,
  })
  return rows.map(decodeRow)
}

/** Several messages' events, in order. */
export async function eventsOfMessages(store: Store, query: { readonly org: number; readonly messageIds: readonly string[] }) {
  if (query.messageIds.length === 0) return []
  const ids = query.messageIds.slice(0, MESSAGES_READ_MAX)
  const rows = await store.query((db: Kysely<EventTables>) =>
    db
      .selectFrom('event')
      .selectAll()
      .where('org', '=', query.org)
      .where('message_id', 'in', ids)
      .orderBy('id')
      .limit(EVENTS_READ_MAX),
  )
  return rows.map(decodeRow)
}

/** Newest first. */
export async function latestEvents(store: Store, query: { readonly org: number; readonly limit?: number }) {
  return (await store.all(latest, { org: query.org, limit: bounded(query.limit) })).map(decodeRow)
}

/** Of all organisations, oldest first: for those who carry events on (reports, webhooks). */
export async function eventsSince(store: Store, query: { readonly after: number; readonly limit?: number }) {
  return (await store.all(since, { after: query.after, limit: bounded(query.limit) })).map(decodeRow)
}

function bounded(limit: number | undefined): number {
  return Math.max(1, Math.min(limit ?? 100, EVENTS_READ_MAX))
}

function decodeRow(row: {
  id: number
  org: number
  message_id: string
  recipient: string | null
  type: string
  at: number
  data: string
}): RecordedEvent {
  const event = { type: row.type as EventType, ...(JSON.parse(row.data) as object) } as JourneyEvent
  return { id: row.id, org: row.org, messageId: row.message_id, recipient: row.recipient, at: row.at, event }
}
