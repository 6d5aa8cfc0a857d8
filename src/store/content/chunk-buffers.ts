// Buffers of a whole chunk, lent to those who fill one and used again. Memory outside the heap that comes and goes with every message makes
// V8 collect the whole heap again and again: a third of the time of a thread that takes messages of 100 KiB. Only so many are lent at once.

import { CONTENT_CHUNK_BYTES } from '../../ground/limits.ts'
import { CHUNK_BUFFERS_KEPT_MAX, CHUNK_BUFFERS_LENT_MAX } from './limits.ts'

const kept: Buffer<ArrayBuffer>[] = []
let lent = 0

/** Its bytes are whatever they were. Undefined: too many are lent. Whoever took one gives it back, in the end. */
export function takeChunkBuffer(): Buffer<ArrayBuffer> | undefined {
  if (lent >= CHUNK_BUFFERS_LENT_MAX) return undefined
  lent++
  return kept.pop() ?? Buffer.allocUnsafeSlow(CONTENT_CHUNK_BYTES)
}

/** Nobody may hold a view of it any more. */
export function giveChunkBuffer(buffer: Buffer<ArrayBuffer>): void {
  lent--
  if (kept.length < CHUNK_BUFFERS_KEPT_MAX) kept.push(buffer)
}
