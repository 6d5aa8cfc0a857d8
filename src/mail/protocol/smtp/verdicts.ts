// About verdicts: the usual one on each event, and for which of them a client has to wait.

import type { EarlyInputEvent, ServerEvent } from './events.ts'
import * as replies from './replies.ts'
import { type Reply, reply } from './reply.ts'

const MAIL_OK = reply(250, '2.1.0', 'Sender accepted')
const RECIPIENT_OK = reply(250, '2.1.5', 'Recipient accepted')
const CONTENT_OK = reply(250, '2.0.0', 'Message accepted')
const AUTH_OK = reply(235, '2.7.0', 'Logged in')
const TLS_OK = reply(220, '2.0.0', 'Begin TLS now')
const VERIFY_UNKNOWN = reply(252, '2.5.0', 'I do not tell who is here; send the message and see')

export function usualVerdict(event: ServerEvent['type'], hostname: string): Reply | undefined {
  switch (event) {
    case 'hello':
      return reply(250, undefined, hostname)
    case 'mail':
      return MAIL_OK
    case 'recipient':
      return RECIPIENT_OK
    case 'data':
      return replies.START_DATA
    case 'content-end':
      return CONTENT_OK
    case 'auth':
    case 'auth-response':
      return AUTH_OK
    case 'starttls':
      return TLS_OK
    case 'verify':
      return VERIFY_UNKNOWN
    default:
      return undefined
  }
}

/** The reply that the client had to wait for before it sent anything more (RFC 2920 §3.1); undefined where pipelining is allowed. */
export function waitedFor(event: ServerEvent): EarlyInputEvent['before'] | undefined {
  switch (event.type) {
    case 'hello':
      return 'hello-reply'
    case 'data':
      return event.via === 'DATA' ? 'data-reply' : undefined
    case 'auth':
    case 'auth-response':
      return 'auth-reply'
    case 'starttls':
      return 'starttls-reply'
    default:
      return undefined
  }
}
