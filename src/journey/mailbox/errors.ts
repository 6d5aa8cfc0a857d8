// What a mailbox can refuse: the closed list.

import type { Result } from '../../ground/result.ts'
import type { StoreError } from '../../store/store.ts'

export type MailboxError =
  /** There is one of that name. */
  | 'already-exists'
  /** There is none of that name or id (any more), or the name only stands for its children. */
  | 'no-mailbox'
  /** An empty part, a control character, too long, too deep. */
  | 'bad-name'
  /** INBOX cannot be deleted; nothing can be renamed into itself. */
  | 'not-permitted'
  /** The name stands for its children only, and they are there. */
  | 'has-children'
  /** More mailboxes than one person may have. */
  | 'too-many-mailboxes'
  /** Mail cannot be added here. */
  | 'not-appendable'
  /** What was asked for does not fit into the quota that was given. */
  | 'over-quota'
  /** A keyword is no atom, is too long, or there would be too many of them: on a message or in the mailbox. */
  | 'bad-keyword'
  | 'too-many-keywords'
  /** The mailbox has given away its last uid. */
  | 'no-more-uids'

/** Of a change that may take several commits. */
export type MailboxTrouble = MailboxError | StoreError

/** Both answers of a call as one. */
export function answered<T>(answer: Result<Result<T, MailboxError>, StoreError>): Result<T, MailboxTrouble> {
  return answer.ok ? answer.value : answer
}
