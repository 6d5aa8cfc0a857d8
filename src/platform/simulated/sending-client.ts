// A client that sends mail to us as an MTA does: tries again until each recipient is taken or refused for good, and writes down exactly
// what it was told. Each try of a message carries a mark of its own, so that everything that arrives anywhere can be traced to it.

import type { Clock } from '../../ground/ports/clock.ts'
import type { TransactionResult } from '../../mail/protocol/smtp/smtp.ts'
import { Life } from './life.ts'
import type { Node, SimulatedNetwork } from './network.ts'
import type { SimulatedRandom } from './random.ts'
import { sendOnce } from './sending-session.ts'

/** `accepted`: it got 250, the message is the server's. `unknown`: the content was sent, and no answer came. */
export type TryOutcome = 'accepted' | 'refused' | 'put-off' | 'unknown'

export interface Try {
  /** Stands in the message as `X-Try`. */
  readonly mark: string
  readonly content: Uint8Array
  /** Those that RCPT was positive for. */
  readonly recipients: readonly string[]
  readonly outcome: TryOutcome
  /** Code of the last word; 0: none. */
  readonly code: number
  readonly atMs: number
}

export interface Sending {
  readonly from: string
  readonly to: readonly string[]
  readonly tries: Try[]
  /** Refused for good, each with the code. */
  readonly refused: Map<string, number>
  /** Neither taken nor refused yet. */
  readonly open: Set<string>
}

export interface SendingClientOptions {
  readonly name: string
  readonly address: string
  readonly server: { readonly address: string; readonly port: number }
  readonly network: SimulatedNetwork
  readonly clock: Clock
  readonly random: SimulatedRandom
}

/** Between tries of one message. */
const RETRY_MS = 60_000

export interface NewMail {
  readonly from: string
  readonly to: readonly string[]
  readonly subject?: string
  readonly bodyBytes?: number
}

export class SendingClient {
  readonly sendings: Sending[] = []
  readonly #options: SendingClientOptions
  readonly #node: Node
  /** Nothing more is tried. */
  stopped = false

  constructor(options: SendingClientOptions) {
    this.#options = options
    this.#node = options.network.node(options.address, new Life())
  }

  get isDone(): boolean {
    return this.sendings.every((sending) => sending.open.size === 0)
  }

  /** Tries that got 250. */
  get accepted(): readonly Try[] {
    return this.tries.filter((one) => one.outcome === 'accepted')
  }

  get tries(): readonly Try[] {
    return this.sendings.flatMap((sending) => sending.tries)
  }

  send(mail: NewMail): Sending {
    const sending: Sending = { from: mail.from, to: mail.to, tries: [], refused: new Map(), open: new Set(mail.to) }
    this.sendings.push(sending)
    void this.#carry(sending, mail, this.sendings.length)
    return sending
  }

  async #carry(sending: Sending, mail: NewMail, number: number): Promise<void> {
    const { clock, random } = this.#options
    const body = bodyOf(random, mail.bodyBytes ?? random.between(0, 2000))
    for (let turn = 1; sending.open.size > 0 && !this.stopped; turn++) {
      if (turn > 1) await clock.sleep(RETRY_MS + random.below(RETRY_MS))
      const mark = `${this.#options.name}/${number}.${turn}`
      const content = contentOf(mail, { mark, messageId: `<${this.#options.name}.${number}@client.example>`, body })
      await this.#try(sending, mark, content)
    }
  }

  async #try(sending: Sending, mark: string, content: Uint8Array): Promise<void> {
    const to = [...sending.open]
    const { server, clock, name } = this.#options
    const result = await sendOnce(
      { dialer: this.#node.dialer, clock, server, hostname: `${name}.client.example` },
      {
        envelope: { reversePath: sending.from, recipients: to, sizeBytes: content.length, eightBit: false, smtpUtf8: false },
        content,
      },
    )
    const positive = to.filter((_, i) => isTaken(result.recipients[i]?.code))
    const code = result.final?.code ?? result.data?.code ?? result.mail?.code ?? 0
    const outcome = outcomeOf(result, positive.length)
    sending.tries.push({ mark, content, recipients: positive, outcome, code, atMs: clock.now() })
    for (const [i, address] of to.entries()) {
      const said = result.recipients[i]?.code ?? 0
      const refused = said >= 500 ? said : outcome === 'refused' ? code : 0
      if (refused >= 500) sending.refused.set(address, refused)
      if (refused >= 500 || (outcome === 'accepted' && isTaken(said))) sending.open.delete(address)
    }
  }
}

function isTaken(code = 0): boolean {
  return code >= 200 && code < 300
}

function outcomeOf({ mail, data, final, contentEnded }: TransactionResult, positive: number): TryOutcome {
  if (final !== undefined) return isTaken(final.code) ? 'accepted' : final.code >= 500 ? 'refused' : 'put-off'
  if (contentEnded && positive > 0) return 'unknown'
  return (mail?.code ?? 0) >= 500 || (data?.code ?? 0) >= 500 ? 'refused' : 'put-off'
}

function contentOf(mail: NewMail, unique: { readonly mark: string; readonly messageId: string; readonly body: string }): Buffer {
  const header = [
    `From: <${mail.from}>`,
    `To: ${mail.to
      .slice(0, 10)
      .map((one) => `<${one}>`)
      .join(',\r\n ')}`,
    `Subject: ${mail.subject ?? 'a story'}`,
    `Message-ID: ${unique.messageId}`,
    `X-Try: ${unique.mark}`,
  ]
  return Buffer.from(`${header.join('\r\n')}\r\n\r\n${unique.body}`)
}

const LINES = ['', '.', '..', '.. and more', 'From here on', 'a line like any other', 'x'.repeat(200), '.QUIT', 'DATA']

/** Lines that would go wrong if dots or line ends did. */
function bodyOf(random: SimulatedRandom, bytes: number): string {
  let body = ''
  while (body.length < bytes) body += `${random.pick(LINES)}\r\n`
  return body
}
