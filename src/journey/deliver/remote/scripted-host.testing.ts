// For tests: a real TCP server on loopback that speaks SMTP as a script tells it, with every fault a mail host can have.

import { createServer, type Server, type Socket } from 'node:net'
import { createSecureContext, TLSSocket } from 'node:tls'
import { selfSigned } from '../../../platform/node/certificate.ts'

/** What the script can make of a command: other words, silence, or the end of the connection (after some words). */
export type Fault = string | { readonly type: 'silence' } | { readonly type: 'cut'; readonly first?: string }

export interface Heard {
  /** Connections count from 1. */
  readonly connection: number
  readonly verb: string
  readonly line: string
  /** How often this verb has been heard on this connection, this time included. */
  readonly times: number
  readonly secure: boolean
}

export interface HostScript {
  readonly extensions?: readonly string[]
  /** `good`: a self-signed certificate; `broken`: agrees and then talks nonsense. */
  readonly tls?: 'good' | 'broken'
  /** Undefined: the usual answer. Verbs: those of SMTP, `GREETING` before any, and `DOT` after the content. */
  readonly answer?: (heard: Heard) => Fault | undefined
  /** Reads nothing for a while once content comes, as a slow host does: resumes when the client has stopped writing. */
  readonly slow?: boolean
}

export const SILENCE: Fault = { type: 'silence' }
export const CUT: Fault = { type: 'cut' }

export interface Mail {
  readonly from: string
  readonly to: readonly string[]
  readonly content: string
  readonly connection: number
  readonly secure: boolean
}

export class ScriptedHost {
  readonly #server: Server
  readonly #script: HostScript
  readonly #sockets = new Set<Socket>()
  /** Messages accepted, in order. */
  readonly mails: Mail[] = []
  /** Lines heard, content left out. */
  readonly lines: string[] = []
  connections = 0
  /** The end of some content has been heard. */
  heardDot = false
  /** Messages and lines wake those who wait in {@link until}. */
  #watchers: (() => void)[] = []

  private constructor(script: HostScript) {
    this.#script = script
    this.#server = createServer((socket) => new Talk(this, script, socket, ++this.connections))
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket)
      socket.on('close', () => {
        this.#sockets.delete(socket)
        this.changed()
      })
    })
  }

  static async start(script: HostScript = {}): Promise<ScriptedHost> {
    const host = new ScriptedHost(script)
    await new Promise<void>((resolve) => host.#server.listen(0, '127.0.0.1', resolve))
    return host
  }

  get port(): number {
    const address = this.#server.address()
    return typeof address === 'object' && address ? address.port : 0
  }

  get openConnections(): number {
    return this.#sockets.size
  }

  get script(): HostScript {
    return this.#script
  }

  changed(): void {
    const watchers = this.#watchers
    this.#watchers = []
    for (const watcher of watchers) watcher()
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#watchers.push(resolve))
  }

  /** Ends all connections, as a restart does. */
  hangUp(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  async close(): Promise<void> {
    this.hangUp()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

const CERTIFICATE = selfSigned('mx.example', ['mx.example'])

class Talk {
  readonly #host: ScriptedHost
  readonly #script: HostScript
  readonly #connection: number
  readonly #times = new Map<string, number>()
  #socket: Socket
  #secure = false
  #text = ''
  #from: string | undefined
  #to: string[] = []
  #inContent = false
  #deaf = false
  #slowed = false

  constructor(host: ScriptedHost, script: HostScript, socket: Socket, connection: number) {
    this.#host = host
    this.#script = script
    this.#socket = socket
    this.#connection = connection
    this.#listen()
    this.#say('GREETING', '', '220 mx.example ESMTP')
    host.changed()
  }

  #listen(): void {
    this.#socket.on('error', () => {})
    this.#socket.on('data', this.#onData)
  }

  #onData = (bytes: Buffer): void => {
    if (this.#deaf) return
    this.#text += bytes.toString('latin1')
    if (this.#inContent && this.#script.slow && !this.#slowed) this.#rest()
    while (!this.#deaf && this.#step());
    this.#host.changed()
  }

  /** Long enough that the client runs into the full window; the content must arrive whole all the same. */
  #rest(): void {
    this.#slowed = true
    this.#socket.pause()
    setTimeout(() => this.#socket.resume(), 50)
  }

  #step(): boolean {
    const end = this.#text.indexOf(this.#inContent ? '\r\n.\r\n' : '\r\n')
    const lone = this.#inContent && this.#text.startsWith('.\r\n')
    if (end === -1 && !lone) return false
    if (this.#inContent) this.#onContent(lone ? '' : this.#text.slice(0, end + 2), lone ? 3 : end + 5)
    else {
      const line = this.#text.slice(0, end)
      this.#text = this.#text.slice(end + 2)
      this.#onLine(line)
    }
    return true
  }

  #onContent(stuffed: string, length: number): void {
    this.#inContent = false
    this.#host.heardDot = true
    this.#text = this.#text.slice(length)
    const mail = {
      from: this.#from ?? '',
      to: this.#to,
      content: stuffed.replace(/^\.\./gm, '.'),
      connection: this.#connection,
      secure: this.#secure,
    }
    const said = this.#say('DOT', '', this.#to.length > 0 ? '250 2.0.0 queued' : '554 no recipients')
    if (said.startsWith('2')) this.#host.mails.push(mail)
    this.#from = undefined
    this.#to = []
  }

  #onLine(line: string): void {
    this.#host.lines.push(line)
    const verb = /^[A-Za-z]*/.exec(line)?.[0].toUpperCase() ?? ''
    const said = this.#say(verb, line, this.#usual(verb))
    if (said.startsWith('2')) this.#accepted(verb, line)
    if (said.startsWith('354')) this.#inContent = true
    if (verb === 'QUIT') this.#socket.end()
  }

  #usual(verb: string): string {
    if (verb === 'EHLO') return multiline(250, ['mx.example', ...this.#extensions()])
    if (verb === 'DATA') return this.#to.length > 0 ? '354 go' : '554 no valid recipients'
    if (verb === 'STARTTLS') return '220 go'
    if (verb === 'AUTH') return '235 welcome'
    if (verb === 'RCPT') return this.#from === undefined ? '503 no MAIL' : '250 2.1.5 ok'
    return verb === 'QUIT' ? '221 bye' : '250 ok'
  }

  #extensions(): readonly string[] {
    const offered = this.#script.extensions ?? ['PIPELINING', '8BITMIME', 'SMTPUTF8', 'SIZE 100000000']
    return this.#script.tls && !this.#secure ? [...offered, 'STARTTLS'] : offered
  }

  #accepted(verb: string, line: string): void {
    if (verb === 'MAIL') this.#from = line.slice('MAIL FROM:'.length)
    if (verb === 'RCPT') this.#to.push(line.slice('RCPT TO:'.length))
    if (verb === 'RSET' || verb === 'EHLO') {
      this.#from = undefined
      this.#to = []
    }
    if (verb === 'STARTTLS') void this.#startTls()
  }

  async #startTls(): Promise<void> {
    this.#text = ''
    if (this.#script.tls === 'broken') {
      this.#deaf = true
      this.#socket.write('this is no TLS\r\n')
      return
    }
    const plain = this.#socket
    plain.off('data', this.#onData)
    plain.pause()
    const { certificate, key } = await CERTIFICATE
    this.#socket = new TLSSocket(plain, { isServer: true, secureContext: createSecureContext({ cert: certificate, key }) })
    this.#secure = true
    this.#listen()
  }

  /** Says what the script wants, or the usual; returns what was said ("" for nothing). */
  #say(verb: string, line: string, usual: string): string {
    const times = (this.#times.get(verb) ?? 0) + 1
    this.#times.set(verb, times)
    const fault = this.#script.answer?.({ connection: this.#connection, verb, line, times, secure: this.#secure })
    if (typeof fault === 'object') {
      this.#deaf = true
      if (fault.type === 'cut') this.#socket.end(fault.first === undefined ? '' : `${fault.first}\r\n`)
      return ''
    }
    const said = fault ?? usual
    this.#socket.write(`${said}\r\n`)
    return said
  }
}

function multiline(code: number, lines: readonly string[]): string {
  return lines.map((line, i) => `${code}${i === lines.length - 1 ? ' ' : '-'}${line}`).join('\r\n')
}
