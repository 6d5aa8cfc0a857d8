// A person and the mailbox that goes with it come in one commit, and go in one.

import { err, ok, type Result } from '../../ground/result.ts'
import { type CreateInbox, clearMailbox, createInbox } from '../../journey/mailbox/mailbox.ts'
import { procedure, type Steps } from '../../store/database/procedure.ts'
import { type AddPerson, addPerson, type DirectoryError, removePerson } from '../../store/directory/directory.ts'

export interface OpenAccount {
  readonly person: AddPerson
  readonly inbox: CreateInbox
}

export function* openAccount({ person, inbox }: OpenAccount): Steps<Result<void, DirectoryError>> {
  const added = yield* addPerson(person)
  if (added.ok) yield* createInbox(inbox)
  return added
}

export const openAccountProcedure = procedure('accounts.open', openAccount)

export interface CloseAccount {
  readonly org: number
  readonly personId: string
  /** Null for a person without a mailbox. */
  readonly mailboxId: string | null
}

/** `more`: one page of mail is gone, call again. The person goes with the last page, so that no mail can arrive in between. */
export function* closeAccount({ org, personId, mailboxId }: CloseAccount): Steps<Result<'more' | 'closed', DirectoryError>> {
  if (mailboxId !== null && (yield* clearMailbox({ org, mailboxId }))) return ok('more')
  const removed = yield* removePerson({ org, personId })
  return removed.ok ? ok('closed') : err(removed.error)
}

export const closeAccountProcedure = procedure('accounts.close', closeAccount)

export const accountProcedures = [openAccountProcedure, closeAccountProcedure]
