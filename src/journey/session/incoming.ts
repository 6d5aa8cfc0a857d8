// A message while it comes in: the header is looked at, our Received field goes before it, the rest streams into the store.

import type { Result } from '../../ground/result.ts'
import type { HeaderFacts, ReceivedProtocol } from '../../mail/message/message.ts'
import {
  editSubmission,
  encodeIndex,
  HeaderScanner,
  headerFacts,
  MessageIndexer,
  makeMessageId,
  receivedHeader,
} from '../../mail/message/message.ts'
import type { Reply } from '../../mail/protocol/smtp/smtp.ts'
import { ContentWriter, type NewContent } from '../../store/content/content.ts'
import type { StoreError } from '../../store/store.ts'
import type { SessionContext, SessionRole } from './context.ts'
import { HEADER_TOO_LARGE, TOO_MANY_HOPS } from './replies.ts'

export interface Origin {
  readonly role: SessionRole
  readonly protocol: ReceivedProtocol
  readonly helo?: string
  readonly peerAddress?: string
  readonly tls?: { readonly version: string; readonly cipher: string }
  /** The recipient, only if there is exactly one. */
  readonly for?: string
  /** Some of its recipients have their mailbox here: what mailboxes want to know of it is found out as it passes. */
  readonly isForMailboxes: boolean
}

export class IncomingMessage {
  readonly id: string
  readonly receivedAt: number
  facts: HeaderFacts | undefined
  readonly #context: SessionContext
  readonly #origin: Origin
  readonly #writer: ContentWriter
  readonly #indexer: MessageIndexer | undefined
  #scanner: HeaderScanner | undefined = new HeaderScanner()
  #seenBytes = 0

  constructor(context: SessionContext, origin: Origin) {
    this.id = context.ids.next()
    this.receivedAt = context.clock.now()
    this.#context = context
    this.#origin = origin
    this.#writer = new ContentWriter({ store: context.store, clock: context.clock, id: this.id, hasRoom: context.hasRoom })
    this.#indexer = origin.isForMailboxes ? new MessageIndexer() : undefined
  }

  get protocol(): ReceivedProtocol {
    return this.#origin.protocol
  }

  /** What is wrong with the message so far, a promise to wait for, or undefined: go on. */
  write(bytes: Uint8Array): Reply | Promise<void> | undefined {
    if (this.#scanner === undefined) return this.#keep(bytes)
    this.#seenBytes += bytes.length
    if (this.#scanner.push(bytes)) return undefined
    return this.#headerDone(this.#scanner, bytes)
  }

  /** The last call. */
  async finish(): Promise<Result<NewContent, StoreError | Reply>> {
    if (this.#scanner !== undefined) {
      this.#scanner.end()
      const trouble = this.#headerDone(this.#scanner, new Uint8Array())
      if (trouble instanceof Promise) await trouble
      else if (trouble !== undefined) return { ok: false, error: trouble }
    }
    return await this.#writer.finish()
  }

  /** What mailboxes want to know of the message; after `finish`. */
  index(): Uint8Array | undefined {
    return this.#indexer && encodeIndex(this.#indexer.finish())
  }

  /** It is nobody's: what of it is in the store already goes. */
  discard(): void {
    void this.#writer.discard()
  }

  /** `last`: the piece in which the header ended; what follows the header in it is body. */
  #headerDone(scanner: HeaderScanner, last: Uint8Array): Reply | Promise<void> | undefined {
    this.#scanner = undefined
    if (scanner.state === 'too-long') return HEADER_TOO_LARGE
    const header = scanner.header()
    this.facts = headerFacts(header)
    if (this.facts.receivedCount > this.#context.settings.hops) return TOO_MANY_HOPS
    const body = last.subarray(last.length - (this.#seenBytes - header.length))
    const parts = [Buffer.from(this.#received()), this.#origin.role === 'submission' ? this.#mended(header) : header, body]
    return this.#writeAll(parts)
  }

  #writeAll(parts: readonly Uint8Array[]): Promise<void> | undefined {
    for (const [at, part] of parts.entries()) {
      const wait = this.#keep(part)
      if (wait !== undefined) return wait.then(() => this.#writeAll(parts.slice(at + 1)))
    }
    return undefined
  }

  #keep(bytes: Uint8Array): Promise<void> | undefined {
    this.#indexer?.push(bytes)
    return this.#writer.write(bytes)
  }

  #mended(header: Uint8Array): Uint8Array {
    const messageId = makeMessageId(this.id, this.#context.hostname)
    const mended = editSubmission(header, { messageId, dateMs: this.receivedAt })
    if (mended !== header) this.facts = headerFacts(mended)
    return mended
  }

  #received(): string {
    const { protocol, helo, peerAddress, tls } = this.#origin
    return receivedHeader({
      hostname: this.#context.hostname,
      protocol,
      id: this.id,
      at: this.receivedAt,
      ...(helo === undefined ? {} : { helo }),
      ...(peerAddress === undefined ? {} : { peerAddress }),
      ...(tls === undefined ? {} : { tls }),
      ...(this.#origin.for === undefined ? {} : { for: this.#origin.for }),
    })
  }
}
