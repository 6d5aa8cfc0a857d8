// Senders that never tire: numbered messages over pipelined connections, and an account of what the server has promised to keep.

import { dialSmtp, type Heard, HungUp } from './wire.ts'

export interface Promised {
  /** Numbers that were answered 250: the server has said that it keeps them. */
  readonly kept: Set<number>
  /** Numbers that were sent, whatever became of them. */
  readonly sent: Set<number>
}

export interface FloodArguments {
  readonly port: number
  readonly to: readonly string[]
  readonly connections: number
  readonly account: Promised
  /** Gives each message its number. */
  readonly next: () => number
}

/** Until the server is gone; rejects when it says no. */
export async function flood(args: FloodArguments): Promise<void> {
  await Promise.all(Array.from({ length: args.connections }, () => sendUntilGone(args)))
}

async function sendUntilGone({ port, to, account, next }: FloodArguments): Promise<void> {
  const wire = await dialSmtp(port).catch(unlessGone)
  if (wire === undefined) return
  try {
    for (;;) {
      const number = next()
      account.sent.add(number)
      const recipients = to.map((address) => `RCPT TO:<${address}>\r\n`).join('')
      wire.say(`MAIL FROM:<x@elsewhere.test>\r\n${recipients}DATA\r\n`)
      for (let n = 0; n < to.length + 1; n++) must(await wire.reply(), 250)
      must(await wire.reply(), 354)
      wire.say(`Subject: number ${number}\r\n\r\n${'x'.repeat(200)}\r\n.\r\n`)
      must(await wire.reply(), 250)
      account.kept.add(number)
    }
  } catch (cause) {
    unlessGone(cause)
  } finally {
    wire.hangUp()
  }
}

/** The server may go before it has greeted everybody. */
function unlessGone(cause: unknown): undefined {
  if (!(cause instanceof HungUp)) throw cause
}

function must(heard: Heard, code: number): void {
  if (heard.code !== code) throw new Error(heard.text)
}

export function numberOf(message: string): number {
  return Number(/^Subject: number (\d+)\r$/m.exec(message)?.[1])
}
