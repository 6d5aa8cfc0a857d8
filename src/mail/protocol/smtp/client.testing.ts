// For tests: plays a server against the client core, step by step, with any chunking of its bytes.

import { type ClientEnvelope, type ClientEvent, SmtpClient } from './client.ts'

export const ENVELOPE: ClientEnvelope = {
  reversePath: 'a@example.org',
  recipients: ['b@example.net'],
  sizeBytes: 5,
  eightBit: false,
  smtpUtf8: false,
}

export class Bench {
  readonly client = new SmtpClient({ hostname: 'mail.example.org' })
  readonly events: ClientEvent[] = []
  readonly transcript: string[] = []
  readonly #cut: (length: number) => number

  /** `cut` says how long the next piece of the server's bytes may be. */
  constructor(cut: (length: number) => number = (length) => length) {
    this.#cut = cut
    this.client.observe({
      sent: (line) => this.transcript.push(`C: ${line}`),
      received: (reply) => this.transcript.push(`S: ${reply.code}`),
    })
  }

  /** The server says this; back comes what the client then sends. */
  says(text: string): string {
    const bytes = Buffer.from(text, 'latin1')
    for (let at = 0; at < bytes.length; ) {
      const length = Math.max(1, Math.min(this.#cut(bytes.length - at), bytes.length - at))
      this.client.receive(bytes.subarray(at, at + length))
      at += length
    }
    return this.sends()
  }

  sends(): string {
    let text = ''
    for (let output = this.client.takeOutput(); output !== undefined; output = this.client.takeOutput()) {
      text += typeof output === 'string' ? output : Buffer.from(output).toString('latin1')
    }
    for (let event = this.client.next(); event; event = this.client.next()) this.events.push(event)
    return text
  }

  /** Past EHLO, with these extensions. */
  ready(...extensions: readonly string[]): this {
    this.says('220 mx.example.net ESMTP\r\n')
    const lines = ['mx.example.net', ...extensions]
    this.says(lines.map((line, i) => `250${i === lines.length - 1 ? ' ' : '-'}${line}\r\n`).join(''))
    return this
  }

  begin(envelope: Partial<ClientEnvelope> = {}): string {
    this.client.begin({ ...ENVELOPE, ...envelope })
    return this.sends()
  }

  content(text = 'Hi\r\n.x\r\n'): string {
    this.client.content(Buffer.from(text, 'latin1'))
    this.client.endContent()
    return this.sends()
  }

  get last(): ClientEvent | undefined {
    return this.events.at(-1)
  }
}
