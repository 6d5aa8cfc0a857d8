// Bounds of sessions.

/** Mailboxes whose place is remembered; 100 bytes each. */
export const MAILBOXES_REMEMBERED_MAX = 20_000

/** Silence after a wrong password, so that guessing costs time. */
export const WRONG_PASSWORD_DELAY_MS = 1000

/** Of a name that was given with a wrong password: the longest address (RFC 5321 §4.5.3.1.3), and a little more. */
export const LOGGED_NAME_CHARACTERS_MAX = 320

/** A client that has not hung up so long after the farewell is cut off. */
export const FAREWELL_MS = 5_000

/** Recipients of one message after aliases were followed: more would make one commit hold up all others. */
export const RECIPIENTS_EXPANDED_MAX = 10_000

/** Typing errors and old lists; from the next address on that does not exist the answer waits. */
export const UNKNOWN_RECIPIENTS_AT_ONCE = 10

/** Whoever asks for more addresses that do not exist is looking for those that do. */
export const UNKNOWN_RECIPIENTS_MAX = 100
