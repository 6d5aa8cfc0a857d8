// One connection of a sending client: one message, once. Whatever goes wrong, the answer is how far it got.

import type { Clock } from '../../ground/ports/clock.ts'
import type { Connection, ConnectionHandler, Dialer } from '../../ground/ports/connection.ts'
import { type ClientEnvelope, type ClientEvent, SmtpClient, type TransactionResult } from '../../mail/protocol/smtp/smtp.ts'

export interface SendingParts {
  readonly dialer: Dialer
  readonly clock: Clock
  readonly server: { readonly address: string; readonly port: number }
  readonly hostname: string
}

export interface SendingMail {
  readonly envelope: ClientEnvelope
  readonly content: Uint8Array
}

const NOTHING: TransactionResult = { recipients: [], contentEnded: false }

/** RFC 5321 §4.5.3.2.6: the longest wait of a client. */
const PATIENCE_MS = 10 * 60_000

export async function sendOnce(parts: SendingParts, mail: SendingMail): Promise<TransactionResult> {
  const dialed = await parts.dialer.dial({ ...parts.server, timeoutMs: 30_000 })
  if (!dialed.ok) return NOTHING
  return new Promise((resolve) => new SendingSession(dialed.value, parts, mail, resolve))
}

class SendingSession implements ConnectionHandler {
  readonly #connection: Connection
  readonly #mail: SendingMail
  readonly #client: SmtpClient
  #finish: ((result: TransactionResult) => void) | undefined
  #cancel: () => void
  #begun = false

  constructor(connection: Connection, parts: SendingParts, mail: SendingMail, finish: (result: TransactionResult) => void) {
    this.#connection = connection
    this.#mail = mail
    this.#finish = finish
    this.#client = new SmtpClient({ hostname: parts.hostname })
    this.#cancel = parts.clock.after(PATIENCE_MS, () => this.#over())
    connection.handle(this)
  }

  data(bytes: Uint8Array): void {
    if (this.#finish === undefined) return
    this.#client.receive(bytes)
    this.#flush()
    for (let event = this.#client.next(); event; event = this.#client.next()) this.#take(event)
  }

  ended(): void {
    this.#over()
  }

  drained(): void {}

  closed(): void {
    this.#over()
  }

  #take(event: ClientEvent): void {
    switch (event.type) {
      case 'ready':
        return this.#ready()
      case 'tls-agreed':
        return void this.#connection.startTls().then((secured) => {
          if (!secured.ok) return this.#over()
          this.#client.secured()
          this.#flush()
        })
      case 'tls-refused':
        return this.#begin()
      case 'content-wanted':
        this.#client.content(this.#mail.content)
        this.#client.endContent()
        return this.#flush()
      case 'done':
        return this.#done(event.result, event)
      default:
        return this.#over()
    }
  }

  #ready(): void {
    const wantsTls = this.#client.capabilities.has('STARTTLS') && this.#connection.tls === undefined
    if (!wantsTls) return this.#begin()
    this.#client.startTls()
    this.#flush()
  }

  #begin(): void {
    this.#begun = true
    this.#client.begin(this.#mail.envelope)
    this.#flush()
  }

  #done(result: TransactionResult, { reusable }: { readonly reusable: boolean }): void {
    this.#tell(result)
    if (reusable) this.#client.quit()
    this.#flush()
    this.#connection.end()
  }

  #over(): void {
    this.#tell(this.#begun ? (this.#client.progress ?? NOTHING) : NOTHING)
    this.#connection.destroy()
  }

  #tell(result: TransactionResult): void {
    this.#cancel()
    this.#finish?.(result)
    this.#finish = undefined
  }

  #flush(): void {
    for (let output = this.#client.takeOutput(); output !== undefined; output = this.#client.takeOutput())
      this.#connection.write(output)
  }
}
