// Bounds of mailboxes.

/**
 * Messages one POP3 session sees: the newest so many. Its snapshot holds one small object each (about 120 bytes), so a session costs
 * at most some 6 MB. Who downloads and deletes comes to the older ones in the next session.
 */
export const MAILDROP_MESSAGES_MAX = 50_000

/** Rows read at once: 1,000 rows hold the thread for about 2.5 ms; 50,000 in one go would hold up its other sessions for 125 ms. */
export const MAILDROP_PAGE_ROWS = 1000

/** Messages one `clearMailbox` removes in its commit, so that clearing a large mailbox lets other writers through. */
export const CLEAR_MESSAGES_MAX = 500

/** How long a POP3 lock outlives its holder's last sign of life: after `kill -9` a person waits at most this long. */
export const LOCK_LEASE_MS = 30_000

/** Signs of life: two may be lost before the lease is over. */
export const LOCK_BEAT_MS = 10_000
