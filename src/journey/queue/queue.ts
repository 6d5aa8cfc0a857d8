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
  postponeAttentionProcedure,
  repairDestinationsProcedure,
} from './sweep.ts'
import { indexTermsProcedure } from './terms.ts'
import { putTimesRightProcedure } from './wrong-clock.ts'

export {
  type Changed,
  type ChangeQueue,
  changeQueue,
  changeRecipientsProcedure,
  type QueueAction,
} from './change.ts'
export { type ClaimAnswer, type ClaimDestination, claimDestinationProcedure } from './claim.ts'
export { type ForwardRecipient, forwardRecipient, insertMessage, insertRecipient } from './enqueue.ts'
export {
  countQueue,
  type DestinationCount,
  type DueDestination,
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
export { CLAIM_MAX, RECORD_ATTEMPTS_MAX, RECOVER_MAX } from './limits.ts'
export type { MessageSource, QueueTables } from './queue.tables.ts'
export {
  type AttemptRecorded,
  type AttemptResult,
  isHeld,
  type RecordAttempt,
  recordAttempt,
  recordAttemptsProcedure,
} from './record.ts'
export type { ReportPlan } from './report.ts'
export { isExpired, longestDelay, nextDelay } from './retry.ts'
export type { Claimed, LastReply, Message, NewMessage, NewRecipient, QueueEntry, QueueFilter, Recipient } from './rows.ts'
export type { QueueSettings } from './settings.ts'
export { type FinalState, isFinal, type OpenState, type RecipientState } from './states.ts'
export {
  type Attend,
  type Attended,
  type Attention,
  expireMessageProcedure,
  forgetDestinationsProcedure,
  forgetProcedure,
  lateDestinations,
  noticeDelayProcedure,
  postponeAttentionProcedure,
  repairDestinationsProcedure,
  wantingAttention,
} from './sweep.ts'
export { indexTermsProcedure, wantsIndexing } from './terms.ts'
export { putTimesRightProcedure } from './wrong-clock.ts'

export const queueProcedures = [
  putTimesRightProcedure,
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
  postponeAttentionProcedure,
  forgetProcedure,
  forgetDestinationsProcedure,
  repairDestinationsProcedure,
  indexTermsProcedure,
]
