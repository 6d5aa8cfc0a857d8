// Bounds of the IMAP core, each with its reason.

/** A growing output buffer begins with this much: one screen of ordinary answers. */
export const WRITER_BUFFER_OCTETS = 4 * 1024

/** It grows to this much; then the next one begins. Large enough that 100,000 FETCH lines are a few dozen writes. */
export const WRITER_BUFFER_OCTETS_MAX = 128 * 1024

/** Pieces up to this are copied into the buffer; a larger one costs less as a write of its own. */
export const WRITER_COPY_OCTETS_MAX = 4 * 1024

/** Up to this many characters a loop is faster than the call into native code. */
export const WRITER_LOOP_CHARACTERS_MAX = 48
