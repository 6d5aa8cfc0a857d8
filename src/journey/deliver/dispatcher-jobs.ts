// Claimed recipients become jobs; what came of a job becomes a record. Pure.

import { type AttemptResult, type Claimed, isExpired, type LastReply, type RecordAttempt } from '../queue/queue.ts'
import type { AttemptReport, Outcome } from './job.ts'

/** Recipients of one message at one destination under one claim. */
export interface Job {
  readonly token: number
  readonly first: Claimed
  readonly recipients: readonly Claimed[]
}

/** Claimed recipients of a message stand together; each group is cut into pieces that fit a transaction. */
export function jobsOf(claimed: readonly Claimed[], args: { readonly token: number; readonly recipientsMax: number }): Job[] {
  const groups: Claimed[][] = []
  for (const one of claimed) {
    const group = groups.at(-1)
    const same = group?.[0]?.messageId === one.messageId && group[0].org === one.org
    if (group !== undefined && same && group.length < args.recipientsMax) group.push(one)
    else groups.push([one])
  }
  return groups.flatMap((recipients) => (recipients[0] ? [{ token: args.token, first: recipients[0], recipients }] : []))
}

export interface Circumstances {
  readonly worker: string
  readonly startedAt: number
  readonly at: number
  /** When a deferred recipient is tried next, by its attempt's number. One answer for all: they stay together. */
  readonly dueAt: (attempt: number) => number
}

/** A recipient without an outcome is deferred: unknown is temporary. So is a deferral past the message's time the last word. */
export function recordOf(job: Job, report: AttemptReport, args: Circumstances): RecordAttempt {
  const outcomes = new Map(report.recipients.map(({ n, outcome }) => [n, outcome]))
  const attempt = Math.max(...job.recipients.map((one) => one.attempt))
  const results = job.recipients.map((one) => resultOf(one, outcomes.get(one.n) ?? UNKNOWN, args))
  return {
    org: job.first.org,
    messageId: job.first.messageId,
    worker: args.worker,
    token: job.token,
    destination: job.first.destination,
    attempt,
    startedAt: args.startedAt,
    at: args.at,
    results,
    to: 'remote',
    transcript: report.transcript,
    ...(report.host === undefined ? {} : { host: report.host }),
    ...(report.tls === undefined ? {} : { tls: report.tls }),
  }
}

const UNKNOWN: Outcome = { type: 'deferred', code: 0, enhanced: '4.3.0', text: 'nothing is known of what came of the attempt' }

function resultOf(claimed: Claimed, outcome: Outcome, { at, dueAt }: Circumstances): AttemptResult {
  const { n, attempt } = claimed
  const reply = replyOf(outcome)
  if (outcome.type !== 'deferred') return { n, type: outcome.type, reply }
  if (isExpired(claimed, at)) return { n, type: 'expired', reply }
  return { n, type: 'deferred', reply, dueAt: dueAt(attempt) }
}

function replyOf({ code, enhanced, text, host }: Outcome): LastReply {
  return { code, text, ...(enhanced === undefined ? {} : { enhanced }), ...(host === undefined ? {} : { host }) }
}

/** When the attempt itself broke. */
export function brokenReport(job: Job, detail: string, at: number): AttemptReport {
  const outcome: Outcome = { type: 'deferred', code: 0, enhanced: '4.3.0', text: 'a fault of ours; the message is tried again' }
  const transcript = [{ at, direction: 'out', line: `(the attempt broke: ${detail.slice(0, 300)})` }] as const
  return { recipients: job.recipients.map(({ n }) => ({ n, outcome })), transcript }
}
