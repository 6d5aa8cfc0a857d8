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
  #later: Uint8Array[] | undefined = undefined
  #laterBytes = 0
  /** No LF is between `at` and here. */
  #searchedTo = 0
  /** The line that is being read has passed its limit: what is left of it is thrown away. */
  #skipping = false

  /** False when more is unread than may ever be; then nothing was taken. */
  receive(bytes: Uint8Array): boolean {
    if (bytes.length === 0) return true
    if (this.unreadBytes + bytes.length > INPUT_OCTETS_MAX) return false
    if (this.at === this.bytes.length && this.#later === undefined) {
      this.#set(asBuffer(bytes))
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

  /** Makes `bytes` hold all that is unread. */
  join(): void {
    if (this.#later === undefined) return
    const searched = this.#searchedTo - this.at
    const joined =
      this.at === this.bytes.length && this.#later.length === 1
        ? asBuffer(this.#later[0] ?? NOTHING)
        : Buffer.concat([this.bytes.subarray(this.at), ...this.#later])
    this.#later = undefined
    this.#laterBytes = 0
    this.#set(joined)
    this.#searchedTo = Math.max(searched, 0)
  }

  /** Own copies of what is unread: the caller's buffers are free. */
  keep(): void {
    const searched = this.#searchedTo - this.at
    this.join()
    const unread = this.bytes.length - this.at
    this.#set(unread === 0 ? NOTHING : Buffer.from(this.bytes.subarray(this.at)))
    this.#searchedTo = Math.min(Math.max(searched, 0), unread)
  }

  /** Octets up to `at` have been read as content. */
  advance(at: number): void {
    this.at = this.#searchedTo = at
  }

  discard(): void {
    this.#later = undefined
    this.#laterBytes = 0
    this.#skipping = false
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
        this.discard()
        this.#skipping = true
      }
      return undefined
    }
    this.at = this.#searchedTo = lf + 1
    if (this.#skipping || lf + 1 - at > octetsMax) {
      this.#skipping = false
      return TOO_LONG
    }
    return bytes.toString('latin1', at, lf)
  }

  #set(bytes: Buffer): void {
    this.bytes = bytes
    this.at = 0
    this.#searchedTo = 0
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}
