// Message bodies, written once and shared: the door of content.

import {
  appendChunkProcedure,
  discardUploadProcedure,
  keepIndexProcedure,
  putContentProcedure,
  releaseContentProcedure,
  sweepAbandonedProcedure,
} from './content.store.ts'

export {
  type AppendChunk,
  appendChunk,
  keepIndex,
  keepIndexProcedure,
  type PutContent,
  putContent,
  releaseContent,
  releaseContentProcedure,
  retainContent,
  type SealContent,
  sealContent,
  sweepAbandoned,
  sweepAbandonedProcedure,
} from './content.store.ts'
export type { ContentEncoding, ContentTables } from './content.tables.ts'
export { decodeChunk, type EncodedChunk, encodeChunk } from './encode.ts'
export { type ContentFacts, ContentMissing, contentFacts, readContent, readIndexes, readRange, readWhole } from './read.ts'
export { releaseContents, retainContents } from './several.store.ts'
export { ContentWriter, type NewContent, type PlaceContent, placeContent } from './writer.ts'

export const contentProcedures = [
  putContentProcedure,
  appendChunkProcedure,
  releaseContentProcedure,
  discardUploadProcedure,
  sweepAbandonedProcedure,
  keepIndexProcedure,
]
