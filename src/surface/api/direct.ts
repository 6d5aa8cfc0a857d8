// The operations on the store itself: what the server answers with, and what the command line uses when no server runs.

import { isId, type IdSource } from '../../ground/ids.ts'
import type { Clock } from '../../ground/ports/clock.ts'
import type { Passwords } from '../../ground/ports/passwords.ts'
import type { Random } from '../../ground/ports/random.ts'
import { ok, type Result } from '../../ground/result.ts'
import { changeQueue, countQueue, listQueue, type QueueFilter as QueueCondition, showMessage } from '../../journey/queue/queue.ts'
import type { Store, StoreError } from '../../store/store.ts'
import { type Explain, searchJourneys, showJourney } from '../journeys/journeys.ts'
import { replyOf, STATE_WORDS } from '../journeys/rows.ts'
import type { Done, QueueAnswer, QueueChange, QueueChanged, QueueFilter, QueueQuestion, Sent, Status } from './contract.ts'
import { type Failure, failure } from './errors.ts'
import { directoryOperations } from './direct-directory.ts'
import type { Answer, Operations, Submission } from './operations.ts'

export interface OperationsContext {
  readonly store: Store
  readonly org: number
  readonly clock: Clock
  readonly random: Random
  readonly ids: IdSource
  readonly passwords: Passwords
  readonly explain: Explain
  readonly version: string
  /** Who is named in journeys as having held, released or dropped. */
  readonly operator: string
  /** The session's own way of accepting a message. */
  submitMessage(submission: Submission): Promise<Result<Sent, Failure>>
  /** Of the server that runs; without one only what the store tells. */
  readonly server?: {
    readonly pid: number
    readonly startedAt: number
    readonly hostname: string
    listeners(): Status['listeners']
    reload(): Promise<Result<void, string>>
    /** Begins to stop; the answer still goes out. */
    stop(): void
  }
}

export function createOperations(context: OperationsContext): Operations {
  const { store, org } = context
  const source = { store, org, explain: context.explain }
  return {
    ...directoryOperations(context),
    status: () => status(context),
    reload: () => reload(context),
    stop: () => stop(context),
    send: (submission) => context.submitMessage(submission),
    queue: (question) => queue(context, question),
    changeQueue: (change) => applyChange(context, change),
    journeys: (question) => searchJourneys(source, question),
    journey: (id) => showJourney(source, id),
  }
}

/** The store's fault in words for people; the detail is for the operator, and these are operators. */
export function storeFailure(error: StoreError) {
  const next = error.type === 'full' ? 'Make room on the disk, then try again.' : 'Nothing was changed; try again in a moment.'
  return failure('try-later', `The store cannot do it now (${error.type}): ${error.detail}.`, next)
}

async function status({ store, clock, version, server }: OperationsContext): Answer<Status> {
  const counts = await countQueue(store, { now: clock.now() })
  return ok({
    version,
    ...(server ? { pid: server.pid, startedAt: server.startedAt } : {}),
    hostname: server?.hostname ?? '',
    listeners: server?.listeners() ?? [],
    queue: { waiting: counts.scheduled, sending: counts.active, held: counts.held },
  })
}

const NO_SERVER = failure('try-later', 'No server runs.', '"posthorn up" starts one.')

async function reload({ server }: OperationsContext): Answer<Done> {
  if (!server) return NO_SERVER
  const reloaded = await server.reload()
  return reloaded.ok ? ok({ done: true }) : failure('invalid-request', reloaded.error, 'Correct it and reload again; until then the old settings hold.')
}

async function stop({ server }: OperationsContext): Answer<Done> {
  if (!server) return NO_SERVER
  server.stop()
  return ok({ done: true })
}

const QUEUE_STATES = { waiting: 'scheduled', sending: 'active', held: 'held' } as const

function conditionOf({ org, clock }: OperationsContext, filter: QueueFilter): QueueCondition {
  return {
    org,
    ...(filter.destination === undefined ? {} : { destination: filter.destination.toLowerCase() }),
    ...(filter.from === undefined ? {} : { reversePath: filter.from === '<>' ? '' : filter.from }),
    ...(filter.to === undefined ? {} : { address: filter.to }),
    ...(filter.state === undefined ? {} : { state: QUEUE_STATES[filter.state] }),
    ...(filter.olderThanMs === undefined ? {} : { receivedBefore: clock.now() - filter.olderThanMs }),
  }
}

async function queue(context: OperationsContext, question: QueueQuestion): Answer<QueueAnswer> {
  const after = question.before === undefined ? undefined : cursorOf(question.before)
  if (question.before !== undefined && !after) return failure('invalid-request', 'before: is no mark of a page.', 'Take it from the page before.')
  const found = await listQueue(context.store, conditionOf(context, question), {
    limit: question.limit, ...(after ? { after: { org: context.org, ...after } } : {}),
  })
  const rows = found.map((entry) => ({
    id: entry.messageId, n: entry.n, from: entry.reversePath, to: entry.address, destination: entry.destination, state: STATE_WORDS[entry.state],
    receivedAt: entry.receivedAt, attempts: entry.attempts, sizeBytes: entry.sizeBytes, subject: entry.subject,
    ...(entry.state === 'scheduled' ? { nextAttemptAt: entry.dueAt } : {}),
    ...(entry.lastReply ? { lastReply: replyOf(entry.lastReply, context.explain) } : {}),
  }))
  const last = rows.at(-1)
  return ok(rows.length === question.limit && last ? { rows, next: `${last.id}.${last.n}` } : { rows })
}

function cursorOf(text: string): { readonly messageId: string; readonly n: number } | undefined {
  const [messageId = '', n = ''] = text.split('.', 2)
  return isId(messageId) && /^\d{1,9}$/.test(n) ? { messageId, n: Number(n) } : undefined
}

async function applyChange(context: OperationsContext, change: QueueChange): Answer<QueueChanged> {
  if ((change.id === undefined) === (change.filter === undefined)) {
    return failure('invalid-request', 'Either an id or a filter says what to change.', 'Give one of them; the filter {} is everything.')
  }
  if (change.id !== undefined && !(await showMessage(context.store, { org: context.org, id: change.id }))) {
    return failure('not-found', `There is no message ${change.id}.`, '"posthorn queue list" shows what waits.')
  }
  const filter = conditionOf(context, { ...change.filter, ...(change.recipient === undefined ? {} : { to: change.recipient }) })
  const done = await changeQueue(context.store, {
    action: change.action, by: context.operator, now: context.clock.now(), filter: { ...filter, ...(change.id === undefined ? {} : { messageId: change.id }) },
  })
  return done.ok ? ok({ changed: done.value.changed }) : storeFailure(done.error)
}
