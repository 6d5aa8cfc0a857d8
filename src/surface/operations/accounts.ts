// A person and the mailboxes that go with it come in one commit.

import { err, ok, type Result } from '../../ground/result.ts'
import { clearPerson, type EnsureStandardMailboxes, ensureStandardMailboxes } from '../../journey/mailbox/mailbox.ts'
import { procedure, type Steps } from '../../store/database/procedure.ts'
import { type AddPerson, addPerson, type DirectoryError, removePerson } from '../../store/directory/directory.ts'

export interface OpenAccount {
  readonly person: AddPerson
  readonly mailboxes: EnsureStandardMailboxes
}

export function* openAccount({ person, mailboxes }: OpenAccount): Steps<Result<void, DirectoryError>> {
  const added = yield* addPerson(person)
  if (added.ok) yield* ensureStandardMailboxes(mailboxes)
  return added
}

export const openAccountProcedure = procedure('accounts.open', openAccount)

export interface CloseAccount {
  readonly org: number
  readonly personId: string
}

/** `more`: one page of mail is gone, call again. The person goes with the last page, so that no mail can arrive in between. */
export function* closeAccount({ org, personId }: CloseAccount): Steps<Result<'more' | 'closed', DirectoryError>> {
  if (yield* clearPerson({ org, personId })) return ok('more')
  const removed = yield* removePerson({ org, personId })
  return removed.ok ? ok('closed') : err(removed.error)
}

export const closeAccountProcedure = procedure('accounts.close', closeAccount)

export const accountProcedures = [openAccountProcedure, closeAccountProcedure]
