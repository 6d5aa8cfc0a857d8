// The content of a message on the wire: three codecs over one strict CRLF lexer (content-lexer.ts).

export { ChunkDecoder } from './chunk-decoder.ts'
export type { ContentFacts, ContentViolation } from './content-lexer.ts'
export { DataDecoder } from './data-decoder.ts'
export { DataEncoder } from './data-encoder.ts'
