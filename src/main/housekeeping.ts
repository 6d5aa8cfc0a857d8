// What nobody else would clean up: uploads whose sender went away in the middle of a message, mailboxes whose deletion was broken off.

import type { Clock } from '../ground/ports/clock.ts'
import type { Log } from '../ground/ports/log.ts'
import { clearCondemned } from '../journey/mailbox/mailbox.ts'
import { sweepAbandonedProcedure } from '../store/content/content.ts'
import type { Store } from '../store/store.ts'

const EVERY_MS = 10 * 60_000

export function startHousekeeping({
  store,
  clock,
  log,
}: {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
}): () => void {
  let cancel = () => {}
  let stopped = false
  const sweep = async (): Promise<void> => {
    let deleted = 0
    for (let more = true; more && !stopped; ) {
      const answer = await store.call(sweepAbandonedProcedure, { now: clock.now() })
      more = answer.ok && answer.value.more
      if (answer.ok) deleted += answer.value.deleted
    }
    if (deleted > 0) log.info('abandoned uploads were removed', { count: deleted })
    if (!stopped) cancel = clock.after(EVERY_MS, () => void sweep())
  }
  void sweep()
  clearCondemned(store).catch((cause: unknown) => log.warn('deleted mailboxes were not cleared', { cause: String(cause) }))
  return () => {
    stopped = true
    cancel()
  }
}
