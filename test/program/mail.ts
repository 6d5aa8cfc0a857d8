// What tests do with mail all the time: hand a message over, and read a mailbox.

import { dial, dialSmtp, type Heard, type Wire } from './wire.ts'

export interface Person {
  readonly address: string
  readonly password: string
}

export interface Letter {
  readonly from: string
  readonly to: readonly string[]
  /** Header and body with CR LF, without the last dot; dots are stuffed here. */
  readonly content: string | Uint8Array
}

export function letter(subject: string, body = 'It works.'): string {
  return `From: <x@elsewhere.test>\r\nTo: <y@posthorn.test>\r\nSubject: ${subject}\r\nMessage-ID: <${subject.replace(/\W+/g, '-')}@elsewhere.test>\r\nDate: Thu, 01 Jan 2026 00:00:00 +0000\r\n\r\n${body}\r\n`
}

/** In a connection that is greeted; answers the reply at the end of the message, or to a MAIL that was refused. */
export async function hand(wire: Wire, { from, to, content }: Letter): Promise<Heard> {
  const begun = await wire.ask(`MAIL FROM:<${from}>`)
  if (begun.code !== 250) return begun
  for (const address of to) await wire.expect(`RCPT TO:<${address}>`, 250)
  await wire.expect('DATA', 354)
  const text = typeof content === 'string' ? content : Buffer.from(content).toString('latin1')
  wire.say(Buffer.from(`${text.replace(/^\./gm, '..')}.\r\n`, 'latin1'))
  return await wire.reply()
}

/** In a connection of its own. */
export async function deliver(port: number, message: Letter): Promise<Heard> {
  const wire = await dialSmtp(port)
  const heard = await hand(wire, message)
  await wire.expect('QUIT', 221)
  return heard
}

export async function signIn(wire: Wire, { address, password }: Person): Promise<Heard> {
  return await wire.ask(`AUTH PLAIN ${Buffer.from(`\0${address}\0${password}`).toString('base64')}`)
}

async function openMailbox(port: number, { address, password }: Person): Promise<Wire> {
  const wire = await dial(port)
  for (const command of [undefined, `USER ${address}`, `PASS ${password}`]) {
    if (command !== undefined) wire.say(`${command}\r\n`)
    const answer = await wire.line()
    if (!answer?.startsWith('+OK')) throw new Error(`POP3: ${answer ?? 'hung up'}`)
  }
  return wire
}

/** All messages, dots unstuffed, in order, as latin1: each octet is one character. */
export async function readMailbox(
  port: number,
  person: Person,
  { andDelete = false }: { readonly andDelete?: boolean } = {},
): Promise<string[]> {
  const wire = await openMailbox(port, person)
  wire.say('STAT\r\n')
  const count = Number((await wire.line())?.split(' ')[1])
  const messages: string[] = []
  for (let n = 1; n <= count; n++) {
    wire.say(`RETR ${n}\r\n`)
    await wire.line()
    const stuffed = (await wire.until('\r\n.\r\n')).toString('latin1')
    messages.push(`${stuffed.replace(/\r\n\.\./g, '\r\n.').replace(/^\.\./, '.')}\r\n`)
  }
  if (andDelete) for (let n = 1; n <= count; n++) await command(wire, `DELE ${n}`)
  await command(wire, 'QUIT')
  return messages
}

async function command(wire: Wire, text: string): Promise<void> {
  wire.say(`${text}\r\n`)
  const answer = await wire.line()
  if (!answer?.startsWith('+OK')) throw new Error(`POP3 ${text}: ${answer ?? 'hung up'}`)
}

const LOOK_AGAIN_MS = 100

/** Waits until the mailbox holds what is looked for; the test's own time limit ends it. */
export async function awaitMail(
  port: number,
  person: Person,
  wanted: (messages: readonly string[]) => boolean,
): Promise<string[]> {
  for (;;) {
    const messages = await readMailbox(port, person)
    if (wanted(messages)) return messages
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS))
  }
}

/** The value of a header field, unfolded; undefined when there is none. */
export function field(message: string, name: string): string | undefined {
  const header = message.slice(0, message.indexOf('\r\n\r\n') + 2).replace(/\r\n[ \t]+/g, ' ')
  return new RegExp(`^${name}:[ \\t]*(.*)\\r$`, 'im').exec(header)?.[1]
}

/** What follows the header. */
export function body(message: string): string {
  return message.slice(message.indexOf('\r\n\r\n') + 4)
}
