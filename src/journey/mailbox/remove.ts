// Messages, and whole mailboxes, go away.

import { releaseContent } from '../../store/content/content.ts'
import { all, first, notify, procedure, run, type Steps } from '../../store/database/procedure.ts'
import { CLEAR_MESSAGES_MAX } from './limits.ts'
import {
  confirmLock,
  deleteLock,
  deleteMailbox,
  deleteMessage,
  lowerTotals,
  mailboxById,
  maildropPage,
  releaseLock,
} from './mailbox.store.ts'

export interface RemoveMessages {
  readonly org: number
  readonly mailboxId: string
  readonly ids: readonly string[]
}

/** How many there were to remove; ids that are not there (any more) are passed over. */
export function* removeMessages({ org, mailboxId, ids }: RemoveMessages): Steps<number> {
  const contents: string[] = []
  let sizeBytes = 0
  for (const id of ids) {
    const gone = yield* first(deleteMessage, { org, mailboxId, id })
    if (!gone) continue
    contents.push(gone.contentId)
    sizeBytes += gone.sizeBytes
  }
  if (contents.length === 0) return 0
  // Rows are locked in one order everywhere (messages, mailbox, contents): an append and a removal cannot wait for each other.
  yield* run(lowerTotals, { org, mailboxId, count: contents.length, sizeBytes })
  for (const id of contents) yield* releaseContent({ id })
  yield* notify('mailbox', mailboxId)
  return contents.length
}

export const removeMessagesProcedure = procedure('mailbox.removeMessages', removeMessages)

export interface RemoveLocked extends RemoveMessages {
  readonly token: number
}

/** `lost`: the lock went to somebody else meanwhile; nothing was removed. */
export type RemovalOutcome = { readonly type: 'removed'; readonly count: number } | { readonly type: 'lost' }

/** The end of a POP3 session: what it deleted goes, and the lock is given back, in one commit. */
export function* removeLocked({ token, ...removal }: RemoveLocked): Steps<RemovalOutcome> {
  const held = yield* run(confirmLock, { org: removal.org, mailboxId: removal.mailboxId, token })
  if (held === 0) return { type: 'lost' }
  const count = yield* removeMessages(removal)
  yield* run(releaseLock, { org: removal.org, mailboxId: removal.mailboxId, token })
  return { type: 'removed', count }
}

export const removeLockedProcedure = procedure('mailbox.removeLocked', removeLocked)

/** Removes one page of a mailbox that is to go, and the mailbox with the last page. True: call again. */
export function* clearMailbox({ org, mailboxId }: { readonly org: number; readonly mailboxId: string }): Steps<boolean> {
  if (!(yield* first(mailboxById, { org, mailboxId }))) return false
  const page = yield* all(maildropPage, { org, mailboxId, beforeUid: Number.MAX_SAFE_INTEGER, limit: CLEAR_MESSAGES_MAX })
  yield* removeMessages({ org, mailboxId, ids: page.map((row) => row.id) })
  if (page.length === CLEAR_MESSAGES_MAX) return true
  yield* run(deleteLock, { org, mailboxId })
  yield* run(deleteMailbox, { org, mailboxId })
  return false
}

export const clearMailboxProcedure = procedure('mailbox.clearMailbox', clearMailbox)
