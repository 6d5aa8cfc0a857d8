// An IMAP client for tests that says exactly what it is told to, byte for byte, and hears whole responses.

import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { connect as tlsConnect } from 'node:tls'
import { NAME, PASSWORD } from './server.ts'

export interface Heard {
  /** Without `* ` and the line end; literals stand in the text as they came. */
  readonly untagged: readonly string[]
  /** Without the tag. */
  readonly tagged: string
}

export class TestClient {
  socket: Socket
  readonly #chunks: Buffer[] = []
  #chunksBytes = 0
  #buffer = Buffer.alloc(0)
  #closed = false
  #wake = (): void => {}
  #tags = 0
  #write: (bytes: string | Uint8Array) => void

  constructor(socket: Socket) {
    this.socket = socket
    this.#write = (bytes) => void this.socket.write(bytes)
    this.attach(socket)
  }

  static async connect(port: number): Promise<TestClient> {
    const client = new TestClient(connect({ host: '127.0.0.1', port }))
    assert.match(await client.response(), /^\* OK /)
    return client
  }

  static async loggedIn(port: number, name = NAME): Promise<TestClient> {
    const client = await TestClient.connect(port)
    await client.ok(`LOGIN ${name} "${PASSWORD}"`)
    return client
  }

  static async selected(port: number, mailbox = 'INBOX'): Promise<TestClient> {
    const client = await TestClient.loggedIn(port)
    await client.ok(`SELECT ${mailbox}`)
    return client
  }

  attach(socket: Socket): void {
    socket.on('data', (bytes: Buffer) => this.#hear(bytes))
    socket.on('close', () => {
      this.#closed = true
      this.#wake()
    })
    socket.on('error', () => {})
  }

  /** So many octets more, if there are. */
  async #more(octets = 1): Promise<boolean> {
    while (this.#chunksBytes < octets && !this.#closed) await new Promise<void>((resolve) => (this.#wake = resolve))
    if (this.#chunksBytes === 0) return false
    this.#buffer = Buffer.concat([this.#buffer, ...this.#chunks.splice(0)])
    this.#chunksBytes = 0
    return true
  }

  send(text: string | Uint8Array): void {
    this.#write(text)
  }

  /** From now on octets come out of `heard`, and go by `write`. */
  speakThrough(heard: Readable, write: (bytes: string | Uint8Array) => void): void {
    this.socket.removeAllListeners('data')
    this.#write = write
    heard.on('data', (bytes: Buffer) => this.#hear(bytes))
    heard.on('error', () => {})
  }

  /** What was heard and is no answer yet. */
  takeUnread(): Buffer {
    const unread = Buffer.concat([this.#buffer, ...this.#chunks.splice(0)])
    this.#buffer = Buffer.alloc(0)
    this.#chunksBytes = 0
    return unread
  }

  #hear(bytes: Buffer): void {
    this.#chunks.push(bytes)
    this.#chunksBytes += bytes.length
    this.#wake()
  }

  /** One response with its literals, without the last line end; '' when the server hung up. */
  async response(): Promise<string> {
    for (let from = 0; ; ) {
      const end = this.#buffer.indexOf('\r\n', from)
      if (end === -1) {
        if (!(await this.#more())) return ''
        continue
      }
      const literal = /~?\{(\d+)\}$/.exec(this.#buffer.toString('latin1', Math.max(from, end - 14), end))
      if (!literal) {
        const response = this.#buffer.toString('latin1', 0, end)
        this.#buffer = this.#buffer.subarray(end + 2)
        return response
      }
      from = end + 2 + Number(literal[1])
      while (this.#buffer.length < from) assert.ok(await this.#more(from - this.#buffer.length), 'a literal broke off')
    }
  }

  /** Everything up to the tagged answer of a command. */
  async answer(tag: string): Promise<Heard> {
    const untagged: string[] = []
    for (;;) {
      const response = await this.response()
      if (response.startsWith(`${tag} `)) return { untagged, tagged: response.slice(tag.length + 1) }
      assert.notEqual(response, '', `the server hung up; before it said ${JSON.stringify(untagged)}`)
      assert.match(response, /^\* /, response)
      untagged.push(response.slice(2))
    }
  }

  nextTag(): string {
    return `t${++this.#tags}`
  }

  async ask(command: string): Promise<Heard> {
    const tag = this.nextTag()
    this.send(`${tag} ${command}\r\n`)
    return await this.answer(tag)
  }

  /** The untagged responses to a command that must succeed. */
  async ok(command: string): Promise<readonly string[]> {
    const { untagged, tagged } = await this.ask(command)
    assert.match(tagged, /^OK/, `${command}: ${tagged}`)
    return untagged
  }

  async refused(command: string, pattern: RegExp): Promise<readonly string[]> {
    const { untagged, tagged } = await this.ask(command)
    assert.match(tagged, pattern, command)
    return untagged
  }

  /** Of a message with a synchronising literal; the tagged answer. */
  async append(options: string, message: string | Uint8Array): Promise<string> {
    const bytes = typeof message === 'string' ? Buffer.from(message) : message
    const tag = this.nextTag()
    this.send(`${tag} APPEND ${options} {${bytes.length}}\r\n`)
    const go = await this.response()
    if (!go.startsWith('+ ')) return go.slice(tag.length + 1)
    this.send(bytes)
    this.send('\r\n')
    return (await this.answer(tag)).tagged
  }

  static async overTls(port: number): Promise<TestClient> {
    const client = new TestClient(tlsConnect({ host: '127.0.0.1', port, rejectUnauthorized: false }))
    assert.match(await client.response(), /^\* OK /)
    return client
  }

  /** After OK to STARTTLS. */
  async secure(): Promise<void> {
    this.socket.removeAllListeners('data')
    const secured = tlsConnect({ socket: this.socket, rejectUnauthorized: false })
    await new Promise<void>((resolve, reject) => secured.once('secureConnect', resolve).once('error', reject))
    this.socket = secured
    this.attach(secured)
  }

  async closed(): Promise<void> {
    while (await this.#more());
  }

  hangUp(): void {
    this.socket.destroy()
  }
}
