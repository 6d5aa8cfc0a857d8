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

const COMPRESS_PARAMS = { [constants.ZSTD_c_compressionLevel]: COMPRESS_LEVEL }

/** zlib's least. */
const OUTPUT_BYTES_MIN = 64

export function encodeChunk(bytes: Uint8Array): EncodedChunk {
  if (bytes.length < COMPRESS_BYTES_MIN) return { encoding: 'identity', bytes }
  // A known size makes zstd take no more memory than it needs; an output buffer for all that may come saves joining pieces.
  const options = { params: COMPRESS_PARAMS, pledgedSrcSize: bytes.length, chunkSize: bytes.length }
  const packed = zstdCompressSync(bytes, options)
  const pays = packed.length <= bytes.length * (1 - COMPRESS_SAVING_MIN)
  const own = takenOut(packed, options.chunkSize)
  return pays ? { encoding: 'zstd', bytes: own } : { encoding: 'identity', bytes }
}

/** `sizeBytes`: of what comes out, where it is known; a wrong one only costs time. */
export function decodeChunk(chunk: EncodedChunk, sizeBytes: number = CONTENT_CHUNK_BYTES): Uint8Array {
  if (chunk.encoding === 'identity') return chunk.bytes
  if (chunk.encoding === 'zstd') return unpack(chunk.bytes, Math.min(sizeBytes, CONTENT_CHUNK_BYTES))
  return unreachable(chunk.encoding)
}

/** A frame that unpacks to more than a chunk was not written by us. With room for one octet more zlib sees the end at once. */
function unpack(bytes: Uint8Array, sizeBytes: number): Uint8Array {
  const chunkSize = Math.max(OUTPUT_BYTES_MIN, sizeBytes + 1)
  return takenOut(zstdDecompressSync(bytes, { maxOutputLength: CONTENT_CHUNK_BYTES, chunkSize }), chunkSize)
}

/**
 * zlib's object keeps the buffer it wrote into until V8 next collects the whole heap: fifty chunks, and 12 MB wait for that. So the bytes
 * are copied into memory of their own and the buffer is freed at once. A small one is a part of a buffer that others use too.
 */
function takenOut(output: Buffer, chunkSize: number): Uint8Array {
  const { buffer } = output
  const isWhole = chunkSize > Buffer.poolSize && buffer.byteLength === chunkSize
  if (!isWhole || !(buffer instanceof ArrayBuffer)) return output
  const bytes = new Uint8Array(output)
  buffer.transfer(0)
  return bytes
}
