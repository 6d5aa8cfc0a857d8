// A POP3 client for tests that says exactly what it is told to, byte for byte.

import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import { connect as tlsConnect } from 'node:tls'
import { NAME, PASSWORD } from './server.ts'

export class TestClient {
  socket: Socket
  #buffer = Buffer.alloc(0)
  #closed = false
  #wake = (): void => {}

  constructor(socket: Socket) {
    this.socket = socket
    this.#attach(socket)
  }

  static async connect(port: number): Promise<TestClient> {
    const client = new TestClient(connect({ host: '127.0.0.1', port }))
    assert.match(await client.line(), /^\+OK/)
    return client
  }

  static async loggedIn(port: number): Promise<TestClient> {
    const client = await TestClient.connect(port)
    assert.match(await client.ask(`USER ${NAME}`), /^\+OK/)
    assert.match(await client.ask(`PASS ${PASSWORD}`), /^\+OK/)
    return client
  }

  #attach(socket: Socket): void {
    socket.on('data', (bytes: Buffer) => {
      this.#buffer = Buffer.concat([this.#buffer, bytes])
      this.#wake()
    })
    socket.on('close', () => {
      this.#closed = true
      this.#wake()
    })
    socket.on('error', () => {})
  }

  async #more(): Promise<boolean> {
    if (this.#closed) return false
    await new Promise<void>((resolve) => (this.#wake = resolve))
    return true
  }

  send(text: string): void {
    this.socket.write(text)
  }

  /** One line without its end; '' when the server hung up. */
  async line(): Promise<string> {
    for (;;) {
      const end = this.#buffer.indexOf('\r\n')
      if (end >= 0) {
        const line = this.#buffer.toString('latin1', 0, end)
        this.#buffer = this.#buffer.subarray(end + 2)
        return line
      }
      if (!(await this.#more())) return ''
    }
  }

  async ask(command: string): Promise<string> {
    this.send(`${command}\r\n`)
    return await this.line()
  }

  /** The lines of a multi-line response, or the message in it, as they came. */
  async body(): Promise<Buffer> {
    for (;;) {
      if (this.#buffer.subarray(0, 3).toString() === '.\r\n') return this.#take(0, 3)
      const end = this.#buffer.indexOf('\r\n.\r\n')
      if (end >= 0) return this.#take(end + 2, end + 5)
      assert.ok(await this.#more(), 'the response broke off')
    }
  }

  #take(end: number, next: number): Buffer {
    const body = this.#buffer.subarray(0, end)
    this.#buffer = this.#buffer.subarray(next)
    return body
  }

  async message(command: string): Promise<Buffer> {
    assert.match(await this.ask(command), /^\+OK/)
    return unstuff(await this.body())
  }

  async rest(): Promise<Buffer> {
    while (await this.#more());
    return this.#buffer
  }

  async startTls(): Promise<void> {
    this.socket.removeAllListeners('data')
    const secured = tlsConnect({ socket: this.socket, rejectUnauthorized: false })
    await new Promise<void>((resolve, reject) => secured.once('secureConnect', resolve).once('error', reject))
    this.socket = secured
    this.#attach(secured)
  }

  async closed(): Promise<void> {
    while (await this.#more());
  }
}

function unstuff(body: Buffer): Buffer {
  return Buffer.from(body.toString('latin1').replaceAll(/(^|\r\n)\.\./g, '$1.'), 'latin1')
}
