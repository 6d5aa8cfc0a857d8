// The SQL of messages in mailboxes.

import { statementsOf } from '../../store/database/statement.ts'
import type { MailboxTables } from './mailbox.tables.ts'

const statement = statementsOf<MailboxTables>()

interface InMailbox {
  readonly org: number
  readonly mailboxId: string
}

interface InRange extends InMailbox {
  readonly fromUid: number
  readonly toUid: number
}

// Messages come

export interface InsertMessage extends InMailbox {
  readonly uid: number
  readonly modseq: number
  readonly flags: number
  readonly keywords: string
  readonly id: string
  readonly contentId: string
  readonly sizeBytes: number
  readonly prefix: string
  readonly messageId: string | null
  readonly internalDateMs: number
  readonly zoneMinutes: number
  readonly savedAtMs: number
  readonly threadId: string | null
}

export const insertMessage = statement<InsertMessage>('mailbox.insertMessage')((db, a) =>
  db.insertInto('mailbox_message').values({
    org: a.org,
    mailbox_id: a.mailboxId,
    uid: a.uid,
    modseq: a.modseq,
    flags: a.flags,
    keywords: a.keywords,
    id: a.id,
    copy_of: null,
    content_id: a.contentId,
    size_bytes: a.sizeBytes,
    prefix: a.prefix,
    message_id: a.messageId,
    internal_date: a.internalDateMs,
    zone_minutes: a.zoneMinutes,
    saved_at: a.savedAtMs,
    thread_id: a.threadId,
  }),
)

export interface CopyRange extends InRange {
  readonly toMailboxId: string
  /** The uid before that of the first copy. */
  readonly afterUid: number
  readonly modseq: number
  readonly savedAtMs: number
}

const COPIED_COLUMNS = [
  'org',
  'mailbox_id',
  'uid',
  'modseq',
  'flags',
  'keywords',
  'id',
  'copy_of',
  'content_id',
  'size_bytes',
  'prefix',
  'message_id',
  'internal_date',
  'zone_minutes',
  'saved_at',
  'thread_id',
] as const

/** Copies have ids of their own, made of the one given and their uid. */
export const copyRange = statement<CopyRange & { id: string }>('mailbox.copyRange')((db, a, sql) => {
  const uid = sql<number>`cast(${a.afterUid} as bigint) + row_number() over (order by uid)`
  return db
    .insertInto('mailbox_message')
    .columns(COPIED_COLUMNS)
    .expression(
      db
        .selectFrom('mailbox_message')
        .select([
          'org',
          sql<string>`cast(${a.toMailboxId} as text)`.as('mailbox_id'),
          uid.as('uid'),
          sql<number>`cast(${a.modseq} as bigint)`.as('modseq'),
          'flags',
          'keywords',
          sql<string>`cast(${a.id} as text) || '-' || cast(${uid} as text)`.as('id'),
          sql<string>`coalesce(copy_of, id)`.as('copy_of'),
          'content_id',
          'size_bytes',
          'prefix',
          'message_id',
          'internal_date',
          'zone_minutes',
          sql<number>`cast(${a.savedAtMs} as bigint)`.as('saved_at'),
          'thread_id',
        ])
        .where('org', '=', a.org)
        .where('mailbox_id', '=', a.mailboxId)
        .where('uid', '>=', a.fromUid)
        .where('uid', '<=', a.toUid),
    )
})

/** What moves keeps its id. */
export const moveRange = statement<CopyRange>('mailbox.moveRange')((db, a, sql) =>
  db
    .insertInto('mailbox_message')
    .columns(COPIED_COLUMNS)
    .expression(
      db
        .selectFrom('mailbox_message')
        .select([
          'org',
          sql<string>`cast(${a.toMailboxId} as text)`.as('mailbox_id'),
          sql<number>`cast(${a.afterUid} as bigint) + row_number() over (order by uid)`.as('uid'),
          sql<number>`cast(${a.modseq} as bigint)`.as('modseq'),
          'flags',
          'keywords',
          'id',
          'copy_of',
          'content_id',
          'size_bytes',
          'prefix',
          'message_id',
          'internal_date',
          'zone_minutes',
          sql<number>`cast(${a.savedAtMs} as bigint)`.as('saved_at'),
          'thread_id',
        ])
        .where('org', '=', a.org)
        .where('mailbox_id', '=', a.mailboxId)
        .where('uid', '>=', a.fromUid)
        .where('uid', '<=', a.toUid),
    ),
)

// Messages are looked at. Many rows come as one text, a line for each: a tenth of what as many row objects cost.

/** `uid modseq flags keywords` of the first messages of a range. */
export const statesInRange = statement<InRange & { limit: number }>('mailbox.statesInRange')((db, a, sql) =>
  db
    .selectFrom((from) =>
      from
        .selectFrom('mailbox_message')
        .select(['uid', 'modseq', 'flags', 'keywords'])
        .where('org', '=', a.org)
        .where('mailbox_id', '=', a.mailboxId)
        .where('uid', '>=', a.fromUid)
        .where('uid', '<=', a.toUid)
        .orderBy('uid')
        .limit(a.limit)
        .as('m'),
    )
    .select((e) => [
      sql<string | null>`string_agg(format('%s %s %s %s', uid, modseq, flags, keywords), '\n')`.as('lines'),
      e.fn.countAll<number>().as('count'),
    ]),
)

/** The same of what changed after a modseq, in the order of changes; a page begins after the last uid of the page before. */
export const statesSince = statement<InMailbox & { modseq: number; afterUid: number; limit: number }>('mailbox.statesSince')(
  (db, a, sql) =>
    db
      .selectFrom((from) =>
        from
          .selectFrom('mailbox_message')
          .select(['uid', 'modseq', 'flags', 'keywords'])
          .where('org', '=', a.org)
          .where('mailbox_id', '=', a.mailboxId)
          .where(sql<boolean>`(modseq, uid) > (${a.modseq}, ${a.afterUid})`)
          .orderBy('modseq')
          .orderBy('uid')
          .limit(a.limit)
          .as('m'),
      )
      .select((e) => [
        sql<string | null>`string_agg(format('%s %s %s %s', uid, modseq, flags, keywords), '\n')`.as('lines'),
        e.fn.countAll<number>().as('count'),
      ]),
)

/** `uid size flags content keywords` of the first messages of a range; with `flagged` bits only of those that have them all. */
export const holdingsInRange = statement<InRange & { flagged: number; limit: number }>('mailbox.holdingsInRange')((db, a, sql) =>
  db
    .selectFrom((from) =>
      from
        .selectFrom('mailbox_message')
        .select(['uid', 'size_bytes', 'flags', 'content_id', 'keywords'])
        .where('org', '=', a.org)
        .where('mailbox_id', '=', a.mailboxId)
        .where('uid', '>=', a.fromUid)
        .where('uid', '<=', a.toUid)
        .where(sql<boolean>`(flags & ${a.flagged}) = ${a.flagged}`)
        .orderBy('uid')
        .limit(a.limit)
        .as('m'),
    )
    .select((e) => [
      sql<string | null>`string_agg(format('%s %s %s %s %s', uid, size_bytes, flags, content_id, keywords), '\n')`.as('lines'),
      e.fn.countAll<number>().as('count'),
    ]),
)

/** `uid size date zone saved content id thread` of the first messages of a range; the thread may be empty. */
export const factsInRange = statement<InRange & { limit: number }>('mailbox.factsInRange')((db, a, sql) =>
  db
    .selectFrom((from) =>
      from
        .selectFrom('mailbox_message')
        .select(['uid', 'size_bytes', 'internal_date', 'zone_minutes', 'saved_at', 'content_id', 'copy_of', 'id', 'thread_id'])
        .where('org', '=', a.org)
        .where('mailbox_id', '=', a.mailboxId)
        .where('uid', '>=', a.fromUid)
        .where('uid', '<=', a.toUid)
        .orderBy('uid')
        .limit(a.limit)
        .as('m'),
    )
    .select(
      sql<string | null>`string_agg(
        cast(uid as text) || ' ' || cast(size_bytes as text) || ' ' || cast(internal_date as text) || ' ' ||
        cast(zone_minutes as text) || ' ' || cast(saved_at as text) || ' ' || content_id || ' ' ||
        coalesce(copy_of, id) || ' ' || coalesce(thread_id, ''), '\n')`.as('lines'),
    ),
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

export const messageByUid = statement<InMailbox & { uid: number }>('mailbox.messageByUid')((db, a) =>
  db
    .selectFrom('mailbox_message')
    .select([
      'org',
      'mailbox_id as mailboxId',
      'uid',
      'id',
      'content_id as contentId',
      'size_bytes as sizeBytes',
      'prefix',
      'message_id as messageId',
      'internal_date as internalDateMs',
    ])
    .where('org', '=', a.org)
    .where('mailbox_id', '=', a.mailboxId)
    .where('uid', '=', a.uid),
)

const FETCHED_COLUMNS = [
  'uid',
  'modseq',
  'flags',
  'keywords',
  'id',
  'thread_id as threadId',
  'content_id as contentId',
  'size_bytes as sizeBytes',
  'prefix',
  'internal_date as internalDateMs',
  'zone_minutes as zoneMinutes',
  'saved_at as savedAtMs',
] as const

export const rowsInRange = statement<InRange & { limit: number }>('mailbox.rowsInRange')((db, a, sql) =>
  db
    .selectFrom('mailbox_message')
    .select([...FETCHED_COLUMNS, sql<string>`coalesce(copy_of, id)`.as('emailId')])
    .where('org', '=', a.org)
    .where('mailbox_id', '=', a.mailboxId)
    .where('uid', '>=', a.fromUid)
    .where('uid', '<=', a.toUid)
    .orderBy('uid')
    .limit(a.limit),
)

/** Each once. */
export const keywordSets = statement<InMailbox>('mailbox.keywordSets')((db, a) =>
  db
    .selectFrom('mailbox_message')
    .select('keywords')
    .distinct()
    .where('org', '=', a.org)
    .where('mailbox_id', '=', a.mailboxId)
    .where('keywords', '!=', ''),
)

// Messages change

export interface SetState extends InRange {
  readonly fromFlags: number
  readonly fromKeywords: string
  /** Those that changed later are left alone. */
  readonly since: number
  readonly flags: number
  readonly keywords: string
  readonly modseq: number
}

/** The messages of a range that are in one state come to another. */
export const setState = statement<SetState>('mailbox.setState')((db, a) =>
  db
    .updateTable('mailbox_message')
    .set({ flags: a.flags, keywords: a.keywords, modseq: a.modseq })
    .where('org', '=', a.org)
    .where('mailbox_id', '=', a.mailboxId)
    .where('uid', '>=', a.fromUid)
    .where('uid', '<=', a.toUid)
    .where('flags', '=', a.fromFlags)
    .where('keywords', '=', a.fromKeywords)
    .where('modseq', '<=', a.since),
)

/** Another spelling of the same keywords: no change that anybody need be told of. */
export const respellKeywords = statement<InRange & { fromKeywords: string; keywords: string }>('mailbox.respellKeywords')(
  (db, a) =>
    db
      .updateTable('mailbox_message')
      .set({ keywords: a.keywords })
      .where('org', '=', a.org)
      .where('mailbox_id', '=', a.mailboxId)
      .where('uid', '>=', a.fromUid)
      .where('uid', '<=', a.toUid)
      .where('keywords', '=', a.fromKeywords),
)

/** Messages go to another mailbox as they are: uids, modseqs and all. */
export const adoptMessages = statement<InMailbox & { toMailboxId: string }>('mailbox.adoptMessages')((db, a) =>
  db
    .updateTable('mailbox_message')
    .set({ mailbox_id: a.toMailboxId })
    .where('org', '=', a.org)
    .where('mailbox_id', '=', a.mailboxId),
)

// Messages go

/** With `flagged` bits only those that have them all. */
export const deleteRange = statement<InRange & { flagged: number }>('mailbox.deleteRange')((db, a, sql) =>
  db
    .deleteFrom('mailbox_message')
    .where('org', '=', a.org)
    .where('mailbox_id', '=', a.mailboxId)
    .where('uid', '>=', a.fromUid)
    .where('uid', '<=', a.toUid)
    .where(sql<boolean>`(flags & ${a.flagged}) = ${a.flagged}`),
)
