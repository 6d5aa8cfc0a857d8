// Exit codes: part of the interface, documented in docs/cli.md, never renumbered.

import type { ErrorCode } from '../api/api.ts'

export const EXIT = { ok: 0, failed: 1, usage: 2, notFound: 3, unreachable: 4, refused: 5, interrupted: 130 } as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

export const EXIT_WORDS: readonly (readonly [ExitCode, string])[] = [
  [EXIT.ok, 'Done.'],
  [EXIT.failed, 'It failed; the words on standard error say why. `check`: something needs to be mended.'],
  [EXIT.usage, 'The command line was not understood. Nothing was done.'],
  [EXIT.notFound, 'What was asked for does not exist.'],
  [EXIT.unreachable, 'The server does not answer, or the data folder is in use by a process that does not. Try again later.'],
  [EXIT.refused, 'Refused because of how things are: it exists already, is still in use, or the message was not accepted.'],
  [EXIT.interrupted, 'Ended by Ctrl-C: at a question nothing was changed; of a server, a second one ends it at once.'],
]

const OF_ERROR: Readonly<Record<ErrorCode, ExitCode>> = {
  'invalid-request': EXIT.usage,
  'token-required': EXIT.refused,
  'not-allowed-here': EXIT.refused,
  'not-found': EXIT.notFound,
  'already-exists': EXIT.refused,
  'still-in-use': EXIT.refused,
  'too-large': EXIT.refused,
  'message-refused': EXIT.refused,
  'too-many-watchers': EXIT.unreachable,
  internal: EXIT.failed,
  'try-later': EXIT.unreachable,
}

export function exitOf(code: ErrorCode): ExitCode {
  return OF_ERROR[code]
}
