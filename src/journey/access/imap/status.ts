// STATUS: what can be said of a mailbox without opening it.

import { type Command, FLAG, type StatusItem, writeStatus } from '../../../mail/protocol/imap/imap.ts'
import { fetchRows, findMailboxByName, type Mailbox } from '../../mailbox/mailbox.ts'
import { FETCH_PAGE_ROWS } from './limits.ts'
import { type Done, done } from './outcome.ts'
import { NO_MAILBOX } from './refusals.ts'
import { accountOf, enableCondstore, type Talk } from './talk.ts'

export async function status(talk: Talk, command: Command & { readonly name: 'STATUS' }): Promise<Done> {
  const { org, id: personId } = accountOf(talk)
  const mailbox = await findMailboxByName(talk.context.store, { org, personId, name: command.mailbox })
  if (!mailbox?.selectable) return NO_MAILBOX
  await tellStatus(talk, mailbox, command.items)
  return done('That is how it stands')
}

/** `* STATUS name (MESSAGES 3 …)` */
export async function tellStatus(talk: Talk, mailbox: Mailbox, items: readonly StatusItem[]): Promise<void> {
  const { core } = talk
  if (items.includes('HIGHESTMODSEQ')) enableCondstore(talk)
  const values: [StatusItem, number | string][] = []
  for (const item of items) values.push([item, await statusValue(talk, mailbox, item)])
  writeStatus(core.out, mailbox.name, values, core)
}

async function statusValue(talk: Talk, mailbox: Mailbox, item: StatusItem): Promise<number | string> {
  switch (item) {
    case 'MESSAGES':
      return mailbox.messageCount
    case 'RECENT':
      return Math.min(mailbox.messageCount, Math.max(0, mailbox.uidNext - mailbox.recentUid))
    case 'UIDNEXT':
      return mailbox.uidNext
    case 'UIDVALIDITY':
      return mailbox.uidValidity
    case 'UNSEEN':
      return mailbox.unseenCount
    case 'DELETED':
      return mailbox.deletedCount
    case 'DELETED-STORAGE':
      return mailbox.deletedCount === 0 ? 0 : await deletedBytes(talk, mailbox)
    case 'SIZE':
      return mailbox.totalBytes
    case 'HIGHESTMODSEQ':
      return mailbox.highestModseq
    case 'APPENDLIMIT':
      return talk.context.settings.messageSize
    case 'MAILBOXID':
      return `(${mailbox.id})`
  }
}

/** RFC 9208 §5.1.2. Seldom asked for, so that nobody keeps the sum. */
async function deletedBytes(talk: Talk, { org, id: mailboxId, uidNext }: Mailbox): Promise<number> {
  let bytes = 0
  for (let fromUid = 1; ; ) {
    const page = { org, mailboxId, fromUid, toUid: uidNext, limit: FETCH_PAGE_ROWS }
    const rows = await fetchRows(talk.context.store, page, { withIndex: false })
    for (const { flags, sizeBytes } of rows) if (flags & FLAG.deleted) bytes += sizeBytes
    const last = rows.at(-1)
    if (last === undefined || rows.length < FETCH_PAGE_ROWS || !(await talk.pause())) return bytes
    fromUid = last.uid + 1
  }
}
