// A mail client as crude as a test needs: says exactly the octets it is told to say, hears replies whole, also under TLS.

import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'

export interface Heard {
  readonly code: number
  /** The lines as they came, joined by LF. */
  readonly text: string
}

/** The server has closed the connection where an answer was expected. */
export class HungUp extends Error {}

export class Wire {
  #socket: Socket
  #buffer = Buffer.alloc(0)
  #ended = false
  #wake = (): void => {}
  /** When the peer has hung up, in order or not. */
  readonly closed: Promise<void>
  #closedNow = (): void => {}

  constructor(socket: Socket) {
    this.closed = new Promise((resolve) => {
      this.#closedNow = resolve
    })
    this.#socket = socket
    this.#listen(socket)
  }

  get socket(): Socket {
    return this.#socket
  }

  /** What was heard and not taken yet. */
  get unread(): number {
    return this.#buffer.length
  }

  say(text: string | Uint8Array): void {
    this.#socket.write(typeof text === 'string' ? Buffer.from(text, 'utf8') : text)
  }

  /** Resolves when the octets have left this process: where so much is said that it matters. */
  said(octets: Uint8Array): Promise<void> {
    return new Promise((resolve) => this.#socket.write(octets, () => resolve()))
  }

  /** One line without its CR LF; undefined when there is no more. */
  async line(): Promise<string | undefined> {
    for (;;) {
      const end = this.#buffer.indexOf('\r\n')
      if (end >= 0) {
        const line = this.#buffer.toString('latin1', 0, end)
        this.#buffer = this.#buffer.subarray(end + 2)
        return line
      }
      if (this.#ended) return undefined
      await this.#more()
    }
  }

  /** One SMTP reply. */
  async reply(): Promise<Heard> {
    const lines: string[] = []
    for (;;) {
      const line = await this.line()
      if (line === undefined) throw new HungUp(`the server hung up after ${JSON.stringify(lines)}`)
      lines.push(line)
      if (line[3] !== '-') return { code: Number(line.slice(0, 3)), text: lines.join('\n') }
    }
  }

  async ask(command: string): Promise<Heard> {
    this.say(`${command}\r\n`)
    return await this.reply()
  }

  /** Fails unless the reply has this code; answers its text. */
  async expect(command: string, code: number): Promise<string> {
    const heard = await this.ask(command)
    if (heard.code !== code) throw new Error(`${command.slice(0, 80)} was answered: ${heard.text}`)
    return heard.text
  }

  /** Octets up to and without this end, which is taken too. */
  async until(end: string): Promise<Buffer> {
    const mark = Buffer.from(end, 'latin1')
    for (let from = 0; ; ) {
      const at = this.#buffer.indexOf(mark, from)
      if (at >= 0) {
        const found = this.#buffer.subarray(0, at)
        this.#buffer = this.#buffer.subarray(at + mark.length)
        return found
      }
      if (this.#ended) throw new HungUp('the server hung up')
      from = Math.max(0, this.#buffer.length - mark.length)
      await this.#more()
    }
  }

  /** After the command for it was accepted. */
  async startTls(): Promise<void> {
    this.#socket.removeAllListeners('data')
    const secured = connectTls({ socket: this.#socket, rejectUnauthorized: false })
    await new Promise<void>((resolve, reject) => secured.once('secureConnect', resolve).once('error', reject))
    this.#socket = secured
    this.#listen(secured)
  }

  hangUp(): void {
    this.#socket.destroy()
  }

  #listen(socket: Socket): void {
    const pieces: Buffer[] = []
    socket.on('data', (chunk: Buffer) => {
      if (pieces.length === 0)
        setImmediate(() => {
          this.#buffer = Buffer.concat([this.#buffer, ...pieces.splice(0)])
          this.#wake()
        })
      pieces.push(chunk)
    })
    socket.on('error', () => {})
    socket.on('close', () =>
      setImmediate(() => {
        this.#ended = true
        this.#wake()
        this.#closedNow()
      }),
    )
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }
}

export function dial(port: number, how: { readonly tls?: boolean } = {}): Promise<Wire> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port }
    const socket = how.tls === true ? connectTls({ ...options, rejectUnauthorized: false }) : connect(options)
    const wire = new Wire(socket)
    socket.once(how.tls === true ? 'secureConnect' : 'connect', () => resolve(wire))
    socket.once('error', reject)
  })
}

/** Greeted, and introduced as `client.test`. */
export async function dialSmtp(port: number, how: { readonly tls?: boolean } = {}): Promise<Wire> {
  const wire = await dial(port, how)
  const greeting = await wire.reply()
  if (greeting.code !== 220) throw new Error(greeting.text)
  await wire.expect('EHLO client.test', 250)
  return wire
}
