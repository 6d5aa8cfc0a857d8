// The door of IMAP: the server core without I/O, its commands and events as values, and the writing of responses.

export { CAPABILITIES, type Capability, ENABLEABLE, type Offer, type State } from './capabilities.ts'
export type * from './command.ts'
export type * from './events.ts'
export type { FetchItem, Partial, Section } from './fetch-item.ts'
export { FLAG, FLAG_NAMES, type FlagList, flagBit, NO_FLAGS } from './flags.ts'
export { ResponseWriter } from './response-writer.ts'
export type * from './search-key.ts'
export {
  mergeRanges,
  type NumberRange,
  resolveRanges,
  type SequenceNumber,
  type SequenceRange,
  type SequenceSet,
} from './sequence-set.ts'
export { type Answer, ImapServer, type ImapServerOptions, type Status } from './server.ts'
