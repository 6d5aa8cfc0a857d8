// Bounds of POP3 sessions that are no settings.

/** Logins one connection may try, those included that found the mailbox in use: a client waits and connects anew. */
export const LOGINS_MAX = 20

/** How long a session may take to finish the command it is at when the program stops: a large message on a slow line is cut then. */
export const DRAIN_GRACE_MS = 10_000
