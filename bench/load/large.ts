// One large message: sent by DATA or BDAT without ever holding it whole, and read back by POP3.

import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'

export interface Mailbox {
  readonly address: string
  readonly password: string
}

export type Way = 'DATA' | 'BDAT'

export interface Large {
  readonly way: Way
  readonly bytes: number
}

const HEADER = Buffer.from('From: <bench@src.test>\r\nSubject: large\r\n\r\n')

/** What an attachment is: base64, which does not shrink to nothing. 57 octets make a line of 76. */
const BLOCK = Buffer.from(
  randomBytes(57 * 16_384)
    .toString('base64')
    .replaceAll(/.{76}/g, '$&\r\n'),
)

export async function sendLarge(port: number, to: string, { way, bytes }: Large): Promise<void> {
  const dialog = new Dialog(connect(port, '127.0.0.1'))
  await dialog.expect(/^220 /)
  await dialog.ask('EHLO bench.example', /^250 /m)
  await dialog.ask('MAIL FROM:<bench@src.test>', /^250 /)
  await dialog.ask(`RCPT TO:<${to}>`, /^250 /)
  if (way === 'DATA') await dialog.ask('DATA', /^354 /)
  if (way === 'DATA') await dialog.write(HEADER)
  for (let sent = 0; sent < bytes; sent += BLOCK.length)
    await (way === 'DATA' ? dialog.write(BLOCK) : dialog.chunk(sent === 0 ? Buffer.concat([HEADER, BLOCK]) : BLOCK))
  await (way === 'DATA' ? dialog.ask('.', /^250 /) : dialog.ask('BDAT 0 LAST', /^250 /))
  await dialog.ask('QUIT', /^221 /)
}

/** Signed in; the answer reads the first message and says goodbye. Apart, for signing in takes 19 MiB for a moment (argon2id). */
export async function signInByPop3(port: number, { address, password }: Mailbox): Promise<() => Promise<void>> {
  const dialog = new Dialog(connect(port, '127.0.0.1'))
  await dialog.expect(/^\+OK/)
  await dialog.ask(`USER ${address}`, /^\+OK/)
  await dialog.ask(`PASS ${password}`, /^\+OK/)
  return async () => {
    await dialog.ask('RETR 1', /\r\n\.\r\n$/)
    await dialog.ask('QUIT', /^\+OK/)
  }
}

/** What is expected stands at the end of what was heard; only that is kept. */
const HEARD_KEPT = 4_096

class Dialog {
  readonly #socket: Socket
  #heard = ''
  #waiting: { readonly pattern: RegExp; readonly done: () => void; readonly failed: (error: Error) => void } | undefined

  constructor(socket: Socket) {
    this.#socket = socket
    socket.on('error', (error) => this.#waiting?.failed(error))
    socket.on('data', (bytes: Buffer) => {
      this.#heard = (this.#heard + bytes.toString('latin1')).slice(-HEARD_KEPT)
      this.#look()
    })
  }

  async ask(line: string, pattern: RegExp): Promise<void> {
    this.#heard = ''
    const heard = this.expect(pattern)
    this.#socket.write(`${line}\r\n`)
    await heard
  }

  expect(pattern: RegExp): Promise<void> {
    return new Promise((done, failed) => {
      this.#waiting = { pattern, done, failed }
      this.#look()
    })
  }

  /** Waits until the server has taken what went before. */
  async write(bytes: Uint8Array): Promise<void> {
    if (this.#socket.write(bytes)) return
    await new Promise<void>((resolve) => this.#socket.once('drain', () => resolve()))
  }

  async chunk(bytes: Uint8Array): Promise<void> {
    this.#heard = ''
    const heard = this.expect(/^250 /)
    this.#socket.write(`BDAT ${bytes.length}\r\n`)
    await this.write(bytes)
    await heard
  }

  #look(): void {
    if (this.#waiting === undefined || !/\r\n$/.test(this.#heard)) return
    const { pattern, done, failed } = this.#waiting
    if (pattern.test(this.#heard)) done()
    else if (/^(?:[45]\d\d |-ERR)/.test(this.#heard)) failed(new Error(this.#heard))
  }
}
