// Bounds of the IMAP core, each with its reason.

/** Text gathered before it is turned into octets. Large enough that 100,000 FETCH lines are a few dozen writes. */
export const WRITER_TEXT_CHARACTERS = 64 * 1024

/** Pieces up to this are put together with what surrounds them; a larger one costs less as a write of its own. */
export const WRITER_COPY_OCTETS_MAX = 4 * 1024

/** A command before the login, literals included: the largest is AUTHENTICATE with a token (as in SMTP, RFC 4954 §4). */
export const COMMAND_OCTETS_BEFORE_LOGIN_MAX = 16 * 1024

/** A command after it. Programs name every message of a large mailbox in one set; RFC 2683 §3.2.1.5 asks for 8000 octets at least. */
export const COMMAND_OCTETS_MAX = 2 * 1024 * 1024

/** One literal that is not a message. The longest that make sense are annotations and texts to search for. */
export const LITERAL_OCTETS_MAX = 256 * 1024

/** Literals of one command that are read ahead of. A command that is right needs few; each look ahead reads it from its beginning. */
export const LOOKAHEAD_LITERALS_MAX = 32

/** Literals of one command that are no messages. */
export const LITERALS_MAX = 1000

/** What is skipped of a refused command before the login, when the client does not wait: no reason to send much. */
export const SKIP_OCTETS_BEFORE_LOGIN_MAX = 64 * 1024

/** What is skipped after it: a refused message is better answered than hung up on, or the client would send it again and again. */
export const SKIP_OCTETS_MAX = 256 * 1024 * 1024

/** Input that waits to be looked at. Beyond it, stop reading. */
export const INPUT_OCTETS_HIGH = 64 * 1024

/** Input kept at the very most; reached only by a caller that ignores `wantsInput`. */
export const INPUT_OCTETS_MAX = 8 * 1024 * 1024

/** Commands in one connection that made no sense; programs make none, people at a keyboard fewer. */
export const BAD_COMMANDS_MAX = 25

/** The text of a tagged answer. */
export const TEXT_CHARACTERS_MAX = 400

/** Names in one ENABLE; there are four that we know. */
export const ENABLE_WORDS_MAX = 50

/** RFC 2971 §3.3 says 30 fields at most; some send a few more. */
export const ID_FIELDS_MAX = 60

/** Options, items and attributes in one list; no extension has that many. */
export const PARAMETERS_MAX = 50

/** Flags in one list. A message may keep 64 keywords. */
export const FLAGS_MAX = 128

/** A keyword. */
export const KEYWORD_OCTETS_MAX = 255

/** Patterns in one LIST. */
export const LIST_PATTERNS_MAX = 100

/** Keys of one search; a program that looks for many Message-IDs at once has some hundreds. */
export const SEARCH_KEYS_MAX = 4000

/** `OR a OR b OR c …` nests as deep as it is long. Recursion so deep is still far from the end of the stack. */
export const SEARCH_DEPTH_MAX = 500

/** Items of one FETCH. */
export const FETCH_ITEMS_MAX = 100

/** Header fields named in one section. */
export const HEADER_FIELDS_MAX = 200

/** Levels of a section's path; messages are indexed 100 levels deep. */
export const SECTION_DEPTH_MAX = 100

/** Entries of one GETMETADATA or SETMETADATA. */
export const METADATA_ENTRIES_MAX = 100

/** Groups of one NOTIFY; there are seven filters. */
export const NOTIFY_GROUPS_MAX = 30

/** Mailboxes named in one group of NOTIFY. */
export const NOTIFY_MAILBOXES_MAX = 500

/** Searches in one CANCELUPDATE. */
export const UPDATE_TAGS_MAX = 100

/** Longer texts go out as literals: some clients read lines into small buffers. */
export const QUOTED_CHARACTERS_MAX = 1000

/** A response that we read, literals aside. The answer to a search of a very large mailbox is the longest. */
export const RESPONSE_LINE_OCTETS_MAX = 4 * 1024 * 1024

/** Literals of one response: headers and bodies of one message. */
export const RESPONSE_LITERALS_MAX = 10_000

/** Levels of lists in a response: a body structure has two for each of a message's. */
export const RESPONSE_DEPTH_MAX = 500
