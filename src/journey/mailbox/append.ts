// A message arrives in a mailbox.

import { assert } from '../../ground/assert.ts'
import type { Id } from '../../ground/ids.ts'
import { retainContent } from '../../store/content/content.ts'
import { first, notify, procedure, run, type Steps } from '../../store/database/procedure.ts'
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
