// What others ask a mailbox.

import { readContent } from '../../store/content/content.ts'
import type { Store } from '../../store/store.ts'
import { MAILDROP_MESSAGES_MAX, MAILDROP_PAGE_ROWS } from './limits.ts'
import { mailboxById, mailboxOfPerson, maildropPage, messageById } from './mailbox.store.ts'
import type { Mailbox, MailboxMessage, MaildropEntry } from './mailbox.ts'

export async function findInbox(
  store: Store,
  who: { readonly org: number; readonly personId: string },
): Promise<Mailbox | undefined> {
  return await store.first(mailboxOfPerson, { org: who.org, personId: who.personId, name: 'INBOX' })
}

export async function findMailbox(
  store: Store,
  which: { readonly org: number; readonly mailboxId: string },
): Promise<Mailbox | undefined> {
  return await store.first(mailboxById, { org: which.org, mailboxId: which.mailboxId })
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
