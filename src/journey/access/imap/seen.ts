// Reading a body sets \Seen (RFC 9051 §6.4.5).

import { FLAG_SEEN, rangesOf, storeFlags } from '../../mailbox/mailbox.ts'
import type { PagedMessage } from './pages.ts'
import type { Talk } from './talk.ts'
import type { View } from './view.ts'

/** The uids of those that were not seen and now are: their flags are told with the body. */
export async function markSeen(talk: Talk, view: View, page: readonly PagedMessage[]): Promise<ReadonlySet<number>> {
  const unseen = page.flatMap(({ row }) => (row && (row.flags & FLAG_SEEN) === 0 ? [row.uid] : []))
  if (unseen.length === 0) return NOBODY
  const { org, id: mailboxId } = view.image.mailbox
  const change = { org, mailboxId, ranges: rangesOf(unseen), mode: 'add', flags: FLAG_SEEN, keywords: [] } as const
  const stored = await storeFlags(talk.context.store, change)
  if (!stored.ok) {
    // The mail can be read all the same.
    talk.context.log.warn('messages that were read are not marked as seen', { count: unseen.length })
    return NOBODY
  }
  await view.image.refresh()
  return new Set(unseen)
}

const NOBODY: ReadonlySet<number> = new Set()
