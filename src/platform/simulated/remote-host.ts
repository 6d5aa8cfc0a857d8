// A mail host of somebody else: the program's own SMTP server core with manners in place of a policy. Remembers what it took.

import type { Clock } from '../../ground/ports/clock.ts'
import type { Connection } from '../../ground/ports/connection.ts'
import { Greylist } from './greylist.ts'
import { Life } from './life.ts'
import type { Manners, Moment } from './manners.ts'
import type { Node, SimulatedNetwork } from './network.ts'
import type { SimulatedRandom } from './random.ts'
import { RemoteSession } from './remote-session.ts'

export interface AcceptedMail {
  readonly atMs: number
  readonly host: string
  readonly reversePath: string
  readonly recipients: readonly string[]
  readonly content: Buffer
  readonly tls: boolean
  readonly eightBitDeclared: boolean
  /** Whether the client has got the 250 that was said. */
  readonly isAnswered: () => boolean
}

export interface RemoteHostOptions {
  readonly name: string
  readonly address: string
  readonly network: SimulatedNetwork
  readonly clock: Clock
  readonly random: SimulatedRandom
  readonly manners?: Manners
}

const SMTP_PORT = 25

export class RemoteHost {
  readonly name: string
  readonly address: string
  readonly clock: Clock
  readonly random: SimulatedRandom
  /** What it took, in order; whether it could say so or not. */
  readonly mails: AcceptedMail[] = []
  /** All that was asked of it. */
  readonly moments: Moment[] = []
  manners: Manners
  connections = 0
  open = 0
  readonly #node: Node
  #greylist: Greylist | undefined
  /** Told of each message taken. */
  onMail: ((mail: AcceptedMail) => void) | undefined

  constructor(options: RemoteHostOptions) {
    this.name = options.name
    this.address = options.address
    this.clock = options.clock
    this.random = options.random
    this.manners = options.manners ?? {}
    this.#node = options.network.node(options.address, new Life())
  }

  async listen(): Promise<void> {
    const options = { host: this.address, port: SMTP_PORT, tls: 'starttls', maxConnections: 10_000 } as const
    await this.#node.listener.listen(options, (connection) => this.#accept(connection))
  }

  get greylist(): Greylist | undefined {
    const { greylistMs } = this.manners
    if (greylistMs !== undefined) this.#greylist ??= new Greylist(greylistMs)
    return this.#greylist
  }

  take(mail: AcceptedMail): void {
    this.mails.push(mail)
    this.onMail?.(mail)
  }

  #accept(connection: Connection): void {
    this.connections++
    this.open++
    const session = new RemoteSession(this, connection, { number: this.connections, closed: () => this.open-- })
    session.start()
  }
}
