// The door of mailboxes: where messages rest after their journey, and what may be done with them there.

import type { Procedure } from '../../store/database/procedure.ts'
import { appendMessageProcedure, appendMessagesProcedure } from './append.ts'
import { clearMailboxProcedure } from './clear.ts'
import { copyMessagesProcedure, moveMessagesProcedure } from './copy.ts'
import { createInboxProcedure, createMailboxProcedure, ensureStandardMailboxesProcedure } from './create.ts'
import { detachMailboxProcedure } from './delete.ts'
import { expungePieceProcedure } from './expunge.ts'
import type { FlagState } from './flags.ts'
import { forgetLocksProcedure, lockMaildropProcedure, renewLocksProcedure, unlockMaildropProcedure } from './lock.ts'
import { takeRecentProcedure } from './recent.ts'
import { removeLockedProcedure, removeMessagesProcedure } from './remove.ts'
import { renameMailboxProcedure } from './rename.ts'
import { storeFlagsPieceProcedure } from './store-flags.ts'
import { setSubscribedProcedure } from './subscribe.ts'

export {
  type Appended,
  type AppendMessage,
  type AppendMessages,
  appendMessage,
  appendMessageProcedure,
  appendMessages,
  appendMessagesProcedure,
  type NewMailboxMessage,
} from './append.ts'
export { type Changes, changesSince, goneSince } from './changes.ts'
export { clearMailbox, clearMailboxProcedure, clearPerson } from './clear.ts'
export {
  type Copied,
  type CopyMessages,
  copyMessages,
  copyMessagesProcedure,
  moveMessages,
  moveMessagesProcedure,
} from './copy.ts'
export {
  type CreateInbox,
  type CreateMailbox,
  createInbox,
  createInboxProcedure,
  createMailbox,
  createMailboxProcedure,
  type EnsureStandardMailboxes,
  ensureStandardMailboxes,
  ensureStandardMailboxesProcedure,
  STANDARD_MAILBOXES,
} from './create.ts'
export { clearCondemned, type DeleteMailbox, deleteMailbox } from './delete.ts'
export { answered, type MailboxError, type MailboxTrouble } from './errors.ts'
export { type Expunged, type ExpungeMessages, expungeMessages } from './expunge.ts'
export {
  FLAG_ANSWERED,
  FLAG_DELETED,
  FLAG_DRAFT,
  FLAG_FLAGGED,
  FLAG_SEEN,
  FLAGS_ALL,
  type FlagState,
  isKeyword,
  keywordsIn,
} from './flags.ts'
export type { ImageChange, MailboxImage } from './image.ts'
export { MailboxImages, type MailboxImagesOptions } from './images.ts'
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
export { canonicalName, depthOf, isName } from './names.ts'
export {
  type FetchRows,
  fetchFacts,
  fetchRows,
  findInbox,
  findMailbox,
  findMailboxByName,
  findMessage,
  listMailboxes,
  listMaildrop,
  openMailboxMessage,
  usage,
} from './read.ts'
export { type RecentUids, type TakeRecent, takeRecent, takeRecentProcedure } from './recent.ts'
export {
  type RemovalOutcome,
  type RemoveLocked,
  type RemoveMessages,
  removeLocked,
  removeLockedProcedure,
  removeMessages,
  removeMessagesProcedure,
} from './remove.ts'
export { type RenameMailbox, renameMailbox, renameMailboxProcedure } from './rename.ts'
export { type StoredFlags, type StoreFlags, storeFlags } from './store-flags.ts'
export { type SetSubscribed, setSubscribed, setSubscribedProcedure } from './subscribe.ts'
export { rangesOf, UID_MAX, type UidRange, uidsOf } from './uids.ts'

export interface Mailbox {
  readonly org: number
  readonly id: string
  readonly personId: string
  /** A path of UTF-8 text with `/` between its parts; the inbox is `INBOX`. */
  readonly name: string
  /** Greater each time a name comes into being again. */
  readonly uidValidity: number
  readonly uidNext: number
  /** The modseq of the last change; the next change gets a greater one. Below 2^53. */
  readonly highestModseq: number
  readonly messageCount: number
  readonly totalBytes: number
  readonly unseenCount: number
  readonly deletedCount: number
  /** `\\Drafts`, `\\Sent`, `\\Archive`, `\\Junk`, `\\Trash` … (RFC 6154), or null. */
  readonly specialUse: string | null
  readonly subscribed: boolean
  /** False: the name stands for its children or for a subscription alone; there is no mailbox. */
  readonly selectable: boolean
  readonly appendable: boolean
  /** Uids from here on no session has been told of as recent. */
  readonly recentUid: number
  /** Changes up to this modseq are not remembered one by one any more: who knows less must compare all uids. */
  readonly forgottenModseq: number
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
  /** The message in the queue it came from; null for what a client put here. */
  readonly messageId: string | null
  readonly internalDateMs: number
}

/** A message as FETCH and SEARCH want it. */
export interface MessageRow extends FlagState {
  /** Unlike that of any other message of the mailbox, for ever. */
  readonly id: string
  /** The same for copies (RFC 8474 EMAILID). */
  readonly emailId: string
  readonly threadId: string | null
  readonly contentId: string
  /** Before the content; its size is in octets of UTF-8. */
  readonly prefix: string
  /** Prefix and content together: RFC822.SIZE. */
  readonly sizeBytes: number
  readonly internalDateMs: number
  /** The zone in which the internal date was given, or 0. */
  readonly zoneMinutes: number
  /** SAVEDATE (RFC 8514), milliseconds. */
  readonly savedAtMs: number
  /** As `encodeIndex` made it; null when it was not asked for, or was never made: `keepIndexProcedure` of store/content keeps one. */
  readonly index: Uint8Array | null
}

/** What never changes of a message. */
export type MessageFact = Pick<
  MessageRow,
  'uid' | 'sizeBytes' | 'internalDateMs' | 'zoneMinutes' | 'savedAtMs' | 'contentId' | 'emailId' | 'threadId' | 'index'
>

export const mailboxProcedures: readonly Procedure<never, unknown>[] = [
  createInboxProcedure,
  createMailboxProcedure,
  ensureStandardMailboxesProcedure,
  detachMailboxProcedure,
  clearMailboxProcedure,
  renameMailboxProcedure,
  setSubscribedProcedure,
  appendMessageProcedure,
  appendMessagesProcedure,
  storeFlagsPieceProcedure,
  copyMessagesProcedure,
  moveMessagesProcedure,
  expungePieceProcedure,
  takeRecentProcedure,
  removeMessagesProcedure,
  removeLockedProcedure,
  lockMaildropProcedure,
  unlockMaildropProcedure,
  renewLocksProcedure,
  forgetLocksProcedure,
]
