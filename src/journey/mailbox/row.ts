// A mailbox out of its row: 0 and 1 become what they say.

import type { Mailbox } from './mailbox.ts'

type MailboxRow = { readonly [K in keyof Mailbox]: Mailbox[K] extends boolean ? number : Mailbox[K] }

export function mailboxOf(row: MailboxRow): Mailbox {
  return { ...row, subscribed: row.subscribed !== 0, selectable: row.selectable === 1, appendable: row.appendable === 1 }
}
