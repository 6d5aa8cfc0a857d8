// The POP3 lock: one session at a time per maildrop (RFC 1939 §4). It is a lease in the store, so it holds across threads and
// machines, outlives no crash of its holder for long, and is fenced: each new holder gets a greater token, and a removal under the
// lock must show the token that holds now. A holder that slept through its lease can therefore read, but delete nothing.

import type { Clock } from '../../ground/ports/clock.ts'
import type { Log } from '../../ground/ports/log.ts'
import { err, ok, type Result } from '../../ground/result.ts'
import { first, procedure, run, type Steps } from '../../store/database/procedure.ts'
import type { Store, StoreError } from '../../store/store.ts'
import { LOCK_BEAT_MS, LOCK_LEASE_MS } from './limits.ts'
import { forgetLocks as forgetLocksStatement, releaseLock, renewLock, takeLock } from './mailbox.store.ts'

interface LockArgs {
  readonly org: number
  readonly mailboxId: string
  readonly holder: string
  readonly now: number
  readonly leaseUntil: number
}

interface LockKey {
  readonly org: number
  readonly mailboxId: string
  readonly token: number
}

/** The token, or `undefined` when somebody else holds the lock. */
export function* lockMaildrop(args: LockArgs): Steps<number | undefined> {
  const taken = yield* first(takeLock, args)
  return taken?.token
}

export const lockMaildropProcedure = procedure('mailbox.lock', lockMaildrop)

export const unlockMaildropProcedure = procedure('mailbox.unlock', function* (args: LockKey) {
  yield* run(releaseLock, args)
})

/** Lock by lock, so that none lives on that no session knows of. */
export const renewLocksProcedure = procedure(
  'mailbox.renewLocks',
  function* (args: { locks: readonly LockKey[]; leaseUntil: number }) {
    for (const lock of args.locks) yield* run(renewLock, { ...lock, leaseUntil: args.leaseUntil })
  },
)

/** For the start of a program that has its store to itself: nobody can hold a lock, so nobody need wait for a lease to end. */
export function* forgetLocks(_: Record<never, never>): Steps<number> {
  return yield* run(forgetLocksStatement, {})
}

export const forgetLocksProcedure = procedure('mailbox.forgetLocks', forgetLocks)

export type LockError = { readonly type: 'in-use' } | { readonly type: 'store'; readonly error: StoreError }

export interface HeldLock {
  readonly token: number
  /** Gives the lock back, unless `removeLocked` has done so. May be called more than once. */
  release(): Promise<void>
  /** The lock was given back with `removeLocked`. */
  spent(): void
}

export interface MaildropLocksOptions {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  /** Unlike that of any other thread or earlier run: a fresh id. */
  readonly holder: string
}

/** The locks of one thread: one heartbeat for all of them, and none while there are none. */
export class MaildropLocks {
  readonly #options: MaildropLocksOptions
  readonly #held = new Set<LockKey>()
  #stopBeat: (() => void) | undefined

  constructor(options: MaildropLocksOptions) {
    this.#options = options
  }

  async take({ org, mailboxId }: { readonly org: number; readonly mailboxId: string }): Promise<Result<HeldLock, LockError>> {
    const { store, clock, holder } = this.#options
    const now = clock.now()
    const answer = await store.call(lockMaildropProcedure, { org, mailboxId, holder, now, leaseUntil: now + LOCK_LEASE_MS })
    if (!answer.ok) return err({ type: 'store', error: answer.error })
    if (answer.value === undefined) return err({ type: 'in-use' })
    const key: LockKey = { org, mailboxId, token: answer.value }
    this.#held.add(key)
    this.#beat()
    return ok({ token: key.token, spent: () => void this.#held.delete(key), release: () => this.#release(key) })
  }

  async #release(key: LockKey): Promise<void> {
    if (!this.#held.delete(key)) return
    const answer = await this.#options.store.call(unlockMaildropProcedure, key)
    if (!answer.ok)
      this.#options.log.warn('a POP3 lock was not given back; it ends with its lease', { detail: answer.error.detail })
  }

  #beat(): void {
    if (this.#stopBeat) return
    this.#stopBeat = this.#options.clock.after(LOCK_BEAT_MS, () => void this.#renew())
  }

  async #renew(): Promise<void> {
    const { store, clock, log } = this.#options
    if (this.#held.size > 0) {
      const answer = await store.call(renewLocksProcedure, { locks: [...this.#held], leaseUntil: clock.now() + LOCK_LEASE_MS })
      if (!answer.ok) log.warn('the leases of POP3 locks were not renewed', { detail: answer.error.detail })
    }
    this.#stopBeat = undefined
    if (this.#held.size > 0) this.#beat()
  }
}
