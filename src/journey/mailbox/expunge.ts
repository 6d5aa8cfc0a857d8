// Messages are removed, and remembered as removed.

import type { Result } from '../../ground/result.ts'
import type { Store } from '../../store/store.ts'
import type { MailboxTrouble } from './errors.ts'
import type { UidRange } from './uids.ts'

export interface ExpungeMessages {
  readonly org: number
  readonly mailboxId: string
  /** Absent: the whole mailbox. */
  readonly ranges?: readonly UidRange[]
  /** Removed are those flagged \Deleted; `all`: whatever their flags. */
  readonly which?: 'deleted' | 'all'
  readonly now: number
}

export interface Expunged {
  /** Ascending. */
  readonly uids: readonly number[]
  /** Of the mailbox afterwards. */
  readonly modseq: number
}

/** Many messages go in several commits; an error tells that the last ones stayed. */
export async function expungeMessages(_: Store, __: ExpungeMessages): Promise<Result<Expunged, MailboxTrouble>> {
  throw new Error('expungeMessages is not built yet')
}
