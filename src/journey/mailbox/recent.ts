// \Recent: each message is recent for one session, the first that opens the mailbox to read and write (RFC 3501 §2.3.2).

import { first, procedure, run, type Steps } from '../../store/database/procedure.ts'
import { mailboxById, setRecent } from './mailbox.store.ts'

export interface TakeRecent {
  readonly org: number
  readonly mailboxId: string
}

/** From `fromUid` on, to before `toUid`. */
export interface RecentUids {
  readonly fromUid: number
  readonly toUid: number
}

/**
 * For a session that opens the mailbox to read and write, or sees new messages while it has it open; worth asking when
 * `recentUid < uidNext`.
 */
export function* takeRecent({ org, mailboxId }: TakeRecent): Steps<RecentUids> {
  const mailbox = yield* first(mailboxById, { org, mailboxId })
  if (!mailbox) return { fromUid: 1, toUid: 1 }
  const { recentUid, uidNext } = mailbox
  if (recentUid < uidNext) yield* run(setRecent, { org, mailboxId, recentUid: uidNext })
  return { fromUid: recentUid, toUid: uidNext }
}

export const takeRecentProcedure = procedure('mailbox.takeRecent', takeRecent)
