// FETCH and UID FETCH: which messages, and what of them is told. Page by page, as fast as the client takes it.

import { type FetchCommand, type FetchItem, writeVanished } from '../../../mail/protocol/imap/imap.ts'
import { type FetchGround, sourceOf, writeImageLine, writeRowLine, writeRowLineNow } from './fetch-line.ts'
import { type Done, done, type Outcome } from './outcome.ts'
import { pages } from './pages.ts'
import { GONE_OTHERS_TOLD, NO_SUCH_NUMBER, UNKNOWN_ENCODING } from './refusals.ts'
import { markSeen } from './seen.ts'
import { enableCondstore, type Talk, viewOf } from './talk.ts'
import { tellKeywords } from './tell.ts'
import { vanishedSince } from './vanished.ts'
import { countOf, each, type PositionRange, type View } from './view.ts'

export async function fetch(talk: Talk, command: FetchCommand): Promise<Done> {
  const view = viewOf(talk)
  const { byUid, changedSince } = command
  if (changedSince !== undefined || command.items.some(({ type }) => type === 'modseq')) enableCondstore(talk)
  await view.image.refresh()
  tellKeywords(talk, view)
  const resolved = view.resolve(command.set, { byUid })
  if (!resolved) return NO_SUCH_NUMBER
  if (command.vanished && changedSince !== undefined) await tellVanished(talk, view, command, changedSince)
  const wanted = changedSince === undefined ? resolved : changedAfter(view, resolved, changedSince)
  const positions = command.partial ? partOf(wanted, command.partial) : wanted
  const ground: FetchGround = { talk, view, items: itemsOf(command), missing: 0, undecodable: false }
  const told = ground.items.every((item) => sourceOf(item) === 'image')
    ? await fetchImage(ground, positions)
    : await fetchRows(ground, positions)
  return told ? outcomeOf(command, ground) : 'gone'
}

/** UID first: some clients take the rest for that of another message when it comes later. */
function itemsOf({ items, byUid, changedSince }: FetchCommand): readonly FetchItem[] {
  const others = items.filter(({ type }) => type !== 'uid')
  const withUid: FetchItem[] = byUid || others.length < items.length ? [{ type: 'uid' }, ...others] : others
  if (changedSince !== undefined && !others.some(({ type }) => type === 'modseq')) withUid.push({ type: 'modseq' })
  return withUid
}

/** RFC 7162 §3.2.6: what is gone of the set, before what changed. */
async function tellVanished(talk: Talk, view: View, { set }: FetchCommand, modseq: number): Promise<void> {
  const knownUids = set.type === 'saved' ? view.saved.map((uid) => ({ from: uid, to: uid })) : view.uidsNamed(set.ranges)
  writeVanished(talk.core.out, await vanishedSince(view, { modseq, knownUids }), { earlier: true })
}

function changedAfter(view: View, positions: readonly PositionRange[], modseq: number): readonly PositionRange[] {
  const changed: { from: number; to: number }[] = []
  for (const position of each(positions)) {
    const index = view.imageIndex(position)
    if (index === -1 || view.image.modseqAt(index) <= modseq) continue
    const last = changed.at(-1)
    if (last?.to === position - 1) last.to = position
    else changed.push({ from: position, to: position })
  }
  return changed
}

/** RFC 9394 §3.3: the n-th to the m-th of those wanted, from the first or, where negative, from the last. */
function partOf(
  positions: readonly PositionRange[],
  partial: { readonly from: number; readonly to: number },
): readonly PositionRange[] {
  const count = countOf(positions)
  const ends = [partial.from, partial.to].map((place) => (place < 0 ? count + place : place - 1))
  const first = Math.max(0, Math.min(...ends))
  const last = Math.min(count - 1, Math.max(...ends))
  const part: PositionRange[] = []
  let passed = 0
  for (const { from, to } of positions) {
    const begin = Math.max(from, from + first - passed)
    const end = Math.min(to, from + last - passed)
    if (begin <= end) part.push({ from: begin, to: end })
    passed += to - from + 1
  }
  return part
}

async function fetchImage(ground: FetchGround, positions: readonly PositionRange[]): Promise<boolean> {
  const { talk } = ground
  for (const position of each(positions)) {
    writeImageLine(ground, position)
    if (talk.isDue && !(await talk.pause())) return false
  }
  return true
}

async function fetchRows(ground: FetchGround, positions: readonly PositionRange[]): Promise<boolean> {
  const { talk, view, items } = ground
  const hasContent = items.some((item) => sourceOf(item) === 'content')
  const needs = { index: hasContent || items.some((item) => sourceOf(item) === 'index') }
  const setsSeen = !view.readOnly && items.some((item) => (item.type === 'section' || item.type === 'binary') && !item.peek)
  for await (const page of pages(talk.context.store, view, positions, { withIndex: needs.index })) {
    const seen = setsSeen ? await markSeen(talk, view, page) : undefined
    for (const { position, row } of page) {
      if (!row) ground.missing++
      else if (hasContent || !writeRowLineNow(ground, position, row, needs)) {
        if (!(await writeRowLine(ground, position, row, { tellsFlags: seen?.has(row.uid) === true }))) return false
      }
      if (talk.isDue && !(await talk.pause())) return false
    }
  }
  return true
}

/** RFC 2180 §4.1: numbers whose messages are gone make the answer NO; uids are passed over. */
function outcomeOf({ byUid }: FetchCommand, { missing, undecodable }: FetchGround): Outcome {
  const tell = byUid ? 'all' : 'no-expunge'
  if (undecodable) return { ...UNKNOWN_ENCODING, tell }
  return missing > 0 && !byUid ? { ...GONE_OTHERS_TOLD, tell } : done('That is all', { tell })
}
