// What was removed is remembered, for a while.

import { all, run, type Steps } from '../../store/database/procedure.ts'
import { forgetExpunged, insertExpunged, oldestExpunged } from './history.store.ts'
import { EXPUNGED_KEPT_MS, EXPUNGED_LOOK_MAX } from './limits.ts'
import { setForgotten } from './mailbox.store.ts'
import { rangesOf } from './uids.ts'

export interface Removed {
  readonly org: number
  readonly mailboxId: string
  readonly modseq: number
  /** Ascending. */
  readonly uids: readonly number[]
  readonly at: number
}

export function* rememberExpunged({ org, mailboxId, modseq, uids, at }: Removed): Steps<void> {
  for (const { from, to } of rangesOf(uids)) {
    yield* run(insertExpunged, { org, mailboxId, modseq, firstUid: from, lastUid: to, at })
  }
  yield* forgetOld({ org, mailboxId, before: at - EXPUNGED_KEPT_MS })
}

/** The oldest of what is older; each removal takes a little away, so the history of a mailbox in use stays as long as it may be. */
function* forgetOld(args: { readonly org: number; readonly mailboxId: string; readonly before: number }): Steps<void> {
  const { org, mailboxId, before } = args
  const oldest = yield* all(oldestExpunged, { org, mailboxId, limit: EXPUNGED_LOOK_MAX })
  const last = oldest.filter(({ at }) => at < before).at(-1)
  if (!last) return
  yield* run(forgetExpunged, { org, mailboxId, modseq: last.modseq })
  yield* run(setForgotten, { org, mailboxId, modseq: last.modseq })
}
