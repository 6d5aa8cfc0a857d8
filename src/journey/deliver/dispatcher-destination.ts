// What a dispatcher knows of one destination it delivers to.

import type { Job } from './dispatcher-jobs.ts'

export interface DestinationLimits {
  readonly concurrency: number
  readonly claimMax: number
}

export class Destination {
  readonly name: string
  /** Claimed, not begun. */
  readonly jobs: Job[] = []
  running = 0
  claiming = false
  /** There may be something to claim. */
  hinted = false
  /** It has not answered since it was last suspended: one attempt at a time, until it does. */
  suspect = false
  /** Ours, as far as we know. */
  leased = false
  /** By the clock that does not jump: no use in asking before. */
  blockedUntil = 0
  usedAt = 0

  constructor(name: string) {
    this.name = name
  }

  /** Recipients to claim now; 0: none. One more round than can run is claimed ahead, so that no slot waits for a commit. */
  claimable(limits: DestinationLimits, now: number): number {
    if (!this.hinted || this.claiming || now < this.blockedUntil) return 0
    if (this.suspect) return this.running + this.jobs.length === 0 ? 1 : 0
    const room = 2 * limits.concurrency - this.running - this.jobs.length
    // Small claims would be many commits: the next one waits until half a round is gone.
    if (this.jobs.length > limits.concurrency / 2) return 0
    return Math.min(room, limits.claimMax)
  }

  get idle(): boolean {
    return this.running === 0 && this.jobs.length === 0 && !this.claiming && !this.hinted
  }

  takeJobs(): readonly Job[] {
    return this.jobs.splice(0)
  }
}
