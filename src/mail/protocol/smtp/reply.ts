// SMTP replies: the value, and how it is written on the wire.

import { assert } from '../../../ground/assert.ts'
import { REPLY_TEXT_OCTETS_MAX } from './limits.ts'

export interface Reply {
  /** 200–599. */
  readonly code: number
  /** RFC 3463, such as `5.1.1`; on the wire it stands at the start of every line (RFC 2034 §4). */
  readonly enhanced?: string
  /** At least one line; without code, enhanced code and CR LF. */
  readonly lines: readonly string[]
}

export function reply(code: number, enhanced: string | undefined, ...lines: readonly string[]): Reply {
  return enhanced === undefined ? { code, lines } : { code, enhanced, lines }
}

/** Whether the command was carried out (2xx), or asks for more (3xx). */
export function isPositive(reply: Reply): boolean {
  return reply.code < 400
}

/** The reply as it goes out. What is not printable ASCII becomes `?`: no text, wherever from, can add a line. */
export function formatReply(reply: Reply): string {
  assert(Number.isInteger(reply.code) && reply.code >= 200 && reply.code <= 599, 'reply code out of range')
  const prefix = reply.enhanced === undefined ? '' : `${reply.enhanced} `
  const last = reply.lines.length - 1
  let text = ''
  for (let i = 0; i < last; i++) text += `${reply.code}-${prefix}${printable(reply.lines[i] ?? '')}\r\n`
  return `${text}${reply.code} ${prefix}${printable(reply.lines[last] ?? '')}\r\n`
}

/** One line of printable ASCII, cut to what a reply line holds. */
export function printable(text: string): string {
  const cut = text.length > REPLY_TEXT_OCTETS_MAX ? text.slice(0, REPLY_TEXT_OCTETS_MAX) : text
  return UNPRINTABLE.test(cut) ? cut.replace(UNPRINTABLE_ALL, '?') : cut
}

const UNPRINTABLE = /[^\x20-\x7e]/
const UNPRINTABLE_ALL = /[^\x20-\x7e]/g

export { type ReplyError, ReplyParser } from './reply-parser.ts'
