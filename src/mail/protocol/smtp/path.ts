// The path of MAIL and RCPT (RFC 5321 §4.1.2): `<a@b>`, `<>`, `<@x,@y:a@b>`; where it ends in the line, and the mailbox in it.

import { PATH_OCTETS_MAX } from '../../../ground/limits.ts'
import { err, ok, type Result } from '../../../ground/result.ts'

export interface Path {
  /** The text of the mailbox, without brackets and source route; empty for `<>`. */
  readonly mailbox: string
  /** What follows the closing bracket. */
  readonly rest: string
}

/** A source route is accepted and dropped (RFC 5321 §4.1.1.3, appendix C). Domains in it are not looked at further. */
const SOURCE_ROUTE = /^@[^@:,<>"\s]+(?:,@[^@:,<>"\s]+)*:/

/** Reads a path at the start of `text`. */
export function parsePath(text: string): Result<Path, string> {
  if (text[0] !== '<') return err('Put the address in angle brackets, like <name@example.com>')
  const end = closingBracket(text)
  if (end === -1) return err('The closing ">" of the address is missing')
  const inside = text.slice(1, end)
  const mailbox = inside[0] === '@' ? inside.replace(SOURCE_ROUTE, '') : inside
  if (mailbox[0] === '@' || (mailbox === '' && inside !== ''))
    return err('The source route before the address is broken; leave it out')
  if (Buffer.byteLength(mailbox) + 2 > PATH_OCTETS_MAX) return err(`The address is longer than ${PATH_OCTETS_MAX} octets`)
  return ok({ mailbox, rest: text.slice(end + 1) })
}

/** The first ">" outside a quoted local part; usually the first one at all. */
function closingBracket(text: string): number {
  const first = text.indexOf('>')
  const quote = text.indexOf('"')
  if (quote === -1 || quote > first) return first
  let quoted = false
  for (let i = 1; i < text.length; i++) {
    const character = text[i]
    if (quoted && character === '\\') i++
    else if (character === '"') quoted = !quoted
    else if (character === '>' && !quoted) return i
  }
  return -1
}
