// What each command comes to before the session is asked: syntax, order and what was offered, as one step. Changes nothing.

import * as command from './command.ts'
import type { CloseReason, ServerEvent } from './events.ts'
import { RECIPIENTS_MAX } from './limits.ts'
import { type SmtpServerOptions, isOn } from './options.ts'
import * as replies from './replies.ts'
import type { Reply } from './reply.ts'
import { FOREIGN_VERBS, type Phase, UNSERVED_VERBS, type Verb, isVerb, outOfOrder } from './states.ts'

/** What the core remembers of a connection between commands. */
export interface SessionState {
  phase: Phase
  tls: boolean
  authenticated: boolean
  mechanisms: readonly string[]
  /** EHLO rather than HELO. */
  extended: boolean
  /** Of the open transaction. */
  smtpUtf8: boolean
  recipients: number
  recipientsRefused: number
}

export type Step =
  /** The session decides. */
  | { readonly type: 'ask'; readonly event: ServerEvent }
  /** Done here. */
  | { readonly type: 'answer'; readonly reply: Reply }
  | { readonly type: 'refuse'; readonly reply: Reply }
  | { readonly type: 'reset' | 'quit' }
  | { readonly type: 'chunk'; readonly chunk: command.Chunk; readonly refusal: Reply | undefined }
  | { readonly type: 'close'; readonly reason: CloseReason; readonly reply: Reply }

export function stepOf(line: command.CommandLine, state: SessionState, options: SmtpServerOptions): Step {
  const { verb, argument } = line
  if (!isVerb(verb)) return unknown(verb)
  const disorder = outOfOrder(verb, state.phase)
  if (verb === 'BDAT') return chunk(argument, options, disorder === undefined ? undefined : emptyHanded(state) ?? disorder)
  if (disorder !== undefined) return refuse(verb === 'DATA' ? (emptyHanded(state) ?? disorder) : disorder)
  return STEPS[verb](argument, state, options)
}

type Stepper = (argument: string, state: SessionState, options: SmtpServerOptions) => Step

const STEPS: Readonly<Record<Exclude<Verb, 'BDAT'>, Stepper>> = {
  EHLO: (argument) => hello('EHLO', argument),
  HELO: (argument) => hello('HELO', argument),
  MAIL: (argument, _, options) => {
    const { sizeBytesMax } = options
    const mail = command.parseMail(argument, { sizeBytesMax, smtpUtf8: isOn(options, 'SMTPUTF8'), eightBitMime: isOn(options, '8BITMIME') })
    return mail.ok ? ask(mail.value) : refuse(mail.error)
  },
  RCPT: (argument, state, options) => {
    const recipient = command.parseRecipient(argument, { smtpUtf8: state.smtpUtf8, hostname: options.hostname })
    if (!recipient.ok) return refuse(recipient.error)
    return state.recipients >= (options.recipientsMax ?? RECIPIENTS_MAX) ? refuse(replies.TOO_MANY_RECIPIENTS) : ask(recipient.value)
  },
  DATA: (argument) => (argument === '' ? ask({ type: 'data', via: 'DATA' }) : refuse(replies.NO_ARGUMENT)),
  RSET: (argument) => (argument === '' ? { type: 'reset' } : refuse(replies.NO_ARGUMENT)),
  // RFC 5321 §4.1.1.9: a parameter of NOOP is to be ignored; HELP may have one too.
  NOOP: () => ({ type: 'answer', reply: replies.OK_NOOP }),
  HELP: () => ({ type: 'answer', reply: replies.HELP }),
  QUIT: (argument) => (argument === '' ? { type: 'quit' } : refuse(replies.NO_ARGUMENT)),
  VRFY: (argument) => (argument === '' ? refuse(replies.VERIFY_SYNTAX) : ask({ type: 'verify', argument })),
  STARTTLS: (argument, state, options) => {
    if (state.tls) return refuse(replies.TLS_ACTIVE)
    if (options.startTls !== true) return refuse(replies.STARTTLS_NOT_OFFERED)
    return argument === '' ? ask({ type: 'starttls' }) : refuse(replies.NO_ARGUMENT)
  },
  AUTH: auth,
}

function hello(verb: 'EHLO' | 'HELO', argument: string): Step {
  const name = command.parseHello(argument)
  return name.ok ? ask({ type: 'hello', verb, name: name.value }) : refuse(name.error)
}

function auth(argument: string, state: SessionState, options: SmtpServerOptions): Step {
  if (state.authenticated) return refuse(replies.AUTHENTICATED)
  if (state.mechanisms.length === 0) {
    return refuse(options.startTls === true && !state.tls ? replies.AUTH_NEEDS_TLS : replies.AUTH_NOT_OFFERED)
  }
  const parsed = command.parseAuth(argument)
  if (!parsed.ok) return refuse(parsed.error)
  const { mechanism, initial } = parsed.value
  return state.mechanisms.includes(mechanism) ? ask({ type: 'auth', mechanism, initial }) : refuse(replies.AUTH_MECHANISM)
}

/** A chunk's octets come whatever we think of it: only a number that cannot be read leaves no way on. */
function chunk(argument: string, options: SmtpServerOptions, disorder: Reply | undefined): Step {
  if (!isOn(options, 'CHUNKING')) return { type: 'close', reason: 'framing', reply: replies.NOT_IMPLEMENTED }
  const parsed = command.parseChunk(argument)
  if (parsed === undefined) return { type: 'close', reason: 'framing', reply: replies.BDAT_SYNTAX }
  return { type: 'chunk', chunk: parsed, refusal: disorder }
}

/** All recipients were refused: the client knows the order, but nobody is left (RFC 5321 §3.3). */
function emptyHanded(state: SessionState): Reply | undefined {
  return state.phase === 'mail' && state.recipientsRefused > 0 ? replies.NO_RECIPIENTS : undefined
}

function unknown(verb: string): Step {
  if (FOREIGN_VERBS.has(verb)) return { type: 'close', reason: 'other-protocol', reply: replies.OTHER_PROTOCOL }
  return refuse(UNSERVED_VERBS.has(verb) ? replies.NOT_IMPLEMENTED : replies.UNKNOWN_COMMAND)
}

function ask(event: ServerEvent): Step {
  return { type: 'ask', event }
}

function refuse(reply: Reply): Step {
  return { type: 'refuse', reply }
}
