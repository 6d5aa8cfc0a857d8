// One attempt from its start to what is to be recorded of it. Never rejects: whatever goes wrong is a deferral.

import type { IdSource } from '../../ground/ids.ts'
import type { Clock } from '../../ground/ports/clock.ts'
import type { Log } from '../../ground/ports/log.ts'
import { readContent } from '../../store/content/content.ts'
import type { Store } from '../../store/store.ts'
import type { AttemptResult, QueueSettings, RecordAttempt, ReportPlan } from '../queue/queue.ts'
import { type FailedRecipient, planReport } from './bounce.ts'
import { brokenReport, type Job, recordOf } from './dispatcher-jobs.ts'
import type { AttemptReport, HoldDestination, RemoteDeliverer, RemoteJob } from './job.ts'
import { type LocalDirectory, type Placed, place } from './local/local.ts'
import type { Delivery } from './record.ts'

export interface AttemptParts {
  readonly store: Store
  readonly clock: Clock
  readonly ids: IdSource
  readonly log: Log
  readonly settings: QueueSettings
  readonly hostname: string
  readonly remote: RemoteDeliverer
  readonly directory: LocalDirectory
  readonly worker: string
  readonly dueAt: (attempt: number) => number
}

export interface Ended {
  readonly delivery: Delivery
  /** Some host of the destination said something. */
  readonly answered: boolean
  readonly holdDestination?: HoldDestination
}

export async function attemptJob(parts: AttemptParts, job: Job): Promise<Ended> {
  const startedAt = parts.clock.now()
  let report: AttemptReport
  let placed: readonly Placed[] | undefined
  try {
    // Where it goes is found out at every attempt: a domain may have become ours since it was queued.
    placed = (await parts.directory.isLocalDomain(job.first.destination)) ? await placeAll(parts, job) : undefined
    report = placed ? { recipients: placed, transcript: [] } : await parts.remote.attempt(remoteJob(parts, job))
  } catch (cause) {
    placed = undefined
    report = brokenReport(job, cause instanceof Error ? cause.message : String(cause), parts.clock.now())
    parts.log.error('an attempt broke', {
      messageId: job.first.messageId,
      cause: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause),
    })
  }
  const at = parts.clock.now()
  const dueAt = once(parts.dueAt)
  const record = recordOf(job, report, { worker: parts.worker, startedAt, at, dueAt })
  const attempt = await withReport(parts, job, placed ? { ...record, to: 'mailbox' } : record, dueAt)
  return {
    answered: report.recipients.some(({ outcome }) => outcome.code > 0),
    delivery: { attempt, ...localOf(job, placed, dueAt) },
    ...(report.holdDestination ? { holdDestination: report.holdDestination } : {}),
  }
}

/** The same answer for the same attempt number: what failed together comes back together. */
function once(dueAt: (attempt: number) => number): (attempt: number) => number {
  const known = new Map<number, number>()
  return (attempt) => {
    const answer = known.get(attempt) ?? dueAt(attempt)
    known.set(attempt, answer)
    return answer
  }
}

function remoteJob({ store }: AttemptParts, { first, recipients }: Job): RemoteJob {
  return {
    destination: first.destination,
    reversePath: first.reversePath,
    recipients: recipients.map(({ n, address }) => ({ n, address })),
    sizeBytes: first.sizeBytes,
    eightBit: first.eightBit,
    smtpUtf8: first.smtpUtf8,
    open: () => readContent(store, first.contentId),
  }
}

async function placeAll({ directory, ids }: AttemptParts, job: Job): Promise<readonly Placed[]> {
  const placed: Placed[] = []
  for (const recipient of job.recipients) placed.push(await place(directory, ids, recipient))
  return placed
}

function localOf(job: Job, placed: readonly Placed[] | undefined, dueAt: (attempt: number) => number): Pick<Delivery, 'local'> {
  if (placed === undefined) return {}
  const placements = placed.flatMap(({ placement }) => (placement ? [placement] : []))
  const { contentId, sizeBytes, attempt } = job.first
  return { local: { contentId, contentSizeBytes: sizeBytes, placements, dueAt: dueAt(attempt) } }
}

async function withReport(
  parts: AttemptParts,
  job: Job,
  record: RecordAttempt,
  dueAt: (attempt: number) => number,
): Promise<RecordAttempt> {
  const failed = record.results.flatMap((result) => failedRecipient(job, result, record.at))
  if (failed.length === 0) return record
  try {
    const report = await planFailure(parts, job, failed, record.at)
    return { ...record, report }
  } catch (cause) {
    // The header could not be read: as long as nobody can be told, nothing is final.
    parts.log.error('a report could not be made; its recipients are tried again', {
      messageId: job.first.messageId,
      cause: String(cause),
    })
    return { ...record, results: record.results.map((result) => softened(result, dueAt(record.attempt))) }
  }
}

function planFailure(parts: AttemptParts, job: Job, recipients: readonly FailedRecipient[], at: number): Promise<ReportPlan> {
  const { store, ids, hostname, settings } = parts
  return planReport(
    { store, ids, hostname, expireAfterMs: settings.expireAfter },
    { kind: 'failed', about: job.first, recipients, at },
  )
}

function failedRecipient(job: Job, result: AttemptResult, lastAttemptAt: number): readonly FailedRecipient[] {
  if (result.type !== 'failed' && result.type !== 'expired') return []
  const claimed = job.recipients.find((one) => one.n === result.n)
  if (claimed === undefined) return []
  const { address, originalAddress } = claimed
  return [
    {
      address,
      type: result.type,
      reply: result.reply,
      lastAttemptAt,
      ...(originalAddress === undefined ? {} : { originalAddress }),
    },
  ]
}

function softened(result: AttemptResult, dueAt: number): AttemptResult {
  if (result.type === 'delivered' || result.type === 'deferred') return result
  return { n: result.n, type: 'deferred', reply: result.reply, dueAt }
}
