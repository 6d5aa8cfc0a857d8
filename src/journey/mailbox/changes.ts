// What changed in a mailbox since a moment that somebody knows by its modseq.

import type { Store } from '../../store/store.ts'
import type { FlagState } from './flags.ts'
import type { Mailbox } from './mailbox.ts'
import type { UidRange } from './uids.ts'

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

/** Undefined: the mailbox is gone. */
export async function changesSince(
  _: Store,
  __: { readonly org: number; readonly mailboxId: string; readonly modseq: number },
): Promise<Changes | undefined> {
  throw new Error('changesSince is not built yet')
}
