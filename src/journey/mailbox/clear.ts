// Whole mailboxes are cleared away, a page of messages in each commit.

import { releaseContents } from '../../store/content/content.ts'
import { all, first, procedure, run, type Steps } from '../../store/database/procedure.ts'
import { forgetExpunged } from './history.store.ts'
import { deleteKeywords } from './keywords.store.ts'
import { CLEAR_MESSAGES_MAX } from './limits.ts'
import { holdingsIn } from './lines.ts'
import { addTotals, deleteLock, deleteMailboxRow, deleteValidities, mailboxById, mailboxesOfPerson } from './mailbox.store.ts'
import { deleteRange, holdingsInRange } from './messages.store.ts'
import { totalsOf } from './totals.ts'
import { UID_MAX } from './uids.ts'

/** Removes one page of a mailbox that is to go, and the mailbox with the last page. True: call again. */
export function* clearMailbox({ org, mailboxId }: { readonly org: number; readonly mailboxId: string }): Steps<boolean> {
  const where = { org, mailboxId }
  if (!(yield* first(mailboxById, where))) return false
  const page = yield* first(holdingsInRange, { ...where, fromUid: 1, toUid: UID_MAX, flagged: 0, limit: CLEAR_MESSAGES_MAX })
  const holdings = holdingsIn(page?.lines ?? null)
  const last = holdings.at(-1)
  if (last) {
    yield* run(deleteRange, { ...where, fromUid: 1, toUid: last.uid, flagged: 0 })
    yield* run(addTotals, { ...where, ...totalsOf(holdings, -1) })
    yield* releaseContents({ ids: holdings.map(({ contentId }) => contentId) })
  }
  if (holdings.length === CLEAR_MESSAGES_MAX) return true
  yield* run(forgetExpunged, { ...where, modseq: Number.MAX_SAFE_INTEGER })
  yield* run(deleteKeywords, where)
  yield* run(deleteLock, where)
  yield* run(deleteMailboxRow, where)
  return false
}

export const clearMailboxProcedure = procedure('mailbox.clearMailbox', clearMailbox)

/** Removes one page of all that a person has, and with the last page every trace. True: call again. */
export function* clearPerson(who: { readonly org: number; readonly personId: string }): Steps<boolean> {
  const [row] = yield* all(mailboxesOfPerson, { org: who.org, personId: who.personId, limit: 1 })
  if (row) {
    const more = yield* clearMailbox({ org: who.org, mailboxId: row.id })
    if (more || (yield* all(mailboxesOfPerson, { org: who.org, personId: who.personId, limit: 1 })).length > 0) return true
  }
  yield* run(deleteValidities, { org: who.org, personId: who.personId })
  return false
}
