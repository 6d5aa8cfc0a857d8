// What changed in a mailbox since a moment that somebody knows by its modseq. The cost follows what changed, not what is there.

import type { Store } from '../../store/store.ts'
import type { FlagState } from './flags.ts'
import { expungedSince } from './history.store.ts'
import { IMAGE_PAGE_ROWS } from './limits.ts'
import { byUid, eachLine } from './lines.ts'
import type { Mailbox } from './mailbox.ts'
import { statesSince } from './messages.store.ts'
import { findMailbox } from './read.ts'
import { orderedRanges, UID_MAX, type UidRange } from './uids.ts'

export interface Changes {
  /** As it was read before the rest: what `rows` and `expunged` tell is at least as new as its highestModseq. */
  readonly mailbox: Mailbox
  /** Messages that are new or whose flags changed, uids ascending. */
  readonly rows: readonly FlagState[]
  /** Gone since; uids ascending. Apply after `rows`. */
  readonly expunged: readonly UidRange[]
  /** False: the history does not reach back so far; what is gone must be found by comparing all uids (`mailbox.forgottenModseq`). */
  readonly complete: boolean
}

interface Since {
  readonly org: number
  readonly mailboxId: string
  readonly modseq: number
}

/** Undefined: the mailbox is gone. */
export async function changesSince(store: Store, since: Since): Promise<Changes | undefined> {
  const mailbox = await findMailbox(store, since)
  if (!mailbox?.selectable) return undefined
  const complete = since.modseq >= mailbox.forgottenModseq
  if (since.modseq >= mailbox.highestModseq) return { mailbox, rows: [], expunged: [], complete }
  // In this order: a message that goes between the two questions is in the second answer.
  const rows = await rowsSince(store, since)
  const expunged = await goneSince(store, since)
  return { mailbox, rows, expunged, complete }
}

async function rowsSince(store: Store, { org, mailboxId, modseq: since }: Since): Promise<FlagState[]> {
  const rows: FlagState[] = []
  let [modseq, afterUid] = [since, UID_MAX]
  for (;;) {
    const page = await store.first(statesSince, { org, mailboxId, modseq, afterUid, limit: IMAGE_PAGE_ROWS })
    eachLine(page?.lines ?? '', (uid, rowModseq, flags, keywords) => {
      rows.push({ uid, modseq: rowModseq, flags, keywords })
      if (rowModseq > modseq || (rowModseq === modseq && uid > afterUid)) [modseq, afterUid] = [rowModseq, uid]
    })
    if ((page?.count ?? 0) < IMAGE_PAGE_ROWS) return newest(rows)
  }
}

/** A message that changed while pages were read is there twice: what it is now counts. */
function newest(rows: FlagState[]): FlagState[] {
  const byUidOnce = new Map(rows.map((row) => [row.uid, row]))
  return byUid(byUidOnce.size === rows.length ? rows : [...byUidOnce.values()])
}

/** Also for those who only want to know what is gone. */
export async function goneSince(store: Store, { org, mailboxId, modseq: since }: Since): Promise<UidRange[]> {
  const runs: UidRange[] = []
  let [modseq, afterUid] = [since, UID_MAX]
  for (;;) {
    const page = await store.all(expungedSince, { org, mailboxId, modseq, afterUid, limit: IMAGE_PAGE_ROWS })
    for (const run of page) {
      runs.push({ from: run.from, to: run.to })
      modseq = run.modseq
      afterUid = run.from
    }
    if (page.length < IMAGE_PAGE_ROWS) return orderedRanges(runs)
  }
}
