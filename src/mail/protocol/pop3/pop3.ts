// The door of the POP3 protocol: RFC 1939 with RFC 2449, 2595 (STLS), 3206 (AUTH-RESP-CODE) and 5034 (AUTH).

export type { ResponseCode } from './answers.ts'
export { AUTH_OCTETS_MAX, COMMAND_OCTETS_MAX, ERRORS_MAX, INPUT_OCTETS_MAX, OUTPUT_OCTETS_MAX } from './limits.ts'
export type { MaildropEntry } from './maildrop.ts'
export { type Pop3Event, Pop3Server, type Pop3ServerOptions } from './server.ts'
