// The queue as an operator sees and changes it.

import { ok } from '../../ground/result.ts'
import {
  type Changed,
  changeQueue,
  changeRecipientsProcedure,
  countQueue,
  listQueue,
  type QueueFilter,
  showMessage,
} from '../../journey/queue/queue.ts'
import { explain } from '../../mail/protocol/smtp/smtp.ts'
import { listOrganisations } from '../../store/directory/directory.ts'
import { type QueueFilter as Asked, failure, type Operations, type QueueChange, type QueueRow, type Status } from '../api/api.ts'
import { entryOf } from '../journeys/journeys.ts'
import type { OperationsContext } from './operations.ts'

type QueueOperations = Pick<Operations, 'queue' | 'changeQueue'> & { counts(): Promise<Status['queue']> }

const BY = 'operator'
const STATES = { waiting: 'scheduled', sending: 'active', held: 'held' } as const

export function queueOperations(context: OperationsContext): QueueOperations {
  const { store, clock } = context
  return {
    async counts() {
      const { scheduled, active, held } = await countQueue(store, { now: clock.now() })
      return { waiting: scheduled, sending: active, held }
    },
    async queue(question) {
      const after = question.before === undefined ? undefined : markOf(question.before)
      const entries = await listQueue(store, filterOf(question, clock.now()), {
        limit: question.limit + 1,
        ...(after ? { after } : {}),
      })
      const rows: QueueRow[] = entries.slice(0, question.limit).map((entry) => entryOf(entry, explain))
      const last = entries[question.limit - 1]
      return ok(entries.length > question.limit && last ? { rows, next: `${last.org}.${last.messageId}.${last.n}` } : { rows })
    },
    changeQueue: (change) =>
      change.id === undefined ? changeMany(context, change) : changeOne(context, { ...change, id: change.id }),
  }
}

async function changeMany({ store, clock }: OperationsContext, { action, filter }: QueueChange) {
  const now = clock.now()
  const outcome = await changeQueue(store, { action, filter: filterOf(filter ?? {}, now), by: BY, now })
  return outcome.ok ? ok(changedOf(outcome.value)) : storeTrouble(outcome.error.detail)
}

async function changeOne({ store, clock }: OperationsContext, { action, id, recipient }: QueueChange & { readonly id: string }) {
  const [organisation] = await listOrganisations(store)
  const shown = organisation && (await showMessage(store, { org: organisation.id, id }))
  if (!shown) return failure('not-found', `There is no message ${id}.`, '"posthorn queue list" shows what waits.')
  const recipients = shown.recipients
    .filter((row) => recipient === undefined || row.address === recipient)
    .map(({ org, messageId, n }) => ({ org, messageId, n }))
  if (recipients.length === 0)
    return failure('not-found', `The message has no recipient ${recipient}.`, `"posthorn queue show ${id}" shows whom it has.`)
  const outcome = await store.call(changeRecipientsProcedure, { action, by: BY, now: clock.now(), recipients })
  return outcome.ok ? ok(changedOf(outcome.value)) : storeTrouble(outcome.error.detail)
}

function changedOf({ changed, active, held }: Changed) {
  return { changed, held, sending: active }
}

function filterOf(asked: Asked, now: number): QueueFilter {
  const { destination, from, to, state, olderThanMs } = asked
  return {
    ...(destination === undefined ? {} : { destination: destination.toLowerCase() }),
    ...(from === undefined ? {} : { reversePath: from === '<>' ? '' : from }),
    ...(to === undefined ? {} : { address: to }),
    ...(state === undefined ? {} : { state: STATES[state] }),
    ...(olderThanMs === undefined ? {} : { receivedBefore: now - olderThanMs }),
  }
}

function markOf(mark: string) {
  const [org, messageId, n] = mark.split('.')
  return { org: Number(org) || 0, messageId: messageId ?? '', n: Number(n) || 0 }
}

function storeTrouble(detail: string) {
  return failure('try-later', `The store did not take the change: ${detail}`, 'Nothing was changed. Try again in a moment.')
}
