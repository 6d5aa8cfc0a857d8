// The door of SASL: exchanges without I/O, used by SMTP, POP3 and the delivering client alike.

export { decodeBase64, decodeResponseLine, encodeBase64, type ResponseLine } from './base64.ts'
export { type ClientExchange, startClientExchange } from './client-exchange.ts'
export type { Credentials, SaslFailure } from './credentials.ts'
export {
  isServerMechanism,
  SERVER_MECHANISMS,
  type ServerExchange,
  type ServerMechanism,
  type ServerStep,
  startServerExchange,
} from './server-exchange.ts'
