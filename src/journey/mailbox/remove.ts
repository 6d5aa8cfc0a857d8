// Messages go away one by one, as POP3 wants it.

import { procedure, run, type Steps } from '../../store/database/procedure.ts'
import { expungePiece } from './expunge.ts'
import { confirmLock, releaseLock } from './mailbox.store.ts'
import { orderedRanges, type UidRange } from './uids.ts'

export interface RemoveMessages {
  readonly org: number
  readonly mailboxId: string
  readonly uids: readonly number[]
  readonly now: number
}

/** How many there were to remove; uids that are not there (any more) are passed over. All or none. */
export function* removeMessages({ org, mailboxId, uids, now }: RemoveMessages): Steps<number> {
  let count = 0
  let rest: readonly UidRange[] = orderedRanges(uids.map((uid) => ({ from: uid, to: uid })))
  while (rest.length > 0) {
    const piece = yield* expungePiece({ org, mailboxId, ranges: rest, which: 'all', now })
    if (!piece.ok) return count
    count += piece.value.uids.length
    rest = piece.value.rest
  }
  return count
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
