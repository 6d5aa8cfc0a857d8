// One connection to a remote host: the server core asks, manners answer, and the wrong turns a peer can take are taken.

import type { Connection, ConnectionHandler } from '../../ground/ports/connection.ts'
import { formatAddress } from '../../mail/message/message.ts'
import { isPositive, type Reply, reply, type ServerEvent, SmtpServer } from '../../mail/protocol/smtp/smtp.ts'
import type { SimulatedConnection } from './connection.ts'
import type { Answer, Moment, MomentType } from './manners.ts'
import type { RemoteHost } from './remote-host.ts'

const BUSY = reply(421, '4.3.2', 'Too many connections from you, come back later')
const GREYLISTED = reply(451, '4.7.1', 'Greylisted, please try again in a while')

/** RFC 5321 §4.5.3.2.7. */
const IDLE_MS = 5 * 60_000

export class RemoteSession implements ConnectionHandler {
  readonly #host: RemoteHost
  readonly #connection: Connection
  readonly #core: SmtpServer
  readonly #number: number
  readonly #closed: () => void
  #reversePath = ''
  #recipients: string[] = []
  #eightBit = false
  #transaction = 0
  #content: Uint8Array[] = []
  /** Says and hears nothing any more. */
  #mute = false
  #waiting = false

  constructor(host: RemoteHost, connection: Connection, options: { readonly number: number; readonly closed: () => void }) {
    const { without = [], startTls = false, sizeBytesMax = 50_000_000 } = host.manners
    this.#host = host
    this.#connection = connection
    this.#number = options.number
    this.#closed = options.closed
    this.#core = new SmtpServer({ hostname: host.name, sizeBytesMax, startTls, without: new Set(without) })
  }

  start(): void {
    this.#connection.handle(this)
    this.#connection.idleTimeout(IDLE_MS)
    const { connectionsMax } = this.#host.manners
    const crowded = connectionsMax !== undefined && this.#host.open > connectionsMax
    this.#answer(crowded ? BUSY : this.#ask('greeting'), (said) => this.#core.greet(said))
    this.#turn()
  }

  data(bytes: Uint8Array): void {
    if (this.#mute) return
    this.#core.receive(bytes)
    this.#turn()
  }

  ended(): void {
    this.#connection.end()
  }

  drained(): void {}

  closed(): void {
    this.#mute = true
    this.#closed()
  }

  #turn(): void {
    while (!this.#mute && !this.#waiting) {
      const event = this.#core.next()
      if (event === undefined) break
      this.#take(event)
    }
    this.#flush()
  }

  #flush(): void {
    const output = this.#mute ? undefined : this.#core.takeOutput()
    if (output !== undefined) this.#connection.write(output)
  }

  #take(event: ServerEvent): void {
    switch (event.type) {
      case 'hello':
        this.#forget()
        return this.#answer(this.#ask('hello'))
      case 'mail':
        this.#forget()
        this.#transaction++
        this.#reversePath = event.reversePath === undefined ? '' : formatAddress(event.reversePath)
        this.#eightBit = event.body === '8bitmime'
        return this.#answer(this.#ask('mail'))
      case 'recipient':
        return this.#recipient(formatAddress(event.address))
      case 'data':
        return this.#answer(this.#ask('data'))
      case 'content':
        return void this.#content.push(Buffer.from(event.bytes))
      case 'content-end':
        return this.#message(this.#ask('message'))
      case 'starttls':
        return this.#startTls()
      case 'quit':
      case 'close':
        this.#flush()
        return this.#connection.end()
      case 'verify':
        return this.#core.accept()
      case 'auth':
      case 'auth-response':
        return this.#core.reply(reply(504, '5.5.4', 'No signing in here'))
      case 'reset':
      case 'content-discarded':
      case 'auth-cancelled':
      case 'early-input':
        return
    }
  }

  #recipient(address: string): void {
    const grey = this.#host.greylist
    const passes = grey?.passes(this.#host.clock.now(), this.#connection.remote.address, this.#reversePath, address) !== false
    this.#answer(passes ? this.#ask('recipient', address) : GREYLISTED, (said) => {
      if (isPositive(said)) this.#recipients.push(address)
      this.#core.reply(said)
    })
  }

  /** The moment in which a message changes hands. */
  #message(answer: Answer | undefined): void {
    if (answer !== undefined && 'type' in answer && answer.type === 'accept-and-cut') {
      this.#keep(() => false)
      return this.#cut()
    }
    this.#answer(answer, (said) => {
      this.#core.reply(said)
      if (!isPositive(said)) return
      this.#flush()
      const { sentBytes } = this.#connection as SimulatedConnection
      this.#keep(() => (this.#connection as SimulatedConnection).deliveredBytes >= sentBytes)
    })
  }

  #keep(isAnswered: () => boolean): void {
    this.#host.take({
      atMs: this.#host.clock.now(),
      host: this.#host.name,
      reversePath: this.#reversePath,
      recipients: this.#recipients,
      content: Buffer.concat(this.#content),
      tls: this.#connection.tls !== undefined,
      eightBitDeclared: this.#eightBit,
      isAnswered,
    })
  }

  #forget(): void {
    this.#recipients = []
    this.#content = []
  }

  #ask(type: MomentType, recipient = ''): Answer | undefined {
    const moment: Moment = {
      type,
      nowMs: this.#host.clock.now(),
      peerAddress: this.#connection.remote.address,
      connection: this.#number,
      transaction: this.#transaction,
      reversePath: this.#reversePath,
      recipient,
      recipients: this.#recipients,
      tls: this.#connection.tls !== undefined,
      random: this.#host.random,
    }
    this.#host.moments.push(moment)
    return this.#host.manners.answer?.(moment)
  }

  /** `say` gets the reply; without an answer of its own, the usual one. */
  #answer(answer: Answer | undefined, say: (said: Reply) => void = (said) => this.#core.reply(said)): void {
    if (answer === undefined) return this.#usual(say)
    if (!('type' in answer)) return say(answer)
    if (answer.type === 'silence') this.#mute = true
    else if (answer.type === 'wait') this.#wait(answer.ms, () => this.#answer(answer.then, say))
    else this.#cut()
  }

  #usual(say: (said: Reply) => void): void {
    switch (this.#core.awaiting) {
      case undefined:
        return this.#core.greet()
      case 'recipient':
        return say(reply(250, '2.1.5', 'Recipient ok'))
      case 'content-end':
        return say(reply(250, '2.0.0', 'Taken'))
      default:
        return this.#core.accept()
    }
  }

  #wait(ms: number, then: () => void): void {
    this.#waiting = true
    this.#flush()
    this.#connection.idleTimeout(0)
    this.#host.clock.after(ms, () => {
      this.#waiting = false
      this.#connection.idleTimeout(IDLE_MS)
      if (this.#mute) return
      then()
      this.#turn()
    })
  }

  #cut(): void {
    this.#mute = true
    this.#connection.destroy()
  }

  #startTls(): void {
    this.#core.accept()
    this.#flush()
    void this.#connection.startTls().then((secured) => {
      if (!secured.ok) return
      this.#core.tlsStarted()
      this.#turn()
    })
  }
}
