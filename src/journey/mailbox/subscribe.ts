// What a person wants to see of their mailboxes.

import { err, ok, type Result } from '../../ground/result.ts'
import { all, procedure, run, type Steps } from '../../store/database/procedure.ts'
import { NOT_SUBSCRIBED, SUBSCRIBED_AS_ASKED } from './create.ts'
import type { MailboxError } from './errors.ts'
import { MAILBOXES_MAX } from './limits.ts'
import { deleteMailboxRow, mailboxesOfPerson, setSubscription } from './mailbox.store.ts'
import { canonicalName } from './names.ts'
import { hasChildren, tidyParents } from './placeholders.ts'

export interface SetSubscribed {
  readonly org: number
  readonly personId: string
  readonly name: string
  readonly subscribed: boolean
}

/** Unsubscribing from what is not there changes nothing. */
export function* setSubscribed({ org, personId, ...args }: SetSubscribed): Steps<Result<void, MailboxError>> {
  const name = canonicalName(args.name)
  const rows = yield* all(mailboxesOfPerson, { org, personId, limit: MAILBOXES_MAX })
  const row = rows.find((one) => one.name === name)
  if (!row) return args.subscribed ? err('no-mailbox') : ok()
  const others = rows.filter((one) => one !== row)
  if (!args.subscribed && row.selectable === 0 && !hasChildren(others, name)) {
    yield* run(deleteMailboxRow, { org, mailboxId: row.id })
    yield* tidyParents(org, name, others)
    return ok()
  }
  const subscribed = args.subscribed ? SUBSCRIBED_AS_ASKED : NOT_SUBSCRIBED
  yield* run(setSubscription, { org, mailboxId: row.id, subscribed })
  return ok()
}

export const setSubscribedProcedure = procedure('mailbox.setSubscribed', setSubscribed)
