// A remote mail host for tests: takes what it is given and remembers it; or refuses as it is told.

import { createServer, type Server, type Socket } from 'node:net'

export interface SunkMessage {
  readonly from: string
  readonly to: readonly string[]
  readonly content: string
}

export interface Sink {
  readonly port: number
  readonly messages: SunkMessage[]
  /** Waits until there are so many. */
  received(count: number): Promise<void>
  close(): Promise<void>
}

export interface SinkManners {
  /** The reply to RCPT for this address; undefined accepts. */
  readonly recipient?: (address: string) => string | undefined
  /** The reply to MAIL. */
  readonly sender?: (address: string) => string | undefined
  /** The reply at the end of a message; undefined accepts. */
  readonly message?: (message: SunkMessage) => string | undefined
}

export interface SinkPlace {
  readonly host?: string
  readonly port?: number
}

export async function openSink(manners: SinkManners = {}, { host = '127.0.0.1', port = 0 }: SinkPlace = {}): Promise<Sink> {
  const messages: SunkMessage[] = []
  let wake = (): void => {}
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
    talk(socket, manners, (message) => {
      messages.push(message)
      wake()
    })
  })
  await new Promise<void>((resolve) => server.listen(port, host, resolve))
  return {
    port: (server.address() as { port: number }).port,
    messages,
    async received(count) {
      while (messages.length < count) await new Promise<void>((resolve) => (wake = resolve))
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy()
        server.close(() => resolve())
      }),
  }
}

function talk(socket: Socket, manners: SinkManners, done: (message: SunkMessage) => void): void {
  let buffer = ''
  let from = ''
  let to: string[] = []
  let inData = false
  const say = (line: string): void => void socket.write(`${line}\r\n`)
  const command = (line: string): void => {
    const verb = line.slice(0, 4).toUpperCase()
    const address = /<([^>]*)>/.exec(line)?.[1] ?? ''
    if (verb === 'EHLO') say('250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SIZE 100000000')
    else if (verb === 'MAIL') {
      from = address
      to = []
      say(manners.sender?.(address) ?? '250 2.1.0 ok')
    } else if (verb === 'RCPT') {
      const refusal = manners.recipient?.(address)
      if (refusal === undefined) to.push(address)
      say(refusal ?? '250 2.1.5 ok')
    } else if (verb === 'DATA') {
      inData = to.length > 0
      say(inData ? '354 go on' : '503 5.5.1 nobody to send to')
    } else if (verb === 'QUIT') {
      say('221 bye')
      socket.end()
    } else say('250 ok')
  }
  say('220 sink ESMTP')
  socket.on('data', (chunk: Buffer) => {
    buffer += chunk.toString('latin1')
    for (;;) {
      const end = buffer.indexOf(inData ? '\r\n.\r\n' : '\r\n')
      if (end < 0) return
      const part = buffer.slice(0, inData ? end + 2 : end)
      buffer = buffer.slice(end + (inData ? 5 : 2))
      if (inData) {
        inData = false
        const message = { from, to, content: part.replace(/\r\n\.\./g, '\r\n.') }
        const refusal = manners.message?.(message)
        if (refusal === undefined) done(message)
        say(refusal ?? '250 2.0.0 taken')
      } else command(part)
    }
  })
}
