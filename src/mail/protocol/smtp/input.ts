// What was received and is not yet read: lines with a limit, or raw octets. It keeps to the caller's buffers and copies only at need.

import { INPUT_OCTETS_MAX, INPUT_PIECES_MAX } from './limits.ts'

const LF = 10
const NOTHING = Buffer.alloc(0)

/** Octets of a line without its LF; `too-long` once such a line has ended; undefined while its end has not come. */
export type TakenLine = string | typeof TOO_LONG | undefined
export const TOO_LONG: unique symbol = Symbol('too long')

export class InputBuffer {
  /** The octets at hand; read from `at` on. */
  bytes: Buffer = NOTHING
  at = 0
  /** Whether `bytes` are ours to keep, or still the caller's; and how many of the pieces in `#later` are. */
  #owned = true
  #later: Uint8Array[] | undefined = undefined
  #laterOwned = 0
  #laterBytes = 0
  /** No LF is between `at` and here. */
  #searchedTo = 0
  /** The line that is being read has passed its limit: what is left of it is thrown away. */
  #skipping = false
  #skippedBytes = 0

  /** False when more is unread than may ever be; then nothing was taken. */
  receive(bytes: Uint8Array): boolean {
    if (bytes.length === 0) return true
    if (this.unreadBytes + bytes.length > INPUT_OCTETS_MAX) return false
    if (this.at === this.bytes.length && this.#later === undefined) {
      this.#set(asBuffer(bytes))
      this.#owned = false
      return true
    }
    this.#later ??= []
    this.#later.push(bytes)
    this.#laterBytes += bytes.length
    if (this.#later.length >= INPUT_PIECES_MAX) this.join()
    return true
  }

  get unreadBytes(): number {
    return this.bytes.length - this.at + this.#laterBytes
  }

  /** Octets of the line being read that were thrown away because it is too long. */
  get skippedBytes(): number {
    return this.#skippedBytes
  }

  /** Makes `bytes` hold all that is unread. */
  join(): void {
    const later = this.#later
    if (later === undefined) return
    const searched = Math.max(this.#searchedTo - this.at, 0)
    const only = this.at === this.bytes.length && later.length === 1 ? later[0] : undefined
    const owned = only === undefined || this.#laterOwned === 1
    const joined = only === undefined ? Buffer.concat([this.bytes.subarray(this.at), ...later]) : asBuffer(only)
    this.#forgetLater()
    this.#set(joined)
    this.#owned = owned
    this.#searchedTo = searched
  }

  /** Own copies of what is unread and not ours yet: the caller's buffers are free. */
  keep(): void {
    if (!this.#owned) {
      const searched = Math.max(this.#searchedTo - this.at, 0)
      this.#set(Buffer.from(this.bytes.subarray(this.at)))
      this.#searchedTo = searched
    }
    const later = this.#later
    if (later === undefined) return
    for (let i = this.#laterOwned; i < later.length; i++) later[i] = Buffer.from(later[i] ?? NOTHING)
    this.#laterOwned = later.length
  }

  /** Octets up to `at` have been read. A buffer that is used up is let go: an idle connection must not hold on to the network's. */
  advance(at: number): void {
    if (at === this.bytes.length) return this.#set(NOTHING)
    this.at = this.#searchedTo = at
  }

  discard(): void {
    this.#forgetLater()
    this.#skipping = false
    this.#skippedBytes = 0
    this.#set(NOTHING)
  }

  /** The next octet, undefined when there is none. */
  peek(): number | undefined {
    if (this.at === this.bytes.length) this.join()
    return this.bytes[this.at]
  }

  /** A TLS handshake on a port that speaks in clear first: its first octet is never text, and no line end need ever come. */
  beginsWithTlsHandshake(): boolean {
    return this.peek() === 0x16 && !this.#skipping
  }

  /** Whether the next octets are `word`, in either case of its letters. */
  startsWith(word: string): boolean {
    const first = this.peek()
    if (first === undefined || (first | 0x20) !== (word.charCodeAt(0) | 0x20)) return false
    this.join()
    return this.bytes.toString('latin1', this.at, this.at + word.length).toUpperCase() === word
  }

  /** Octets as Latin-1 characters, LF taken off. Longer than `octetsMax` with the LF: skipped to its end in bounded memory. */
  takeLine(octetsMax: number): TakenLine {
    this.join()
    const { bytes, at } = this
    const lf = bytes.indexOf(LF, Math.max(at, this.#searchedTo))
    if (lf === -1) {
      this.#searchedTo = bytes.length
      if (this.#skipping || bytes.length - at >= octetsMax) {
        const skipped = this.#skippedBytes + bytes.length - at
        this.discard()
        this.#skipping = true
        this.#skippedBytes = skipped
      }
      return undefined
    }
    this.advance(lf + 1)
    if (this.#skipping || lf + 1 - at > octetsMax) {
      this.#skipping = false
      this.#skippedBytes = 0
      return TOO_LONG
    }
    return bytes.toString('latin1', at, lf)
  }

  #forgetLater(): void {
    this.#later = undefined
    this.#laterOwned = 0
    this.#laterBytes = 0
  }

  #set(bytes: Buffer): void {
    this.#owned = true
    this.bytes = bytes
    this.at = 0
    this.#searchedTo = 0
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}
