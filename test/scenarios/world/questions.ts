// What stories ask the store directly, past every part: the last word on what is so.

import type { Kysely } from 'kysely'
import type { MailboxTables } from '../../../src/journey/mailbox/mailbox.ts'
import type { QueueTables, RecipientState } from '../../../src/journey/queue/queue.ts'
import type { ContentTables } from '../../../src/store/content/content.ts'
import type { DirectoryTables } from '../../../src/store/directory/directory.ts'
import type { EventTables } from '../../../src/store/events/events.ts'
import type { Store } from '../../../src/store/store.ts'

type Tables = QueueTables & MailboxTables & ContentTables & EventTables & DirectoryTables

export interface RecipientRow {
  readonly messageId: string
  readonly n: number
  readonly address: string
  readonly state: RecipientState
  readonly attempts: number
  readonly lastText: string | null
  readonly dueAt: number
}

export function recipientRows(store: Store): Promise<readonly RecipientRow[]> {
  return store.query((db: Kysely<Tables>) =>
    db
      .selectFrom('recipient')
      .select(['message_id as messageId', 'n', 'address', 'state', 'attempts', 'last_text as lastText', 'due_at as dueAt'])
      .orderBy('message_id')
      .orderBy('n'),
  )
}

export function messageRows(store: Store) {
  return store.query((db: Kysely<Tables>) =>
    db
      .selectFrom('message')
      .select([
        'id',
        'content_id as contentId',
        'open_recipients as openRecipients',
        'source',
        'reverse_path as reversePath',
        'subject',
        'header_message_id as headerMessageId',
        'received_at as receivedAt',
      ])
      .orderBy('id'),
  )
}

export async function eventRows(store: Store) {
  const rows = await store.query((db: Kysely<Tables>) =>
    db.selectFrom('event').select(['id', 'message_id as messageId', 'recipient', 'type', 'at', 'data']).orderBy('id'),
  )
  return rows.map((row) => ({ ...row, data: JSON.parse(row.data) as Readonly<Record<string, unknown>> }))
}

export async function contentRows(store: Store) {
  const rows = await store.query((db: Kysely<Tables>) =>
    db
      .selectFrom('content')
      .leftJoin('content_share', 'content_share.content_id', 'content.id')
      .select(['id', 'refs', 'holders', 'size_bytes as sizeBytes']),
  )
  return rows.map(({ holders, ...row }) => ({ ...row, refs: row.refs + (holders ?? 0) }))
}

export function mailboxRows(store: Store) {
  return store.query((db: Kysely<Tables>) =>
    db.selectFrom('mailbox_message').select(['content_id as contentId', 'message_id as messageId']),
  )
}

export function mailboxEntries(store: Store, address: string) {
  return store.query((db: Kysely<Tables>) =>
    db
      .selectFrom('mailbox_message as e')
      .innerJoin('mailbox as m', (join) => join.onRef('m.org', '=', 'e.org').onRef('m.id', '=', 'e.mailbox_id'))
      .innerJoin('person as p', (join) => join.onRef('p.org', '=', 'm.org').onRef('p.id', '=', 'm.person_id'))
      .where('p.address', '=', address)
      .select(['e.prefix', 'e.content_id as contentId'])
      .orderBy('e.uid'),
  )
}

export async function organisationNames(store: Store): Promise<readonly string[]> {
  const rows = await store.query((db: Kysely<Tables>) => db.selectFrom('organisation').select('name').orderBy('id'))
  return rows.map(({ name }) => name)
}

/** Workers that the store takes for living, or has not yet found dead. */
export async function workerIds(store: Store): Promise<readonly string[]> {
  const rows = await store.query((db: Kysely<Tables>) => db.selectFrom('worker').select('id'))
  return rows.map(({ id }) => id)
}
