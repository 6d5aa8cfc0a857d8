// Bounds of the database layer, each with its reason.

/** Calls that share one commit. Beyond it the fsync is already divided by so many that a larger batch only makes the first caller wait. */
export const BATCH_CALLS_MAX = 512

/** Argument bytes that share one commit: what one sequential write of a disk takes in about 50 ms. */
export const BATCH_BYTES_MAX = 8 * 1024 * 1024

/** Batches committed without a turn of the event loop, so that closing and timers are seen under full load. */
export const BATCHES_PER_TURN_MAX = 16

/** Calls of one thread on their way to the writer; beyond it callers are told `busy`: memory stays bounded when the disk stalls. */
export const CALLS_IN_FLIGHT_MAX = 8192

/** Argument bytes of one thread on their way to the writer; the same reason. */
export const BYTES_IN_FLIGHT_MAX = 64 * 1024 * 1024

/** How long a commit waits for another process that holds the database (a backup, a person with a shell). */
export const BUSY_WAIT_MS = 5000

/** Statements of one procedure call. A procedure that needs more should have been several calls, or it loops for ever. */
export const STEPS_PER_CALL_MAX = 100_000

/** Prepared statements of one connection: a program has some hundreds; the bound catches statements made in a loop. */
export const KEPT_STATEMENTS_MAX = 2048

/** Prepared queries whose shape was only known when asked: filters of a console vary, the last ones come again. */
export const KEPT_QUERIES_MAX = 64

/** Depth of arguments and results: they are flat records with lists in them. */
export const ARGUMENT_DEPTH_MAX = 8

/**
 * A page of SQLite. A message of 4 KiB takes one page and its share of another, where 8 KiB pages would stay half empty; a commit of
 * few messages writes the pages of a dozen indexes, and half as many bytes of them: 13 % more messages a second than with 8 KiB.
 */
export const PAGE_BYTES = 4096

/**
 * SQLite's own page cache of the writer: the index pages in use. Four times as much was no faster over 150,000 waiting recipients: the rest
 * is in the system's cache, and one large message would fill it with pages nobody asks for again.
 */
export const WRITER_CACHE_BYTES = 4 * 1024 * 1024

/** The same of each reading thread: there may be many. */
export const READER_CACHE_BYTES = 2 * 1024 * 1024

/** WAL pages after which the writer copies them home (16 MiB): long enough that hot index pages are copied once for many commits. */
export const CHECKPOINT_PAGES = 4096

/** The WAL file is cut to this after a checkpoint, so that one busy hour does not leave a large file for ever. */
export const WAL_BYTES_KEPT = 64 * 1024 * 1024

/** Times a PostgreSQL transaction is tried when the engine asks to repeat it (40001, 40P01). */
export const SERIALIZATION_TRIES_MAX = 8

/** PostgreSQL connections of one process: its default `max_connections` is 100, shared by the cluster. */
export const POSTGRES_CONNECTIONS_MAX = 10

/** How long a call waits for a free PostgreSQL connection before it is told `busy`. */
export const POSTGRES_CONNECT_WAIT_MS = 5000

/** Bytes from this size on change hands instead of being copied once more when they cross threads; below it the copy is cheaper. */
export const TRANSFER_BYTES_MIN = 32 * 1024
