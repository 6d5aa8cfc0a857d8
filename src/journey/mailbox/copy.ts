// Messages are copied and moved between mailboxes of one person.

import type { Id } from '../../ground/ids.ts'
import type { Result } from '../../ground/result.ts'
import { procedure, type Steps } from '../../store/database/procedure.ts'
import type { MailboxError } from './errors.ts'
import type { UidRange } from './uids.ts'

export interface CopyMessages {
  readonly org: number
  readonly fromMailboxId: string
  readonly toMailboxId: string
  /** Uids that are not there are passed over. */
  readonly ranges: readonly UidRange[]
  /** Fresh; the copies' ids are made of it. */
  readonly id: Id
  readonly now: number
  /** What all mailboxes of the person together may hold; absent: no bound. */
  readonly quotaBytes?: number
}

export interface Copied {
  /** Of the mailbox they were copied to. */
  readonly uidValidity: number
  readonly modseq: number
  /** Ascending. */
  readonly sourceUids: readonly number[]
  /** The copy of `sourceUids[i]` has the uid `firstUid + i`. */
  readonly firstUid: number
  /** Of the mailbox they left, when they were moved. */
  readonly sourceModseq?: number
}

/** All or none; flags, keywords and the internal date go with them. */
export function* copyMessages(_: CopyMessages): Steps<Result<Copied, MailboxError>> {
  throw new Error('copyMessages is not built yet')
}

export const copyMessagesProcedure = procedure('mailbox.copyMessages', copyMessages)

/** All or none: what arrives there is gone here, in one commit. */
export function* moveMessages(_: CopyMessages): Steps<Result<Copied, MailboxError>> {
  throw new Error('moveMessages is not built yet')
}

export const moveMessagesProcedure = procedure('mailbox.moveMessages', moveMessages)
