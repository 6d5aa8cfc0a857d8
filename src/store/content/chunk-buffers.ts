// Buffers of a whole chunk, lent to those who fill one and used again. Memory outside the heap that comes and goes with every message makes
// V8 collect the whole heap again and again: a third of the time of a thread that takes messages of 100 KiB.

import { CONTENT_CHUNK_BYTES } from '../../ground/limits.ts'
import { CHUNK_BUFFERS_KEPT_MAX } from './limits.ts'

const kept: Buffer<ArrayBuffer>[] = []

/** Its bytes are whatever they were. Whoever does not give it back does no harm. */
export function takeChunkBuffer(): Buffer<ArrayBuffer> {
  return kept.pop() ?? Buffer.allocUnsafeSlow(CONTENT_CHUNK_BYTES)
}

/** Nobody may hold a view of it any more. */
export function giveChunkBuffer(buffer: Buffer<ArrayBuffer>): void {
  if (kept.length < CHUNK_BUFFERS_KEPT_MAX) kept.push(buffer)
}
