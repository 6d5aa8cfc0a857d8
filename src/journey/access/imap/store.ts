// STORE and UID STORE: flags and keywords change, and who asked is told what they are now.

import { rangesText, type StoreCommand } from '../../../mail/protocol/imap/imap.ts'
import { FLAGS_ALL, type FlagState, rangesOf, storeFlags } from '../../mailbox/mailbox.ts'
import { expectedAfter, type FlagValues, sameFlags } from './flag-values.ts'
import type { Done, Outcome } from './outcome.ts'
import { GONE_OTHERS_CHANGED, NO_SUCH_NUMBER } from './refusals.ts'
import { enableCondstore, type Talk, troubled, viewOf } from './talk.ts'
import { tellKeywords, tellSeen } from './tell.ts'
import { each, type PositionRange, type View } from './view.ts'
import { writeChange } from './write.ts'

export async function store(talk: Talk, command: StoreCommand): Promise<Done> {
  const view = viewOf(talk)
  const { byUid, unchangedSince, mode, silent } = command
  if (unchangedSince !== undefined) enableCondstore(talk)
  await view.image.refresh()
  // What others changed is told first: what is told afterwards is then ours, or newer.
  tellSeen(talk, view, { expunges: byUid })
  const positions = view.resolve(command.set, { byUid })
  if (!positions) return NO_SUCH_NUMBER
  const { org, id: mailboxId } = view.image.mailbox
  const before = silent ? flagsBefore(view, positions) : undefined
  const stored = await storeFlags(talk.context.store, {
    ...{ org, mailboxId, ranges: view.uidRanges(positions), mode },
    ...{ flags: command.flags.bits & FLAGS_ALL, keywords: command.flags.keywords },
    ...(unchangedSince === undefined ? {} : { unchangedSince }),
  })
  const tell = byUid ? 'all' : 'no-expunge'
  if (!stored.ok) return { ...troubled(talk, stored.error), tell }
  await view.image.refresh()
  tellKeywords(talk, view)
  const { modified, failed } = stored.value
  if (before) answerSilently(talk, view, command, before, modified)
  else if (!(await answerAll(talk, view, positions, new Set(failed)))) return 'gone'
  return { ...outcomeOf(command, view, positions, failed), tell }
}

function flagsBefore(view: View, positions: readonly PositionRange[]): ReadonlyMap<number, FlagValues> {
  const before = new Map<number, FlagValues>()
  for (const position of each(positions)) {
    const index = view.imageIndex(position)
    if (index === -1) continue
    before.set(view.uidAt(position), { flags: view.image.flagsAt(index), keywords: view.image.keywordsAt(index) })
  }
  return before
}

/**
 * The client knows what it asked for: it is told only what is not so because somebody else changed it in the same moment (RFC 3501 §6.4.6),
 * and with CONDSTORE the new modseqs (RFC 7162 §3.1.3).
 */
function answerSilently(
  { core }: Talk,
  view: View,
  command: StoreCommand,
  before: ReadonlyMap<number, FlagValues>,
  modified: readonly FlagState[],
): void {
  const isCondstore = core.isEnabled('CONDSTORE')
  for (const state of modified) {
    const was = before.get(state.uid)
    // Left to the telling of what changed: it is not what the client must think.
    if (!was || !sameFlags(expectedAfter(was, command), state)) continue
    view.own.set(state.uid, state.modseq)
    if (!isCondstore) continue
    const number = view.positionOf(state.uid) + 1
    core.untagged(`${number} FETCH (UID ${state.uid} MODSEQ (${state.modseq}))`)
  }
}

async function answerAll(
  talk: Talk,
  view: View,
  positions: readonly PositionRange[],
  failed: ReadonlySet<number>,
): Promise<boolean> {
  for (const position of each(positions)) {
    const index = view.imageIndex(position)
    const uid = view.uidAt(position)
    if (index === -1 || failed.has(uid)) continue
    view.own.set(uid, view.image.modseqAt(index))
    writeChange(talk.core, view, position, index)
    if (talk.isDue && !(await talk.pause())) return false
  }
  return true
}

/** RFC 7162 §3.1.3: what failed the condition is named, and the answer is OK nevertheless; NO only when messages are gone. */
function outcomeOf({ byUid }: StoreCommand, view: View, positions: readonly PositionRange[], failed: readonly number[]): Outcome {
  const numbers = byUid ? failed : failed.map((uid) => view.positionOf(uid) + 1)
  const modified = failed.length === 0 ? {} : { code: `MODIFIED ${rangesText(rangesOf(numbers))}` }
  if (!byUid && view.someGone(positions)) return { ...GONE_OTHERS_CHANGED, ...modified }
  return { status: 'OK', text: failed.length === 0 ? 'Done' : 'Others have changed some of them meanwhile', ...modified }
}
