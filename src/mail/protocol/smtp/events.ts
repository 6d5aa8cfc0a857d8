// What the server core tells the session. Those marked VERDICT stop the flow until `reply` (or `accept`) is called.

import type { Address } from '../../message/message.ts'
import type { ContentFacts } from './content-lexer.ts'

export type ServerEvent =
  | HelloEvent
  | MailEvent
  | RecipientEvent
  | DataEvent
  | ContentEvent
  | ContentEndEvent
  | ContentDiscardedEvent
  | AuthEvent
  | AuthResponseEvent
  | AuthCancelledEvent
  | StartTlsEvent
  | VerifyEvent
  | ResetEvent
  | EarlyInputEvent
  | QuitEvent
  | CloseEvent

/** VERDICT 250 (the core adds the extensions to EHLO's). Whatever transaction was open is forgotten, here and by the session. */
export interface HelloEvent {
  readonly type: 'hello'
  readonly verb: 'EHLO' | 'HELO'
  /** As the client wrote it: a domain, an address literal, or nonsense of printable ASCII without spaces. Never trust it. */
  readonly name: string
}

/** VERDICT 250. */
export interface MailEvent {
  readonly type: 'mail'
  /** Undefined for the null reverse-path `<>`. */
  readonly reversePath: Address | undefined
  /** SIZE=, already held against the limit. */
  readonly sizeBytes: number | undefined
  readonly body: '7bit' | '8bitmime' | undefined
  readonly smtpUtf8: boolean
  /** AUTH=, decoded: a mailbox, or `<>`. Undefined when absent. To be believed only from trusted peers (RFC 4954 §5). */
  readonly auth: string | undefined
  /** All parameters, keys in upper case. */
  readonly parameters: Parameters
}

/** Keys in upper case; undefined for a keyword without value. */
export type Parameters = ReadonlyMap<string, string | undefined>

/** VERDICT 250. Only recipients answered with 2xx count. */
export interface RecipientEvent {
  readonly type: 'recipient'
  /** Source routes are dropped already (RFC 5321 §4.1.1.3). */
  readonly address: Address
  /** `<Postmaster>` without domain (RFC 5321 §4.5.1); the address then has the server's own name as domain. */
  readonly barePostmaster: boolean
  readonly parameters: Parameters
}

/** VERDICT 354, for BDAT too (there it is not sent). A refusal of BDAT is answered after its octets. At least one recipient is accepted. */
export interface DataEvent {
  readonly type: 'data'
  readonly via: 'DATA' | 'BDAT'
}

/** Content, in order, dots removed. The bytes are part of what `receive` got: use or copy them before it is overwritten. */
export interface ContentEvent {
  readonly type: 'content'
  readonly bytes: Uint8Array
}

/** VERDICT 250 or a refusal. After it the transaction is over, whatever the verdict. */
export interface ContentEndEvent {
  readonly type: 'content-end'
  readonly via: 'DATA' | 'BDAT'
  readonly facts: ContentFacts
}

/** The content became too large: no more of it comes, the core answers when it ends, the transaction is over. */
export interface ContentDiscardedEvent {
  readonly type: 'content-discarded'
  readonly reason: 'too-large'
}

/** VERDICT: `challenge(bytes)`, or 235, or a refusal. The mechanism is one of those offered, in upper case. */
export interface AuthEvent {
  readonly type: 'auth'
  readonly mechanism: string
  /** Undefined when the client sent none; empty when it sent `=`. */
  readonly initial: Uint8Array | undefined
}

/** VERDICT as for `auth`. */
export interface AuthResponseEvent {
  readonly type: 'auth-response'
  readonly bytes: Uint8Array
}

/** The exchange is over; the core has answered 501. */
export interface AuthCancelledEvent {
  readonly type: 'auth-cancelled'
  readonly reason: 'cancelled' | 'bad-base64'
}

/** VERDICT 220: then send the output, do the handshake, call `tlsStarted`. Until then all input is thrown away. */
export interface StartTlsEvent {
  readonly type: 'starttls'
}

/** VERDICT 252 or a refusal. */
export interface VerifyEvent {
  readonly type: 'verify'
  /** What stood after VRFY: printable ASCII or UTF-8, no control characters. */
  readonly argument: string
}

/** RSET: forget the transaction. Answered already. */
export interface ResetEvent {
  readonly type: 'reset'
}

/** The client spoke before it was its turn (RFC 2920 §3.1): spam software, or an attack. `close(reply)` may be the answer. */
export interface EarlyInputEvent {
  readonly type: 'early-input'
  readonly before: 'greeting' | 'hello-reply' | 'data-reply' | 'auth-reply' | 'starttls-reply'
}

/** Answered already: send the output, then end the connection. No event follows. */
export interface QuitEvent {
  readonly type: 'quit'
}

/** The core gave up the connection, or a reply of 421 did: send the output, then end the connection. No event follows. */
export interface CloseEvent {
  readonly type: 'close'
  readonly reason: CloseReason
}

/** `refused`: by the session's own reply. `framing`: how far the content reaches is not known. */
export type CloseReason =
  | 'refused'
  | 'bad-commands'
  | 'idle-commands'
  | 'other-protocol'
  | 'overrun'
  | 'framing'
  | 'input-overflow'
