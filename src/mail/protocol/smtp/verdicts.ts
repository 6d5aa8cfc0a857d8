// The usual positive verdict on each event that awaits one.

import type { ServerEvent } from './events.ts'
import { type Reply, reply } from './reply.ts'
import * as replies from './replies.ts'

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
