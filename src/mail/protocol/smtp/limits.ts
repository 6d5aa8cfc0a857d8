// Bounds of the SMTP cores, each with its reason.

/** A command line, CR LF included. RFC 5321 §4.5.3.1.4 says 512 and every extension adds to it; this covers all of ours. */
export const COMMAND_LINE_OCTETS_MAX = 2048

/** An AUTH command or an answer to a challenge, CR LF included (RFC 4954 §4). */
export const AUTH_LINE_OCTETS_MAX = 12_288

/** How much of a line that is too long is skipped in the hope of its end, before the connection ends. */
export const LINE_OVERRUN_OCTETS_MAX = 1024 * 1024

/** Input kept while a verdict is awaited: a pipelined group with a hundred recipients is some 10 KiB. Beyond it, stop reading. */
export const INPUT_OCTETS_HIGH = 64 * 1024

/** Input kept at the very most; reached only by a caller that ignores `wantsInput`. The connection is given up. */
export const INPUT_OCTETS_MAX = 4 * 1024 * 1024

/** Pieces of input kept apart before they are joined, so that one-octet packets cannot cost an object each. */
export const INPUT_PIECES_MAX = 64

/** Bad commands in one connection; people at a keyboard make fewer, attackers more. */
export const BAD_COMMANDS_MAX = 20

/** NOOP, RSET, VRFY, HELP and EHLO since the last accepted message: they cost us and bring nobody any mail. */
export const IDLE_COMMANDS_MAX = 100

/** Recipients of one message. RFC 5321 §4.5.3.1.8 asks for at least 100. */
export const RECIPIENTS_MAX = 1000

/** A text line of content, CR LF included (RFC 5321 §4.5.3.1.6). Longer ones are noted, not refused here. */
export const TEXT_LINE_OCTETS_MAX = 1000

/** A line beyond this is no text at all, and would be a burden to whatever reads it later: a violation. */
export const TEXT_LINE_OCTETS_HARD_MAX = 100_000

/** How much content beyond the announced size is still read, to be able to answer in order, before the connection ends. */
export const OVERRUN_OCTETS_MAX = 16 * 1024 * 1024

/** A reply line we accept from a server. RFC 5321 §4.5.3.1.5 says 512; some providers write more. */
export const REPLY_LINE_OCTETS_MAX = 2048

/** Lines of one reply. */
export const REPLY_LINES_MAX = 200

/** A whole reply. */
export const REPLY_OCTETS_MAX = 64 * 1024

/** Replies of a pipelined group received and not yet taken; a thousand recipients at 512 octets fit. */
export const REPLY_UNREAD_OCTETS_MAX = 1024 * 1024

/** The text of one reply line that we write: code, separator, enhanced code and CR LF fit into 512 beside it. */
export const REPLY_TEXT_OCTETS_MAX = 480

/** Digits of a number in SIZE= and BDAT: every number of fifteen digits is exact in JavaScript. */
export const NUMBER_DIGITS_MAX = 15

/** A MAIL or RCPT command has few parameters; RFC 5321 and its extensions name about ten. */
export const PARAMETERS_MAX = 20
