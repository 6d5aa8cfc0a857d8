// SQL of a recipient's life: entering, claiming, recording, what operators do. States that an index depends on stand in the text
// (`sql.lit`): neither engine uses a partial index for a bound value.

import { statementsOf } from '../../store/database/statement.ts'
import type { MessageSource, QueueTables } from './queue.tables.ts'
import type { RecipientKey } from './rows.ts'
import type { FinalState } from './states.ts'

const statement = statementsOf<QueueTables>()

interface LastWord {
  readonly code: number
  readonly enhanced: string | null
  readonly text: string
  readonly host: string | null
}

export const insertMessage = statement<{
  org: number
  id: string
  contentId: string
  reversePath: string
  headerMessageId: string | null
  subject: string
  sizeBytes: number
  eightBit: number
  smtpUtf8: number
  source: MessageSource
  peerAddress: string | null
  helo: string | null
  protocol: string | null
  authAddress: string | null
  tls: string | null
  receivedAt: number
  expiresAt: number
  attentionAt: number | null
  openRecipients: number
  finishedAt: number | null
}>('queue.insertMessage')((db, a) =>
  db.insertInto('message').values({
    org: a.org,
    id: a.id,
    content_id: a.contentId,
    reverse_path: a.reversePath,
    header_message_id: a.headerMessageId,
    subject: a.subject,
    size_bytes: a.sizeBytes,
    eight_bit: a.eightBit,
    smtputf8: a.smtpUtf8,
    source: a.source,
    peer_address: a.peerAddress,
    helo: a.helo,
    protocol: a.protocol,
    auth_address: a.authAddress,
    tls: a.tls,
    received_at: a.receivedAt,
    expires_at: a.expiresAt,
    attention_at: a.attentionAt,
    open_recipients: a.openRecipients,
    finished_at: a.finishedAt,
  }),
)

export const insertRecipient = statement<{
  org: number
  messageId: string
  n: number
  address: string
  originalAddress: string | null
  destination: string
  state: 'scheduled' | 'delivered'
  dueAt: number
  finishedAt: number | null
}>('queue.insertRecipient')((db, a) =>
  db.insertInto('recipient').values({
    org: a.org,
    message_id: a.messageId,
    n: a.n,
    address: a.address,
    original_address: a.originalAddress,
    destination: a.destination,
    state: a.state,
    due_at: a.dueAt,
    attempts: 0,
    notified_delay: 0,
    finished_at: a.finishedAt,
  }),
)

const CLAIM_COLUMNS = [
  'r.org',
  'r.message_id',
  'r.n',
  'r.address',
  'r.original_address',
  'r.attempts',
  'm.content_id',
  'm.reverse_path',
  'm.size_bytes',
  'm.eight_bit',
  'm.smtputf8',
  'm.source',
  'm.received_at',
  'm.expires_at',
] as const

/** Due recipients in order; those of one message that fell due together stand together. */
export const claimable = statement<{ destination: string; now: number; limit: number }>('queue.claimable')((db, a, sql) =>
  db
    .selectFrom('recipient as r')
    .innerJoin('message as m', (j) => j.onRef('m.org', '=', 'r.org').onRef('m.id', '=', 'r.message_id'))
    .select(CLAIM_COLUMNS)
    .where('r.destination', '=', a.destination)
    .where('r.state', '=', sql.lit('scheduled'))
    .where('r.due_at', '<=', a.now)
    .orderBy('r.due_at')
    .orderBy('r.org')
    .orderBy('r.message_id')
    .orderBy('r.n')
    .limit(a.limit),
)

/** Those of one message behind a recipient of it. */
export const claimableRest = statement<RecipientKey & { destination: string; now: number; limit: number }>('queue.claimableRest')(
  (db, a, sql) =>
    db
      .selectFrom('recipient as r')
      .innerJoin('message as m', (j) => j.onRef('m.org', '=', 'r.org').onRef('m.id', '=', 'r.message_id'))
      .select(CLAIM_COLUMNS)
      .where('r.org', '=', a.org)
      .where('r.message_id', '=', a.messageId)
      .where('r.n', '>', a.n)
      .where('r.destination', '=', a.destination)
      // As an expression, so that SQLite reads the message's rows by their key and not all due rows of the destination.
      .where(sql<string>`r.state || ''`, '=', 'scheduled')
      .where('r.due_at', '<=', a.now)
      .orderBy('r.n')
      .limit(a.limit),
)

export const activate = statement<RecipientKey & { worker: string; token: number; dueAt: number; now: number }>('queue.activate')(
  (db, a, sql) =>
    db
      .updateTable('recipient')
      .set({
        state: 'active',
        worker: a.worker,
        token: a.token,
        due_at: a.dueAt,
        last_attempt_at: a.now,
        attempts: sql<number>`attempts + 1`,
      })
      .where('org', '=', a.org)
      .where('message_id', '=', a.messageId)
      .where('n', '=', a.n)
      .where('state', '=', sql.lit('scheduled')),
)

export const firstScheduled = statement<{ destination: string }>('queue.firstScheduled')((db, a, sql) =>
  db
    .selectFrom('recipient')
    .select('due_at')
    .where('destination', '=', a.destination)
    .where('state', '=', sql.lit('scheduled'))
    .orderBy('due_at')
    .limit(1),
)

/** Active recipients of a worker, in the order of the destinations they go back to. */
export const activeOf = statement<{ worker: string; limit: number }>('queue.activeOf')((db, a, sql) =>
  db
    .selectFrom('recipient')
    .select(['org', 'message_id', 'n', 'destination', 'due_at'])
    .where('worker', '=', a.worker)
    .where('state', '=', sql.lit('active'))
    .orderBy('destination')
    .limit(a.limit),
)

/** Given back without an attempt: as if it had never been claimed. */
export const unclaim = statement<RecipientKey & { worker: string; token: number; dueAt: number }>('queue.unclaim')((db, a, sql) =>
  db
    .updateTable('recipient')
    .set({ state: 'scheduled', worker: null, token: null, due_at: a.dueAt, attempts: sql<number>`attempts - 1` })
    .where('org', '=', a.org)
    .where('message_id', '=', a.messageId)
    .where('n', '=', a.n)
    .where('state', '=', sql.lit('active'))
    .where('worker', '=', a.worker)
    .where('token', '=', a.token),
)

/** Its worker is gone: back to the time recorded before the attempt began. */
export const recover = statement<RecipientKey & { worker: string }>('queue.recover')((db, a, sql) =>
  db
    .updateTable('recipient')
    .set({ state: 'scheduled', worker: null, token: null })
    .where('org', '=', a.org)
    .where('message_id', '=', a.messageId)
    .where('n', '=', a.n)
    .where('state', '=', sql.lit('active'))
    .where('worker', '=', a.worker),
)

export const heldByAttempt = statement<RecipientKey & { worker: string; token: number }>('queue.heldByAttempt')((db, a, sql) =>
  db
    .selectFrom('recipient')
    .select('address')
    .where('org', '=', a.org)
    .where('message_id', '=', a.messageId)
    .where('n', '=', a.n)
    .where('state', '=', sql.lit('active'))
    .where('worker', '=', a.worker)
    .where('token', '=', a.token),
)

export const finishAttempt = statement<RecipientKey & LastWord & { state: FinalState; at: number }>('queue.finishAttempt')(
  (db, a, sql) =>
    db
      .updateTable('recipient')
      .set({
        state: a.state,
        last_code: a.code,
        last_enhanced: a.enhanced,
        last_text: a.text,
        last_host: a.host,
        worker: null,
        token: null,
        finished_at: a.at,
      })
      .where('org', '=', a.org)
      .where('message_id', '=', a.messageId)
      .where('n', '=', a.n)
      .where('state', '=', sql.lit('active')),
)

export const deferAttempt = statement<RecipientKey & LastWord & { dueAt: number }>('queue.deferAttempt')((db, a, sql) =>
  db
    .updateTable('recipient')
    .set({
      state: 'scheduled',
      due_at: a.dueAt,
      last_code: a.code,
      last_enhanced: a.enhanced,
      last_text: a.text,
      last_host: a.host,
      worker: null,
      token: null,
    })
    .where('org', '=', a.org)
    .where('message_id', '=', a.messageId)
    .where('n', '=', a.n)
    .where('state', '=', sql.lit('active')),
)

/** Says what is left; with nothing left the message is finished and needs no more attention. */
export const closeRecipients = statement<{ org: number; messageId: string; count: number; at: number }>('queue.closeRecipients')(
  (db, a, sql) =>
    db
      .updateTable('message')
      .set({
        open_recipients: sql<number>`open_recipients - ${a.count}`,
        finished_at: sql<number | null>`case when open_recipients = ${a.count} then ${a.at} else finished_at end`,
        attention_at: sql<number | null>`case when open_recipients = ${a.count} then null else attention_at end`,
      })
      .where('org', '=', a.org)
      .where('id', '=', a.messageId)
      .returning(['open_recipients', 'content_id']),
)

export const lastRecipient = statement<{ org: number; messageId: string }>('queue.lastRecipient')((db, a) =>
  db
    .selectFrom('recipient')
    .select('n')
    .where('org', '=', a.org)
    .where('message_id', '=', a.messageId)
    .orderBy('n', 'desc')
    .limit(1),
)

export const openRecipients = statement<{ org: number; messageId: string; count: number }>('queue.openRecipients')((db, a, sql) =>
  db
    .updateTable('message')
    .set({ open_recipients: sql<number>`open_recipients + ${a.count}` })
    .where('org', '=', a.org)
    .where('id', '=', a.messageId),
)

export const recipientState = statement<RecipientKey>('queue.recipientState')((db, a) =>
  db
    .selectFrom('recipient')
    .select(['address', 'destination', 'state', 'due_at'])
    .where('org', '=', a.org)
    .where('message_id', '=', a.messageId)
    .where('n', '=', a.n),
)

export const holdRecipient = statement<RecipientKey>('queue.holdRecipient')((db, a, sql) =>
  db
    .updateTable('recipient')
    .set({ state: 'held' })
    .where('org', '=', a.org)
    .where('message_id', '=', a.messageId)
    .where('n', '=', a.n)
    .where('state', '=', sql.lit('scheduled')),
)

export const releaseRecipient = statement<RecipientKey & { dueAt: number }>('queue.releaseRecipient')((db, a, sql) =>
  db
    .updateTable('recipient')
    .set({ state: 'scheduled', due_at: a.dueAt })
    .where('org', '=', a.org)
    .where('message_id', '=', a.messageId)
    .where('n', '=', a.n)
    .where('state', '=', sql.lit('held')),
)

export const retryRecipient = statement<RecipientKey & { dueAt: number }>('queue.retryRecipient')((db, a, sql) =>
  db
    .updateTable('recipient')
    .set({ due_at: a.dueAt })
    .where('org', '=', a.org)
    .where('message_id', '=', a.messageId)
    .where('n', '=', a.n)
    .where('state', '=', sql.lit('scheduled')),
)

export const dropRecipient = statement<RecipientKey & { at: number }>('queue.dropRecipient')((db, a, sql) =>
  db
    .updateTable('recipient')
    .set({ state: 'dropped', finished_at: a.at })
    .where('org', '=', a.org)
    .where('message_id', '=', a.messageId)
    .where('n', '=', a.n)
    .where('state', 'in', [sql.lit('scheduled' as const), sql.lit('held' as const)]),
)

/** A released message gets time to be tried, however long it was held. */
export const grantTime = statement<{ org: number; messageId: string; expiresAt: number }>('queue.grantTime')((db, a, sql) =>
  db
    .updateTable('message')
    .set({
      expires_at: sql<number>`case when expires_at < ${a.expiresAt} then ${a.expiresAt} else expires_at end`,
      attention_at: sql<number>`case when expires_at < ${a.expiresAt} then ${a.expiresAt} else coalesce(attention_at, expires_at) end`,
    })
    .where('org', '=', a.org)
    .where('id', '=', a.messageId),
)
