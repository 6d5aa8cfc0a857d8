// The door of SASL: exchanges without I/O, used by SMTP, POP3 and the delivering client alike.

export { decodeBase64, decodeResponseLine, encodeBase64, type ResponseLine } from './base64.ts'
export { type ClientExchange, startClientExchange } from './client-exchange.ts'
export { type Credentials, isBindingFailure, type SaslFailure } from './credentials.ts'
export { prepare } from './prepare.ts'
export {
  type ChannelBindings,
  type ChannelBindingType,
  formatVerifier,
  HASH_OCTETS,
  makeVerifier,
  NO_BINDINGS,
  newNonce,
  parseVerifier,
  type ScramVerifier,
} from './scram.ts'
export { type ScramClient, type ScramClientFailure, startScramClient } from './scram-client.ts'
export type { ScramServerOptions } from './scram-server.ts'
export {
  isServerMechanism,
  type ServerExchange,
  type ServerMechanism,
  type ServerStep,
  serverMechanisms,
  startServerExchange,
} from './server-exchange.ts'
