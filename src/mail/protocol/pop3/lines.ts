// Cuts what the client sends into lines. Framing comes first: however wrong a line is, the next one begins after its end.

import { AUTH_OCTETS_MAX } from './limits.ts'

export type Line = { readonly type: 'line'; readonly bytes: Buffer } | { readonly type: 'too-long' }

const LF = 0x0a
const CR = 0x0d

export class LineReader {
  #pending: Buffer = Buffer.alloc(0)
  #offset = 0
  /** Inside a line that is longer than any may be: thrown away up to its end. */
  #skipping = false

  receive(bytes: Uint8Array): void {
    const rest = this.#pending.subarray(this.#offset)
    this.#pending = Buffer.concat([rest, bytes])
    this.#offset = 0
  }

  get pendingOctets(): number {
    return this.#pending.length - this.#offset
  }

  /** For STLS: what came in clear is no part of the conversation that follows (RFC 2595 §4). */
  discard(): void {
    this.#pending = Buffer.alloc(0)
    this.#offset = 0
    this.#skipping = false
  }

  /** The next line without its end, or `undefined`: more bytes are needed. A lone LF ends a line too: people type into `nc`. */
  next(): Line | undefined {
    const end = this.#pending.indexOf(LF, this.#offset)
    if (end < 0) {
      if (this.pendingOctets > AUTH_OCTETS_MAX) this.#skipping = true
      if (this.#skipping) this.#drop()
      return undefined
    }
    const start = this.#offset
    this.#offset = end + 1
    const tooLong = this.#skipping || end + 1 - start > AUTH_OCTETS_MAX
    this.#skipping = false
    if (tooLong) return { type: 'too-long' }
    const stop = end > start && this.#pending[end - 1] === CR ? end - 1 : end
    return { type: 'line', bytes: this.#pending.subarray(start, stop) }
  }

  #drop(): void {
    this.#pending = Buffer.alloc(0)
    this.#offset = 0
  }
}
