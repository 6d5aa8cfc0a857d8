// Bounds of the queue.

/** Recipients one claim marks: a claim is one commit, and the commits of those who accept mail wait for it. */
export const CLAIM_MAX = 200

/** Recipients of a claim's last message that come along beyond the limit: as many as one transaction carries. */
export const CLAIM_REST_MAX = 100

/** Destinations one look for work answers. */
export const DUE_DESTINATIONS_MAX = 500

/** Attempts recorded by one call: each is a handful of statements, about 0.1 ms. */
export const RECORD_ATTEMPTS_MAX = 64

/** Recipients changed by one call of an operator's command; more are changed by further calls. */
export const CHANGE_MAX = 500

/** Recipients given back by one call when their worker stops or is gone. */
export const RECOVER_MAX = 500

/** Dead workers handled by one call. */
export const RECOVER_WORKERS_MAX = 16

/** Messages whose time has come that one look of the sweep answers. */
export const ATTENTION_MAX = 100

/** Recipients of one message that one report tells of; more make a further report. Bounds the report to one chunk of content. */
export const REPORT_RECIPIENTS_MAX = 100

/** Messages forgotten by one call of the retention sweep. */
export const FORGET_MAX = 200

/** Recipients forgotten by one call: one message may have thousands, each with its terms. */
export const FORGET_RECIPIENTS_MAX = 500

/** Messages whose terms one call writes, and recipients of theirs: a few ms of the writer, for which others wait. */
export const INDEX_MESSAGES_MAX = 100
export const INDEX_RECIPIENTS_MAX = 200

/** Characters of a term: PostgreSQL's indexes take some 2,700 bytes. What is longer is found by its beginning. */
export const TERM_CHARACTERS_MAX = 500

/** Destination rows repaired or forgotten by one call. */
export const REPAIR_MAX = 500

/** Recipients of one message that can exist: what a session accepts in one transaction stays below. */
export const RECIPIENTS_MAX = 10_000

/** Rows of one page of a list. */
export const PAGE_MAX = 1000

/** Recipients that a message's summary names. */
export const SUMMARY_RECIPIENTS = 5

/** Destinations one count names. */
export const COUNT_DESTINATIONS_MAX = 1000

/** Characters of a last reply that are kept: a reply may have many long lines, a row is read often. */
export const REPLY_CHARACTERS_MAX = 1000
