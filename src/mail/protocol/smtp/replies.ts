// Every reply the core gives of its own accord. Each tells in plain words what is wrong and what to do.

import { type Reply, reply } from './reply.ts'

export const OK_RESET = reply(250, '2.0.0', 'Ready for a new message')
export const OK_NOOP = reply(250, '2.0.0', 'Still here')
export const BYE = reply(221, '2.0.0', 'Goodbye')
export const START_DATA = reply(354, undefined, 'Send the message; end it with a line that holds only a dot')
export const HELP = reply(
  214,
  '2.0.0',
  'Commands: EHLO HELO MAIL RCPT DATA BDAT RSET NOOP VRFY HELP QUIT STARTTLS AUTH',
  'They are described in RFC 5321',
)

export const LINE_TOO_LONG = reply(500, '5.5.2', 'The command line is too long; send a shorter one')
export const LINE_ENDLESS = reply(500, '5.5.2', 'The command line does not end; goodbye')
export const LINE_END = reply(500, '5.5.2', 'A command must end with CR LF')
export const CONTROL_OCTETS = reply(500, '5.5.2', 'The command contains control characters; send plain text only')
export const NOT_UTF8 = reply(500, '5.5.2', 'The command is not valid UTF-8; send ASCII or UTF-8')
export const UNKNOWN_COMMAND = reply(500, '5.5.2', 'This command is not known; HELP lists those that are')
export const NOT_IMPLEMENTED = reply(502, '5.5.1', 'This command is not available here; HELP lists those that are')
export const NO_ARGUMENT = reply(501, '5.5.4', 'This command takes no parameters; send it alone')
export const HELLO_NAME = reply(501, '5.5.4', 'Say EHLO with the name of your host, like EHLO mail.example.com')
export const MAIL_SYNTAX = reply(501, '5.5.4', 'Write MAIL FROM:<name@example.com>')
export const RCPT_SYNTAX = reply(501, '5.5.4', 'Write RCPT TO:<name@example.com>')
export const VERIFY_SYNTAX = reply(501, '5.5.4', 'Write VRFY and a name or an address')
export const NULL_RECIPIENT = reply(501, '5.1.3', 'The recipient is empty; write RCPT TO:<name@example.com>')
export const SIZE_SYNTAX = reply(501, '5.5.4', 'SIZE must be a number of octets, like SIZE=2048')
export const SMTPUTF8_SYNTAX = reply(501, '5.5.4', 'SMTPUTF8 takes no value; write it alone')
export const AUTH_PARAMETER = reply(501, '5.5.4', 'AUTH must be <> or a mailbox written as xtext (RFC 4954)')
export const BODY_VALUE = reply(555, '5.5.4', 'BODY can only be 7BIT or 8BITMIME here')
export const UNKNOWN_PARAMETER = reply(555, '5.5.4', 'A parameter is not supported here; send only those that EHLO offers')
export const NEEDS_SMTPUTF8 = reply(553, '5.6.7', 'An address outside ASCII needs the SMTPUTF8 parameter on MAIL FROM')
export const TOO_MANY_RECIPIENTS = reply(452, '4.5.3', 'Too many recipients for one message; send the rest in another one')

export const NO_RECIPIENTS = reply(554, '5.5.1', 'No recipient was accepted, so there is nobody to send the message to')
export const BDAT_SYNTAX = reply(
  501,
  '5.5.4',
  'Write BDAT, the number of octets and perhaps LAST; where commands go on is unknown, so this connection ends',
)
export const STARTTLS_NOT_OFFERED = reply(502, '5.5.1', 'TLS is not available on this connection')
export const TLS_ACTIVE = reply(503, '5.5.1', 'TLS is already active')
export const AUTH_NOT_OFFERED = reply(502, '5.5.1', 'Logging in is not available on this connection')
export const AUTH_NEEDS_TLS = reply(538, '5.7.11', 'Logging in is only possible with TLS; send STARTTLS first')
export const AUTH_MECHANISM = reply(504, '5.5.4', 'This way of logging in is not available; use one that EHLO offers after AUTH')
export const AUTH_SYNTAX = reply(501, '5.5.4', 'Write AUTH, the mechanism and perhaps one initial response in base64')
export const AUTHENTICATED = reply(503, '5.5.1', 'You are already logged in')
export const AUTH_CANCELLED = reply(501, '5.0.0', 'Logging in was cancelled')
export const AUTH_BASE64 = reply(501, '5.5.2', 'The response is not valid base64; start again with AUTH')

export const TOO_MANY_BAD = reply(421, '4.7.0', 'Too many commands went wrong; goodbye, come back with a corrected client')
export const TOO_MANY_IDLE = reply(421, '4.7.0', 'Too many commands without a message; goodbye')
export const OTHER_PROTOCOL = reply(421, '4.7.0', 'This port speaks SMTP, not what you sent; goodbye')
export const INPUT_OVERFLOW = reply(421, '4.3.0', 'Too much was sent without waiting for replies; goodbye')

export function addressSyntax(where: 'sender' | 'recipient', what: string): Reply {
  return reply(501, where === 'sender' ? '5.1.7' : '5.1.3', `The ${where}'s address is not valid: ${what}`)
}

export function parameterSyntax(what: string): Reply {
  return reply(501, '5.5.4', what)
}

export function tooLarge(sizeBytesMax: number): Reply {
  return reply(552, '5.3.4', `The message is too large; at most ${sizeBytesMax} octets are accepted`)
}

export function chunkTaken(octets: number): Reply {
  return reply(250, '2.0.0', `${octets} octets received`)
}

/** Refusals that count as a breach of the protocol; those about addresses, sizes and recipients (RFC 3463 §3) do not. */
export function isBreach(reply: Reply): boolean {
  return reply.code >= 500 && !/^5\.[136]\./.test(reply.enhanced ?? '')
}
