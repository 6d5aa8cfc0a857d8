// One transaction's envelope: MAIL, RCPT and DATA as a group, sent at once or one by one, and what the answers make of it.

import type { Capabilities } from './client-capabilities.ts'
import { type ClientEnvelope, mailLine, recipientLine } from './client-commands.ts'
import { isPositive, type Reply } from './reply.ts'

/** What became of a transaction, as far as it got. */
export interface TransactionResult {
  readonly mail?: Reply
  /** In the order of the envelope; undefined where no answer came, or where MAIL was refused. */
  readonly recipients: readonly (Reply | undefined)[]
  readonly data?: Reply
  /** The answer to the content; it is about every recipient accepted (RFC 5321 §4.1.1.4). */
  readonly final?: Reply
  /** The end of the content has been handed out for sending: without `final`, nobody knows whether it was accepted. */
  readonly contentEnded: boolean
}

/** `more`: answers are missing. `refused`: it ends here. `nobody-accepted`: DATA was accepted although no recipient was. */
export type GroupStep = 'more' | 'refused' | 'nobody-accepted' | 'go-ahead' | 'unexpected'

type GroupCommand = 'RSET' | 'MAIL' | 'RCPT' | 'DATA'

export class ClientTransaction implements TransactionResult {
  readonly recipients: (Reply | undefined)[]
  mail?: Reply
  data?: Reply
  final?: Reply
  contentEnded = false
  /** The server has a transaction open that nobody wants any more. */
  leftOpen: boolean
  readonly #envelope: ClientEnvelope
  readonly #capabilities: Capabilities
  #unsent: GroupCommand[]
  #unanswered: GroupCommand[] = []
  #asked = 0
  #answered = 0
  #accepted = 0

  constructor(envelope: ClientEnvelope, capabilities: Capabilities, options: { readonly resetFirst: boolean }) {
    this.#envelope = envelope
    this.#capabilities = capabilities
    this.leftOpen = options.resetFirst
    this.recipients = envelope.recipients.map(() => undefined)
    this.#unsent = [
      ...(options.resetFirst ? (['RSET'] as const) : []),
      'MAIL',
      ...envelope.recipients.map(() => 'RCPT' as const),
      'DATA',
    ]
  }

  get awaitsData(): boolean {
    return this.#unanswered[0] === 'DATA'
  }

  /** Lines to send now: all of them when the server reads ahead (RFC 2920), otherwise the next. */
  takeLines(): readonly string[] {
    const together = this.#capabilities.has('PIPELINING')
    const count = together ? this.#unsent.length : Math.min(this.#unsent.length, this.#unanswered.length === 0 ? 1 : 0)
    const commands = this.#unsent.splice(0, count)
    this.#unanswered.push(...commands)
    return commands.map((command) => this.#line(command))
  }

  /** Every reply of a group is read, whatever the first ones said (RFC 2920 §3.1). */
  answer(reply: Reply): GroupStep {
    const command = this.#unanswered.shift()
    if (command === 'DATA') return this.#onData(reply)
    if (command === undefined || (reply.code >= 300 && reply.code < 400)) return 'unexpected'
    if (command === 'RSET') this.leftOpen = false
    else if (command === 'MAIL') this.#onMail(reply)
    else this.#onRecipient(reply)
    // Nothing is asked for content that nobody would get.
    if (this.#unsent[0] === 'DATA' && this.#accepted === 0) this.#unsent = []
    return this.#unsent.length + this.#unanswered.length > 0 ? 'more' : 'refused'
  }

  #line(command: GroupCommand): string {
    if (command === 'MAIL') return mailLine(this.#envelope, this.#capabilities)
    if (command === 'RCPT') return recipientLine(this.#envelope.recipients[this.#asked++] ?? '')
    return `${command}\r\n`
  }

  #onMail(reply: Reply): void {
    this.mail = reply
    if (isPositive(reply)) this.leftOpen = true
    else this.#unsent = []
  }

  #onRecipient(reply: Reply): void {
    const index = this.#answered++
    // After a refused MAIL the answers to RCPT are only its echo.
    if (this.mail === undefined || !isPositive(this.mail)) return
    this.recipients[index] = reply
    if (isPositive(reply)) this.#accepted++
  }

  #onData(reply: Reply): GroupStep {
    if (reply.code < 300) return 'unexpected'
    if (this.#accepted > 0) this.data = reply
    if (!isPositive(reply)) return 'refused'
    return this.#accepted > 0 ? 'go-ahead' : 'nobody-accepted'
  }
}
