// From octets to the text of a line: where it ends, how long it may be, what may stand in it. Framing, before any grammar.

import { err, ok, type Result } from '../../../ground/result.ts'
import { type InputBuffer, TOO_LONG } from './input.ts'
import { AUTH_LINE_OCTETS_MAX, COMMAND_LINE_OCTETS_MAX, LINE_OVERRUN_OCTETS_MAX } from './limits.ts'
import * as replies from './replies.ts'
import type { Reply } from './reply.ts'

const PLAIN = /^[\x20-\x7e]*$/
const CONTROL = /[\x00-\x1f\x7f]/
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * The next line; undefined while its end has not come. `tls`: a handshake in clear instead. `endless`: so long that its end is not
 * waited for any more.
 */
export function readLine(
  input: InputBuffer,
  expected: 'command' | 'auth-response',
): Result<string, Reply> | 'tls' | 'endless' | undefined {
  if (input.beginsWithTlsHandshake()) return 'tls'
  const authLine = expected === 'auth-response' || input.startsWith('AUTH ')
  const line = input.takeLine(authLine ? AUTH_LINE_OCTETS_MAX : COMMAND_LINE_OCTETS_MAX)
  if (line === undefined) return input.skippedBytes > LINE_OVERRUN_OCTETS_MAX ? 'endless' : undefined
  return line === TOO_LONG ? err(replies.LINE_TOO_LONG) : decodeLine(line)
}

/** Octets of a line as Latin-1, LF taken off already → text without its CR. */
export function decodeLine(line: string): Result<string, Reply> {
  if (!line.endsWith('\r')) return err(replies.LINE_END)
  const text = line.slice(0, -1)
  if (isPlain(text)) return ok(text)
  if (CONTROL.test(text)) return err(replies.CONTROL_OCTETS)
  try {
    return ok(UTF8.decode(Buffer.from(text, 'latin1')))
  } catch {
    return err(replies.NOT_UTF8)
  }
}

/** Printable ASCII only. */
export function isPlain(text: string): boolean {
  return PLAIN.test(text)
}
