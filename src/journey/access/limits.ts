// Bounds that all ways of fetching mail share.

/** Logins one connection may try, those included that could not be decided: a client waits and connects anew. */
export const LOGINS_MAX = 20

/** Of a name that was given with a wrong password: the longest address (RFC 5321 §4.5.3.1.3), and a little more. */
export const LOGGED_NAME_CHARACTERS_MAX = 320

/** How long a session may take to finish the command it is at when the program stops: a large message on a slow line is cut then. */
export const DRAIN_GRACE_MS = 10_000
