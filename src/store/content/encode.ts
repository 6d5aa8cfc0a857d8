// Chunks as they are stored: packed with zstd where it pays. Done on the thread of whoever writes or reads, never on the writer's.

import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { unreachable } from '../../ground/assert.ts'
import { CONTENT_CHUNK_BYTES } from '../../ground/limits.ts'
import type { ContentEncoding } from './content.tables.ts'
import { COMPRESS_BYTES_MIN, COMPRESS_LEVEL, COMPRESS_SAVING_MIN } from './limits.ts'

export interface EncodedChunk {
  readonly encoding: ContentEncoding
  readonly bytes: Uint8Array
}

const COMPRESS_OPTIONS = { params: { [constants.ZSTD_c_compressionLevel]: COMPRESS_LEVEL } }

/** A frame that unpacks to more than a chunk was not written by us. */
const DECOMPRESS_OPTIONS = { maxOutputLength: CONTENT_CHUNK_BYTES }

export function encodeChunk(bytes: Uint8Array): EncodedChunk {
  if (bytes.length < COMPRESS_BYTES_MIN) return { encoding: 'identity', bytes }
  const packed = zstdCompressSync(bytes, COMPRESS_OPTIONS)
  if (packed.length > bytes.length * (1 - COMPRESS_SAVING_MIN)) return { encoding: 'identity', bytes }
  return { encoding: 'zstd', bytes: packed }
}

export function decodeChunk(chunk: EncodedChunk): Uint8Array {
  if (chunk.encoding === 'identity') return chunk.bytes
  if (chunk.encoding === 'zstd') return zstdDecompressSync(chunk.bytes, DECOMPRESS_OPTIONS)
  return unreachable(chunk.encoding)
}
