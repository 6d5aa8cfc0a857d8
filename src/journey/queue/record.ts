// What came of an attempt. Fenced: only recipients that the worker still holds under the token of its claim are changed.

import { releaseContent } from '../../store/content/content.ts'
import { all, first, procedure, run, type Steps } from '../../store/database/procedure.ts'
import { type JourneyEvent, recordEvent, type TranscriptLine } from '../../store/events/events.ts'
import { expect } from './enqueue.ts'
import { REPLY_CHARACTERS_MAX } from './limits.ts'
import * as statements from './queue.store.ts'
import { enqueueReport, type ReportPlan } from './report.ts'
import type { LastReply } from './rows.ts'
import type { FinalState } from './states.ts'

/** The last word about one recipient. `expired`: it was deferred once more, and its time is over. */
export type AttemptResult =
  | { readonly n: number; readonly type: 'delivered' | 'failed' | 'expired'; readonly reply: LastReply }
  | { readonly n: number; readonly type: 'deferred'; readonly reply: LastReply; readonly dueAt: number }

export interface RecordAttempt {
  readonly org: number
  readonly messageId: string
  readonly worker: string
  readonly token: number
  readonly destination: string
  /** The attempt's number, from 1: the greatest among its recipients. */
  readonly attempt: number
  readonly startedAt: number
  readonly at: number
  readonly results: readonly AttemptResult[]
  readonly to: 'remote' | 'mailbox'
  readonly host?: string
  readonly tls?: string
  readonly transcript?: readonly TranscriptLine[]
  /** What becomes of the failed ones' sender; required when a result is `failed` or `expired`. */
  readonly report?: ReportPlan
}

export interface AttemptRecorded {
  /** No longer the worker's: another has them, or they have ended. Nothing was written about them but an event. */
  readonly lost: readonly number[]
}

const FINAL: Readonly<Record<'delivered' | 'failed' | 'expired', FinalState>> = {
  delivered: 'delivered',
  failed: 'bounced',
  expired: 'expired',
}

interface Held {
  readonly result: AttemptResult
  readonly address: string
}

export function* recordAttempt(args: RecordAttempt): Steps<AttemptRecorded> {
  const { held, lost } = yield* sort(args)
  const fits = lost.length === 0 || !held.some(({ result }) => result.type === 'failed' || result.type === 'expired')
  yield* tellAttempt(args, lost)
  let closed = 0
  let dueAt = Number.POSITIVE_INFINITY
  for (const one of held) {
    const result = fits ? one.result : softened(one.result, args.at)
    if (result.type === 'deferred') dueAt = Math.min(dueAt, result.dueAt)
    else closed++
    yield* recordResult(args, result, one.address)
  }
  if (dueAt !== Number.POSITIVE_INFINITY) yield* expect(args.destination, dueAt)
  if (fits && args.report !== undefined && held.length > 0)
    yield* enqueueReport({ ...args.report, org: args.org, about: args.messageId, at: args.at })
  if (closed > 0) yield* closeRecipients({ org: args.org, messageId: args.messageId, count: closed, at: args.at })
  return { lost }
}

export const recordAttemptsProcedure = procedure(
  'queue.recordAttempts',
  function* (args: { readonly attempts: readonly RecordAttempt[] }) {
    const answers: AttemptRecorded[] = []
    for (const attempt of args.attempts) answers.push(yield* recordAttempt(attempt))
    return answers
  },
)

/** Whether the attempt still holds the recipient: for those who do more than record in the same procedure. */
export function* isHeld(args: { org: number; messageId: string; n: number; worker: string; token: number }): Steps<boolean> {
  return (yield* first(statements.heldByAttempt, args)) !== undefined
}

function* sort(args: RecordAttempt): Steps<{ held: Held[]; lost: number[] }> {
  const held: Held[] = []
  const lost: number[] = []
  const { org, messageId, worker, token } = args
  for (const result of args.results) {
    const row = yield* first(statements.heldByAttempt, { org, messageId, n: result.n, worker, token })
    if (row === undefined) lost.push(result.n)
    else held.push({ result, address: row.address })
  }
  return { held, lost }
}

/**
 * [Q12] A report was made for recipients of which some are no longer ours: it would tell of them too. The others are tried again, and the
 * report of that attempt will be right. One claim holds all of a job's recipients, so that this takes a crash in a bad moment.
 */
function softened(result: AttemptResult, at: number): AttemptResult {
  return result.type === 'failed' || result.type === 'expired'
    ? { n: result.n, type: 'deferred', reply: result.reply, dueAt: at }
    : result
}

function* recordResult(args: RecordAttempt, result: AttemptResult, address: string): Steps<void> {
  const { org, messageId, at } = args
  const key = { org, messageId, n: result.n }
  const text = result.reply.text.slice(0, REPLY_CHARACTERS_MAX)
  const word = { code: result.reply.code, enhanced: result.reply.enhanced ?? null, text, host: result.reply.host ?? null }
  if (result.type === 'deferred') yield* run(statements.deferAttempt, { ...key, ...word, dueAt: result.dueAt })
  else yield* run(statements.finishAttempt, { ...key, ...word, state: FINAL[result.type], at })
  yield* recordEvent({ org, messageId, recipient: address, at, event: eventOf(args, result) })
}

function* tellAttempt(args: RecordAttempt, lost: readonly number[]): Steps<void> {
  if (args.to === 'mailbox') return
  const event: JourneyEvent = {
    type: 'attempted',
    attempt: args.attempt,
    durationMs: Math.max(0, args.at - args.startedAt),
    ...(args.host === undefined ? {} : { host: args.host }),
    ...(args.tls === undefined ? {} : { tls: args.tls }),
    ...(args.transcript === undefined && lost.length === 0
      ? {}
      : { transcript: [...(args.transcript ?? []), ...lost.map((n) => lostNote(args, n))] }),
  }
  yield* recordEvent({ org: args.org, messageId: args.messageId, recipient: null, at: args.at, event })
}

/** The only trace of an attempt whose lease was lost: if it succeeded, the recipient gets the message twice. */
function lostNote(args: RecordAttempt, n: number): TranscriptLine {
  const result = args.results.find((one) => one.n === n)
  const word = `${result?.type ?? ''} ${result?.reply.code ?? ''} ${result?.reply.text ?? ''}`
  const line = `(recipient ${n}: ${word}; not counted, the attempt had been given up for lost)`
  return { at: args.at, direction: 'out', line: line.slice(0, REPLY_CHARACTERS_MAX) }
}

function eventOf(args: RecordAttempt, result: AttemptResult): JourneyEvent {
  const { code, enhanced, text } = result.reply
  const host = result.reply.host ?? args.host
  const reply = code === 0 ? {} : { reply: { code, text, ...(enhanced === undefined ? {} : { enhanced }) } }
  const facts = { ...reply, attempt: args.attempt, ...(host === undefined ? {} : { host }) }
  switch (result.type) {
    case 'delivered':
      return { type: 'delivered', to: args.to, ...facts, ...(args.tls === undefined ? {} : { tls: args.tls }) }
    case 'failed':
      return { type: 'bounced', reason: text, ...facts }
    case 'expired':
      return { type: 'expired', reason: text, attempts: args.attempt }
    case 'deferred':
      return { type: 'deferred', reason: text, dueAt: result.dueAt, ...facts }
  }
}

/** [Q3] Recipients have ended: with the last one the message is finished, and the queue lets go of its content. */
export function* closeRecipients(args: {
  readonly org: number
  readonly messageId: string
  readonly count: number
  readonly at: number
}): Steps<void> {
  const [message] = yield* all(statements.closeRecipients, args)
  if (message?.open_recipients === 0) yield* releaseContent({ id: message.content_id })
}
