// A mailbox goes, with its messages. First it loses its name and takes nothing in any more, then its messages go page by page, then it.

import type { Id } from '../../ground/ids.ts'
import { err, ok, type Result } from '../../ground/result.ts'
import { all, notify, procedure, run, type Steps } from '../../store/database/procedure.ts'
import type { Store } from '../../store/store.ts'
import { clearMailbox, clearMailboxProcedure } from './clear.ts'
import { answered, type MailboxError, type MailboxTrouble } from './errors.ts'
import { CLEAR_MESSAGES_MAX, CONDEMNED_MAX, MAILBOXES_MAX } from './limits.ts'
import { condemn, condemnedMailboxes, mailboxesOfPerson } from './mailbox.store.ts'
import { canonicalName } from './names.ts'
import { hasChildren, leavePlaceholder, tidyParents } from './placeholders.ts'
import { leaveName } from './validity.ts'

export interface DeleteMailbox {
  readonly org: number
  readonly personId: string
  readonly name: string
  /** Fresh: for the name, should it stay because of children or a subscription. */
  readonly id: Id
  readonly now: number
}

/** The mailbox whose messages are to be cleared, if they are not gone yet. */
export function* detachMailbox(args: DeleteMailbox): Steps<Result<{ readonly toClear?: string }, MailboxError>> {
  const { org, personId, id, now } = args
  const name = canonicalName(args.name)
  if (name === 'INBOX') return err('not-permitted')
  const rows = yield* all(mailboxesOfPerson, { org, personId, limit: MAILBOXES_MAX })
  const row = rows.find((one) => one.name === name)
  if (!row) return err('no-mailbox')
  const others = rows.filter((one) => one !== row)
  if (row.selectable === 0) return err(hasChildren(others, name) ? 'has-children' : 'no-mailbox')
  yield* leaveName({ org, personId }, name, row.uidValidity)
  yield* run(condemn, { org, mailboxId: row.id, name: `/${row.id}` })
  const stays = yield* leavePlaceholder({ org, personId, now }, row, others, id)
  if (!stays) yield* tidyParents(org, name, others)
  yield* notify('mailbox', row.id)
  if (row.messageCount >= CLEAR_MESSAGES_MAX) return ok({ toClear: row.id })
  yield* clearMailbox({ org, mailboxId: row.id })
  return ok({})
}

export const detachMailboxProcedure = procedure('mailbox.detach', detachMailbox)

/** The name is free (or stands for its children alone) after the first commit; many messages then go in further ones. */
export async function deleteMailbox(store: Store, args: DeleteMailbox): Promise<Result<void, MailboxTrouble>> {
  const detached = answered(await store.call(detachMailboxProcedure, args))
  if (!detached.ok) return detached
  const { toClear } = detached.value
  // It is deleted whatever becomes of the rest: what stays is cleared at the next start.
  if (toClear !== undefined) await clearWhole(store, { org: args.org, mailboxId: toClear })
  return ok()
}

/** For the start of the program: deletions that were broken off are brought to their end. */
export async function clearCondemned(store: Store): Promise<void> {
  for (const { org, id } of await store.all(condemnedMailboxes, { limit: CONDEMNED_MAX }))
    await clearWhole(store, { org, mailboxId: id })
}

async function clearWhole(store: Store, which: { readonly org: number; readonly mailboxId: string }): Promise<void> {
  for (let more = true; more; ) {
    const answer = await store.call(clearMailboxProcedure, which)
    more = answer.ok && answer.value
  }
}
