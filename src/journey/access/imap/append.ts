// APPEND and MULTIAPPEND (RFC 3502): messages stream into the store as they come; one commit puts all of them into the mailbox, or none.

import { encodeIndex, MessageIndexer } from '../../../mail/message/message.ts'
import type { AppendMessageEvent, AppendTarget } from '../../../mail/protocol/imap/imap.ts'
import { ContentWriter } from '../../../store/content/content.ts'
import {
  answered,
  appendMessagesProcedure,
  canonicalName,
  FLAGS_ALL,
  findMailboxByName,
  type Mailbox,
  type NewMailboxMessage,
  usage,
} from '../../mailbox/mailbox.ts'
import { APPEND_MESSAGES_MAX, APPEND_WAITING_OCTETS_MAX } from './limits.ts'
import { type Done, done, type Outcome } from './outcome.ts'
import { quotaOf } from './quota.ts'
import { CREATE_FIRST, DISK_FULL, messageTooLarge, NOT_APPENDABLE, OVER_QUOTA, TOO_MANY_MESSAGES } from './refusals.ts'
import { accountOf, type Talk, troubled } from './talk.ts'

interface Incoming {
  readonly event: AppendMessageEvent
  readonly writer: ContentWriter
  readonly indexer: MessageIndexer
}

export class Append {
  readonly #talk: Talk
  #mailbox: Mailbox | undefined
  #incoming: Incoming | undefined
  #messages: NewMailboxMessage[] = []
  #writers: ContentWriter[] = []
  /** Of all messages of the command. */
  #announcedBytes = 0
  #usedBytes = 0
  #waitingBytes = 0

  constructor(talk: Talk) {
    this.#talk = talk
  }

  /** A message is announced: everything that speaks against it is said before it is sent. */
  async begin(event: AppendMessageEvent): Promise<void> {
    const { core, context } = this.#talk
    const refusal = event.first ? await this.#open(event) : undefined
    const trouble = refusal ?? this.#tooMuch(event)
    if (trouble) {
      this.discard()
      core.refuse('NO', trouble)
      return
    }
    const { store, clock, ids } = context
    const writer = new ContentWriter({ store, clock, id: ids.next(), hasRoom: () => context.hasRoom() })
    this.#writers.push(writer)
    this.#incoming = { event, writer, indexer: new MessageIndexer() }
    core.acceptMessage()
  }

  async #open({ target }: AppendMessageEvent): Promise<Outcome | undefined> {
    this.discard()
    const { context } = this.#talk
    const { org, id: personId } = accountOf(this.#talk)
    this.#mailbox = await findMailboxByName(context.store, { org, personId, name: canonicalName(target.mailbox) })
    if (!this.#mailbox?.selectable) return CREATE_FIRST
    if (!this.#mailbox.appendable) return NOT_APPENDABLE
    if (!context.hasRoom()) return DISK_FULL
    if (context.settings.quota > 0) this.#usedBytes = (await usage(context.store, { org, personId })).sizeBytes
    return undefined
  }

  #tooMuch({ sizeBytes }: AppendMessageEvent): Outcome | undefined {
    const { messageSize, quota } = this.#talk.context.settings
    if (sizeBytes > messageSize) return messageTooLarge(messageSize)
    this.#announcedBytes += sizeBytes
    if (quota > 0 && this.#usedBytes + this.#announcedBytes > quota) return OVER_QUOTA
    if (this.#messages.length >= APPEND_MESSAGES_MAX || this.#waitingBytes > APPEND_WAITING_OCTETS_MAX) return TOO_MANY_MESSAGES
    return undefined
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (!this.#incoming) return
    const { writer, indexer } = this.#incoming
    indexer.push(bytes)
    await writer.write(bytes)
  }

  async messageEnd(): Promise<void> {
    const incoming = this.#incoming
    this.#incoming = undefined
    if (!incoming) return
    const { event, writer, indexer } = incoming
    const { context, core } = this.#talk
    const content = await writer.finish()
    if (!content.ok) {
      const refusal = troubled(this.#talk, content.error)
      this.discard()
      core.refuse('NO', refusal)
      return
    }
    if (content.value.type === 'inline') this.#waitingBytes += content.value.head.length
    this.#messages.push({
      id: context.ids.next(),
      content: content.value,
      index: encodeIndex(indexer.finish()),
      flags: event.flags.bits & FLAGS_ALL,
      keywords: event.flags.keywords,
      internalDateMs: event.internalDate?.atMs ?? context.clock.now(),
      zoneMinutes: event.internalDate?.zoneMinutes ?? 0,
    })
  }

  /** All of them, or none (RFC 3502 §6.3.11). */
  async end(target: AppendTarget): Promise<Done> {
    const mailbox = this.#mailbox
    const messages = this.#messages
    if (!mailbox) throw new Error(`APPEND ${target.tag} ends that never began`)
    const { store, clock } = this.#talk.context
    const args = { org: mailbox.org, mailboxId: mailbox.id, messages, now: clock.now(), ...quotaOf(this.#talk) }
    const appended = answered(await store.call(appendMessagesProcedure, args))
    if (!appended.ok) {
      this.discard()
      return appended.error === 'no-mailbox' ? CREATE_FIRST : troubled(this.#talk, appended.error)
    }
    this.#forget()
    const { uidValidity, firstUid } = appended.value
    return done('Kept', { code: `APPENDUID ${uidValidity} ${uidsText(firstUid, messages.length)}` })
  }

  /** Nothing of it is kept: what was uploaded already goes. */
  discard(): void {
    for (const writer of this.#writers) void writer.discard()
    this.#forget()
  }

  #forget(): void {
    this.#mailbox = undefined
    this.#incoming = undefined
    this.#messages = []
    this.#writers = []
    this.#announcedBytes = 0
    this.#usedBytes = 0
    this.#waitingBytes = 0
  }
}

function uidsText(first: number, count: number): string {
  return count === 1 ? `${first}` : `${first}:${first + count - 1}`
}
