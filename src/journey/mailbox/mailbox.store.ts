// The SQL of mailboxes: every statement over their tables, and no other file has any.

import { statementsOf } from '../../store/database/statement.ts'
import type { MailboxTables } from './mailbox.tables.ts'

const statement = statementsOf<MailboxTables>()

interface InMailbox {
  readonly org: number
  readonly mailboxId: string
}

const MAILBOX_COLUMNS = [
  'org',
  'id',
  'person_id as personId',
  'name',
  'uid_validity as uidValidity',
  'uid_next as uidNext',
  'message_count as messageCount',
  'total_bytes as totalBytes',
  'highest_modseq as highestModseq',
  'unseen_count as unseenCount',
  'deleted_count as deletedCount',
  'special_use as specialUse',
  'subscribed',
  'selectable',
  'appendable',
  'recent_uid as recentUid',
  'forgotten_modseq as forgottenModseq',
] as const

const MESSAGE_COLUMNS = [
  'org',
  'mailbox_id as mailboxId',
  'uid',
  'id',
  'content_id as contentId',
  'size_bytes as sizeBytes',
  'prefix',
  'message_id as messageId',
  'received_at as receivedAt',
] as const

// Mailboxes

/** Does nothing when the person has one of that name. */
export const insertMailbox = statement<{
  org: number
  id: string
  personId: string
  name: string
  uidValidity: number
  now: number
}>('mailbox.insertMailbox')((db, a) =>
  db
    .insertInto('mailbox')
    .values({
      org: a.org,
      id: a.id,
      person_id: a.personId,
      name: a.name,
      uid_validity: a.uidValidity,
      uid_next: 1,
      message_count: 0,
      total_bytes: 0,
      highest_modseq: 1,
      unseen_count: 0,
      deleted_count: 0,
      special_use: null,
      subscribed: 1,
      selectable: 1,
      appendable: 1,
      recent_uid: 1,
      forgotten_modseq: 0,
      created_at: a.now,
    })
    .onConflict((c) => c.columns(['org', 'person_id', 'name']).doNothing()),
)

export const mailboxOfPerson = statement<{ org: number; personId: string; name: string }>('mailbox.mailboxOfPerson')((db, a) =>
  db
    .selectFrom('mailbox')
    .select(MAILBOX_COLUMNS)
    .where('org', '=', a.org)
    .where('person_id', '=', a.personId)
    .where('name', '=', a.name),
)

export const mailboxById = statement<InMailbox>('mailbox.mailboxById')((db, a) =>
  db.selectFrom('mailbox').select(MAILBOX_COLUMNS).where('org', '=', a.org).where('id', '=', a.mailboxId),
)

/** The row's lock is held until the commit: two appends cannot take one uid, nor commit in the wrong order. */
export const takeUid = statement<InMailbox & { sizeBytes: number }>('mailbox.takeUid')((db, a, sql) =>
  db
    .updateTable('mailbox')
    .set((e) => ({
      uid_next: e('uid_next', '+', 1),
      message_count: e('message_count', '+', 1),
      total_bytes: e('total_bytes', '+', a.sizeBytes),
    }))
    .where('org', '=', a.org)
    .where('id', '=', a.mailboxId)
    .returning(sql<number>`uid_next - 1`.as('uid')),
)

export const lowerTotals = statement<InMailbox & { count: number; sizeBytes: number }>('mailbox.lowerTotals')((db, a) =>
  db
    .updateTable('mailbox')
    .set((e) => ({ message_count: e('message_count', '-', a.count), total_bytes: e('total_bytes', '-', a.sizeBytes) }))
    .where('org', '=', a.org)
    .where('id', '=', a.mailboxId),
)

export const deleteMailbox = statement<InMailbox>('mailbox.deleteMailbox')((db, a) =>
  db.deleteFrom('mailbox').where('org', '=', a.org).where('id', '=', a.mailboxId),
)

// Messages

export interface InsertMessage extends InMailbox {
  readonly uid: number
  readonly id: string
  readonly contentId: string
  readonly sizeBytes: number
  readonly prefix: string
  readonly messageId: string
  readonly receivedAt: number
}

export const insertMessage = statement<InsertMessage>('mailbox.insertMessage')((db, a) =>
  db.insertInto('mailbox_message').values({
    org: a.org,
    mailbox_id: a.mailboxId,
    uid: a.uid,
    id: a.id,
    content_id: a.contentId,
    size_bytes: a.sizeBytes,
    prefix: a.prefix,
    message_id: a.messageId,
    received_at: a.receivedAt,
    seen: 0,
  }),
)

export const deleteMessage = statement<InMailbox & { id: string }>('mailbox.deleteMessage')((db, a) =>
  db
    .deleteFrom('mailbox_message')
    .where('org', '=', a.org)
    .where('mailbox_id', '=', a.mailboxId)
    .where('id', '=', a.id)
    .returning(['content_id as contentId', 'size_bytes as sizeBytes']),
)

/** Newest first, so that pages can follow each other while new messages arrive. */
export const maildropPage = statement<InMailbox & { beforeUid: number; limit: number }>('mailbox.maildropPage')((db, a) =>
  db
    .selectFrom('mailbox_message')
    .select(['uid', 'id', 'size_bytes as sizeBytes'])
    .where('org', '=', a.org)
    .where('mailbox_id', '=', a.mailboxId)
    .where('uid', '<', a.beforeUid)
    .orderBy('uid', 'desc')
    .limit(a.limit),
)

export const messageById = statement<InMailbox & { id: string }>('mailbox.messageById')((db, a) =>
  db
    .selectFrom('mailbox_message')
    .select(MESSAGE_COLUMNS)
    .where('org', '=', a.org)
    .where('mailbox_id', '=', a.mailboxId)
    .where('id', '=', a.id),
)

// The maildrop's lock

/** Takes the lock when it was never held, was given back, or its lease is over; the returned token tells that it was taken. */
export const takeLock = statement<InMailbox & { holder: string; now: number; leaseUntil: number }>('mailbox.takeLock')(
  (db, a, sql) =>
    db
      .insertInto('maildrop_lock')
      .values({ org: a.org, mailbox_id: a.mailboxId, holder: a.holder, token: 1, lease_until: a.leaseUntil })
      .onConflict((c) =>
        c
          .columns(['org', 'mailbox_id'])
          .doUpdateSet({ holder: a.holder, token: sql<number>`maildrop_lock.token + 1`, lease_until: a.leaseUntil })
          .where('maildrop_lock.lease_until', '<=', a.now),
      )
      .returning('token'),
)

/** Also when the lease is over, as long as nobody else took the lock: the token tells. */
export const renewLock = statement<InMailbox & { token: number; leaseUntil: number }>('mailbox.renewLock')((db, a) =>
  db
    .updateTable('maildrop_lock')
    .set({ lease_until: a.leaseUntil })
    .where('org', '=', a.org)
    .where('mailbox_id', '=', a.mailboxId)
    .where('token', '=', a.token)
    .where('holder', '!=', ''),
)

/** The row stays, with its token: tokens must never repeat. */
export const releaseLock = statement<InMailbox & { token: number }>('mailbox.releaseLock')((db, a) =>
  db
    .updateTable('maildrop_lock')
    .set({ lease_until: 0, holder: '' })
    .where('org', '=', a.org)
    .where('mailbox_id', '=', a.mailboxId)
    .where('token', '=', a.token),
)

/** Also a write, so that on PostgreSQL nobody can take the lock between this look and our commit. */
export const confirmLock = statement<InMailbox & { token: number }>('mailbox.confirmLock')((db, a) =>
  db
    .updateTable('maildrop_lock')
    .set({ token: a.token })
    .where('org', '=', a.org)
    .where('mailbox_id', '=', a.mailboxId)
    .where('token', '=', a.token)
    .where('holder', '!=', ''),
)

export const forgetLocks = statement<Record<never, never>>('mailbox.forgetLocks')((db) =>
  db.updateTable('maildrop_lock').set({ lease_until: 0, holder: '' }).where('holder', '!=', ''),
)

export const deleteLock = statement<InMailbox>('mailbox.deleteLock')((db, a) =>
  db.deleteFrom('maildrop_lock').where('org', '=', a.org).where('mailbox_id', '=', a.mailboxId),
)
