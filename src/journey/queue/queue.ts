// The queue: what was accepted and has not ended, and who is at it. The door; states and transitions: docs/states/queue.md, rules: SPEC.md.

import { changeRecipientsProcedure } from './change.ts'
import { claimDestinationProcedure } from './claim.ts'
import {
  heartbeatProcedure,
  holdDestinationProcedure,
  recoverWorkersProcedure,
  releaseDestinationsProcedure,
  releaseWorkerProcedure,
  resumeDestinationProcedure,
  unclaimProcedure,
} from './lease.ts'
import { recordAttemptsProcedure } from './record.ts'
import {
  expireMessageProcedure,
  forgetDestinationsProcedure,
  forgetProcedure,
  noticeDelayProcedure,
  repairDestinationsProcedure,
} from './sweep.ts'

export {
  type Changed,
  type ChangeQueue,
  changeQueue,
  changeRecipients,
  changeRecipientsProcedure,
  type QueueAction,
} from './change.ts'
export { type ClaimAnswer, type ClaimDestination, claimDestinationProcedure } from './claim.ts'
export { type ForwardRecipient, forwardRecipient, insertMessage, insertRecipient } from './enqueue.ts'
export {
  countQueue,
  type DestinationCount,
  dueDestinations,
  type FindMessages,
  findMessages,
  listQueue,
  type MessageSummary,
  type MessageWithRecipients,
  nextDueAt,
  type QueueCounts,
  type QueuePage,
  showMessage,
} from './find.ts'
export {
  heartbeatProcedure,
  holdDestinationProcedure,
  lapsedWorkers,
  recoverWorkersProcedure,
  releaseDestinationsProcedure,
  releaseWorkerProcedure,
  resumeDestinationProcedure,
  unclaimProcedure,
} from './lease.ts'
export { CLAIM_MAX, CLAIM_REST_MAX, RECORD_ATTEMPTS_MAX, RECOVER_MAX, REPORT_RECIPIENTS_MAX } from './limits.ts'
export { type MessageSource, type QueueTables, queueMigrations } from './queue.tables.ts'
export {
  type AttemptRecorded,
  type AttemptResult,
  isHeld,
  type RecordAttempt,
  recordAttempt,
  recordAttemptsProcedure,
} from './record.ts'
export type { ReportPlan } from './report.ts'
export { delayAfter, isExpired, nextDelay } from './retry.ts'
export type { Claimed, LastReply, Message, NewMessage, NewRecipient, QueueEntry, QueueFilter, Recipient } from './rows.ts'
export type { QueueSettings } from './settings.ts'
export { type FinalState, isFinal, OPEN_STATES, type OpenState, type RecipientState } from './states.ts'
export {
  type Attend,
  type Attended,
  type Attention,
  expireMessageProcedure,
  forgetDestinationsProcedure,
  forgetProcedure,
  lateDestinations,
  noticeDelayProcedure,
  repairDestinationsProcedure,
  wantingAttention,
} from './sweep.ts'

export const queueProcedures = [
  claimDestinationProcedure,
  heartbeatProcedure,
  holdDestinationProcedure,
  recoverWorkersProcedure,
  releaseDestinationsProcedure,
  releaseWorkerProcedure,
  resumeDestinationProcedure,
  unclaimProcedure,
  recordAttemptsProcedure,
  changeRecipientsProcedure,
  expireMessageProcedure,
  noticeDelayProcedure,
  forgetProcedure,
  forgetDestinationsProcedure,
  repairDestinationsProcedure,
]
