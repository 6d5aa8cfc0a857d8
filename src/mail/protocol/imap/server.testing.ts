// For tests: a core in a given state, what is said to it and what it says.

import { CAPABILITIES, type Capability, type Command, type ImapEvent, ImapServer, type ImapServerOptions } from './imap.ts'

export interface CoreOptions extends Partial<Omit<ImapServerOptions, 'supported'>> {
  readonly without?: readonly Capability[]
}

export function before({ without = [], ...options }: CoreOptions = {}): ImapServer {
  const core = new ImapServer({
    hostname: 'mail.example.org',
    supported: new Set(CAPABILITIES.filter((capability) => !without.includes(capability))),
    mechanisms: ['PLAIN', 'LOGIN'],
    startTls: false,
    passwords: true,
    appendBytesMax: 50_000_000,
    ...options,
  })
  core.greet()
  output(core)
  return core
}

export function inside(options: CoreOptions = {}): ImapServer {
  const core = before(options)
  core.authenticated()
  return core
}

export function opened(options: CoreOptions & { readonly readOnly?: boolean } = {}): ImapServer {
  const { readOnly = false, ...rest } = options
  const core = inside(rest)
  core.selected({ readOnly })
  return core
}

/** Octets as Latin-1 characters. */
export function output(core: ImapServer): string {
  let text = ''
  for (let bytes = core.takeOutput(); bytes; bytes = core.takeOutput()) text += Buffer.from(bytes).toString('latin1')
  return text
}

/** Says it in Latin-1, and gives what the core asks for and what it answered. */
export function say(core: ImapServer, text: string): { event: ImapEvent | undefined; out: string } {
  core.receive(Buffer.from(text, 'latin1'))
  const event = core.next()
  return { event, out: output(core) }
}

/** The command that a line is; it is finished with OK. */
export function parse(core: ImapServer, line: string): Command {
  const { event, out } = say(core, `${line}\r\n`)
  if (event?.type !== 'command') throw new Error(`${line}: no command, but ${out}`)
  core.finish(event.command.tag, 'OK')
  output(core)
  return event.command
}

/** What the core answers to a line by itself. */
export function refusal(core: ImapServer, line: string): string {
  const { event, out } = say(core, `${line}\r\n`)
  if (event !== undefined && event.type !== 'close') throw new Error(`${line}: taken as ${JSON.stringify(event)}`)
  return out
}
