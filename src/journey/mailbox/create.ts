// Mailboxes come into being.

import { assert } from '../../ground/assert.ts'
import type { Id } from '../../ground/ids.ts'
import { first, procedure, run, type Steps } from '../../store/database/procedure.ts'
import { insertMailbox, mailboxOfPerson } from './mailbox.store.ts'
import type { Mailbox } from './mailbox.ts'

export interface CreateInbox {
  readonly org: number
  readonly personId: string
  /** For the mailbox, should it not exist yet. */
  readonly id: Id
  readonly now: number
}

/** The person's inbox: a new one, or the one there is. */
export function* createInbox({ org, personId, id, now }: CreateInbox): Steps<Mailbox> {
  yield* run(insertMailbox, { org, id, personId, name: 'INBOX', uidValidity: uidValidityAt(now), now })
  const mailbox = yield* first(mailboxOfPerson, { org, personId, name: 'INBOX' })
  assert(mailbox, 'an inbox exists after it was inserted')
  return mailbox
}

export const createInboxProcedure = procedure('mailbox.createInbox', createInbox)

/** RFC 9051 §2.3.1.1: 32 bits, never zero, greater each time: the seconds since 1970 last until 2106. */
function uidValidityAt(nowMs: number): number {
  return (Math.floor(nowMs / 1000) % 0xffff_ffff) + 1
}
