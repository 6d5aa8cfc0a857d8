// The SQL of the keywords that mailboxes know.

import { statementsOf } from '../../store/database/statement.ts'
import type { MailboxTables } from './mailbox.tables.ts'

const statement = statementsOf<MailboxTables>()

interface InMailbox {
  readonly org: number
  readonly mailboxId: string
}

export const keywordsOf = statement<InMailbox>('mailbox.keywords')((db, a) =>
  db.selectFrom('mailbox_keyword').select('name').where('org', '=', a.org).where('mailbox_id', '=', a.mailboxId),
)

export const insertKeyword = statement<InMailbox & { name: string }>('mailbox.insertKeyword')((db, a) =>
  db
    .insertInto('mailbox_keyword')
    .values({ org: a.org, mailbox_id: a.mailboxId, name: a.name })
    .onConflict((c) => c.columns(['org', 'mailbox_id', 'name']).doNothing()),
)

export const deleteKeywords = statement<InMailbox>('mailbox.deleteKeywords')((db, a) =>
  db.deleteFrom('mailbox_keyword').where('org', '=', a.org).where('mailbox_id', '=', a.mailboxId),
)

export const deleteKeyword = statement<InMailbox & { name: string }>('mailbox.deleteKeyword')((db, a) =>
  db.deleteFrom('mailbox_keyword').where('org', '=', a.org).where('mailbox_id', '=', a.mailboxId).where('name', '=', a.name),
)
