// Bounds of content.

/**
 * Content without a holder is deleted after so long without a new chunk: an upload whose session died. SMTP waits 10 minutes at most
 * (RFC 5321 §4.5.3.2).
 */
export const ABANDONED_AFTER_MS = 60 * 60 * 1000

/** Chunks deleted in the commit that lets go of the content; more are left to the sweep: one 50 MB message shall not stall a commit. */
export const CHUNKS_DELETED_AT_ONCE_MAX = 16

/** Contents of one sweep call. */
export const SWEEP_CONTENTS_MAX = 16

/**
 * Shorter chunks are stored as they are: 4 KiB of text cost 35 µs to pack and 20 µs to read, and save less than a page of the file.
 * From 16 KiB on text shrinks to a half for 4 µs per KiB saved (measured with zstd of Node 26 on two shared cores).
 */
export const COMPRESS_BYTES_MIN = 8 * 1024

/** Packed chunks must be at least this much smaller, or reading would pay for nothing. Base64 saves 24 %, random bytes none. */
export const COMPRESS_SAVING_MIN = 0.1

/** zstd's level: 3 saves two to four points more and costs half as much again. */
export const COMPRESS_LEVEL = 1

/** A message is taken into a buffer of its own up to this; a larger one borrows a whole chunk. */
export const OWN_BYTES_MAX = 32 * 1024

/**
 * Chunk buffers that a thread lends at once: 64 MiB. Whoever gets none writes to the disk in pieces of {@link OWN_BYTES_MAX}, so that a
 * thousand peers that each send half a chunk and fall silent do not hold the memory of a thousand chunks.
 */
export const CHUNK_BUFFERS_LENT_MAX = 256

/** Chunk buffers that a thread keeps for the next message: 2 MiB. */
export const CHUNK_BUFFERS_KEPT_MAX = 8

/** Indexes that one question to the engine asks for: eight took half as long again. */
export const INDEXES_READ_AT_ONCE = 32
