// The door of mailboxes: where messages rest after their journey, and what may be done with them there.

import type { Procedure } from '../../store/database/procedure.ts'
import { appendMessageProcedure } from './append.ts'
import { createInboxProcedure } from './create.ts'
import { forgetLocksProcedure, lockMaildropProcedure, renewLocksProcedure, unlockMaildropProcedure } from './lock.ts'
import { clearMailboxProcedure, removeLockedProcedure, removeMessagesProcedure } from './remove.ts'

export { type AppendMessage, appendMessage, appendMessageProcedure } from './append.ts'
export { type CreateInbox, createInbox, createInboxProcedure } from './create.ts'
export { LOCK_BEAT_MS, LOCK_LEASE_MS, MAILDROP_MESSAGES_MAX } from './limits.ts'
export {
  forgetLocks,
  forgetLocksProcedure,
  type HeldLock,
  type LockError,
  MaildropLocks,
  type MaildropLocksOptions,
} from './lock.ts'
export type { MailboxTables } from './mailbox.tables.ts'
export { findInbox, findMailbox, findMessage, listMaildrop, openMailboxMessage } from './read.ts'
export {
  clearMailbox,
  clearMailboxProcedure,
  type RemovalOutcome,
  type RemoveLocked,
  type RemoveMessages,
  removeLocked,
  removeLockedProcedure,
  removeMessages,
  removeMessagesProcedure,
} from './remove.ts'

export interface Mailbox {
  readonly org: number
  readonly id: string
  readonly personId: string
  readonly name: string
  readonly uidValidity: number
  readonly uidNext: number
  readonly messageCount: number
  readonly totalBytes: number
}

/** What a listing tells of a message. */
export interface MaildropEntry {
  readonly uid: number
  readonly id: string
  readonly sizeBytes: number
}

export interface MailboxMessage extends MaildropEntry {
  readonly org: number
  readonly mailboxId: string
  readonly contentId: string
  readonly prefix: string
  /** The message in the queue it came from. */
  readonly messageId: string
  readonly receivedAt: number
}

export const mailboxProcedures: readonly Procedure<never, unknown>[] = [
  createInboxProcedure,
  appendMessageProcedure,
  removeMessagesProcedure,
  removeLockedProcedure,
  clearMailboxProcedure,
  lockMaildropProcedure,
  unlockMaildropProcedure,
  renewLocksProcedure,
  forgetLocksProcedure,
]
