// Bounds of delivery to other hosts, each with its reason.

/** Lines of one attempt's transcript: a greeting, TLS, ten recipients and a second host fit. */
export const TRANSCRIPT_LINES_MAX = 60

/** Characters of one transcript line; a reply line has 512 (RFC 5321 §4.5.3.1.5). */
export const TRANSCRIPT_LINE_CHARACTERS_MAX = 500

/** Characters of a reply's text in an outcome: enough for the longest provider texts with their links. */
export const OUTCOME_TEXT_CHARACTERS_MAX = 1000

/** Addresses one attempt connects to, over all hosts. RFC 5321 §5.1 asks for at least two; the next attempt tries again. */
export const ADDRESSES_TRIED_MAX = 10

/** Recipients of one transaction when the server names no limit. RFC 5321 §4.5.3.1.8: every server takes 100. */
export const RECIPIENTS_PER_TRANSACTION_MAX = 100

/** Transactions of one attempt on one connection: 1,000 recipients at a server that takes ten at a time. */
export const TRANSACTIONS_PER_ATTEMPT_MAX = 100

/** Idle connections kept by one thread; each costs two file descriptors at most and some 20 KB. */
export const IDLE_CONNECTIONS_MAX = 200

/** How often deadlines are looked at. A wait of minutes may last a second longer; a timer per command would cost more. */
export const DEADLINE_CHECK_MS = 1000

/** Encoded content gathered for one write. Small messages leave with their final dot in a single packet or two. */
export const WRITE_BYTES = 64 * 1024

/** After so long an attempt asks no further address: ten silent ones in a row would hold its place for most of an hour. */
export const TRYING_MS_MAX = 10 * 60_000
