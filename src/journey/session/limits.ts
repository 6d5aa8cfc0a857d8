// Bounds of sessions.

/** Mailboxes whose place is remembered; 100 bytes each. */
export const MAILBOXES_REMEMBERED_MAX = 20_000

/** Silence after a wrong password, so that guessing costs time. */
export const WRONG_PASSWORD_DELAY_MS = 1000

/** A client that has not hung up so long after the farewell is cut off. */
export const FAREWELL_MS = 5_000

/** Recipients of one message after aliases were followed: more would make one commit hold up all others. */
export const RECIPIENTS_EXPANDED_MAX = 10_000

/** Whoever asks for more addresses that do not exist is looking for those that do. */
export const UNKNOWN_RECIPIENTS_MAX = 100
