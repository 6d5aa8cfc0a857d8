// The sessions of one listener: begins one for each connection, and ends them in order.

import type { Connection } from '../../ground/ports/connection.ts'
import { formatReply, type SmtpServerOptions } from '../../mail/protocol/smtp/smtp.ts'
import type { SessionContext, SessionRole } from './context.ts'
import { TOO_MANY_CONNECTIONS } from './replies.ts'
import { SmtpSession } from './smtp-session.ts'

export interface SmtpServiceOptions {
  readonly role: SessionRole
  readonly context: SessionContext
  /** STARTTLS is offered; false where TLS is implicit or there is no certificate. */
  readonly startTls: boolean
}

export class SmtpService {
  #options: SmtpServiceOptions
  #smtp: SmtpServerOptions
  readonly #sessions = new Set<SmtpSession>()

  constructor(options: SmtpServiceOptions) {
    this.#options = options
    this.#smtp = smtpOptions(options)
  }

  /** For the sessions that begin from now on; the others go on as they began. */
  configure(context: SessionContext): void {
    this.#options = { ...this.#options, context }
    this.#smtp = smtpOptions(this.#options)
  }

  get open(): number {
    return this.#sessions.size
  }

  accept = (connection: Connection): void => {
    const { role, context } = this.#options
    const session = new SmtpSession(connection, {
      role,
      context,
      smtp: this.#smtp,
      closed: (ended) => this.#sessions.delete(ended),
    })
    this.#sessions.add(session)
    if (context.stopping.aborted) session.stop()
  }

  /** For a connection too many. */
  refuse = (connection: Connection): void => {
    connection.write(formatReply(TOO_MANY_CONNECTIONS))
    connection.end()
  }

  /** Every session finishes the message in hand; call after the listener is closed. */
  stop(): void {
    for (const session of this.#sessions) session.stop()
  }
}

function smtpOptions({ role, context: { hostname, settings }, startTls }: SmtpServiceOptions): SmtpServerOptions {
  return {
    hostname,
    sizeBytesMax: settings.messageSize,
    recipientsMax: settings.recipientsPerMessage,
    startTls,
    signIn: role === 'submission',
  }
}
