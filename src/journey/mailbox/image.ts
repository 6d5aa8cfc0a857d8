// A mailbox in memory, as all sessions of a thread share it: uids, flags, keywords and modseqs.

import type { Clock } from '../../ground/ports/clock.ts'
import type { Log } from '../../ground/ports/log.ts'
import type { Notify } from '../../ground/ports/notify.ts'
import type { Store } from '../../store/store.ts'
import type { Mailbox } from './mailbox.ts'
import type { UidRange } from './uids.ts'

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
  /** Of all keywords that messages have or had. */
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

export interface MailboxImagesOptions {
  readonly store: Store
  readonly notify: Pick<Notify, 'subscribe'>
  readonly clock: Clock
  readonly log: Log
}

/** The images of one thread. */
export class MailboxImages {
  readonly options: MailboxImagesOptions

  constructor(options: MailboxImagesOptions) {
    this.options = options
  }

  /** Undefined: there is no such mailbox. Each `open` wants its `release`. */
  async open(_: { readonly org: number; readonly mailboxId: string }): Promise<MailboxImage | undefined> {
    throw new Error('open is not built yet')
  }

  release(_: MailboxImage): void {}

  close(): void {}
}
