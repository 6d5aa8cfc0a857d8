// The way of each message, told to people: found by address, by Message-ID or by our id, as a list or as one line of time. The door.

import { isId } from '../../ground/ids.ts'
import { ok, type Result } from '../../ground/result.ts'
import { type FindMessages, findMessages, type MessageWithRecipients, showMessage } from '../../journey/queue/queue.ts'
import { eventsOfMessage, type RecordedEvent } from '../../store/events/events.ts'
import type { Store } from '../../store/store.ts'
import { type Failure, failure, type Journey, type JourneysAnswer, type JourneysQuestion } from '../api/api.ts'
import { EVENT_PAGES_MAX, MOMENT_LOOKS_MAX, TIMELINE_EVENTS_MAX } from './limits.ts'
import { recipientOf, rowOf, stateOf } from './rows.ts'
import { timelineEntry } from './timeline.ts'

export { entryOf } from './rows.ts'

/** What a reply means and what to do about it, in plain words. */
export type Explain = (code: number, enhanced?: string, text?: string) => { readonly meaning: string; readonly advice: string }

export interface JourneySource {
  readonly store: Store
  readonly org: number
  readonly explain: Explain
}

/** Newest first. */
export async function searchJourneys(
  source: JourneySource,
  question: JourneysQuestion,
): Promise<Result<JourneysAnswer, Failure>> {
  const page = {
    org: source.org,
    limit: question.limit + 1,
    ...(question.before === undefined ? {} : { before: question.before }),
  }
  const found = await firstFound(source.store, page, conditionsOf(question))
  const rows = found.slice(0, question.limit).map((summary) => rowOf(summary, source.explain))
  const last = rows.at(-1)
  return ok(found.length > question.limit && last ? { rows, next: last.id } : { rows })
}

export async function showJourney(source: JourneySource, id: string): Promise<Result<Journey, Failure>> {
  const shown = isId(id) ? await momentOf(source, id) : undefined
  if (!shown) {
    return failure(
      'not-found',
      'There is no message with this id.',
      'It may have been forgotten after its time; search by address to see what is there.',
    )
  }
  const { message, recipients, events } = shown
  return ok({
    id,
    at: message.receivedAt,
    from: message.reversePath,
    ...(message.headerMessageId === undefined ? {} : { messageId: message.headerMessageId }),
    subject: message.subject,
    sizeBytes: message.sizeBytes,
    source: message.source,
    ...(message.peerAddress === undefined ? {} : { peer: message.peerAddress }),
    ...(message.finishedAt === undefined ? { expiresAt: message.expiresAt } : {}),
    state: stateOf(recipients.map((recipient) => recipient.state)),
    recipients: recipients.map((recipient) => recipientOf(recipient, source.explain)),
    timeline: tellAttempts(events).flatMap((event) => timelineEntry(event, source.explain) ?? []),
  })
}

type Condition = Pick<FindMessages, 'id' | 'address' | 'headerMessageId'>

/** The first condition that finds something: they are different readings of the same words. */
async function firstFound(store: Store, page: Pick<FindMessages, 'org' | 'limit' | 'before'>, conditions: readonly Condition[]) {
  for (const condition of conditions) {
    const found = await findMessages(store, { ...page, ...condition })
    if (found.length > 0) return found
  }
  return []
}

/** What a person typed: our id, a Message-ID (it has angle brackets), or what may be an address or a Message-ID without them. */
function conditionsOf({ q, address, messageId }: JourneysQuestion): readonly Condition[] {
  if (messageId !== undefined) return [{ headerMessageId: messageId }]
  if (address !== undefined) return [{ address: plainAddress(address) }]
  if (q === undefined) return [{}]
  if (isId(q)) return [{ id: q }]
  return /^<.+>$/.test(q) ? [{ headerMessageId: q }] : [{ address: plainAddress(q) }, { headerMessageId: q }]
}

/** `Kim <kim@example.org>` as copied from a mail program. */
function plainAddress(text: string): string {
  return /<([^<>]+)>$/.exec(text)?.[1] ?? text
}

interface Moment extends MessageWithRecipients {
  readonly events: readonly RecordedEvent[]
}

/** Message, recipients and events of one moment: a change is written together with its event, so no new event means no change. */
async function momentOf(source: JourneySource, id: string): Promise<Moment | undefined> {
  const { store, org } = source
  for (let look = 1; ; look++) {
    const events = await eventsOf(source, id)
    const shown = await showMessage(store, { org, id })
    if (!shown) return undefined
    const newer = await eventsOfMessage(store, { org, messageId: id, after: events.at(-1)?.id ?? 0 })
    if (newer.length === 0 || look === MOMENT_LOOKS_MAX) return { ...shown, events }
  }
}

async function eventsOf({ store, org }: JourneySource, messageId: string): Promise<readonly RecordedEvent[]> {
  const events: RecordedEvent[] = []
  for (let page = 0; page < EVENT_PAGES_MAX; page++) {
    const more = await eventsOfMessage(store, { org, messageId, after: events.at(-1)?.id ?? 0 })
    events.push(...more)
    if (more.length === 0) break
  }
  return events.slice(-TIMELINE_EVENTS_MAX)
}

export interface ToldEvent {
  readonly recorded: RecordedEvent
  /** The attempt that led to it: its conversation belongs to it. */
  readonly attempt?: Extract<RecordedEvent['event'], { type: 'attempted' }>
}

/** An attempt and what came of it are one thing to tell. An attempt of which nothing came (yet) stands alone. */
function tellAttempts(events: readonly RecordedEvent[]): readonly ToldEvent[] {
  const told: ToldEvent[] = []
  const open = new Map<string, number>()
  for (const recorded of events) {
    const { event } = recorded
    const who = recorded.recipient ?? ''
    const at = open.get(who)
    if (event.type === 'attempted') {
      open.set(who, told.length)
      told.push({ recorded })
    } else if (at !== undefined && (event.type === 'deferred' || event.type === 'delivered' || event.type === 'bounced')) {
      const attempt = told[at]?.recorded.event
      told[at] = attempt?.type === 'attempted' ? { recorded, attempt } : { recorded }
      open.delete(who)
    } else told.push({ recorded })
  }
  return told.sort((a, b) => a.recorded.id - b.recorded.id)
}
