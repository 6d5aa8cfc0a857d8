// The SQL of mailboxes, their names and locks. The messages', the history's and the keywords' is beside it.

import { statementsOf } from '../../store/database/statement.ts'
import type { MailboxTables } from './mailbox.tables.ts'

const statement = statementsOf<MailboxTables>()

interface InMailbox {
  readonly org: number
  readonly mailboxId: string
}

interface OfPerson {
  readonly org: number
  readonly personId: string
}

const MAILBOX_COLUMNS = [
  'org',
  'id',
  'person_id as personId',
  'name',
  'uid_validity as uidValidity',
  'uid_next as uidNext',
  'highest_modseq as highestModseq',
  'message_count as messageCount',
  'total_bytes as totalBytes',
  'unseen_count as unseenCount',
  'deleted_count as deletedCount',
  'special_use as specialUse',
  'subscribed',
  'selectable',
  'appendable',
  'recent_uid as recentUid',
  'forgotten_modseq as forgottenModseq',
] as const

// Mailboxes

export interface InsertMailbox extends OfPerson {
  readonly id: string
  readonly name: string
  readonly uidValidity: number
  readonly uidNext: number
  readonly highestModseq: number
  readonly specialUse: string | null
  readonly subscribed: number
  readonly selectable: number
  readonly now: number
}

/** Does nothing when the person has one of that name. */
export const insertMailbox = statement<InsertMailbox>('mailbox.insertMailbox')((db, a) =>
  db
    .insertInto('mailbox')
    .values({
      org: a.org,
      id: a.id,
      person_id: a.personId,
      name: a.name,
      uid_validity: a.uidValidity,
      uid_next: a.uidNext,
      highest_modseq: a.highestModseq,
      message_count: 0,
      total_bytes: 0,
      unseen_count: 0,
      deleted_count: 0,
      special_use: a.specialUse,
      subscribed: a.subscribed,
      selectable: a.selectable,
      appendable: a.selectable,
      recent_uid: 1,
      forgotten_modseq: 0,
      created_at: a.now,
    })
    .onConflict((c) => c.columns(['org', 'person_id', 'name']).doNothing()),
)

export const mailboxOfPerson = statement<OfPerson & { name: string }>('mailbox.mailboxOfPerson')((db, a) =>
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

export const mailboxesOfPerson = statement<OfPerson & { limit: number }>('mailbox.mailboxesOfPerson')((db, a) =>
  db.selectFrom('mailbox').select(MAILBOX_COLUMNS).where('org', '=', a.org).where('person_id', '=', a.personId).limit(a.limit),
)

export const usageOfPerson = statement<OfPerson>('mailbox.usageOfPerson')((db, a) =>
  db
    .selectFrom('mailbox')
    .select((e) => [
      e.fn.sum<number | null>('message_count').as('messages'),
      e.fn.sum<number | null>('total_bytes').as('sizeBytes'),
    ])
    .where('org', '=', a.org)
    .where('person_id', '=', a.personId)
    .where('selectable', '=', 1),
)

export interface Change extends InMailbox {
  /** To add to the totals; negative to take away. */
  readonly messages: number
  readonly sizeBytes: number
  readonly unseen: number
  readonly deleted: number
}

/**
 * Takes `messages` uids and the next modseq for messages that come; no row when nothing can be put there. The row's lock is held until the
 * commit: two changes cannot take the same, nor commit in the wrong order.
 */
export const takeUids = statement<Change>('mailbox.takeUids')((db, a, sql) =>
  db
    .updateTable('mailbox')
    .set((e) => ({
      uid_next: e('uid_next', '+', a.messages),
      highest_modseq: e('highest_modseq', '+', 1),
      message_count: e('message_count', '+', a.messages),
      total_bytes: e('total_bytes', '+', a.sizeBytes),
      unseen_count: e('unseen_count', '+', a.unseen),
      deleted_count: e('deleted_count', '+', a.deleted),
    }))
    .where('org', '=', a.org)
    .where('id', '=', a.mailboxId)
    .where('appendable', '=', sql.lit(1))
    .returning(['uid_next as uidNext', 'highest_modseq as modseq', 'uid_validity as uidValidity']),
)

/** The next modseq, for messages that are there. */
export const takeModseq = statement<InMailbox>('mailbox.takeModseq')((db, a) =>
  db
    .updateTable('mailbox')
    .set((e) => ({ highest_modseq: e('highest_modseq', '+', 1) }))
    .where('org', '=', a.org)
    .where('id', '=', a.mailboxId)
    .returning('highest_modseq as modseq'),
)

export const addTotals = statement<Change>('mailbox.addTotals')((db, a) =>
  db
    .updateTable('mailbox')
    .set((e) => ({
      message_count: e('message_count', '+', a.messages),
      total_bytes: e('total_bytes', '+', a.sizeBytes),
      unseen_count: e('unseen_count', '+', a.unseen),
      deleted_count: e('deleted_count', '+', a.deleted),
    }))
    .where('org', '=', a.org)
    .where('id', '=', a.mailboxId),
)

export const setRecent = statement<InMailbox & { recentUid: number }>('mailbox.setRecent')((db, a) =>
  db.updateTable('mailbox').set({ recent_uid: a.recentUid }).where('org', '=', a.org).where('id', '=', a.mailboxId),
)

export const setForgotten = statement<InMailbox & { modseq: number }>('mailbox.setForgotten')((db, a) =>
  db.updateTable('mailbox').set({ forgotten_modseq: a.modseq }).where('org', '=', a.org).where('id', '=', a.mailboxId),
)

export const setSubscription = statement<InMailbox & { subscribed: number }>('mailbox.setSubscription')((db, a) =>
  db.updateTable('mailbox').set({ subscribed: a.subscribed }).where('org', '=', a.org).where('id', '=', a.mailboxId),
)

export const renameOne = statement<InMailbox & { name: string; uidValidity: number }>('mailbox.renameOne')((db, a) =>
  db
    .updateTable('mailbox')
    .set({ name: a.name, uid_validity: a.uidValidity })
    .where('org', '=', a.org)
    .where('id', '=', a.mailboxId),
)

/** It has no name any more that a person could say, and nothing can be put into it: its messages go, and then it goes. */
export const condemn = statement<InMailbox & { name: string }>('mailbox.condemn')((db, a) =>
  db
    .updateTable('mailbox')
    .set({ name: a.name, selectable: 0, appendable: 0, subscribed: 0, special_use: null })
    .where('org', '=', a.org)
    .where('id', '=', a.mailboxId),
)

export const deleteMailboxRow = statement<InMailbox>('mailbox.deleteMailbox')((db, a) =>
  db.deleteFrom('mailbox').where('org', '=', a.org).where('id', '=', a.mailboxId),
)

/** Condemned mailboxes of whomever: a deletion that was broken off. */
export const condemnedMailboxes = statement<{ limit: number }>('mailbox.condemned')((db, a, sql) =>
  db.selectFrom('mailbox').select(['org', 'id']).where(sql<string>`substr(name, 1, 1)`, '=', '/').limit(a.limit),
)

// Uidvalidities

export const validityOfName = statement<OfPerson & { name: string }>('mailbox.validityOfName')((db, a) =>
  db
    .selectFrom('mailbox_validity')
    .select('uid_validity as uidValidity')
    .where('org', '=', a.org)
    .where('person_id', '=', a.personId)
    .where('name', '=', a.name),
)

export const keepValidity = statement<OfPerson & { name: string; uidValidity: number }>('mailbox.keepValidity')((db, a) =>
  db
    .insertInto('mailbox_validity')
    .values({ org: a.org, person_id: a.personId, name: a.name, uid_validity: a.uidValidity })
    .onConflict((c) => c.columns(['org', 'person_id', 'name']).doUpdateSet({ uid_validity: a.uidValidity })),
)

export const deleteValidities = statement<OfPerson>('mailbox.deleteValidities')((db, a) =>
  db.deleteFrom('mailbox_validity').where('org', '=', a.org).where('person_id', '=', a.personId),
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
