// Greylisting (RFC 6647): who comes for the first time is sent away, who comes back after a while is let in.

export class Greylist {
  readonly #waitMs: number
  readonly #firstSeenMs = new Map<string, number>()
  /** How often somebody was sent away. */
  refusals = 0

  constructor(waitMs: number) {
    this.#waitMs = waitMs
  }

  passes(nowMs: number, client: string, reversePath: string, recipient: string): boolean {
    const key = JSON.stringify([client, reversePath, recipient])
    const first = this.#firstSeenMs.get(key) ?? nowMs
    this.#firstSeenMs.set(key, first)
    if (nowMs - first >= this.#waitMs) return true
    this.refusals++
    return false
  }
}
