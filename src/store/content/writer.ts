// Taking content in as it comes from a peer. Small content stays in memory and is put by the procedure that accepts the message: one
// commit. Large content goes to the store chunk by chunk, held by nobody until that procedure seals it; if that never comes it is swept.

import { assert } from '../../ground/assert.ts'
import { CONTENT_CHUNK_BYTES } from '../../ground/limits.ts'
import type { Clock } from '../../ground/ports/clock.ts'
import { ok, type Result } from '../../ground/result.ts'
import type { Steps } from '../database/procedure.ts'
import type { Store, StoreError } from '../store.ts'
import { giveChunkBuffer, takeChunkBuffer } from './chunk-buffers.ts'
import { appendChunkProcedure, discardUploadProcedure, putContent, putContentProcedure, sealContent } from './content.store.ts'
import type { ContentEncoding } from './content.tables.ts'
import { encodeChunk } from './encode.ts'
import { COMPRESS_BYTES_MIN, OWN_BYTES_MAX } from './limits.ts'

/** What an accepting procedure is given; it makes the content durable with {@link placeContent}. */
export type NewContent =
  | {
      readonly type: 'inline'
      readonly id: string
      readonly sizeBytes: number
      readonly encoding: ContentEncoding
      readonly head: Uint8Array
    }
  | { readonly type: 'uploaded'; readonly id: string; readonly sizeBytes: number; readonly chunkCount: number }

/** The content, with its first holders, in the commit of whoever calls it. */
export function* placeContent(args: PlaceContent): Steps<void> {
  const { content, refs } = args
  const index = args.index === undefined ? {} : { index: args.index }
  if (content.type === 'uploaded') yield* sealContent({ ...content, refs, ...index })
  else yield* putContent({ ...content, refs, ...index, createdAt: args.at })
}

export interface PlaceContent {
  readonly content: NewContent
  readonly refs: number
  readonly at: number
  /** What is known about it already and to be remembered; bytes that mean nothing here. */
  readonly index?: Uint8Array
}

export interface ContentWriterOptions {
  readonly store: Store
  readonly clock: Clock
  readonly id: string
  /** False while the disk is nearly full: what is left of it is not for mail that comes in, whichever door it comes by. */
  readonly hasRoom: () => boolean
}

const NO_ROOM: StoreError = { type: 'full', detail: 'there is less room on the disk than is to be left free' }

export class ContentWriter {
  readonly id: string
  readonly #store: Store
  readonly #clock: Clock
  readonly #hasRoom: () => boolean
  /** The chunk that fills: first small ones of its own, so that a small message does not pay for a large one; then a lent one. */
  #buffer = Buffer.allocUnsafe(COMPRESS_BYTES_MIN)
  #filled = 0
  #flushedBytes = 0
  #chunkCount = 0
  #failure: StoreError | undefined
  #underWay: Promise<unknown> = Promise.resolve()

  constructor(options: ContentWriterOptions) {
    this.id = options.id
    this.#store = options.store
    this.#clock = options.clock
    this.#hasRoom = options.hasRoom
  }

  get sizeBytes(): number {
    return this.#flushedBytes + this.#filled
  }

  /**
   * Takes the bytes (copied). A promise means: wait for it before the next write, for a chunk is on its way to the disk; undefined means
   * that there is room, which is the rule. After a failure nothing more is stored and `finish` answers it.
   */
  write(bytes: Uint8Array): Promise<void> | undefined {
    if (!this.#hasRoom()) this.#failure ??= NO_ROOM
    if (this.#failure) return undefined
    if (this.#filled + bytes.length <= this.#reserve(this.#filled + bytes.length)) {
      this.#append(bytes)
      return undefined
    }
    return this.#writeOver(bytes)
  }

  /** The last call, unless the content is given up. */
  async finish(): Promise<Result<NewContent, StoreError>> {
    if (!this.#failure && this.#chunkCount > 0 && this.#filled > 0) await this.#flush()
    if (this.#failure) return { ok: false, error: this.#failure }
    const content = this.#content()
    this.#letGo()
    return ok(content)
  }

  /** The content is given up, at any moment: what of it was uploaded goes. Never rejects; what it leaves the sweep takes. */
  async discard(): Promise<void> {
    this.#failure ??= { type: 'closed', detail: 'the upload was given up' }
    await this.#underWay
    this.#letGo()
    if (this.#chunkCount === 0) return
    for (let more = true; more; ) {
      const answer = await this.#store.call(discardUploadProcedure, { id: this.id })
      more = answer.ok && answer.value.more
    }
  }

  #letGo(): void {
    if (this.#isLent) giveChunkBuffer(this.#buffer)
    this.#buffer = Buffer.alloc(0)
    this.#filled = 0
  }

  get #isLent(): boolean {
    return this.#buffer.length === CONTENT_CHUNK_BYTES
  }

  #content(): NewContent {
    const { id, sizeBytes } = this
    if (this.#chunkCount > 0) return { type: 'uploaded', id, sizeBytes, chunkCount: this.#chunkCount }
    const { encoding, bytes } = encodeChunk(this.#buffer.subarray(0, this.#filled))
    const head = this.#isLent && encoding === 'identity' ? Buffer.from(bytes) : bytes
    return { type: 'inline', id, sizeBytes, encoding, head }
  }

  async #writeOver(bytes: Uint8Array): Promise<void> {
    let rest = bytes
    while (rest.length > 0 && !this.#failure) {
      const part = rest.subarray(0, this.#reserve(this.#filled + rest.length) - this.#filled)
      this.#append(part)
      rest = rest.subarray(part.length)
      if (rest.length > 0) await this.#flush()
    }
  }

  /** Makes room for so many octets, or as many as may be had now; answers how many. */
  #reserve(octets: number): number {
    if (octets <= this.#buffer.length || this.#isLent) return this.#buffer.length
    const larger = (octets > OWN_BYTES_MAX ? takeChunkBuffer() : undefined) ?? this.#own()
    if (larger === this.#buffer) return this.#buffer.length
    this.#buffer.copy(larger, 0, 0, this.#filled)
    this.#buffer = larger
    return larger.length
  }

  #own(): Buffer<ArrayBuffer> {
    return this.#buffer.length === OWN_BYTES_MAX ? this.#buffer : Buffer.allocUnsafe(OWN_BYTES_MAX)
  }

  #append(bytes: Uint8Array): void {
    const needed = this.#filled + bytes.length
    assert(needed <= this.#buffer.length, 'write again only when the promise of the write before is settled')
    this.#buffer.set(bytes, this.#filled)
    this.#filled = needed
  }

  async #flush(): Promise<void> {
    const { id } = this
    const { encoding, bytes } = encodeChunk(this.#buffer.subarray(0, this.#filled))
    const createdAt = this.#clock.now()
    const seq = this.#chunkCount
    const call =
      seq === 0
        ? this.#store.call(putContentProcedure, { id, sizeBytes: 0, encoding, head: bytes, refs: 0, createdAt })
        : this.#store.call(appendChunkProcedure, { id, seq, offsetBytes: this.#flushedBytes, encoding, bytes, createdAt })
    this.#underWay = call
    this.#chunkCount++
    const result = await call
    if (!result.ok) this.#failure ??= result.error
    this.#flushedBytes += this.#filled
    this.#filled = 0
  }
}
