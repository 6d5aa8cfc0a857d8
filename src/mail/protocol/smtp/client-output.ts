// What a client has to send, gathered so that it leaves in as few writes as possible.

import { JOINED_OUTPUT_BYTES_MAX } from './client-limits.ts'

export class ClientOutput {
  #pieces: (string | Uint8Array)[] = []

  push(piece: string | Uint8Array): void {
    if (piece.length > 0) this.#pieces.push(piece)
  }

  clear(): void {
    this.#pieces = []
  }

  /** One piece at a time of what is very large, else all in one. */
  take(): string | Uint8Array | undefined {
    if (this.#pieces.length <= 1) return this.#pieces.shift()
    let count = 0
    for (let size = 0; count < this.#pieces.length && size < JOINED_OUTPUT_BYTES_MAX; count++)
      size += this.#pieces[count]?.length ?? 0
    const taken = this.#pieces.splice(0, count)
    if (taken.every((piece) => typeof piece === 'string')) return taken.join('')
    return Buffer.concat(taken.map((piece) => (typeof piece === 'string' ? Buffer.from(piece, 'utf8') : piece)))
  }
}
