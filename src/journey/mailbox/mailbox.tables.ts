// The tables of mailboxes, and how they come into being.

import type { Kysely } from 'kysely'
import type { ColumnTypes, Migration, Sql } from '../../store/database/migration.ts'

export interface MailboxTable {
  org: number
  id: string
  person_id: string
  /** `INBOX` */
  name: string
  /** RFC 9051 §2.3.1.1: 32 bits; changes only when the mailbox is made anew. */
  uid_validity: number
  /** The uid the next message gets. Raised in the commit that adds the message, so uids appear in the order of commits. */
  uid_next: number
  /** Kept with every append and removal, so that the totals cost one row however full the mailbox is. */
  message_count: number
  total_bytes: number
  /** RFC 7162: of the last change; each change of the mailbox takes the next in its commit. */
  highest_modseq: number
  /** Totals too: messages that are not \\Seen, and those that are \\Deleted. */
  unseen_count: number
  deleted_count: number
  /** `\\Drafts` … (RFC 6154). */
  special_use: string | null
  subscribed: number
  /** 0: the name stands for its children, or for a subscription, alone. */
  selectable: number
  appendable: number
  /** Uids from here on no session has been told of as \\Recent. */
  recent_uid: number
  /** What was expunged up to this modseq is forgotten, in part or whole. */
  forgotten_modseq: number
  created_at: number
}

/** What changes of a message stands first, so that reading it for a whole mailbox passes over the rest. */
export interface MailboxMessageTable {
  org: number
  mailbox_id: string
  uid: number
  /** Of the mailbox's change that brought this row to what it is. */
  modseq: number
  /** Bits: FLAG_SEEN … */
  flags: number
  /** Sorted, a space between them, empty for none. */
  keywords: string
  /** Also POP3's unique-id: never used for another message, whatever becomes of uids (RFC 1939 §7). */
  id: string
  /** The id of the message this is a copy of; null for one that is none. */
  copy_of: string | null
  content_id: string
  /** Prefix and content together: what a client receives. */
  size_bytes: number
  /** Lines put before the content for this recipient alone (Return-Path, Delivered-To), each ending with CRLF; may be empty. */
  prefix: string
  /** The message in the queue this came from: the way to its journey. Null for what a client put here. */
  message_id: string | null
  /** INTERNALDATE: when it was received, or what the client said when it put it here; and the zone it said that in. */
  internal_date: number
  zone_minutes: number
  /** SAVEDATE (RFC 8514): when it came into this mailbox. */
  saved_at: number
  thread_id: string | null
}

/** What was removed, so that who was away can be told (RFC 7162 §3.2). */
export interface MailboxExpungedTable {
  org: number
  mailbox_id: string
  modseq: number
  /** A run of uids that went together, both ends included. */
  first_uid: number
  last_uid: number
  at: number
}

/** The keywords that messages of a mailbox have or had, as they were first spelt. */
export interface MailboxKeywordTable {
  org: number
  mailbox_id: string
  name: string
}

/**
 * The greatest uidvalidity that a name was ever used with, written when the name becomes free; the empty name stands for the greatest that
 * the person was ever given. So a name that is used again never has a smaller one than before (RFC 9051 §2.3.1.1).
 */
export interface MailboxValidityTable {
  org: number
  person_id: string
  name: string
  uid_validity: number
}

export interface MaildropLockTable {
  org: number
  mailbox_id: string
  /** Who holds it, for the operator: one protocol thread of one run of the program. Empty: nobody. */
  holder: string
  /** Rises with every new holder; whoever changes the maildrop under the lock shows the token. */
  token: number
  lease_until: number
}

export interface MailboxTables {
  mailbox: MailboxTable
  mailbox_message: MailboxMessageTable
  mailbox_expunged: MailboxExpungedTable
  mailbox_keyword: MailboxKeywordTable
  mailbox_validity: MailboxValidityTable
  maildrop_lock: MaildropLockTable
}

export const mailboxMigrations: readonly Migration[] = [
  {
    name: 'mailbox/0001-first',
    async up(db, types, sql) {
      const { schema } = db as unknown as Kysely<MailboxTables>
      await createMailboxTables(schema, types, sql)
      await createMessageTables(schema, types, sql)
      await sql`create index mailbox_message_by_modseq on mailbox_message (org, mailbox_id, modseq, uid)`.execute(db)
    },
  },
]

type Schema = Kysely<MailboxTables>['schema']

async function createMailboxTables(schema: Schema, types: ColumnTypes, sql: Sql): Promise<void> {
  await schema
    .createTable('mailbox')
    .addColumn('org', types.integer, (c) => c.notNull())
    .addColumn('id', 'text', (c) => c.notNull())
    .addColumn('person_id', 'text', (c) => c.notNull())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('uid_validity', types.integer, (c) => c.notNull())
    .addColumn('uid_next', types.integer, (c) => c.notNull())
    .addColumn('highest_modseq', types.integer, (c) => c.notNull())
    .addColumn('message_count', types.integer, (c) => c.notNull())
    .addColumn('total_bytes', types.integer, (c) => c.notNull())
    .addColumn('unseen_count', types.integer, (c) => c.notNull())
    .addColumn('deleted_count', types.integer, (c) => c.notNull())
    .addColumn('special_use', 'text')
    .addColumn('subscribed', types.integer, (c) => c.notNull())
    .addColumn('selectable', types.integer, (c) => c.notNull())
    .addColumn('appendable', types.integer, (c) => c.notNull())
    .addColumn('recent_uid', types.integer, (c) => c.notNull())
    .addColumn('forgotten_modseq', types.integer, (c) => c.notNull())
    .addColumn('created_at', types.integer, (c) => c.notNull())
    .addPrimaryKeyConstraint('mailbox_key', ['org', 'id'])
    .addUniqueConstraint('mailbox_by_person', ['org', 'person_id', 'name'])
    .execute()
  await schema
    .createTable('mailbox_validity')
    .addColumn('org', types.integer, (c) => c.notNull())
    .addColumn('person_id', 'text', (c) => c.notNull())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('uid_validity', types.integer, (c) => c.notNull())
    .addPrimaryKeyConstraint('mailbox_validity_key', ['org', 'person_id', 'name'])
    .modifyEnd(sql.raw(types.clustered))
    .execute()
  await schema
    .createTable('maildrop_lock')
    .addColumn('org', types.integer, (c) => c.notNull())
    .addColumn('mailbox_id', 'text', (c) => c.notNull())
    .addColumn('holder', 'text', (c) => c.notNull())
    .addColumn('token', types.integer, (c) => c.notNull())
    .addColumn('lease_until', types.integer, (c) => c.notNull())
    .addPrimaryKeyConstraint('maildrop_lock_key', ['org', 'mailbox_id'])
    .execute()
}

async function createMessageTables(schema: Schema, types: ColumnTypes, sql: Sql): Promise<void> {
  await schema
    .createTable('mailbox_message')
    .addColumn('org', types.integer, (c) => c.notNull())
    .addColumn('mailbox_id', 'text', (c) => c.notNull())
    .addColumn('uid', types.integer, (c) => c.notNull())
    .addColumn('modseq', types.integer, (c) => c.notNull())
    .addColumn('flags', types.integer, (c) => c.notNull())
    .addColumn('keywords', 'text', (c) => c.notNull())
    .addColumn('id', 'text', (c) => c.notNull())
    .addColumn('copy_of', 'text')
    .addColumn('content_id', 'text', (c) => c.notNull())
    .addColumn('size_bytes', types.integer, (c) => c.notNull())
    .addColumn('prefix', 'text', (c) => c.notNull())
    .addColumn('message_id', 'text')
    .addColumn('internal_date', types.integer, (c) => c.notNull())
    .addColumn('zone_minutes', types.integer, (c) => c.notNull())
    .addColumn('saved_at', types.integer, (c) => c.notNull())
    .addColumn('thread_id', 'text')
    .addPrimaryKeyConstraint('mailbox_message_key', ['org', 'mailbox_id', 'uid'])
    .execute()
  await schema
    .createTable('mailbox_expunged')
    .addColumn('org', types.integer, (c) => c.notNull())
    .addColumn('mailbox_id', 'text', (c) => c.notNull())
    .addColumn('modseq', types.integer, (c) => c.notNull())
    .addColumn('first_uid', types.integer, (c) => c.notNull())
    .addColumn('last_uid', types.integer, (c) => c.notNull())
    .addColumn('at', types.integer, (c) => c.notNull())
    .addPrimaryKeyConstraint('mailbox_expunged_key', ['org', 'mailbox_id', 'modseq', 'first_uid'])
    .modifyEnd(sql.raw(types.clustered))
    .execute()
  await schema
    .createTable('mailbox_keyword')
    .addColumn('org', types.integer, (c) => c.notNull())
    .addColumn('mailbox_id', 'text', (c) => c.notNull())
    .addColumn('name', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('mailbox_keyword_key', ['org', 'mailbox_id', 'name'])
    .modifyEnd(sql.raw(types.clustered))
    .execute()
}
