// A mailbox in memory, as all sessions of a thread share it: uids, flags, keywords and modseqs, some 17 octets for each message.

import type { Clock } from '../../ground/ports/clock.ts'
import type { Store } from '../../store/store.ts'
import { type Changes, changesSince, goneSince } from './changes.ts'
import { keywordsIn } from './flags.ts'
import { IMAGE_PAGE_ROWS, IMAGE_PAGES_AT_ONCE } from './limits.ts'
import { eachLine } from './lines.ts'
import type { Mailbox } from './mailbox.ts'
import { MessageColumns } from './message-columns.ts'
import { statesInRange } from './messages.store.ts'
import { findMailbox } from './read.ts'
import { isIn } from './selection.ts'
import { UID_MAX, type UidRange } from './uids.ts'

/**
 * A session keeps a view of its own: an array of uids and how many of them it has been told. The image makes a new array when something is
 * expunged and never changes what stands in an old one below the count a view knows, so views can share it.
 */
export interface MailboxImage {
  /** As last read: name, totals, uidValidity. */
  readonly mailbox: Mailbox
  /** Ascending; longer than `count` when there is room for more. */
  readonly uids: Uint32Array
  readonly count: number
  readonly uidNext: number
  readonly highestModseq: number
  /** The mailbox was deleted: nothing changes here any more. */
  readonly gone: boolean
  /** Positions in `uids`, below `count`. */
  flagsAt(index: number): number
  keywordsAt(index: number): string
  modseqAt(index: number): number
  /** Its position; -1 when it is not there. */
  indexOf(uid: number): number
  /** That messages have, or had since the image is there. */
  keywords(): readonly string[]
  /** Gone since; `complete` false: the history does not reach back so far. */
  expungedSince(modseq: number): Promise<{ readonly ranges: readonly UidRange[]; readonly complete: boolean }>
  /** Called after each change, at a moment when the image is consistent. The returned function unsubscribes. */
  subscribe(listener: (change: ImageChange) => void): () => void
  /** Resolves when everything is seen that was committed before the call. */
  refresh(): Promise<void>
}

export type ImageChange =
  | {
      readonly type: 'changed'
      /** Messages that were added: the last so many. */
      readonly added: number
      /** Messages that stay and whose flags, keywords or modseq changed; ascending. */
      readonly flagged: readonly number[]
      /** Ascending. */
      readonly expunged: readonly number[]
    }
  | { readonly type: 'gone' }

export interface ImageParts {
  readonly store: Store
  readonly clock: Pick<Clock, 'sleep'>
}

/** Undefined: there is no such mailbox. */
export async function loadImage(
  parts: ImageParts,
  which: { readonly org: number; readonly mailboxId: string },
): Promise<StoredImage | undefined> {
  const mailbox = await findMailbox(parts.store, which)
  if (!mailbox?.selectable) return undefined
  const image = new StoredImage(parts, mailbox, await readColumns(parts, mailbox))
  // What changed while it was read.
  await image.refresh()
  return image.gone ? undefined : image
}

async function readColumns({ store, clock }: ImageParts, { org, id, messageCount }: Mailbox): Promise<MessageColumns> {
  const columns = new MessageColumns(messageCount)
  let fromUid = 1
  for (let pages = 1; ; pages++) {
    const page = await store.first(statesInRange, { org, mailboxId: id, fromUid, toUid: UID_MAX, limit: IMAGE_PAGE_ROWS })
    eachLine(page?.lines ?? '', (uid, modseq, flags, keywords) => columns.add(uid, modseq, flags, keywords))
    if ((page?.count ?? 0) < IMAGE_PAGE_ROWS) return columns
    fromUid = columns.lastUid + 1
    if (pages % IMAGE_PAGES_AT_ONCE === 0) await clock.sleep(0)
  }
}

export class StoredImage implements MailboxImage {
  readonly #parts: ImageParts
  readonly #listeners = new Set<(change: ImageChange) => void>()
  #mailbox: Mailbox
  #columns: MessageColumns
  #gone = false
  #running: Promise<void> | undefined
  #next: Promise<void> | undefined

  /** `columns`: as the mailbox was, or became after `mailbox` was read. */
  constructor(parts: ImageParts, mailbox: Mailbox, columns: MessageColumns) {
    this.#parts = parts
    this.#mailbox = mailbox
    this.#columns = columns
  }

  get mailbox(): Mailbox {
    return this.#mailbox
  }

  get uids(): Uint32Array {
    return this.#columns.uids
  }

  get count(): number {
    return this.#columns.count
  }

  get uidNext(): number {
    return Math.max(this.#mailbox.uidNext, this.#columns.lastUid + 1)
  }

  get highestModseq(): number {
    return this.#mailbox.highestModseq
  }

  get gone(): boolean {
    return this.#gone
  }

  flagsAt(index: number): number {
    return this.#columns.flagsAt(index)
  }

  keywordsAt(index: number): string {
    return this.#columns.keywordsAt(index)
  }

  modseqAt(index: number): number {
    return this.#columns.modseqAt(index)
  }

  indexOf(uid: number): number {
    return this.#columns.indexOf(uid)
  }

  keywords(): readonly string[] {
    return [...new Set(this.#columns.keywordTexts().flatMap(keywordsIn))].sort()
  }

  async expungedSince(modseq: number): Promise<{ readonly ranges: readonly UidRange[]; readonly complete: boolean }> {
    const { org, id: mailboxId } = this.#mailbox
    const ranges = await goneSince(this.#parts.store, { org, mailboxId, modseq })
    // In this order: what was forgotten before the history was read shows here.
    const now = await findMailbox(this.#parts.store, { org, mailboxId })
    return { ranges, complete: now !== undefined && modseq >= now.forgottenModseq }
  }

  subscribe(listener: (change: ImageChange) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** One runs at a time, and one waits for whoever asks meanwhile: it begins after they asked. */
  refresh(): Promise<void> {
    if (this.#next !== undefined) return this.#next
    if (this.#running === undefined) return this.#start()
    const again = (): Promise<void> => {
      this.#next = undefined
      return this.#start()
    }
    this.#next = this.#running.then(again, again)
    return this.#next
  }

  #start(): Promise<void> {
    const running = this.#update().finally(() => {
      if (this.#running === running) this.#running = undefined
    })
    this.#running = running
    return running
  }

  async #update(): Promise<void> {
    if (this.#gone) return
    const { org, id: mailboxId, highestModseq } = this.#mailbox
    const changes = await changesSince(this.#parts.store, { org, mailboxId, modseq: highestModseq })
    if (!changes) this.#end()
    else if (changes.complete) this.#apply(changes)
    else await this.#reload(changes.mailbox)
  }

  #end(): void {
    this.#gone = true
    this.#tell({ type: 'gone' })
  }

  #apply({ mailbox, rows, expunged }: Changes): void {
    this.#mailbox = mailbox
    const flagged: number[] = []
    const lastUid = this.#columns.lastUid
    let added = 0
    for (const row of rows) {
      if (row.uid <= lastUid) {
        if (this.#columns.set(row)) flagged.push(row.uid)
      } else if (!isIn(expunged, row.uid)) {
        this.#columns.add(row.uid, row.modseq, row.flags, row.keywords)
        added++
      }
    }
    const gone = this.#columns.without(expunged)
    if (gone.uids.length > 0) this.#columns = gone.left
    const stayed = gone.uids.length > 0 ? flagged.filter((uid) => !isIn(expunged, uid)) : flagged
    if (added > 0 || stayed.length > 0 || gone.uids.length > 0)
      this.#tell({ type: 'changed', added, flagged: stayed, expunged: gone.uids })
  }

  /** The history does not reach back to what the image knows: everything is read, and compared. */
  async #reload(mailbox: Mailbox): Promise<void> {
    const before = this.#columns
    const columns = await readColumns(this.#parts, mailbox)
    const flagged: number[] = []
    let added = 0
    for (let at = 0; at < columns.count; at++) {
      const uid = columns.uids[at] as number
      const index = before.indexOf(uid)
      if (index === -1) added++
      else if (before.modseqAt(index) !== columns.modseqAt(at)) flagged.push(uid)
    }
    const expunged = Array.from(before.uids.subarray(0, before.count)).filter((uid) => columns.indexOf(uid) === -1)
    this.#mailbox = mailbox
    this.#columns = columns
    this.#tell({ type: 'changed', added, flagged, expunged })
  }

  #tell(change: ImageChange): void {
    for (const listener of [...this.#listeners]) listener(change)
  }
}
