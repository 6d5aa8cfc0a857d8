// Time. `now` may jump (people set clocks); `monotonic` never does, and is the one to measure waits with.

export interface Clock {
  /** Milliseconds since 1970-01-01T00:00Z. */
  now(): number
  /** Milliseconds since some moment; only differences mean anything. */
  monotonic(): number
  /** Calls back once after `delayMs`; the returned function cancels it. The timer does not keep the process alive. */
  after(delayMs: number, callback: () => void): () => void
  /** Resolves after `delayMs`, or at once when the signal aborts (look at the signal to tell the two apart). */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>
}
