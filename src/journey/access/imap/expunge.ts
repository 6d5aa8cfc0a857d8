// EXPUNGE and UID EXPUNGE: what is flagged as deleted goes.

import type { Command } from '../../../mail/protocol/imap/imap.ts'
import { expungeMessages } from '../../mailbox/mailbox.ts'
import { type Done, done } from './outcome.ts'
import { type Talk, troubled, viewOf } from './talk.ts'

export async function expunge(talk: Talk, { uids }: Command & { readonly name: 'EXPUNGE' }): Promise<Done> {
  const { store, clock } = talk.context
  const view = viewOf(talk)
  const { org, id: mailboxId } = view.image.mailbox
  const ranges = uids === undefined ? undefined : view.uidRanges(view.resolve(uids, { byUid: true }) ?? [])
  if (ranges?.length === 0) return done('There are no such messages')
  const removed = await expungeMessages(store, { org, mailboxId, now: clock.now(), ...(ranges ? { ranges } : {}) })
  if (!removed.ok) return troubled(talk, removed.error)
  const { modseq } = removed.value
  return done('Removed', talk.core.isEnabled('CONDSTORE') ? { code: `HIGHESTMODSEQ ${modseq}` } : {})
}
