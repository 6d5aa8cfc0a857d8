// The SQL of what was removed from mailboxes.

import { statementsOf } from '../../store/database/statement.ts'
import type { MailboxTables } from './mailbox.tables.ts'

const statement = statementsOf<MailboxTables>()

interface InMailbox {
  readonly org: number
  readonly mailboxId: string
}

export const insertExpunged = statement<InMailbox & { modseq: number; firstUid: number; lastUid: number; at: number }>(
  'mailbox.insertExpunged',
)((db, a) =>
  db.insertInto('mailbox_expunged').values({
    org: a.org,
    mailbox_id: a.mailboxId,
    modseq: a.modseq,
    first_uid: a.firstUid,
    last_uid: a.lastUid,
    at: a.at,
  }),
)

export const expungedSince = statement<InMailbox & { modseq: number; afterUid: number; limit: number }>('mailbox.expungedSince')(
  (db, a, sql) =>
    db
      .selectFrom('mailbox_expunged')
      .select(['modseq', 'first_uid as from', 'last_uid as to'])
      .where('org', '=', a.org)
      .where('mailbox_id', '=', a.mailboxId)
      .where(sql<boolean>`(modseq, first_uid) > (${a.modseq}, ${a.afterUid})`)
      .orderBy('modseq')
      .orderBy('first_uid')
      .limit(a.limit),
)

export const oldestExpunged = statement<InMailbox & { limit: number }>('mailbox.oldestExpunged')((db, a) =>
  db
    .selectFrom('mailbox_expunged')
    .select(['modseq', 'at'])
    .where('org', '=', a.org)
    .where('mailbox_id', '=', a.mailboxId)
    .orderBy('modseq')
    .limit(a.limit),
)

export const forgetExpunged = statement<InMailbox & { modseq: number }>('mailbox.forgetExpunged')((db, a) =>
  db
    .deleteFrom('mailbox_expunged')
    .where('org', '=', a.org)
    .where('mailbox_id', '=', a.mailboxId)
    .where('modseq', '<=', a.modseq),
)
