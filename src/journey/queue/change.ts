// What operators do with recipients that wait: hold, release, try now, drop. One that is being delivered right now is left alone.

import { ok, type Result } from '../../ground/result.ts'
import { first, notify, procedure, run, type Steps } from '../../store/database/procedure.ts'
import { type JourneyEvent, recordEvent } from '../../store/events/events.ts'
import type { Store, StoreError } from '../../store/store.ts'
import { expect } from './enqueue.ts'
import { resumeDestination } from './lease.ts'
import { CHANGE_MAX } from './limits.ts'
import * as statements from './queue.store.ts'
import { closeRecipients } from './record.ts'
import type { QueueFilter, RecipientKey } from './rows.ts'
import { changeableOf, countOpen, type QueueAction } from './search.store.ts'

export type { QueueAction } from './search.store.ts'

/** A released message is tried for at least this long, however long it was held. */
export const RELEASED_TIME_MS = 24 * 60 * 60 * 1000

export interface ChangeRecipients {
  readonly action: QueueAction
  /** Who did it, for the journey. */
  readonly by: string
  readonly reason?: string
  readonly now: number
  readonly recipients: readonly RecipientKey[]
}

export interface Changed {
  readonly changed: number
  /** Being delivered right now: ask again when the attempt is over. */
  readonly active: number
  /** Asked to be tried, but held. */
  readonly held: number
}

/** [Q10] */
export function* changeRecipients(args: ChangeRecipients): Steps<Changed> {
  let changed = 0
  let active = 0
  let held = 0
  for (const key of args.recipients) {
    const row = yield* first(statements.recipientState, key)
    if (row?.state === 'active') active++
    if (row?.state === 'held' && args.action === 'retry') held++
    if (row === undefined || !(yield* changeOne(args, key, row.destination))) continue
    changed++
    yield* recordEvent({ org: key.org, messageId: key.messageId, recipient: row.address, at: args.now, event: eventOf(args) })
  }
  return { changed, active, held }
}

export const changeRecipientsProcedure = procedure('queue.changeRecipients', changeRecipients)

function* changeOne({ action, now }: ChangeRecipients, { org, messageId, n }: RecipientKey, destination: string): Steps<boolean> {
  const key = { org, messageId, n }
  switch (action) {
    case 'hold':
      return (yield* run(statements.holdRecipient, key)) > 0
    case 'retry':
      if ((yield* run(statements.retryRecipient, { ...key, dueAt: now })) === 0) return false
      yield* resumeDestination({ destination })
      yield* wake(destination, now)
      return true
    case 'release':
      if ((yield* run(statements.releaseRecipient, { ...key, dueAt: now })) === 0) return false
      yield* run(statements.grantTime, { org, messageId, expiresAt: now + RELEASED_TIME_MS })
      yield* wake(destination, now)
      return true
    case 'drop':
      if ((yield* run(statements.dropRecipient, { ...key, at: now })) === 0) return false
      yield* closeRecipients({ org, messageId, count: 1, at: now })
      return true
  }
}

function* wake(destination: string, now: number): Steps<void> {
  yield* expect(destination, now)
  yield* notify('queue', destination)
}

const DONE = { hold: 'held', release: 'released', retry: 'retried', drop: 'dropped' } as const

function eventOf({ action, by, reason }: ChangeRecipients): JourneyEvent {
  return { type: DONE[action], by, ...(reason === undefined ? {} : { reason }) }
}

export interface ChangeQueue {
  readonly action: QueueAction
  readonly filter: QueueFilter
  readonly by: string
  readonly reason?: string
  readonly now: number
}

/**
 * All that match, a bounded number in each commit; between them others go on. What was changed no longer matches, so every page is the
 * first one; a page of which nothing could be changed ends it.
 */
export async function changeQueue(store: Store, args: ChangeQueue): Promise<Result<Changed, StoreError>> {
  const { filter, ...change } = args
  const total = {
    changed: 0,
    active: await countOpen(store, filter, 'active'),
    held: args.action === 'retry' ? await countOpen(store, filter, 'held') : 0,
  }
  for (;;) {
    const page = await changeableOf(store, filter, { action: args.action, now: args.now, limit: CHANGE_MAX })
    if (page.length === 0) return ok(total)
    const answer = await store.call(changeRecipientsProcedure, { ...change, recipients: page })
    if (!answer.ok) return answer
    if (answer.value.changed === 0) return ok(total)
    total.changed += answer.value.changed
  }
}
