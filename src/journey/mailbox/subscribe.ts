// What a person wants to see of their mailboxes.

import type { Result } from '../../ground/result.ts'
import { procedure, type Steps } from '../../store/database/procedure.ts'
import type { MailboxError } from './errors.ts'

export interface SetSubscribed {
  readonly org: number
  readonly personId: string
  readonly name: string
  readonly subscribed: boolean
}

/** Unsubscribing from what is not there changes nothing. */
export function* setSubscribed(_: SetSubscribed): Steps<Result<void, MailboxError>> {
  throw new Error('setSubscribed is not built yet')
}

export const setSubscribedProcedure = procedure('mailbox.setSubscribed', setSubscribed)
