// SEARCH, SORT and THREAD: what was found is told as numbers, or as its ends and count (RFC 4731, RFC 5267), or kept for `$` (RFC 5182).

import {
  type Command,
  type SearchCommand,
  type SearchKey,
  type SearchReturn,
  type SortCommand,
  setText,
  type ThreadCommand,
  writeNumbers,
  writeSearchResult,
} from '../../../mail/protocol/imap/imap.ts'
import { type Done, done, type Outcome } from './outcome.ts'
import { NO_SUCH_NUMBER } from './refusals.ts'
import { type SearchGround, search } from './search.ts'
import { sort } from './sort.ts'
import { enableCondstore, type Talk, viewOf } from './talk.ts'
import { threads } from './threads.ts'
import type { View } from './view.ts'

export async function find(talk: Talk, command: Command & SearchCommand): Promise<Done> {
  const view = viewOf(talk)
  const { key, byUid, returns } = command
  const uids = await searched(talk, command)
  if (!Array.isArray(uids)) return uids
  const numbers = byUid ? uids : numbersOf(view, uids)
  const modseq = asksModseq(key) && uids.length > 0 ? greatestModseq(view, toldOf(uids, returns)) : undefined
  if (returns?.save) view.saved = toldOf(uids, returns)
  if (returns || talk.core.isEnabled('IMAP4REV2')) writeResult(talk, command, numbers, modseq)
  else writeNumbers(talk.core.out, 'SEARCH', numbers, modseq)
  return found(command)
}

export async function findSorted(talk: Talk, command: Command & SortCommand): Promise<Done> {
  const view = viewOf(talk)
  const { key, byUid, returns, criteria } = command
  const uids = await searched(talk, command)
  if (!Array.isArray(uids)) return uids
  const sorted = await sort(groundOf(talk), uids, criteria)
  if (sorted === 'gone') return 'gone'
  const numbers = byUid ? sorted : numbersOf(view, sorted)
  const modseq = asksModseq(key) && uids.length > 0 ? greatestModseq(view, toldOf(uids, returns)) : undefined
  if (returns?.save) view.saved = ascending(toldOf(sorted, returns))
  if (returns) writeResult(talk, command, numbers, modseq)
  else writeNumbers(talk.core.out, 'SORT', numbers, modseq)
  return found(command)
}

export async function findThreads(talk: Talk, command: Command & ThreadCommand): Promise<Done> {
  const uids = await searched(talk, command)
  if (!Array.isArray(uids)) return uids
  const numbers = command.byUid ? uids : numbersOf(viewOf(talk), uids)
  const text = await threads(groundOf(talk), { uids, numbers }, command.algorithm)
  if (text === 'gone') return 'gone'
  talk.core.untagged(text === '' ? 'THREAD' : `THREAD ${text}`)
  return found(command)
}

type AnySearch = SearchCommand | SortCommand | ThreadCommand

/** Uids, ascending; or what has to be answered instead. */
async function searched(talk: Talk, command: AnySearch): Promise<number[] | Done> {
  const view = viewOf(talk)
  if (asksModseq(command.key)) enableCondstore(talk)
  await view.image.refresh()
  const uids = await search(groundOf(talk), command.key)
  // RFC 5182 §2.1: one that is refused leaves what was saved; `$` in the key itself is the one before.
  if (uids === 'bad-set') return NO_SUCH_NUMBER
  return uids
}

function groundOf(talk: Talk): SearchGround {
  const { store, log, clock, facts } = talk.context
  return { store, log, facts, view: viewOf(talk), nowMs: clock.now(), pause: () => talk.pause() }
}

function numbersOf(view: View, uids: readonly number[]): number[] {
  return uids.map((uid) => view.positionOf(uid) + 1)
}

/** RFC 9051 §7.5.1: numbers hold while a command speaks of them. */
function found({ byUid }: AnySearch): Outcome {
  return done('That is all', { tell: byUid ? 'all' : 'no-expunge' })
}

function ascending(uids: readonly number[]): readonly number[] {
  return uids.toSorted((a, b) => a - b)
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

/** RFC 5182 §2.1, RFC 7162 §3.1.10: of MIN and MAX alone, only those are kept, and their modseq is told; with anything else, all. */
function toldOf(found: readonly number[], returns: SearchReturn | undefined): readonly number[] {
  const { min, max, all, count, partial } = returns ?? ALL
  if (all || count || partial || !(min || max)) return found
  const ends = [...(min ? found.slice(0, 1) : []), ...(max ? found.slice(-1) : [])]
  return [...new Set(ends)]
}

const ALL: Partial<SearchReturn> = { all: true }

function writeResult(
  { core }: Talk,
  command: Command & (SearchCommand | SortCommand),
  numbers: readonly number[],
  modseq: number | undefined,
): void {
  const wanted = command.returns ?? ALL
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
