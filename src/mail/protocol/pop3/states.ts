// The states of a POP3 session, and which command is allowed when (RFC 1939 §3-6, RFC 2449 §5, RFC 2595 §4, RFC 5034 §4).

/**
 * `authorization`: who are you. `exchange`: inside AUTH, lines are SASL responses. `handshake`: STLS was agreed, nothing in clear is
 * heard any more. `transaction`: the maildrop is open. `update`: QUIT was said, deletions are being made. `over`: nothing is answered.
 */
export type State = 'authorization' | 'exchange' | 'handshake' | 'transaction' | 'update' | 'over'

export type Verb =
  | 'APOP'
  | 'AUTH'
  | 'CAPA'
  | 'DELE'
  | 'LIST'
  | 'NOOP'
  | 'PASS'
  | 'QUIT'
  | 'RETR'
  | 'RSET'
  | 'STAT'
  | 'STLS'
  | 'TOP'
  | 'UIDL'
  | 'USER'

/** `rest`: everything after the first space is one argument. A pair: so many words, at least and at most. */
type Arguments = 'rest' | readonly [number, number]

export interface CommandRule {
  readonly verb: Verb
  readonly states: readonly State[]
  readonly arguments: Arguments
}

const BEFORE: readonly State[] = ['authorization']
const AFTER: readonly State[] = ['transaction']
const BOTH: readonly State[] = ['authorization', 'transaction']

const RULES: readonly CommandRule[] = [
  { verb: 'USER', states: BEFORE, arguments: 'rest' },
  // RFC 1939 §7: "the server may treat spaces in the argument as part of the password".
  { verb: 'PASS', states: BEFORE, arguments: 'rest' },
  { verb: 'APOP', states: BEFORE, arguments: 'rest' },
  { verb: 'AUTH', states: BEFORE, arguments: [0, 2] },
  { verb: 'STLS', states: BEFORE, arguments: [0, 0] },
  { verb: 'CAPA', states: BOTH, arguments: [0, 0] },
  { verb: 'QUIT', states: BOTH, arguments: [0, 0] },
  { verb: 'STAT', states: AFTER, arguments: [0, 0] },
  { verb: 'LIST', states: AFTER, arguments: [0, 1] },
  { verb: 'UIDL', states: AFTER, arguments: [0, 1] },
  { verb: 'RETR', states: AFTER, arguments: [1, 1] },
  { verb: 'TOP', states: AFTER, arguments: [2, 2] },
  { verb: 'DELE', states: AFTER, arguments: [1, 1] },
  { verb: 'NOOP', states: AFTER, arguments: [0, 0] },
  { verb: 'RSET', states: AFTER, arguments: [0, 0] },
]

export const COMMANDS: ReadonlyMap<string, CommandRule> = new Map(RULES.map((rule) => [rule.verb, rule]))
