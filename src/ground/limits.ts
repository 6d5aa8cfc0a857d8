// Bounds that more than one part shares. A part's own bounds stand in its own `limits.ts`; every number has its reason.

/** A path in MAIL or RCPT, angle brackets included (RFC 5321 §4.5.3.1.3). */
export const PATH_OCTETS_MAX = 256

/** A domain name (RFC 5321 §4.5.3.1.2). */
export const DOMAIN_OCTETS_MAX = 255

/** A local part (RFC 5321 §4.5.3.1.1). */
export const LOCAL_PART_OCTETS_MAX = 64

/** Content is stored and read in pieces of this size: a 50 MB message costs a session a few of them, not 50 MB. */
export const CONTENT_CHUNK_BYTES = 256 * 1024
