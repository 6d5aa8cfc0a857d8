// The server side of SMTP without I/O: bytes in, events out; replies as values, bytes out. No policy: it knows grammar, order and limits.

import type { Reply } from './reply.ts'
import type { ServerEvent } from './events.ts'

/** One object for all connections of a listener. */
export interface SmtpServerOptions {
  /** Our name, as in the greeting and the answer to EHLO. */
  readonly hostname: string
  /** Announced as SIZE, and held to: larger content is refused with 552. */
  readonly sizeBytesMax: number
  /** Default 1000. */
  readonly recipientsMax?: number
  /** Default 20. */
  readonly badCommandsMax?: number
  /** Default 100. */
  readonly idleCommandsMax?: number
  /** Offered while TLS is not active. Default false. */
  readonly startTls?: boolean
  /** SASL mechanisms offered before TLS; usually none. */
  readonly mechanisms?: readonly string[]
  /** Extensions that are on unless turned off here. */
  readonly without?: ReadonlySet<'PIPELINING' | '8BITMIME' | 'SMTPUTF8' | 'CHUNKING' | 'ENHANCEDSTATUSCODES'>
}

/** The `with` keyword of Received (RFC 3848, RFC 6531 §4.3). */
export type TransmissionType = `${'SMTP' | `${'ESMTP' | 'UTF8SMTP'}${'' | 'S' | 'A' | 'SA'}`}`

export declare class SmtpServer {
  /** `tls`: the connection began with TLS (port 465). */
  constructor(options: SmtpServerOptions, start?: { readonly tls?: boolean; readonly mechanisms?: readonly string[] })
  /** Says the first line: 220 (or 554/421, then only QUIT is answered, resp. a close event follows). Nothing is read before it. */
  greet(reply?: Reply): void
  /** The bytes must stay unchanged until they are consumed, or until `keep` is called. */
  receive(bytes: Uint8Array): void
  /** The next event; undefined when more input or a verdict is needed. */
  next(): ServerEvent | undefined
  /** The verdict on the last event. 421 ends the connection. */
  reply(reply: Reply): void
  /** The usual positive verdict on the last event, with another text if given. */
  accept(text?: string): void
  /** Answers auth/auth-response with 334. */
  challenge(bytes: Uint8Array): void
  /** While content flows: no more of it comes, this is the answer at its end. The transaction is over. */
  refuseContent(reply: Reply): void
  /** After the handshake that followed starttls: everything said before is forgotten. */
  tlsStarted(change?: { readonly mechanisms?: readonly string[] }): void
  /** The mechanisms offered from now on. */
  offerMechanisms(mechanisms: readonly string[]): void
  /** Ends the dialog from our side (timeout, shutdown): a close event follows. */
  close(reply: Reply): void
  /** Copies what is unread, so that the bytes given to `receive` may be overwritten. Call it at the end of a data callback. */
  keep(): void
  /** All replies so far as one buffer, undefined when there are none or when the rest of a pipelined group is still in work. Take it whenever `next` gave undefined. */
  takeOutput(): Uint8Array | undefined
  /** The event whose verdict is awaited. */
  get awaiting(): ServerEvent['type'] | undefined
  /** False: stop reading the connection until verdicts have caught up. */
  get wantsInput(): boolean
  /** Octets received and not yet read. */
  get unreadBytes(): number
  get tls(): boolean
  get authenticated(): boolean
  /** Of the transaction that is open, else of the session. */
  get transmissionType(): TransmissionType
}
