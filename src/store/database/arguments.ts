// What may cross a thread: plain values, arrays, records, Uint8Array. Copied so that neither side sees the other's later changes.

import { AssertionError } from '../../ground/assert.ts'
import { ARGUMENT_DEPTH_MAX, TRANSFER_BYTES_MIN } from './limits.ts'

export interface Plain {
  readonly value: unknown
  /** A rough size in memory: what the bounds of batches and queues count. */
  readonly sizeBytes: number
}

/**
 * A deep copy with its size. Bytes are copied out of the buffer they are a view of: posting a view posts its whole buffer, and the view
 * may be a few bytes of a socket's 64 KiB.
 */
export function plainCopy(value: unknown, transfer: ArrayBuffer[] = []): Plain {
  const made: Made = { bytes: 0, transfer }
  return { value: copy(value, made, 0), sizeBytes: made.bytes }
}

interface Made {
  bytes: number
  /** Large copies, which need not be copied a second time when they cross. */
  readonly transfer: ArrayBuffer[]
}

function copy(value: unknown, size: Made, depth: number): unknown {
  if (typeof value === 'string') {
    size.bytes += value.length + 8
    return value
  }
  size.bytes += 8
  if (value === null || value === undefined || typeof value === 'boolean' || typeof value === 'number') return value
  if (value instanceof Uint8Array) {
    size.bytes += value.byteLength
    const bytes = new Uint8Array(value)
    if (bytes.length >= TRANSFER_BYTES_MIN) size.transfer.push(bytes.buffer)
    return bytes
  }
  if (depth >= ARGUMENT_DEPTH_MAX) throw new AssertionError(`arguments nest deeper than ${ARGUMENT_DEPTH_MAX}`)
  if (Array.isArray(value)) return value.map((item) => copy(item, size, depth + 1))
  if (typeof value === 'object' && isRecord(value)) return copyRecord(value, size, depth)
  throw new AssertionError(`arguments and results of procedures are plain values, not ${describe(value)}`)
}

function copyRecord(record: object, size: Made, depth: number): object {
  const result: Record<string, unknown> = {}
  for (const key of Object.keys(record)) result[key] = copy((record as Record<string, unknown>)[key], size, depth + 1)
  return result
}

function isRecord(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function describe(value: unknown): string {
  return typeof value === 'object' ? (value?.constructor.name ?? 'object') : typeof value
}
