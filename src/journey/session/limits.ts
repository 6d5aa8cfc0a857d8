// Bounds of sessions.

/** Mailboxes whose place is remembered; 100 bytes each. */
export const MAILBOXES_REMEMBERED_MAX = 20_000

/** Addresses that one recipient may become through aliases of aliases. */
export const ALIAS_TARGETS_MAX = 1000

/** Aliases of aliases; more is a circle. */
export const ALIAS_DEPTH_MAX = 10

/** Silence after a wrong password, so that guessing costs time. */
export const WRONG_PASSWORD_DELAY_MS = 1000

/** A client that has not hung up so long after the farewell is cut off. */
export const FAREWELL_MS = 5_000

/** Recipients of one message after aliases were followed: more would make one commit hold up all others. */
export const RECIPIENTS_EXPANDED_MAX = 10_000

/** Whoever asks for more addresses that do not exist is looking for those that do. */
export const UNKNOWN_RECIPIENTS_MAX = 100
