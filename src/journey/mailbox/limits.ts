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

/** Messages that one commit of `expungeMessages` removes, with their contents: some 20 ms of the writer. */
export const EXPUNGE_MESSAGES_MAX = 1000

/** Messages that one commit of `storeFlags` reads and changes: some 20 ms of the writer. */
export const STORE_MESSAGES_MAX = 5000

/** Uids that are stepped over where a set has gaps, rather than asking for each of its parts: reading one costs 1 µs, asking 5 µs. */
export const GAP_UIDS_MAX = 16

/** Parts of a set that one commit looks at, whether or not anything is there: as many as a client can name in some dozens of KiB. */
export const SPANS_MAX = 10_000

/** Messages copied or moved at once: all come in one commit, so nobody sees a part of them, and the writer is theirs for that long. */
export const COPY_MESSAGES_MAX = 200_000

/** Messages of one MULTIAPPEND: they share a commit. */
export const APPEND_MESSAGES_MAX = 1000

/** Rows of one `fetchRows`: with their indexes some 2 MB. */
export const FETCH_ROWS_MAX = 1000

/** Rows of one page when an image is loaded or brought up to date: 5,000 hold the thread for about 3 ms. */
export const IMAGE_PAGE_ROWS = 5000

/** Octets of a keyword: no program uses more than some dozens. */
export const KEYWORD_BYTES_MAX = 255

/** Keywords of one message, and of one mailbox: they are labels, not contents. */
export const MESSAGE_KEYWORDS_MAX = 64
export const MAILBOX_KEYWORDS_MAX = 1024

/** Octets of a name; the parts of a path. */
export const NAME_BYTES_MAX = 1000
export const NAME_PARTS_MAX = 32

/** Mailboxes of one person, names that only stand for others included. */
export const MAILBOXES_MAX = 10_000

/** What was expunged is remembered for so long: who was away longer compares all uids. */
export const EXPUNGED_KEPT_MS = 90 * 24 * 3_600_000

/** Runs of the history that one removal looks at to see whether they are old. */
export const EXPUNGED_LOOK_MAX = 32

/** Condemned mailboxes that a start finds and clears: each is a deletion that was broken off. */
export const CONDEMNED_MAX = 1000

/** An image that nobody has open stays in memory for so long: clients come back. */
export const IMAGE_KEPT_MS = 60_000

/** Images that nobody has open: 100,000 messages are 1.6 MB. */
export const IMAGES_IDLE_MAX = 32

/** Pages after which a thread that loads an image lets its other sessions through: some 12 ms. */
export const IMAGE_PAGES_AT_ONCE = 4

/** Hints may be lost: every image that is open looks by itself so often. */
export const IMAGE_LOOK_MS = 30_000

/** How long a POP3 lock outlives its holder's last sign of life: after `kill -9` a person waits at most this long. */
export const LOCK_LEASE_MS = 30_000

/** Signs of life: two may be lost before the lease is over. */
export const LOCK_BEAT_MS = 10_000
