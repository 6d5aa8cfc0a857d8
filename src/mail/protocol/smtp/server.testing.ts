// Drives a server core in tests: bytes in, events and output as text, verdicts from a function.

import { type Reply, type ServerEvent, SmtpServer, type SmtpServerOptions } from './smtp.ts'

export const OPTIONS: SmtpServerOptions = { hostname: 'mx.example.com', sizeBytesMax: 100_000 }

/** A verdict for an event; undefined: the usual one; 'wait': none yet. */
export type Verdict = (event: ServerEvent, server: SmtpServer) => Reply | 'wait' | undefined

export class Drive {
  readonly server: SmtpServer
  readonly events: ServerEvent[] = []
  readonly verdict: Verdict
  output = ''
  /** The content handed out since the last time a message began. */
  content = ''

  constructor(
    options: Partial<SmtpServerOptions> = {},
    verdict: Verdict = () => undefined,
    start: ConstructorParameters<typeof SmtpServer>[1] = {},
  ) {
    this.server = new SmtpServer({ ...OPTIONS, ...options }, start)
    this.verdict = verdict
  }

  /** Greeted, EHLO said, output emptied. */
  static ready(
    options: Partial<SmtpServerOptions> = {},
    verdict: Verdict = () => undefined,
    start: ConstructorParameters<typeof SmtpServer>[1] = {},
  ): Drive {
    const drive = new Drive(options, verdict, start)
    drive.server.greet()
    drive.send('EHLO client.example.com\r\n')
    drive.events.length = 0
    return drive
  }

  /** In a message with one accepted recipient. */
  static inMessage(options: Partial<SmtpServerOptions> = {}, verdict: Verdict = () => undefined): Drive {
    const drive = Drive.ready(options, verdict)
    drive.send('MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.net>\r\n')
    drive.events.length = 0
    return drive
  }

  /** Latin-1 text in (one octet a character), what was answered out. */
  send(text: string): string {
    return this.sendBytes(Buffer.from(text, 'latin1'))
  }

  sendBytes(bytes: Uint8Array): string {
    this.server.receive(bytes)
    return this.run()
  }

  run(): string {
    for (let event = this.server.next(); event !== undefined; event = this.server.next()) this.#handle(event)
    const output = Buffer.from(this.server.takeOutput() ?? []).toString('latin1')
    this.server.keep()
    this.output += output
    return output
  }

  #handle(event: ServerEvent): void {
    if (event.type === 'data' || event.type === 'content-discarded') this.content = ''
    if (event.type === 'content') this.content += Buffer.from(event.bytes).toString('latin1')
    else this.events.push(event)
    const awaited = this.server.awaiting === event.type
    const verdict = this.verdict(event, this.server)
    if (!awaited || this.server.awaiting === undefined || verdict === 'wait') return
    if (verdict === undefined) this.server.accept()
    else this.server.reply(verdict)
  }

  get types(): string[] {
    return this.events.map((event) => event.type)
  }

  event<T extends ServerEvent['type']>(type: T): Extract<ServerEvent, { type: T }> | undefined {
    return this.events.find((event): event is Extract<ServerEvent, { type: T }> => event.type === type)
  }
}

/** The codes of the replies in an output, each once: "250-a 250 b" is one. */
export function codes(output: string): string {
  return [...output.matchAll(/^(\d{3}) /gm)].map((match) => match[1]).join(' ')
}
