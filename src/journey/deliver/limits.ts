// Bounds of delivering. How many attempts run at once is a setting (queue/settings.ts).

/** A look for due work by itself; hints make it seldom needed. */
export const POLL_MS = 1000

/** Heartbeats in one lease: three may be lost. */
export const BEATS_PER_LEASE = 4

/** Claims under way at once: more would only wait for the same commit. */
export const CLAIMS_MAX = 32

/** Results that wait to be recorded; beyond it nothing new starts. A result with its transcript is some 4 KB. */
export const RESULTS_WAITING_MAX = 1000

/** The wait after the first, second … failed record: doubles up to the last. */
export const RECORD_BACKOFF_FIRST_MS = 250
export const RECORD_BACKOFF_LAST_MS = 15_000

/** A result that alone cannot be recorded is recorded in a simpler form after so many tries, and lets others pass after twice as many. */
export const RECORD_TRIES = 3

/** Destinations one dispatcher knows at once; idle ones are forgotten first. */
export const DESTINATIONS_MAX = 10_000

/** Bytes of a message's header that are read for a report about it: as many as a report quotes. */
export const REPORT_HEADER_BYTES_MAX = 64 * 1024

/** Characters of a reply quoted in a report: with 100 recipients the report stays within one chunk of content. */
export const REPORT_DIAGNOSTIC_MAX = 400

/** How often the sweep looks for messages whose time has come. */
export const SWEEP_MS = 15_000

/** Every so many sweeps destinations are repaired; every so many more, old messages forgotten. */
export const SWEEPS_PER_REPAIR = 4
export const SWEEPS_PER_FORGETTING = 40

/** Pages of messages whose time has come in one sweep; 100 each. */
export const ATTENTION_PAGES_MAX = 50

/** A message that the sweep could not deal with is looked at again after so long. */
export const POSTPONED_MS = 10 * 60_000

/** Calls of the retention sweep in a row: the rest waits for the next time. */
export const FORGET_CALLS_MAX = 20

/** A lapsed worker must stay so for this long by a clock that does not jump before its recipients go to others. */
export const DEAD_FOR_MS = 20_000

/** A destination is left alone for minutes; a hold that would last longer than this was written while the clock was wrong. */
export const HOLD_MS_MAX = 60 * 60_000

/** How soon after a message came what it is found by is written. Much later, and searches have many messages to look at themselves. */
export const INDEXING_MS = 1000

/** The rest after a piece of it, in times of that piece: a tenth of the writer's time. */
export const INDEXING_REST = 9

/** Who has not come to an end for so long is behind; 2,500 messages a second can be kept up with until then. */
export const INDEXING_BEHIND_MS = 60_000

/** The rest of one who is behind: a third of the writer's time. */
export const INDEXING_REST_BEHIND = 2
