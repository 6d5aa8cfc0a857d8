// Bounds of content.

/** Content without a holder is deleted after so long without a new chunk: an upload whose session died. SMTP waits 10 minutes at most (RFC 5321 §4.5.3.2). */
export const ABANDONED_AFTER_MS = 60 * 60 * 1000

/** Chunks deleted in the commit that lets go of the content; more are left to the sweep, so that one 50 MB message does not stall a commit. */
export const CHUNKS_DELETED_AT_ONCE_MAX = 16

/** Contents of one sweep call. */
export const SWEEP_CONTENTS_MAX = 16

/** Below it zstd's frame and the call cost more than the bytes saved. */
export const COMPRESS_BYTES_MIN = 512

/** Compressed content must be at least this much smaller, or reading would pay for nothing. */
export const COMPRESS_SAVING_MIN = 0.1
