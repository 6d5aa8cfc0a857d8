// Mailboxes get other names.

import type { Id } from '../../ground/ids.ts'
import type { Result } from '../../ground/result.ts'
import { procedure, type Steps } from '../../store/database/procedure.ts'
import type { MailboxError } from './errors.ts'

export interface RenameMailbox {
  readonly org: number
  readonly personId: string
  readonly from: string
  readonly to: string
  /** Fresh ones, `depthOf(to)` of them: parents that are not there are made too. */
  readonly ids: readonly Id[]
  readonly now: number
}

/** With all that stands below it. Of INBOX the mail moves, and INBOX stays, empty (RFC 9051 §6.3.6). */
export function* renameMailbox(_: RenameMailbox): Steps<Result<void, MailboxError>> {
  throw new Error('renameMailbox is not built yet')
}

export const renameMailboxProcedure = procedure('mailbox.rename', renameMailbox)
