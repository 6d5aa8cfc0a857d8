// The order of commands, as tables. It knows phases and verbs, and nothing of what they carry.

import { type Reply, reply } from './reply.ts'

/**
 * `refused`: our greeting was 5xx, only QUIT is served (RFC 5321 §3.1). `connected`: no EHLO yet, or forgotten at STARTTLS.
 * `ready`: no message under way. `mail`, `recipients`: MAIL, at least one RCPT accepted. `chunks`: a BDAT was accepted, LAST has
 * not come. `chunks-failed`: a chunk was refused; all further ones are, until RSET (RFC 3030 §2).
 */
export type Phase = 'refused' | 'connected' | 'ready' | 'mail' | 'recipients' | 'chunks' | 'chunks-failed'

export type Verb =
  | 'EHLO'
  | 'HELO'
  | 'MAIL'
  | 'RCPT'
  | 'DATA'
  | 'BDAT'
  | 'RSET'
  | 'NOOP'
  | 'VRFY'
  | 'HELP'
  | 'QUIT'
  | 'STARTTLS'
  | 'AUTH'

const SERVED: readonly Phase[] = ['connected', 'ready', 'mail', 'recipients', 'chunks', 'chunks-failed']

/** Where each verb may come. */
const ALLOWED: Readonly<Record<Verb, readonly Phase[]>> = {
  EHLO: SERVED,
  HELO: SERVED,
  MAIL: ['ready'],
  RCPT: ['mail', 'recipients'],
  DATA: ['recipients'],
  BDAT: ['recipients', 'chunks'],
  RSET: SERVED,
  NOOP: SERVED,
  VRFY: SERVED,
  HELP: SERVED,
  QUIT: ['refused', ...SERVED],
  STARTTLS: ['ready'],
  AUTH: ['ready'],
}

/** What to do first, where a verb may not come. */
const ADVICE: Readonly<Record<Phase, string>> = {
  refused: 'There is no mail service here for you; send QUIT',
  connected: 'Say EHLO first',
  ready: 'Send MAIL FROM first',
  mail: 'Send RCPT TO first, or RSET to begin again',
  recipients: 'A message is under way; finish it or send RSET first',
  chunks: 'The message is being sent with BDAT; go on with BDAT or send RSET first',
  'chunks-failed': 'A part of the message was refused; send RSET first',
}

const UNDER_WAY = ADVICE.recipients

/** Undefined when the verb may come now, else the 503. */
export function outOfOrder(verb: Verb, phase: Phase): Reply | undefined {
  if (ALLOWED[verb].includes(phase)) return undefined
  const begins = verb === 'MAIL' || verb === 'AUTH' || verb === 'STARTTLS'
  return reply(503, '5.5.1', begins && phase === 'mail' ? UNDER_WAY : ADVICE[phase])
}

/** The phase after each step that was carried out. */
export const AFTER = {
  hello: 'ready',
  mail: 'mail',
  recipient: 'recipients',
  chunk: 'chunks',
  'chunk-refused': 'chunks-failed',
  'content-over': 'ready',
  starttls: 'connected',
} as const satisfies Readonly<Record<string, Phase>>

/** RSET ends the message, not the session. */
export function afterReset(phase: Phase): Phase {
  return phase === 'connected' ? 'connected' : 'ready'
}

/** Verbs that cost work and bring no mail; too many of them without a message end the connection. */
export const IDLE_VERBS: ReadonlySet<string> = new Set(['EHLO', 'HELO', 'RSET', 'NOOP', 'VRFY', 'HELP'])

/** Known from RFCs, not served here: 502 rather than 500. */
export const UNSERVED_VERBS: ReadonlySet<string> = new Set([
  'EXPN',
  'SEND',
  'SOML',
  'SAML',
  'TURN',
  'ETRN',
  'ATRN',
  'LHLO',
  'BURL',
  'XCLIENT',
  'XFORWARD',
])

/** First words of other protocols: somebody's browser is being used against us. */
export const FOREIGN_VERBS: ReadonlySet<string> = new Set(['GET', 'POST', 'PUT', 'HEAD', 'OPTIONS', 'CONNECT', 'PATCH', 'DELETE'])

export function isVerb(text: string): text is Verb {
  return Object.hasOwn(ALLOWED, text)
}
