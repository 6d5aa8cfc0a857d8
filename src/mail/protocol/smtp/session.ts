// What the server core remembers of a connection between commands, and how each step changes it.

import type { MailEvent } from './events.ts'
import type { TransmissionType } from './options.ts'
import type { IncomingContent } from './server-content.ts'
import { AFTER, afterReset, type Phase } from './states.ts'

export class Session {
  phase: Phase = 'connected'
  tls: boolean
  authenticated = false
  mechanisms: readonly string[]
  /** From an accepted DATA or the first BDAT on. */
  content: IncomingContent | undefined = undefined
  /** EHLO rather than HELO. */
  #extended = false
  #smtpUtf8 = false
  #recipients = 0
  #recipientsRefused = 0

  constructor(start: { readonly tls: boolean; readonly mechanisms: readonly string[] }) {
    this.tls = start.tls
    this.mechanisms = start.mechanisms
  }

  hello(verb: 'EHLO' | 'HELO'): void {
    this.#forgetTransaction()
    this.phase = AFTER.hello
    this.#extended = verb === 'EHLO'
  }

  mail(event: MailEvent): void {
    this.phase = AFTER.mail
    this.#smtpUtf8 = event.smtpUtf8
  }

  recipient(): void {
    this.phase = AFTER.recipient
    this.#recipients++
  }

  recipientRefused(): void {
    this.#recipientsRefused++
  }

  chunk(): void {
    this.phase = AFTER.chunk
  }

  /** The transaction is over; after a refused chunk that was not the last, further ones may still come (RFC 3030 §2). */
  contentOver(next: 'content-over' | 'chunk-refused' = 'content-over'): void {
    this.phase = AFTER[next]
    this.#forgetTransaction()
  }

  reset(): void {
    this.phase = afterReset(this.phase)
    this.#forgetTransaction()
  }

  /** Everything said in clear is forgotten (RFC 3207 §4.2). */
  tlsStarted(mechanisms: readonly string[] | undefined): void {
    this.phase = AFTER.starttls
    this.tls = true
    this.authenticated = false
    this.#extended = false
    this.mechanisms = mechanisms ?? this.mechanisms
  }

  /** A message was begun, and BDAT in it would be about it. */
  get inTransaction(): boolean {
    return this.phase === 'recipients' || this.phase === 'chunks' || this.phase === 'chunks-failed'
  }

  get smtpUtf8(): boolean {
    return this.#smtpUtf8
  }

  get recipients(): number {
    return this.#recipients
  }

  /** MAIL was accepted and every RCPT so far refused. */
  get emptyHanded(): boolean {
    return this.phase === 'mail' && this.#recipientsRefused > 0
  }

  get transmissionType(): TransmissionType {
    if (!this.#extended) return 'SMTP'
    const base = this.#smtpUtf8 ? 'UTF8SMTP' : 'ESMTP'
    if (this.tls) return `${base}${this.authenticated ? 'SA' : 'S'}`
    return `${base}${this.authenticated ? 'A' : ''}`
  }

  #forgetTransaction(): void {
    this.content = undefined
    this.#smtpUtf8 = false
    this.#recipients = 0
    this.#recipientsRefused = 0
  }
}
