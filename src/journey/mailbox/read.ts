// What others ask a mailbox.

import { readContent } from '../../store/content/content.ts'
import { procedure, type Steps } from '../../store/database/procedure.ts'
import type { Store } from '../../store/store.ts'
import { MAILDROP_MESSAGES_MAX, MAILDROP_PAGE_ROWS } from './limits.ts'
import { mailboxById, mailboxOfPerson, maildropPage, messageById } from './mailbox.store.ts'
import type { Mailbox, MailboxMessage, MaildropEntry, MessageRow } from './mailbox.ts'
import { mailboxOf } from './row.ts'

export async function findInbox(
  store: Store,
  who: { readonly org: number; readonly personId: string },
): Promise<Mailbox | undefined> {
  const row = await store.first(mailboxOfPerson, { org: who.org, personId: who.personId, name: 'INBOX' })
  return row && mailboxOf(row)
}

export async function findMailbox(
  store: Store,
  which: { readonly org: number; readonly mailboxId: string },
): Promise<Mailbox | undefined> {
  const row = await store.first(mailboxById, { org: which.org, mailboxId: which.mailboxId })
  return row && mailboxOf(row)
}

/** The newest messages (MAILDROP_MESSAGES_MAX at most), oldest first. `betweenPages` lets the thread's other sessions through. */
export async function listMaildrop(
  store: Store,
  { org, mailboxId }: { readonly org: number; readonly mailboxId: string },
  betweenPages?: () => Promise<void>,
): Promise<readonly MaildropEntry[]> {
  const entries: MaildropEntry[] = []
  let beforeUid = Number.MAX_SAFE_INTEGER
  while (entries.length < MAILDROP_MESSAGES_MAX) {
    const limit = Math.min(MAILDROP_PAGE_ROWS, MAILDROP_MESSAGES_MAX - entries.length)
    const page = await store.all(maildropPage, { org, mailboxId, beforeUid, limit })
    for (const row of page) entries.push(row)
    const last = page.at(-1)
    if (!last || page.length < limit) break
    beforeUid = last.uid
    await betweenPages?.()
  }
  return entries.reverse()
}

/** `undefined`: removed meanwhile. */
export async function findMessage(
  store: Store,
  which: { readonly org: number; readonly mailboxId: string; readonly id: string },
): Promise<MailboxMessage | undefined> {
  return await store.first(messageById, { org: which.org, mailboxId: which.mailboxId, id: which.id })
}

/** The message as its reader gets it: the prefix, then the content as it was received. What is wrong with the store shows at once. */
export async function* openMailboxMessage(
  store: Store,
  message: Pick<MailboxMessage, 'prefix' | 'contentId'>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let prefix: Uint8Array | undefined = message.prefix === '' ? undefined : Buffer.from(message.prefix)
  for await (const chunk of readContent(store, message.contentId)) {
    if (prefix) yield prefix
    prefix = undefined
    yield chunk
  }
  if (prefix) yield prefix
}

/** All of a person's, by name; also names that only stand for children or a subscription (`selectable` false). */
export async function listMailboxes(
  _: Store,
  __: { readonly org: number; readonly personId: string },
): Promise<readonly Mailbox[]> {
  throw new Error('listMailboxes is not built yet')
}

/** `name` as `canonicalName` makes it. */
export async function findMailboxByName(
  _: Store,
  __: { readonly org: number; readonly personId: string; readonly name: string },
): Promise<Mailbox | undefined> {
  throw new Error('findMailboxByName is not built yet')
}

export interface FetchRows {
  readonly org: number
  readonly mailboxId: string
  readonly fromUid: number
  readonly toUid: number
  /** Rows at most; FETCH_ROWS_MAX whatever is asked for. */
  readonly limit: number
}

/** In the order of uids; fewer than `limit` rows: there are no more in the range. */
export async function fetchRows(_: Store, __: FetchRows, ___: { readonly withIndex: boolean }): Promise<readonly MessageRow[]> {
  throw new Error('fetchRows is not built yet')
}

/** What the person holds in all mailboxes together. */
export async function usage(
  _: Store,
  __: { readonly org: number; readonly personId: string },
): Promise<{ readonly messages: number; readonly sizeBytes: number }> {
  throw new Error('usage is not built yet')
}

/** Keeps an index that was made at a first read. Content that is gone is passed over. */
export const keepIndexProcedure = procedure(
  'mailbox.keepIndex',
  function* (_: { readonly contentId: string; readonly index: Uint8Array }): Steps<void> {
    throw new Error('keepIndex is not built yet')
  },
)

/**
 * For a session that selects the mailbox to read and write: messages from `fromUid` on (to before `toUid`) are recent for it, and for no
 * other. Call it when `recentUid < uidNext`.
 */
export const takeRecentProcedure = procedure(
  'mailbox.takeRecent',
  function* (_: {
    readonly org: number
    readonly mailboxId: string
  }): Steps<{ readonly fromUid: number; readonly toUid: number }> {
    throw new Error('takeRecent is not built yet')
  },
)
