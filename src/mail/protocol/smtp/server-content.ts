// Content coming in, by DATA or by BDAT chunks: which octets are content, when it ends, what was refused of it.

import { ChunkDecoder } from './chunk-decoder.ts'
import type { ContentFacts } from './content-lexer.ts'
import { DataDecoder } from './data-decoder.ts'
import type { InputBuffer } from './input.ts'
import { OVERRUN_OCTETS_MAX } from './limits.ts'
import type { Reply } from './reply.ts'

/**
 * What `read` found. `more`: the input is used up. `over`: the end of the DATA content, or of the BDAT chunk.
 * `overrun`: so much beyond the limit that waiting for the end is no longer worth it.
 */
export type ContentStep =
  | { readonly type: 'piece'; readonly bytes: Uint8Array }
  | { readonly type: 'more' | 'over' | 'too-large' | 'overrun' }

const MORE: ContentStep = { type: 'more' }
const OVER: ContentStep = { type: 'over' }
const TOO_LARGE: ContentStep = { type: 'too-large' }
const OVERRUN: ContentStep = { type: 'overrun' }

export class IncomingContent {
  readonly via: 'DATA' | 'BDAT'
  /** The answer at the end, once there is no hope; from then on no piece is handed out. */
  refusal: Reply | undefined = undefined
  /** BDAT: whether the chunk being read is the LAST. */
  last = true
  readonly #decoder: DataDecoder | ChunkDecoder
  readonly #sizeBytesMax: number
  #chunkOctets = 0

  constructor(via: 'DATA' | 'BDAT', sizeBytesMax: number) {
    this.via = via
    this.#sizeBytesMax = sizeBytesMax
    this.#decoder = via === 'DATA' ? new DataDecoder() : new ChunkDecoder()
  }

  /** The next chunk of BDAT. */
  begin(octets: number, last: boolean): void {
    if (!(this.#decoder instanceof ChunkDecoder)) return
    this.last = last
    this.#chunkOctets = octets
    this.#decoder.begin(octets)
  }

  get chunkOctets(): number {
    return this.#chunkOctets
  }

  get sizeBytes(): number {
    return this.#decoder.sizeBytes
  }

  finish(): ContentFacts {
    return this.#decoder.finish()
  }

  read(input: InputBuffer): ContentStep {
    for (;;) {
      if (this.#isOver()) return OVER
      if (input.peek() === undefined) return MORE
      const bytes = this.#decode(input)
      if (bytes === undefined) continue
      if (this.#decoder.sizeBytes > this.#sizeBytesMax) {
        if (this.#decoder.sizeBytes > this.#sizeBytesMax + OVERRUN_OCTETS_MAX) return OVERRUN
        if (this.refusal === undefined) return TOO_LARGE
      }
      if (this.refusal === undefined) return { type: 'piece', bytes }
    }
  }

  #isOver(): boolean {
    return this.#decoder instanceof DataDecoder ? this.#decoder.done : this.#decoder.remaining === 0
  }

  #decode(input: InputBuffer): Uint8Array | undefined {
    if (this.#decoder instanceof DataDecoder) {
      input.advance(this.#decoder.decode(input.bytes, input.at))
      return this.#decoder.piece
    }
    const piece = this.#decoder.decode(input.bytes, input.at)
    input.advance(input.at + (piece?.length ?? 0))
    return piece
  }
}
