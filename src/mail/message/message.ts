// The door of the part: what others import of addresses, headers, reports and MIME structure.

export {
  type Address,
  type AddressOptions,
  formatAddress,
  isAscii,
  isBarePostmaster,
  mailboxKey,
  parseAddress,
  sameAddress,
  sameMailbox,
} from './address.ts'
export { type Mailbox, parseAddressList } from './address-list.ts'
export { formatAddressLiteral, parseAddressLiteral, parseIpv4, parseIpv6 } from './address-literal.ts'
export { type BaseSubject, baseSubject } from './base-subject.ts'
export { sortKey } from './casemap.ts'
export { decodeCharset } from './charset.ts'
export { formatDate, parseDate, parseZonedDate } from './dates.ts'
export { domainToAscii, domainToUnicode } from './domain.ts'
export { decodeEncodedWords, encodeWords } from './encoded-word.ts'
export { type Envelope, type EnvelopeAddress, envelopeOf } from './envelope.ts'
export { writeEnvelope } from './envelope-wire.ts'
export { headerField, isHeaderSafe } from './field.ts'
export { type HeaderFacts, type HeaderProblem, headerFacts } from './header-block.ts'
export { editSubmission, removeFields, type SubmissionEdit } from './header-edit.ts'
export { type HeaderFields, type RawField, rawValue, readFields, textValue, utf8OrLatin1 } from './header-fields.ts'
export { HeaderScanner, type HeaderState } from './header-scanner.ts'
export { headerFieldsOf } from './header-selection.ts'
export { htmlToText } from './html-text.ts'
export { decodeIndex, encodeIndex } from './index-codec.ts'
export { HEADER_BYTES_MAX, HEADER_FIELDS_MAX } from './limits.ts'
export { type MediaType, type Parameterised, parseMediaType, parseParameterised } from './media-type.ts'
export { isMessageId, makeMessageId, messageIdHeader, parseMessageId } from './message-id.ts'
export { type IndexedPart, indexOf, type MessageIndex, MessageIndexer } from './message-index.ts'
export { type ParsedRecipient, type ParsedReport, parseReport } from './parse-report.ts'
export { type Received, type ReceivedProtocol, receivedHeader } from './received.ts'
export { buildReport, type Report, type ReportKind, type ReportRecipient, reportNeedsSmtpUtf8 } from './report.ts'
export {
  decodedHeader,
  decodedHeaders,
  headerText,
  type SearchPlace,
  searchPlaces,
  textOfPart,
} from './search-text.ts'
export { partAt, partialRange, resolveSection, type Section, type SectionRange } from './section.ts'
export { allParts, type Part, type Structure, StructureIndexer, structureOf } from './structure.ts'
export { formatThreads, type ThreadMessage, type ThreadNode, threadBySubject } from './thread.ts'
export { threadInSteps } from './thread-references.ts'
export { deliveredToHeader, returnPathHeader } from './trace.ts'
export { decodePart, isDecodable, TransferDecoder } from './transfer-decoder.ts'
export { decodeBody, decodeQuotedPrintable, encodeQuotedPrintable } from './transfer-encoding.ts'
export { decodeXtext, encodeXtext } from './xtext.ts'
