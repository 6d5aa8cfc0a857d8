// What changed in the selected mailbox meanwhile, told to the session: EXPUNGE or VANISHED, EXISTS, FLAGS, FETCH.

import { writeExists, writeExpunge, writeRecent, writeVanished } from '../../../mail/protocol/imap/imap.ts'
import { type MailboxImage, rangesOf } from '../../mailbox/mailbox.ts'
import type { Talk } from './talk.ts'
import type { View } from './view.ts'
import { writeChange, writeFlagNames } from './write.ts'

/** True: the mailbox was deleted; nothing can be told of it any more. */
export async function tellChanges(talk: Talk, how: { readonly expunges: boolean }): Promise<boolean> {
  const view = talk.selected
  if (!view) return false
  await view.image.refresh()
  if (view.image.gone) return true
  tellSeen(talk, view, how)
  return false
}

/** What the image has seen by now. */
export function tellSeen(talk: Talk, view: View, { expunges }: { readonly expunges: boolean }): void {
  const { image } = view
  const sameMessages = hasAll(view, image)
  tellKeywords(talk, view)
  if (!sameMessages && expunges) tellGone(talk, view)
  const stayed = view.count
  if (sameMessages || expunges) tellNew(talk, view)
  tellFlags(talk, view, stayed)
}

/** Nothing the session knows of is gone. Uids only ascend, so the last one tells: if it has kept its place, so have all before it. */
function hasAll({ uids, count }: View, image: MailboxImage): boolean {
  if (image.uids === uids) return image.count >= count
  return count === 0 || (image.count >= count && image.uids[count - 1] === uids[count - 1])
}

/** Before the first message that has it (RFC 9051 §7.3.5). */
export function tellKeywords({ core }: Talk, view: View): void {
  if (view.image.highestModseq === view.toldModseq) return
  const keywords = view.image.keywords()
  if (keywords.length <= view.toldKeywords) return
  view.toldKeywords = keywords.length
  writeFlagNames(core, view)
}

function tellGone({ core }: Talk, view: View): void {
  const gone = goneFrom(view)
  if (core.isEnabled('QRESYNC')) {
    const uids = gone.map((position) => view.uidAt(position))
    writeVanished(core.out, rangesOf(uids), { earlier: false })
    // From the last to the first, so that each number is still what it was when it is told.
  } else for (const position of gone.reverse()) writeExpunge(core.out, position + 1)
  const { image } = view
  const lastTold = view.lastUid
  view.uids = image.uids
  view.count = image.count
  view.count = view.positionFrom(lastTold + 1)
}

/** Positions, ascending. */
function goneFrom(view: View): number[] {
  const { image, count } = view
  const gone: number[] = []
  for (let position = 0, index = 0; position < count; position++) {
    const uid = view.uidAt(position)
    if (index < image.count && image.uids[index] === uid) index++
    else gone.push(position)
  }
  return gone
}

function tellNew({ core }: Talk, view: View): void {
  const { image } = view
  view.uids = image.uids
  if (image.count === view.count) return
  view.count = image.count
  writeExists(core.out, view.count)
  if (!core.isEnabled('IMAP4REV2')) writeRecent(core.out, view.recentCount)
}

/** Of the first `count` messages; those behind them are new to the client, and it asks for their flags anyway. */
function tellFlags({ core }: Talk, view: View, count: number): void {
  const { image } = view
  const since = view.toldModseq
  if (image.highestModseq === since) return
  view.toldModseq = image.highestModseq
  for (let position = 0; position < count; position++) {
    const index = view.imageIndex(position)
    if (index === -1) continue
    const modseq = image.modseqAt(index)
    if (modseq <= since || view.own.get(view.uidAt(position)) === modseq) continue
    writeChange(core, view, position, index)
  }
  view.own.clear()
}
