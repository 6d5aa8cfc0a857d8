// Bounds of IMAP sessions that are no settings.

/** Output waiting for a slow reader: more is not made before this has gone. A part of a message (256 KiB at most) may come on top. */
export const OUTPUT_OCTETS_MAX = 64 * 1024

/** Rows of messages read at once for FETCH: 250 with their indexes hold the thread for some milliseconds. */
export const FETCH_PAGE_ROWS = 250

/** A set with holes is read as one range when no more messages than this lie between two that are wanted. */
export const FETCH_GAP_ROWS_MAX = 16

/** After so long without a pause a long command lets the other sessions of the thread have their turn. */
export const TURN_MS = 8

/** A header is looked through for single fields in memory: more than this of it is not. What SMTP takes is four times smaller. */
export const HEADER_OCTETS_MAX = 1024 * 1024

/** Messages of one APPEND (RFC 3502), and what of them may wait in memory for the commit that stores them all. */
export const APPEND_MESSAGES_MAX = 1000
export const APPEND_WAITING_OCTETS_MAX = 16 * 1024 * 1024

/** Ids made for a mailbox and its parents; the store refuses deeper names. */
export const MAILBOX_DEPTH_MAX = 100

/** A message up to this is read once, however many of its sections are asked for: it is one piece in the store. */
export const WHOLE_OCTETS_MAX = 256 * 1024

/** zlib's level: 6 takes twice the time of 3 and saves 4 % more of what IMAP says. */
export const COMPRESS_LEVEL = 3

/** What a peer sends is unpacked in pieces of this size, so that a few octets cannot become a flood at once (at most 1:1032). */
export const INFLATE_PIECE_OCTETS = 16 * 1024

/** Messages whose columns a search reads at once: they hold the thread for some milliseconds. */
export const FACTS_PAGE_MESSAGES = 256

/** What searches keep in memory of all mailboxes of a thread: some 300 octets for a message that is searched, sorted and threaded. */
export const FACTS_OCTETS_MAX = 64 * 1024 * 1024

/** Fewer messages of a page than this share of it are read by themselves rather than with all of the page. */
export const FACTS_PAGE_SHARE_MIN = 1 / 8

/** Of a text part so much is decoded and compared at once. */
export const SEARCH_PIECE_OCTETS = 256 * 1024

/** Texts that are put in order, or messages that are looked at, before it is looked whether others want their turn. */
export const SORT_TEXTS_PER_TURN = 4096

/** Octets of one text part that a search reads. Letters are smaller; what is larger is a log or a book. */
export const SEARCH_PART_OCTETS_MAX = 16 * 1024 * 1024

/** Indexes made at a first read that are on their way to the store; then the next one is waited for. */
export const INDEXES_KEPT_AT_ONCE_MAX = 64
