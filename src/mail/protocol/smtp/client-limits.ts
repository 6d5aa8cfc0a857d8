// Bounds and waits of the SMTP client core, each with its reason.

/** Extensions of one EHLO answer that are remembered; the longest real list has about twenty. */
export const CAPABILITIES_MAX = 100

/** Challenges of one AUTH exchange; the longest mechanism we know needs three. */
export const AUTH_CHALLENGES_MAX = 5

/** Output that is joined into one write; a larger piece is handed over as it is. */
export const JOINED_OUTPUT_BYTES_MAX = 512 * 1024

const MINUTE_MS = 60_000

/** What a client waits for; each with its own patience. */
export type Phase =
  | 'greeting'
  | 'hello'
  | 'starttls'
  | 'handshake'
  | 'auth'
  | 'envelope'
  | 'data'
  | 'block'
  | 'final'
  | 'quit'
  | 'idle'

export type PhaseTimeouts = Readonly<Record<Phase, number>>

/** RFC 5321 §4.5.3.2 for all it names; the others are kept in its spirit. `idle` is the caller's business. */
export const PHASE_TIMEOUTS_MS: PhaseTimeouts = {
  greeting: 5 * MINUTE_MS,
  hello: 5 * MINUTE_MS,
  starttls: 5 * MINUTE_MS,
  handshake: 2 * MINUTE_MS,
  auth: 2 * MINUTE_MS,
  envelope: 5 * MINUTE_MS,
  data: 2 * MINUTE_MS,
  block: 3 * MINUTE_MS,
  // Too short a wait here makes duplicates (RFC 1047), so it is the longest.
  final: 10 * MINUTE_MS,
  // The work is done by then; nobody should wait long for a goodbye.
  quit: MINUTE_MS / 6,
  idle: Number.POSITIVE_INFINITY,
}
