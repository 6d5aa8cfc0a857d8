// What the sessions of every protocol have in common: a time to sign in, an end when the program stops, and one boundary for bugs.

import type { Clock } from '../../ground/ports/clock.ts'
import type { Connection } from '../../ground/ports/connection.ts'
import type { Log } from '../../ground/ports/log.ts'
import { DRAIN_GRACE_MS } from './limits.ts'

export interface SessionLife {
  readonly connection: Connection
  readonly clock: Clock
  readonly log: Log
  readonly settings: { readonly loginTimeout: number }
  /** Aborts when the program is stopping. */
  readonly signal: AbortSignal
  /** For the log: `POP3`. */
  readonly protocol: string
  /** The time to sign in is over; `wake` follows. */
  overdue(): void
  wake(): void
  /** `end`: what was to be said is said. `cut`: nobody listens. */
  converse(): Promise<'end' | 'cut'>
}

/** Resolves when the conversation is over and the connection on its way out; never rejects. */
export async function liveSession(life: SessionLife): Promise<void> {
  const { connection, clock, log, settings, signal, protocol } = life
  const cancelDeadline = clock.after(settings.loginTimeout, () => {
    life.overdue()
    life.wake()
  })
  let cancelGrace = (): void => {}
  const drain = (): void => {
    cancelGrace = clock.after(DRAIN_GRACE_MS, () => connection.destroy())
    life.wake()
  }
  signal.addEventListener('abort', drain, { once: true })
  try {
    if ((await life.converse()) === 'end') connection.end()
    else connection.destroy()
  } catch (error) {
    // The boundary at which a bug ends: this session alone.
    const cause = error instanceof Error ? (error.stack ?? error.message) : String(error)
    log.error('a session ended with a bug', { protocol, cause })
    connection.destroy()
  } finally {
    cancelDeadline()
    cancelGrace()
    signal.removeEventListener('abort', drain)
  }
}
