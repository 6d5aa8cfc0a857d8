// Reads the replies of a server: bytes in, replies out. Strict where a mistake would put replies and commands out of step.

import { err, ok, type Result } from '../../../ground/result.ts'
import { REPLY_LINE_OCTETS_MAX, REPLY_LINES_MAX, REPLY_OCTETS_MAX, REPLY_UNREAD_OCTETS_MAX } from './limits.ts'
import type { Reply } from './reply.ts'

/** Why the other side's bytes are no reply; after it the stream cannot be trusted, and the parser stays in error. `line` is printable. */
export type ReplyError =
  | { readonly type: 'malformed'; readonly line: string }
  | { readonly type: 'code-mismatch'; readonly line: string }
  | { readonly type: 'line-too-long' }
  | { readonly type: 'too-long' }

// Tolerance `bare-code`: `250` without a space is seen, and RFC 5321 §4.2 tells clients to take it.
const LINE = /^([2-5]\d\d)(?:([ -])(.*))?$/s
const ENHANCED = /^([245]\.\d{1,3}\.\d{1,3})(?: |$)/
const UTF8 = new TextDecoder('utf-8')

/** `receive` keeps no reference to the bytes. */
export class ReplyParser {
  #text = ''
  #at = 0
  #error: ReplyError | undefined = undefined
  #code = 0
  #lines: string[] = []
  #octets = 0

  receive(bytes: Uint8Array): void {
    if (this.#error !== undefined) return
    if (this.#text.length - this.#at + bytes.length > REPLY_UNREAD_OCTETS_MAX) this.#error = { type: 'too-long' }
    else this.#text = this.#text.slice(this.#at) + Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
    this.#at = 0
  }

  /** The next whole reply; undefined when more bytes are needed. */
  next(): Result<Reply, ReplyError> | undefined {
    for (;;) {
      if (this.#error !== undefined) return err(this.#error)
      const lf = this.#text.indexOf('\n', this.#at)
      const length = (lf === -1 ? this.#text.length : lf + 1) - this.#at
      if (length > REPLY_LINE_OCTETS_MAX) return this.#fail({ type: 'line-too-long' })
      if (lf === -1) return undefined
      const reply = this.#line(this.#text.slice(this.#at, lf).replace(/\r$/, ''), length)
      this.#at = lf + 1
      if (reply !== undefined) return reply
    }
  }

  /** Forgets everything unread: after the 220 to STARTTLS (response injection, CVE-2021-38371). */
  discard(): void {
    this.#text = ''
    this.#at = 0
    this.#begin()
  }

  /** True when bytes of a reply, or whole replies, are waiting: before STARTTLS nothing may be. */
  get hasUnread(): boolean {
    return this.#at < this.#text.length || this.#lines.length > 0
  }

  #line(line: string, octets: number): Result<Reply, ReplyError> | undefined {
    const match = LINE.exec(line)
    if (match === null) return this.#fail({ type: 'malformed', line: readable(line) })
    const code = Number(match[1])
    if (this.#lines.length > 0 && code !== this.#code) return this.#fail({ type: 'code-mismatch', line: readable(line) })
    this.#code = code
    this.#lines.push(readable(match[3] ?? ''))
    this.#octets += octets
    if (this.#lines.length > REPLY_LINES_MAX || this.#octets > REPLY_OCTETS_MAX) return this.#fail({ type: 'too-long' })
    if (match[2] === '-') return undefined
    const reply = replyOf(code, this.#lines)
    this.#begin()
    return ok(reply)
  }

  #begin(): void {
    this.#code = 0
    this.#lines = []
    this.#octets = 0
  }

  #fail(error: ReplyError): Result<Reply, ReplyError> {
    this.#error = error
    this.#text = ''
    this.#at = 0
    this.#begin()
    return err(error)
  }
}

/** An enhanced code counts when its class is the code's (RFC 2034 §4); it is taken off the lines that repeat it. */
function replyOf(code: number, lines: readonly string[]): Reply {
  const enhanced = ENHANCED.exec(lines[0] ?? '')?.[1]
  if (enhanced === undefined || enhanced[0] !== String(code)[0]) return { code, lines }
  const bare = lines.map((line) =>
    line === enhanced || line.startsWith(`${enhanced} `) ? line.slice(enhanced.length + 1) : line,
  )
  return { code, enhanced, lines: bare }
}

/** Latin-1 characters as received → text that is safe to log and to show. */
function readable(octets: string): string {
  const text = /[\x80-\xff]/.test(octets) ? UTF8.decode(Buffer.from(octets, 'latin1')) : octets
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, '?')
}
