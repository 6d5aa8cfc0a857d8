// SEARCH and UID SEARCH: what was found is told as numbers, or as its ends and count (RFC 4731), or kept for `$` (RFC 5182).

import {
  type Command,
  type SearchCommand,
  type SearchKey,
  type SearchReturn,
  setText,
  writeNumbers,
  writeSearchResult,
} from '../../../mail/protocol/imap/imap.ts'
import { type Done, done } from './outcome.ts'
import { NO_SUCH_NUMBER } from './refusals.ts'
import { search } from './search.ts'
import { enableCondstore, type Talk, viewOf } from './talk.ts'
import type { View } from './view.ts'

export async function find(talk: Talk, command: Command & SearchCommand): Promise<Done> {
  const view = viewOf(talk)
  const { key, byUid, returns } = command
  const tell = byUid ? 'all' : 'no-expunge'
  if (asksModseq(key)) enableCondstore(talk)
  await view.image.refresh()
  if (returns?.save) view.saved = []
  const { store, clock } = talk.context
  const found = await search({ store, view, nowMs: clock.now(), pause: () => talk.pause() }, key)
  if (found === 'gone') return 'gone'
  if (found === 'bad-set') return NO_SUCH_NUMBER
  const numbers = byUid ? found : found.map((uid) => view.positionOf(uid) + 1)
  const modseq = asksModseq(key) && found.length > 0 ? greatestModseq(view, found) : undefined
  if (returns?.save) view.saved = savedOf(found, returns)
  if (returns || talk.core.isEnabled('IMAP4REV2')) writeResult(talk, command, numbers, modseq)
  else writeNumbers(talk.core.out, 'SEARCH', numbers, modseq)
  return done('That is all', { tell })
}

function asksModseq(key: SearchKey): boolean {
  switch (key.type) {
    case 'and':
      return key.keys.some(asksModseq)
    case 'or':
      return asksModseq(key.left) || asksModseq(key.right)
    case 'not':
    case 'fuzzy':
      return asksModseq(key.key)
    default:
      return key.type === 'modseq'
  }
}

function greatestModseq(view: View, uids: readonly number[]): number {
  let greatest = 0
  for (const uid of uids) {
    const index = view.image.indexOf(uid)
    if (index !== -1) greatest = Math.max(greatest, view.image.modseqAt(index))
  }
  return greatest
}

/** RFC 5182 §2.1: of MIN and MAX alone, only those are kept; with anything else, all. */
function savedOf(found: readonly number[], { min, max, all, count }: SearchReturn): readonly number[] {
  if (all || count || !(min || max)) return found
  const ends = [...(min ? found.slice(0, 1) : []), ...(max ? found.slice(-1) : [])]
  return [...new Set(ends)]
}

const ALL: Pick<SearchReturn, 'all'> = { all: true }

function writeResult(
  { core }: Talk,
  command: Command & SearchCommand,
  numbers: readonly number[],
  modseq: number | undefined,
): void {
  const wanted: Partial<SearchReturn> = command.returns ?? ALL
  // RFC 5182 §2.1: a search that only is saved is not answered.
  if (wanted.save && !(wanted.min || wanted.max || wanted.all || wanted.count || wanted.partial)) return
  const any = numbers.length > 0
  writeSearchResult(core.out, {
    ...{ tag: command.tag, byUid: command.byUid, modseq },
    min: wanted.min && any ? numbers[0] : undefined,
    max: wanted.max && any ? numbers.at(-1) : undefined,
    count: wanted.count ? numbers.length : undefined,
    all: wanted.all && any ? setText(numbers) : undefined,
    partial: wanted.partial ? { ...wanted.partial, set: setText(slice(numbers, wanted.partial)) } : undefined,
  })
}

/** RFC 9394 §3.1: from the first or, where negative, from the last. */
function slice(numbers: readonly number[], { from, to }: { readonly from: number; readonly to: number }): readonly number[] {
  const ends = [from, to].map((place) => (place < 0 ? numbers.length + place : place - 1))
  return numbers.slice(Math.max(0, Math.min(...ends)), Math.max(...ends) + 1)
}
