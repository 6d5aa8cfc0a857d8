// Bounds that all ways of fetching mail share.

/** Logins one connection may try, those included that could not be decided: a client waits and connects anew. */
export const LOGINS_MAX = 20

/** How long a session may take to finish the command it is at when the program stops: a large message on a slow line is cut then. */
export const DRAIN_GRACE_MS = 10_000
