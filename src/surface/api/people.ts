// People with their mailboxes: a person and an inbox come in one commit, and go in one.

import type { Result } from '../../ground/result.ts'
import { err, ok } from '../../ground/result.ts'
import { clearMailbox, createInbox } from '../../journey/mailbox/mailbox.ts'
import { procedure, type Steps } from '../../store/database/procedure.ts'
import { type AddPerson, addPerson, type DirectoryError, removePerson } from '../../store/directory/directory.ts'

export interface AddUser extends AddPerson {
  /** Of the inbox. */
  readonly mailboxId: string
}

function* addUser({ mailboxId, ...person }: AddUser): Steps<Result<void, DirectoryError>> {
  const added = yield* addPerson(person)
  if (added.ok) yield* createInbox({ org: person.org, personId: person.id, id: mailboxId, now: person.at })
  return added
}

interface RemoveUser {
  readonly org: number
  readonly personId: string
  /** Undefined never crosses to the writer: null for a person without a mailbox. */
  readonly mailboxId: string | null
}

/** `more`: a page of mail is gone, call again; the person goes with the last one. */
function* removeUser({ org, personId, mailboxId }: RemoveUser): Steps<Result<'more' | 'removed', DirectoryError>> {
  if (mailboxId !== null && (yield* clearMailbox({ org, mailboxId }))) return ok('more')
  const removed = yield* removePerson({ org, personId })
  return removed.ok ? ok('removed') : err(removed.error)
}

export const addUserProcedure = procedure('api.addUser', addUser)
export const removeUserProcedure = procedure('api.removeUser', removeUser)
