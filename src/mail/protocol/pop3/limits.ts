// Bounds of the POP3 protocol.

/**
 * A command, line end included. RFC 2449 §4 asks for 255; passwords of several hundred octets are in use (RFC 1939 knows no limit
 * for PASS), and refusing one would look like a wrong password.
 */
export const COMMAND_OCTETS_MAX = 1024

/** A line of an AUTH exchange, and AUTH itself with its initial response: what RFC 4954 §4 asks of SMTP, for the same tokens. */
export const AUTH_OCTETS_MAX = 12_288

/** Pipelined commands that wait. Beyond it the engine stops reading, and TCP holds the client back. */
export const INPUT_OCTETS_MAX = 64 * 1024

/** Answers made ahead of what was sent. Beyond it no further command is read: 10,000 pipelined UIDLs cost one of these. */
export const OUTPUT_OCTETS_MAX = 16 * 1024

/** Commands nobody understands, in one session: a client makes a few, something that speaks no POP3 makes them all the time. */
export const ERRORS_MAX = 25

/** The name in USER. An address has 254 octets at most; some clients put more words around it. */
export const NAME_OCTETS_MAX = 512
