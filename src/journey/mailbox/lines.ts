// Rows that come as one text, a line for each: the numbers first, the rest of the line is text.

import type { FlagState } from './flags.ts'
import type { MessageFact } from './mailbox.ts'

const SPACE = 32
const ZERO = 48

/** Three numbers and a text of each line. */
export function eachLine(lines: string, visit: (first: number, second: number, third: number, rest: string) => void): void {
  let at = 0
  const number = (): number => {
    let value = 0
    for (let code = lines.charCodeAt(at++); code !== SPACE; code = lines.charCodeAt(at++)) value = value * 10 + code - ZERO
    return value
  }
  while (at < lines.length) {
    const first = number()
    const second = number()
    const third = number()
    const end = lines.indexOf('\n', at)
    const stop = end === -1 ? lines.length : end
    visit(first, second, third, stop === at ? '' : lines.slice(at, stop))
    at = stop + 1
  }
}

/** `uid modseq flags keywords`; uids ascending. */
export function statesIn(lines: string | null): FlagState[] {
  const states: FlagState[] = []
  eachLine(lines ?? '', (uid, modseq, flags, keywords) => states.push({ uid, modseq, flags, keywords }))
  return byUid(states)
}

export interface Holding {
  readonly uid: number
  readonly sizeBytes: number
  readonly flags: number
  readonly contentId: string
  readonly keywords: string
}

/** `uid size flags content keywords`; uids ascending. */
export function holdingsIn(lines: string | null): Holding[] {
  const holdings: Holding[] = []
  eachLine(lines ?? '', (uid, sizeBytes, flags, rest) => {
    const space = rest.indexOf(' ')
    holdings.push({ uid, sizeBytes, flags, contentId: rest.slice(0, space), keywords: rest.slice(space + 1) })
  })
  return byUid(holdings)
}

/** `uid size date zone saved content id thread`; uids ascending. */
export function factsIn(lines: string | null): (MessageFact & { index: Uint8Array | null })[] {
  if (lines === null) return []
  const facts = lines.split('\n').map((line) => {
    const [uid, size, date, zone, saved, contentId = '', emailId = '', threadId = ''] = line.split(' ')
    return {
      uid: Number(uid),
      sizeBytes: Number(size),
      internalDateMs: Number(date),
      zoneMinutes: Number(zone),
      savedAtMs: Number(saved),
      contentId,
      emailId,
      threadId: threadId === '' ? null : threadId,
      index: null as Uint8Array | null,
    }
  })
  return byUid(facts)
}

/** No engine promises the order in which it joins texts; both keep the order of the rows. */
export function byUid<T extends { readonly uid: number }>(rows: T[]): T[] {
  for (let at = 1; at < rows.length; at++) {
    if ((rows[at - 1] as T).uid > (rows[at] as T).uid) return rows.sort((a, b) => a.uid - b.uid)
  }
  return rows
}
