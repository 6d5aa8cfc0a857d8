// SMTP replies: the value, how it is written on the wire, and the incremental reader of the client side.

import { type Result, err, ok } from '../../../ground/result.ts'
import { assert } from '../../../ground/assert.ts'
import { REPLY_LINES_MAX, REPLY_LINE_OCTETS_MAX, REPLY_OCTETS_MAX, REPLY_TEXT_OCTETS_MAX } from './limits.ts'

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

/** Why the other side's bytes are no reply; after it the stream cannot be trusted, and the parser stays in error. */
export type ReplyError =
  | { readonly type: 'malformed'; readonly line: string }
  | { readonly type: 'code-mismatch'; readonly line: string }
  | { readonly type: 'line-too-long' }
  | { readonly type: 'too-long' }

/** Bytes in, replies out. `receive` keeps no reference to the bytes. */
export class ReplyParser {
  receive(_bytes: Uint8Array): void {}
  /** The next whole reply; undefined when more bytes are needed. */
  next(): Result<Reply, ReplyError> | undefined {
    return undefined
  }
  /** Forgets everything unread: after the 220 to STARTTLS (response injection, CVE-2021-38371). */
  discard(): void {}
  /** True when bytes of a reply, or whole replies, are waiting: before STARTTLS nothing may be. */
  get hasUnread(): boolean {
    return false
  }
}
export const _todo = { ok, err, REPLY_LINES_MAX, REPLY_LINE_OCTETS_MAX, REPLY_OCTETS_MAX }
