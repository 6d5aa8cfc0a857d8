// What others ask a mailbox.

import { readContent, readIndexes } from '../../store/content/content.ts'
import type { Store } from '../../store/store.ts'
import { FETCH_ROWS_MAX, MAILBOXES_MAX, MAILDROP_MESSAGES_MAX, MAILDROP_PAGE_ROWS } from './limits.ts'
import { factsIn } from './lines.ts'
import { mailboxById, mailboxesOfPerson, mailboxOfPerson, usageOfPerson } from './mailbox.store.ts'
import type { Mailbox, MailboxMessage, MaildropEntry, MessageFact, MessageRow } from './mailbox.ts'
import { factsInRange, maildropPage, messageByUid, rowsInRange } from './messages.store.ts'
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
  which: { readonly org: number; readonly mailboxId: string; readonly uid: number },
): Promise<MailboxMessage | undefined> {
  return await store.first(messageByUid, { org: which.org, mailboxId: which.mailboxId, uid: which.uid })
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
  store: Store,
  { org, personId }: { readonly org: number; readonly personId: string },
): Promise<readonly Mailbox[]> {
  const rows = await store.all(mailboxesOfPerson, { org, personId, limit: MAILBOXES_MAX })
  // One that is being deleted has a name that begins with a slash.
  const named = rows.filter(({ name }) => !name.startsWith('/')).map(mailboxOf)
  return named.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** `name` as `canonicalName` makes it. */
export async function findMailboxByName(
  store: Store,
  { org, personId, name }: { readonly org: number; readonly personId: string; readonly name: string },
): Promise<Mailbox | undefined> {
  if (name.startsWith('/')) return undefined
  const row = await store.first(mailboxOfPerson, { org, personId, name })
  return row && mailboxOf(row)
}

export interface FetchRows {
  readonly org: number
  readonly mailboxId: string
  readonly fromUid: number
  readonly toUid: number
  /** Rows at most; FETCH_ROWS_MAX whatever is asked for. */
  readonly limit: number
}

/** In the order of uids; fewer than `limit` rows (and than FETCH_ROWS_MAX): there are no more in the range. */
export async function fetchRows(
  store: Store,
  { org, mailboxId, fromUid, toUid, limit }: FetchRows,
  { withIndex }: { readonly withIndex: boolean },
): Promise<readonly MessageRow[]> {
  const rows = await store.all(rowsInRange, { org, mailboxId, fromUid, toUid, limit: Math.min(limit, FETCH_ROWS_MAX) })
  const indexes = withIndex ? await readIndexes(store, [...new Set(rows.map(({ contentId }) => contentId))]) : undefined
  return rows.map((row) => ({ ...row, index: indexes?.get(row.contentId) ?? null }))
}

/** What never changes of messages, for the many: a tenth of what their rows cost. In the order of uids. */
export async function fetchFacts(
  store: Store,
  { org, mailboxId, fromUid, toUid, limit }: FetchRows,
  { withIndex }: { readonly withIndex: boolean },
): Promise<readonly MessageFact[]> {
  const range = { org, mailboxId, fromUid, toUid, limit: Math.min(limit, FETCH_ROWS_MAX) }
  const facts = factsIn((await store.first(factsInRange, range))?.lines ?? null)
  if (!withIndex) return facts
  const indexes = await readIndexes(store, [...new Set(facts.map(({ contentId }) => contentId))])
  for (const fact of facts) fact.index = indexes.get(fact.contentId) ?? null
  return facts
}

/** What the person holds in all mailboxes together. */
export async function usage(
  store: Store,
  { org, personId }: { readonly org: number; readonly personId: string },
): Promise<{ readonly messages: number; readonly sizeBytes: number }> {
  const row = await store.first(usageOfPerson, { org, personId })
  return { messages: row?.messages ?? 0, sizeBytes: row?.sizeBytes ?? 0 }
}
