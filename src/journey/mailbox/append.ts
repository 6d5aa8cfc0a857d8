// Messages arrive in a mailbox.

import { assert } from '../../ground/assert.ts'
import type { Id } from '../../ground/ids.ts'
import { err, ok, type Result } from '../../ground/result.ts'
import { type NewContent, placeContent, retainContent } from '../../store/content/content.ts'
import { first, notify, procedure, run, type Steps } from '../../store/database/procedure.ts'
import type { MailboxError } from './errors.ts'
import { keywordsText } from './flags.ts'
import { spellKeywords } from './keywords.ts'
import { APPEND_MESSAGES_MAX } from './limits.ts'
import { mailboxById, takeUids } from './mailbox.store.ts'
import { insertMessage } from './messages.store.ts'
import { fitsQuota } from './quota.ts'
import { totalsOf } from './totals.ts'
import { UID_MAX } from './uids.ts'

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
  const taken = yield* first(takeUids, { org, mailboxId, messages: 1, sizeBytes, unseen: 1, deleted: 0 })
  if (!taken) return undefined
  const uid = taken.uidNext - 1
  assert(uid <= UID_MAX, `mailbox ${mailboxId} has given away its last uid`)
  const state = { uid, modseq: taken.modseq, flags: 0, keywords: '' }
  const dates = { internalDateMs: receivedAt, zoneMinutes: 0, savedAtMs: receivedAt }
  yield* run(insertMessage, { org, mailboxId, ...state, id, contentId, sizeBytes, prefix, messageId, ...dates, threadId: null })
  if (args.retain !== false) yield* retainContent({ id: contentId })
  yield* notify('mailbox', mailboxId)
  return uid
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
export function* appendMessages(args: AppendMessages): Steps<Result<Appended, MailboxError>> {
  const { org, mailboxId, messages, now } = args
  const where = { org, mailboxId }
  assert(messages.length > 0 && messages.length <= APPEND_MESSAGES_MAX, 'an APPEND has messages, and not too many')
  const mailbox = yield* first(mailboxById, where)
  if (!mailbox || mailbox.selectable === 0) return err('no-mailbox')
  if (mailbox.appendable === 0) return err('not-appendable')
  if (mailbox.uidNext + messages.length - 1 > UID_MAX) return err('no-more-uids')
  const totals = totalsOf(messages.map(({ content, flags }) => ({ sizeBytes: content.sizeBytes, flags })))
  if (!(yield* fitsQuota(mailbox, totals.sizeBytes, args.quotaBytes))) return err('over-quota')
  const spelt = yield* spellAll(where, messages)
  if (!spelt.ok) return spelt
  const taken = yield* first(takeUids, { ...where, ...totals })
  assert(taken, 'what was found and locked is there')
  const firstUid = taken.uidNext - messages.length
  for (const [n, message] of messages.entries()) {
    const keywords = spelt.value[n] ?? ''
    yield* insertNew({ ...where, uid: firstUid + n, modseq: taken.modseq, keywords, now }, message)
  }
  yield* notify('mailbox', mailboxId)
  return ok({ uidValidity: taken.uidValidity, firstUid, modseq: taken.modseq })
}

export const appendMessagesProcedure = procedure('mailbox.appendMessages', appendMessages)

function* spellAll(
  where: { readonly org: number; readonly mailboxId: string },
  messages: readonly NewMailboxMessage[],
): Steps<Result<readonly string[], MailboxError>> {
  const texts: string[] = []
  for (const { keywords } of messages) {
    const spelt = yield* spellKeywords(where, keywords)
    if (!spelt.ok) return spelt
    texts.push(keywordsText(spelt.value))
  }
  return ok(texts)
}

interface Place {
  readonly org: number
  readonly mailboxId: string
  readonly uid: number
  readonly modseq: number
  readonly keywords: string
  readonly now: number
}

function* insertNew({ now, ...place }: Place, message: NewMailboxMessage): Steps<void> {
  const { id, content, index, flags, internalDateMs, zoneMinutes, threadId = null } = message
  yield* placeContent({ content, refs: 1, at: now, ...(index === undefined ? {} : { index }) })
  const kept = { contentId: content.id, sizeBytes: content.sizeBytes, prefix: '', messageId: null, threadId }
  yield* run(insertMessage, { ...place, flags, id, ...kept, internalDateMs, zoneMinutes, savedAtMs: now })
}
