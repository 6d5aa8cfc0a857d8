// A message arrives in a mailbox.

import { assert } from '../../ground/assert.ts'
import type { Id } from '../../ground/ids.ts'
import type { Result } from '../../ground/result.ts'
import { type NewContent, retainContent } from '../../store/content/content.ts'
import { first, notify, procedure, run, type Steps } from '../../store/database/procedure.ts'
import type { MailboxError } from './errors.ts'
import { insertMessage, takeUid } from './mailbox.store.ts'

export interface AppendMessage {
  readonly org: number
  readonly mailboxId: string
  /** New; becomes the POP3 unique-id. */
  readonly id: Id
  /** The message in the queue it came from. */
  readonly messageId: Id
  readonly contentId: string
  /** Of the content alone; the prefix is added here. */
  readonly contentSizeBytes: number
  /** `Return-Path: <…>\r\nDelivered-To: …\r\n`; may be empty. */
  readonly prefix: string
  readonly receivedAt: number
  /** False when whoever stored the content has counted this mailbox among its holders already. */
  readonly retain?: boolean
}

/** The uid, or `undefined` when the mailbox is gone: nothing was added then. */
export function* appendMessage(args: AppendMessage): Steps<number | undefined> {
  const { org, mailboxId, id, messageId, contentId, prefix, receivedAt } = args
  assert(prefix === '' || prefix.endsWith('\r\n'), 'a prefix consists of whole lines')
  const sizeBytes = Buffer.byteLength(prefix) + args.contentSizeBytes
  const taken = yield* first(takeUid, { org, mailboxId, sizeBytes })
  if (!taken) return undefined
  yield* run(insertMessage, { org, mailboxId, uid: taken.uid, id, contentId, sizeBytes, prefix, messageId, receivedAt })
  if (args.retain !== false) yield* retainContent({ id: contentId })
  yield* notify('mailbox', mailboxId)
  return taken.uid
}

export const appendMessageProcedure = procedure('mailbox.appendMessage', appendMessage)

/** One message of an APPEND; its content comes into the store with it. */
export interface NewMailboxMessage {
  readonly id: Id
  readonly content: NewContent
  /** As `encodeIndex` makes it, when it is known. */
  readonly index?: Uint8Array
  readonly flags: number
  readonly keywords: readonly string[]
  readonly internalDateMs: number
  readonly zoneMinutes: number
  readonly threadId?: string
}

export interface AppendMessages {
  readonly org: number
  readonly mailboxId: string
  readonly messages: readonly NewMailboxMessage[]
  readonly now: number
  /** What all mailboxes of the person together may hold; absent: no bound. */
  readonly quotaBytes?: number
}

export interface Appended {
  readonly uidValidity: number
  /** The first message's uid; each of the others has the next. */
  readonly firstUid: number
  readonly modseq: number
}

/** All of them or none. */
export function* appendMessages(_: AppendMessages): Steps<Result<Appended, MailboxError>> {
  throw new Error('appendMessages is not built yet')
}

export const appendMessagesProcedure = procedure('mailbox.appendMessages', appendMessages)
