// What each command comes to before the session is asked: syntax, order and what was offered, as one step. Changes nothing.

import * as command from './command.ts'
import type { CloseReason, ServerEvent } from './events.ts'
import { RECIPIENTS_MAX } from './limits.ts'
import { isOn, type SmtpServerOptions } from './options.ts'
import * as replies from './replies.ts'
import type { Reply } from './reply.ts'
import type { Session } from './session.ts'
import { FOREIGN_VERBS, isVerb, outOfOrder, UNSERVED_VERBS, type Verb } from './states.ts'

export type Step =
  /** The session decides. */
  | { readonly type: 'ask'; readonly event: ServerEvent }
  /** Done here. */
  | { readonly type: 'answer'; readonly reply: Reply }
  | { readonly type: 'refuse'; readonly reply: Reply }
  | { readonly type: 'reset' | 'quit' }
  | { readonly type: 'chunk'; readonly chunk: command.Chunk; readonly refusal: Reply | undefined }
  | { readonly type: 'close'; readonly reason: CloseReason; readonly reply: Reply }

export function stepOf(line: command.CommandLine, session: Session, options: SmtpServerOptions): Step {
  const { verb, argument } = line
  if (!isVerb(verb)) return unknown(verb)
  const disorder = outOfOrder(verb, session.phase)
  if (verb === 'BDAT') return chunk(argument, options, disorder && (emptyHanded(session) ?? disorder))
  if (disorder !== undefined) return refuse(verb === 'DATA' ? (emptyHanded(session) ?? disorder) : disorder)
  return STEPS[verb](argument, session, options)
}

type Stepper = (argument: string, session: Session, options: SmtpServerOptions) => Step

const STEPS: Readonly<Record<Exclude<Verb, 'BDAT'>, Stepper>> = {
  EHLO: (argument) => hello('EHLO', argument),
  HELO: (argument) => hello('HELO', argument),
  MAIL: (argument, _, options) => {
    const { sizeBytesMax } = options
    const mail = command.parseMail(argument, {
      sizeBytesMax,
      smtpUtf8: isOn(options, 'SMTPUTF8'),
      eightBitMime: isOn(options, '8BITMIME'),
    })
    return mail.ok ? ask(mail.value) : refuse(mail.error)
  },
  RCPT: (argument, session, options) => {
    const recipient = command.parseRecipient(argument, { smtpUtf8: session.smtpUtf8, hostname: options.hostname })
    if (!recipient.ok) return refuse(recipient.error)
    return session.recipients >= (options.recipientsMax ?? RECIPIENTS_MAX)
      ? refuse(replies.TOO_MANY_RECIPIENTS)
      : ask(recipient.value)
  },
  DATA: (argument) => (argument === '' ? ask({ type: 'data', via: 'DATA' }) : refuse(replies.NO_ARGUMENT)),
  RSET: (argument) => (argument === '' ? { type: 'reset' } : refuse(replies.NO_ARGUMENT)),
  // RFC 5321 §4.1.1.9: a parameter of NOOP is to be ignored; HELP may have one too.
  NOOP: () => ({ type: 'answer', reply: replies.OK_NOOP }),
  HELP: () => ({ type: 'answer', reply: replies.HELP }),
  QUIT: (argument) => (argument === '' ? { type: 'quit' } : refuse(replies.NO_ARGUMENT)),
  VRFY: (argument) => (argument === '' ? refuse(replies.VERIFY_SYNTAX) : ask({ type: 'verify', argument })),
  STARTTLS: (argument, session, options) => {
    if (session.tls) return refuse(replies.TLS_ACTIVE)
    if (options.startTls !== true) return refuse(replies.STARTTLS_NOT_OFFERED)
    return argument === '' ? ask({ type: 'starttls' }) : refuse(replies.NO_ARGUMENT)
  },
  AUTH: auth,
}

function hello(verb: 'EHLO' | 'HELO', argument: string): Step {
  const name = command.parseHello(argument)
  return name.ok ? ask({ type: 'hello', verb, name: name.value }) : refuse(name.error)
}

function auth(argument: string, session: Session, options: SmtpServerOptions): Step {
  if (session.authenticated) return refuse(replies.AUTHENTICATED)
  if (session.mechanisms.length === 0) {
    return refuse(
      options.signIn !== false && options.startTls === true && !session.tls ? replies.AUTH_NEEDS_TLS : replies.AUTH_NOT_OFFERED,
    )
  }
  const parsed = command.parseAuth(argument)
  if (!parsed.ok) return refuse(parsed.error)
  const { mechanism, initial } = parsed.value
  return session.mechanisms.includes(mechanism) ? ask({ type: 'auth', mechanism, initial }) : refuse(replies.AUTH_MECHANISM)
}

/** A chunk's octets come whatever we think of it: only a number that cannot be read leaves no way on. */
function chunk(argument: string, options: SmtpServerOptions, disorder: Reply | undefined): Step {
  if (!isOn(options, 'CHUNKING')) return { type: 'close', reason: 'framing', reply: replies.NOT_IMPLEMENTED }
  const parsed = command.parseChunk(argument)
  if (parsed === undefined) return { type: 'close', reason: 'framing', reply: replies.BDAT_SYNTAX }
  return { type: 'chunk', chunk: parsed, refusal: disorder }
}

/** All recipients were refused: the client knows the order, but nobody is left (RFC 5321 §3.3). */
function emptyHanded(session: Session): Reply | undefined {
  return session.emptyHanded ? replies.NO_RECIPIENTS : undefined
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
