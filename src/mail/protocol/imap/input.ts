// What was received and not yet read. It keeps to the caller's buffer while one is enough, else to a buffer of its own that grows.

import { INPUT_OCTETS_MAX } from './limits.ts'

const NOTHING = Buffer.alloc(0)

export class InputBuffer {
  /** Octets from `at` to `end` are unread. */
  bytes: Buffer = NOTHING
  at = 0
  end = 0

  /** False when more is unread than may ever be; then nothing was taken. */
  receive(bytes: Uint8Array): boolean {
    if (this.unreadBytes + bytes.length > INPUT_OCTETS_MAX) return false
    if (this.at === this.end) {
      this.bytes = bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
      this.at = 0
      this.end = bytes.length
      return true
    }
    this.#makeRoom(bytes.length)
    this.bytes.set(bytes, this.end)
    this.end += bytes.length
    return true
  }

  get unreadBytes(): number {
    return this.end - this.at
  }

  /** The next octet, undefined when there is none. */
  peek(): number | undefined {
    return this.at < this.end ? this.bytes[this.at] : undefined
  }

  /** Where the octet is, from `from` on; -1 when it is not there. */
  indexOf(octet: number, from: number): number {
    if (this.bytes.length === this.end) return this.bytes.indexOf(octet, from)
    // Our own buffer has room behind the end: what lies there was never received.
    const index = this.bytes.subarray(from, this.end).indexOf(octet)
    return index === -1 ? -1 : index + from
  }

  latin1(from: number, to: number): string {
    return this.bytes.toString('latin1', from, to)
  }

  /** Octets up to `at` have been read. A buffer that is used up is let go: an idle connection must not hold on to it. */
  advance(at: number): void {
    this.at = at
    if (at === this.end) this.discard()
  }

  /** The next octets, so many at most; they are never written to again. */
  take(octetsMax: number): Uint8Array {
    const to = Math.min(this.at + octetsMax, this.end)
    const taken = this.bytes.subarray(this.at, to)
    // What was handed out stays as it is: what comes next is written behind it.
    this.advance(to)
    return taken
  }

  discard(): void {
    this.bytes = NOTHING
    this.at = this.end = 0
  }

  /** Growing by doubling: every octet is moved a few times at most, however small the packets are. */
  #makeRoom(octets: number): void {
    // The caller's buffer ends where its octets do: only ours can have room behind them.
    if (this.end + octets <= this.bytes.length) return
    const unread = this.unreadBytes
    const buffer = Buffer.allocUnsafe(Math.max((unread + octets) * 2, 256))
    this.bytes.copy(buffer, 0, this.at, this.end)
    this.bytes = buffer
    this.at = 0
    this.end = unread
  }
}
