// Bounds of the simulated world: each catches a world that runs away.

/** Turns of the real event loop in which a moment of virtual time must come to rest. A commit takes one. */
export const SETTLE_TURNS_MAX = 20_000

/** Timers run by one advance: a year of polls every second would be 30 million. */
export const TIMERS_PER_ADVANCE_MAX = 5_000_000

/** Lines the log keeps. */
export const LOG_LINES_MAX = 20_000

/** Bytes one side may have on their way before `write` says wait. */
export const WINDOW_BYTES = 64 * 1024

/** A TLS handshake that is not answered is given up, as the real platform does. */
export const HANDSHAKE_TIMEOUT_MS = 60_000
