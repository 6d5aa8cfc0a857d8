// What a session answers for reasons of its own: duties, directory, store. What is wrong with grammar or order the protocol core answers.

import type { ContentFacts } from '../../mail/protocol/smtp/smtp.ts'
import { type Reply, reply } from '../../mail/protocol/smtp/smtp.ts'
import type { AuthenticateError } from '../../store/directory/directory.ts'
import type { StoreError } from '../../store/store.ts'

export const RELAY_DENIED = reply(
  550,
  '5.7.1',
  'This server takes mail for its own domains here and relays for nobody.',
  'To send mail, sign in on the submission port (587 or 465).',
)
export const UNKNOWN_USER = reply(550, '5.1.1', 'There is no such mailbox here. Check the address for typing errors.')
export const ALIAS_LOOP = reply(550, '5.4.6', 'This alias leads back to itself. The postmaster of this domain has to mend it.')
export const AUTH_REQUIRED = reply(530, '5.7.0', 'Sign in first: this port takes mail only from people who have an account here.')
export const AUTH_NEEDS_TLS = reply(538, '5.7.11', 'Start TLS first (STARTTLS): passwords are not taken in clear.')
export const SENDER_NOT_ALLOWED = reply(
  553,
  '5.7.1',
  'You have signed in as somebody else: use your own address, or an alias of it, as the sender.',
)
export const TOO_MANY_HOPS = reply(554, '5.4.6', 'This message has passed too many servers; it is going in circles.')
export const HEADER_TOO_LARGE = reply(554, '5.6.0', 'The header of this message is too large. Shorten it, then send again.')
export const NUL_IN_CONTENT = reply(550, '5.6.0', 'The message contains a NUL octet. Encode it (base64), then send again.')
export const SIGNED_IN = reply(235, '2.7.0', 'Welcome.')
export const NO_ROOM = reply(452, '4.3.1', 'The disk of this server is nearly full. Try again later.')
export const STOPPING = reply(421, '4.3.2', 'This server is stopping. Try again in a minute.')
export const TOO_SILENT = reply(421, '4.4.2', 'Nothing was heard for too long. Connect again when there is mail to send.')
export const TOO_MANY_TRIES = reply(421, '4.7.0', 'Too many failed attempts to sign in. Check the password, then connect again.')
export const TOO_MANY_CONNECTIONS = reply(421, '4.3.2', 'Too many connections at once. Try again in a minute.')
export const TOO_MANY_UNKNOWN = reply(
  421,
  '4.7.0',
  'Too many addresses that do not exist here. Check the list, then connect again.',
)
export const SPOKE_FIRST = reply(
  554,
  '5.5.0',
  'A client waits for the greeting before it talks (RFC 5321 4.3.1). Mend the program that sends this mail.',
)
export const TOO_MANY_RECIPIENTS = reply(452, '4.5.3', 'Too many recipients for one message. Send to the others in the next one.')
export const NOT_VERIFIED = reply(
  252,
  '2.5.2',
  'Addresses are not confirmed here; send the message and it will be delivered or refused.',
)
/** A bug of ours: temporary, so that no mail is lost to it. */
export const INTERNAL = reply(451, '4.3.0', 'Something went wrong here; it has been noted. Try again later.')

/** Where the peer did not name the recipient last, it is named here. */
export function unknownUser(address: string): Reply {
  return reply(550, '5.1.1', `There is no mailbox ${address} here. Check the address for typing errors.`)
}

export function accepted(id: string): Reply {
  return reply(250, '2.0.0', `Accepted as ${id}`)
}

export function storeTrouble(error: StoreError): Reply {
  switch (error.type) {
    case 'full':
      return reply(452, '4.3.1', 'There is no room for the message on this server now. Try again later.')
    case 'busy':
      return reply(451, '4.3.0', 'The store of this server is busy. Try again in a minute.')
    case 'closed':
      return STOPPING
    case 'failed':
      return INTERNAL
  }
}

export function signInRefused(error: AuthenticateError): Reply {
  if (error === 'busy') return reply(454, '4.7.0', 'Too many people are signing in at this moment. Try again in a minute.')
  if (error === 'disabled') return reply(535, '5.7.8', 'This account is switched off. Ask the administrator of your domain.')
  return reply(535, '5.7.8', 'The name or the password is wrong. The name is the whole mail address.')
}

/** Undefined when the content is well formed. */
export function contentFault(facts: ContentFacts): Reply | undefined {
  const { violation } = facts
  if (violation?.type === 'bare-cr' || violation?.type === 'bare-lf') {
    const what = violation.type === 'bare-cr' ? 'CR without LF' : 'LF without CR'
    return reply(
      550,
      '5.6.0',
      `The message has a ${what} at octet ${violation.offset}. Lines must end in CR LF (RFC 5321 2.3.8).`,
    )
  }
  if (violation?.type === 'line-too-long') {
    return reply(
      550,
      '5.6.0',
      `The message has a line that is far too long, at octet ${violation.offset}. Encode it (quoted-printable or base64).`,
    )
  }
  return facts.nulAt === undefined ? undefined : NUL_IN_CONTENT
}
