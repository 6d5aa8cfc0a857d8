// COPY, MOVE and their UID forms (RFC 9051 §6.4.7, §6.4.8).

import { type Command, rangesText } from '../../../mail/protocol/imap/imap.ts'
import {
  answered,
  type Copied,
  canonicalName,
  copyMessagesProcedure,
  findMailboxByName,
  moveMessagesProcedure,
  rangesOf,
} from '../../mailbox/mailbox.ts'
import { type Done, done } from './outcome.ts'
import { quotaOf } from './quota.ts'
import { CREATE_FIRST, GONE_UNTOUCHED, NO_SUCH_NUMBER } from './refusals.ts'
import { accountOf, type Talk, troubled, viewOf } from './talk.ts'
import { countOf } from './view.ts'

export async function copy(talk: Talk, command: Command & { readonly name: 'COPY' | 'MOVE' }): Promise<Done> {
  const { store, clock, ids } = talk.context
  const view = viewOf(talk)
  const { byUid } = command
  await view.image.refresh()
  const positions = view.resolve(command.set, { byUid })
  if (!positions) return NO_SUCH_NUMBER
  const { org, id: personId } = accountOf(talk)
  const to = await findMailboxByName(store, { org, personId, name: canonicalName(command.mailbox) })
  if (!to?.selectable) return CREATE_FIRST
  if (!byUid && view.someGone(positions)) return GONE_UNTOUCHED
  const ranges = view.uidRanges(positions)
  if (countOf(positions) === 0) return done('There are no such messages')
  const args = {
    ...{ org, fromMailboxId: view.image.mailbox.id, toMailboxId: to.id, ranges, id: ids.next(), now: clock.now() },
    ...quotaOf(talk),
  }
  const copied = answered(await store.call(command.name === 'MOVE' ? moveMessagesProcedure : copyMessagesProcedure, args))
  if (!copied.ok) return copied.error === 'no-mailbox' ? CREATE_FIRST : troubled(talk, copied.error)
  return command.name === 'MOVE' ? moved(talk, copied.value) : done('Copied', copyUid(copied.value))
}

/** RFC 4315 §3: what became what. */
function copyUid({ uidValidity, sourceUids, firstUid }: Copied): { readonly code?: string } {
  if (sourceUids.length === 0) return {}
  const copies = rangesText([{ from: firstUid, to: firstUid + sourceUids.length - 1 }])
  return { code: `COPYUID ${uidValidity} ${rangesText(rangesOf(sourceUids))} ${copies}` }
}

/** RFC 6851 §4.3: where they went is told before they go. */
function moved({ core }: Talk, copied: Copied): Done {
  const { code } = copyUid(copied)
  if (code !== undefined) core.untagged(`OK [${code}] Moved`)
  const { sourceModseq } = copied
  const told = sourceModseq !== undefined && core.isEnabled('CONDSTORE')
  return done('Done', told ? { code: `HIGHESTMODSEQ ${sourceModseq}` } : {})
}
