// A person and the mailbox that goes with it come and go together, in one commit.

import type { Result } from '../../ground/result.ts'
import { type CreateInbox, createInbox } from '../../journey/mailbox/mailbox.ts'
import { procedure, type Steps } from '../../store/database/procedure.ts'
import { type AddPerson, addPerson, type DirectoryError } from '../../store/directory/directory.ts'

export interface OpenAccount {
  readonly person: AddPerson
  readonly inbox: CreateInbox
}

export function* openAccount({ person, inbox }: OpenAccount): Steps<Result<void, DirectoryError>> {
  const added = yield* addPerson(person)
  if (!added.ok) return added
  yield* createInbox(inbox)
  return added as Result<void, DirectoryError>
}

export const openAccountProcedure = procedure('accounts.open', openAccount)

export const accountProcedures = [openAccountProcedure]
