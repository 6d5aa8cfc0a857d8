// Message bodies, written once and shared: the door of content.

import { appendChunkProcedure, putContentProcedure, releaseContentProcedure, sweepAbandonedProcedure } from './content.store.ts'

export {
  type AppendChunk,
  appendChunk,
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
export { type ContentEncoding, type ContentTables, contentMigrations } from './content.tables.ts'

export const contentProcedures = [putContentProcedure, appendChunkProcedure, releaseContentProcedure, sweepAbandonedProcedure]
