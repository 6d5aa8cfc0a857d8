// What is written when an attempt has ended: the record of the queue and, for mailboxes of ours, the message itself in the same commit.

import { procedure, type Steps } from '../../store/database/procedure.ts'
import { appendMessage, createInbox } from '../mailbox/mailbox.ts'
import {
  type AttemptRecorded,
  type AttemptResult,
  forwardRecipient,
  isHeld,
  type RecordAttempt,
  recordAttempt,
} from '../queue/queue.ts'
import type { Placement } from './local/local.ts'

export interface Delivery {
  readonly attempt: RecordAttempt
  readonly local?: {
    readonly contentId: string
    readonly contentSizeBytes: number
    readonly placements: readonly Placement[]
    /** For a mailbox that vanished meanwhile. */
    readonly dueAt: number
  }
}

export function* recordDelivery({ attempt, local }: Delivery): Steps<AttemptRecorded> {
  if (local === undefined) return yield* recordAttempt(attempt)
  const results: AttemptResult[] = []
  for (const result of attempt.results) {
    const placement = local.placements.find((one) => one.n === result.n)
    const placed = placement === undefined || (yield* placeOne(attempt, local, placement))
    results.push(placed ? result : { n: result.n, type: 'deferred', reply: GONE, dueAt: local.dueAt })
  }
  return yield* recordAttempt({ ...attempt, results })
}

const GONE = { code: 450, enhanced: '4.2.1', text: 'the mailbox is not there at the moment' }

/** False when a mailbox is gone. A recipient that is no longer the attempt's is left alone: the record will say so. */
function* placeOne(attempt: RecordAttempt, local: NonNullable<Delivery['local']>, placement: Placement): Steps<boolean> {
  const { org, messageId, worker, token, at } = attempt
  if (!(yield* isHeld({ org, messageId, n: placement.n, worker, token }))) return true
  for (const inbox of placement.inboxes) {
    const mailbox = yield* createInbox({ org: inbox.org, personId: inbox.personId, id: inbox.mailboxId, now: at })
    const { contentId, contentSizeBytes } = local
    const message = {
      org: inbox.org,
      mailboxId: mailbox.id,
      id: inbox.appendId,
      messageId,
      contentId,
      contentSizeBytes,
      prefix: inbox.prefix,
      receivedAt: at,
    }
    if ((yield* appendMessage(message)) === undefined) return false
  }
  if (placement.forwards.length > 0) {
    yield* forwardRecipient({ org, messageId, originalAddress: placement.address, targets: placement.forwards, at })
  }
  return true
}

export const recordDeliveriesProcedure = procedure(
  'deliver.record',
  function* (args: { readonly deliveries: readonly Delivery[] }) {
    const answers: AttemptRecorded[] = []
    for (const delivery of args.deliveries) answers.push(yield* recordDelivery(delivery))
    return answers
  },
)

export const deliverProcedures = [recordDeliveriesProcedure]
