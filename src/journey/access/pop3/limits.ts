// Bounds of POP3 sessions that are no settings.

/** Logins one connection may try, those included that found the mailbox in use: a client waits and connects anew. */
export const LOGINS_MAX = 20
