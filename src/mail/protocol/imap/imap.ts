// The door of IMAP: the server core without I/O, its commands and events as values, and the writing of responses.

export type { Answer } from './answers.ts'
export { CAPABILITIES, type Capability, type Offer, type State } from './capabilities.ts'
export type * from './command.ts'
export type * from './events.ts'
export type { FetchItem, Partial, Section } from './fetch-item.ts'
export { FetchWriter } from './fetch-writer.ts'
export { FLAG, FLAG_NAMES, type FlagList } from './flags.ts'
export { decodeUtf7, encodeUtf7 } from './mailbox-name.ts'
export { MailboxPattern } from './mailbox-pattern.ts'
export { ResponseReader, type ResponseValue, type ServerResponse } from './response-reader.ts'
export {
  copyUidCode,
  flagsText,
  internalDateText,
  type NameEncoding,
  quoted,
  rangesText,
  setText,
  writeMailbox,
  writeNString,
  writeString,
} from './response-text.ts'
export { ResponseWriter } from './response-writer.ts'
export * from './responses.ts'
export type * from './search-key.ts'
export {
  mergeRanges,
  type NumberRange,
  resolveRanges,
  type SequenceNumber,
  type SequenceRange,
  type SequenceSet,
} from './sequence-set.ts'
export { ImapServer } from './server.ts'
export type { ImapServerOptions } from './session.ts'
