// The queue's SQL. States that an index depends on stand in the text (`sql.lit`): neither engine uses a partial index for a bound value.

import { sql } from 'kysely'
import { statementsOf } from '../../store/database/statement.ts'
import type { MessageSource, QueueTables } from './queue.tables.ts'
import type { FinalState } from './states.ts'

const statement = statementsOf<QueueTables>()

const SCHEDULED = sql.lit('scheduled' as const)
const ACTIVE = sql.lit('active' as const)
const HELD = sql.lit('held' as const)

interface RecipientKey {
  readonly org: number
  readonly messageId: string
  readonly n: number
}

interface LastWord {
  readonly code: number
  readonly enhanced: string | null
  readonly text: string
  readonly host: string | null
}

// ---- entering

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

// ---- destinations

export const destinationDue = statement<{ name: string }>('queue.destinationDue')((db, a) =>
  db.selectFrom('destination').select(['due_at', 'held_until']).where('name', '=', a.name),
)

export const expectDestination = statement<{ name: string; dueAt: number }>('queue.expectDestination')((db, a) =>
  db
    .insertInto('destination')
    .values({ name: a.name, due_at: a.dueAt, token: a.dueAt })
    .onConflict((c) =>
      c
        .column('name')
        .doUpdateSet((e) => ({ due_at: e.ref('excluded.due_at') }))
        .where((e) => e.or([e('destination.due_at', 'is', null), e('destination.due_at', '>', e.ref('excluded.due_at'))])),
    ),
)

export const setDestinationDue = statement<{ name: string; dueAt: number | null }>('queue.setDestinationDue')((db, a) =>
  db.updateTable('destination').set({ due_at: a.dueAt }).where('name', '=', a.name),
)

export const holdDestination = statement<{ name: string; until: number; reason: string }>('queue.holdDestination')((db, a) =>
  db.updateTable('destination').set({ held_until: a.until, held_reason: a.reason }).where('name', '=', a.name),
)

export const unholdDestination = statement<{ name: string }>('queue.unholdDestination')((db, a) =>
  db.updateTable('destination').set({ held_until: null, held_reason: null }).where('name', '=', a.name).where('held_until', 'is not', null),
)

/** The destination with its holder, whose life is the lease's. */
export const destinationLease = statement<{ name: string }>('queue.destinationLease')((db, a) =>
  db
    .selectFrom('destination as d')
    .leftJoin('worker as w', 'w.id', 'd.worker')
    .select(['d.due_at', 'd.worker', 'd.token', 'd.held_until', 'd.held_reason', 'w.lease_until'])
    .where('d.name', '=', a.name),
)

/** Takes the lease from the holder it was seen with: 0 rows when someone was faster. */
export const takeDestination = statement<{ name: string; worker: string; token: number }>('queue.takeDestination')((db, a) =>
  db
    .updateTable('destination')
    .set({ worker: a.worker, token: sql<number>`token + 1` })
    .where('name', '=', a.name)
    .where('token', '=', a.token),
)

export const releaseDestination = statement<{ name: string; worker: string }>('queue.releaseDestination')((db, a) =>
  db.updateTable('destination').set({ worker: null }).where('name', '=', a.name).where('worker', '=', a.worker),
)

export const releaseDestinationsOf = statement<{ worker: string }>('queue.releaseDestinationsOf')((db, a) =>
  db.updateTable('destination').set({ worker: null }).where('worker', '=', a.worker),
)

/** One row per destination, so that many recipients of one that another worker holds cost one step. */
export const dueDestinations = statement<{ worker: string; now: number; limit: number }>('queue.dueDestinations')((db, a) =>
  db
    .selectFrom('destination as d')
    .leftJoin('worker as w', 'w.id', 'd.worker')
    .select(['d.name', 'd.due_at'])
    .where('d.due_at', '<=', a.now)
    .where((e) => e.or([e('d.worker', 'is', null), e('d.worker', '=', a.worker), e('w.lease_until', 'is', null), e('w.lease_until', '<=', a.now)]))
    .orderBy('d.due_at')
    .limit(a.limit),
)

export const nextDueAt = statement<object>('queue.nextDueAt')((db) =>
  db.selectFrom('destination').select('due_at').where('due_at', 'is not', null).orderBy('due_at').limit(1),
)

/** Destinations whose row is later than their recipients, which only a lost race can bring about. */
export const lateDestinations = statement<{ limit: number }>('queue.lateDestinations')((db, a) =>
  db
    .selectFrom(
      db
        .selectFrom('recipient')
        .select((e) => ['destination', e.fn.min('due_at').as('first_due')])
        .where('state', '=', SCHEDULED)
        .groupBy('destination')
        .as('r'),
    )
    .leftJoin('destination as d', 'd.name', 'r.destination')
    .select(['r.destination', 'r.first_due'])
    .where((e) =>
      e.or([
        e('d.due_at', 'is', null),
        e.and([e('d.due_at', '>', e.ref('r.first_due')), e('d.due_at', '>', e.fn.coalesce('d.held_until', e.lit(0)))]),
      ]),
    )
    .limit(a.limit),
)

export const idleDestinations = statement<{ limit: number }>('queue.idleDestinations')((db, a) =>
  db
    .selectFrom('destination as d')
    .select('d.name')
    .where('d.due_at', 'is', null)
    .where('d.worker', 'is', null)
    .where('d.held_until', 'is', null)
    .limit(a.limit),
)

// ---- workers

export const insertWorker = statement<{ id: string; leaseUntil: number; startedAt: number }>('queue.insertWorker')((db, a) =>
  db
    .insertInto('worker')
    .values({ id: a.id, lease_until: a.leaseUntil, started_at: a.startedAt })
    .onConflict((c) => c.column('id').doUpdateSet((e) => ({ lease_until: e.ref('excluded.lease_until') }))),
)

export const workerLease = statement<{ id: string }>('queue.workerLease')((db, a) =>
  db.selectFrom('worker').select('lease_until').where('id', '=', a.id),
)

export const lapsedWorkers = statement<{ now: number; limit: number }>('queue.lapsedWorkers')((db, a) =>
  db.selectFrom('worker').select('id').where('lease_until', '<=', a.now).orderBy('id').limit(a.limit),
)

export const deleteWorker = statement<{ id: string }>('queue.deleteWorker')((db, a) => db.deleteFrom('worker').where('id', '=', a.id))

// ---- claiming

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
export const claimable = statement<{ destination: string; now: number; limit: number }>('queue.claimable')((db, a) =>
  db
    .selectFrom('recipient as r')
    .innerJoin('message as m', (j) => j.onRef('m.org', '=', 'r.org').onRef('m.id', '=', 'r.message_id'))
    .select(CLAIM_COLUMNS)
    .where('r.destination', '=', a.destination)
    .where('r.state', '=', SCHEDULED)
    .where('r.due_at', '<=', a.now)
    .orderBy('r.due_at')
    .orderBy('r.org')
    .orderBy('r.message_id')
    .orderBy('r.n')
    .limit(a.limit),
)

/** Those of one message behind a recipient of it. */
export const claimableRest = statement<RecipientKey & { destination: string; now: number; limit: number }>('queue.claimableRest')((db, a) =>
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

export const activate = statement<RecipientKey & { worker: string; token: number; dueAt: number; now: number }>('queue.activate')((db, a) =>
  db
    .updateTable('recipient')
    .set({ state: 'active', worker: a.worker, token: a.token, due_at: a.dueAt, last_attempt_at: a.now, attempts: sql<number>`attempts + 1` })
    .where('org', '=', a.org)
    .where('message_id', '=', a.messageId)
    .where('n', '=', a.n)
    .where('state', '=', SCHEDULED),
)

export const firstScheduled = statement<{ destination: string }>('queue.firstScheduled')((db, a) =>
  db
    .selectFrom('recipient')
    .select('due_at')
    .where('destination', '=', a.destination)
    .where('state', '=', SCHEDULED)
    .orderBy('due_at')
    .limit(1),
)

/** Active recipients of a worker, in the order of the destinations they go back to. */
export const activeOf = statement<{ worker: string; limit: number }>('queue.activeOf')((db, a) =>
  db
    .selectFrom('recipient')
    .select(['org', 'message_id', 'n', 'destination', 'due_at'])
    .where('worker', '=', a.worker)
    .where('state', '=', ACTIVE)
    .orderBy('destination')
    .limit(a.limit),
)

/** Given back without an attempt: as if it had never been claimed. */
export const unclaim = statement<RecipientKey & { worker: string; token: number; dueAt: number }>('queue.unclaim')((db, a) =>
  db
    .updateTable('recipient')
    .set({ state: 'scheduled', worker: null, token: null, due_at: a.dueAt, attempts: sql<number>`attempts - 1` })
    .where('org', '=', a.org)
    .where('message_id', '=', a.messageId)
    .where('n', '=', a.n)
    .where('state', '=', ACTIVE)
    .where('worker', '=', a.worker)
    .where('token', '=', a.token),
)

/** Its worker is gone: back to the time recorded before the attempt began. */
export const recover = statement<RecipientKey & { worker: string }>('queue.recover')((db, a) =>
  db
    .updateTable('recipient')
    .set({ state: 'scheduled', worker: null, token: null })
    .where('org', '=', a.org)
    .where('message_id', '=', a.messageId)
    .where('n', '=', a.n)
    .where('state', '=', ACTIVE)
    .where('worker', '=', a.worker),
)

// ---- recording

export const heldByAttempt = statement<RecipientKey & { worker: string; token: number }>('queue.heldByAttempt')((db, a) =>
  db
    .selectFrom('recipient')
    .select('address')
    .where('org', '=', a.org)
    .where('message_id', '=', a.messageId)
    .where('n', '=', a.n)
    .where('state', '=', ACTIVE)
    .where('worker', '=', a.worker)
    .where('token', '=', a.token),
)

export const finishAttempt = statement<RecipientKey & LastWord & { state: FinalState; at: number }>('queue.finishAttempt')((db, a) =>
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
    .where('state', '=', ACTIVE),
)

export const deferAttempt = statement<RecipientKey & LastWord & { dueAt: number }>('queue.deferAttempt')((db, a) =>
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
    .where('state', '=', ACTIVE),
)

/** Says what is left; with nothing left the message is finished and needs no more attention. */
export const closeRecipients = statement<{ org: number; messageId: string; count: number; at: number }>('queue.closeRecipients')((db, a) =>
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

export const openRecipients = statement<{ org: number; messageId: string; count: number }>('queue.openRecipients')((db, a) =>
  db
    .updateTable('message')
    .set({ open_recipients: sql<number>`open_recipients + ${a.count}` })
    .where('org', '=', a.org)
    .where('id', '=', a.messageId),
)

// ---- what operators do

export const recipientState = statement<RecipientKey>('queue.recipientState')((db, a) =>
  db
    .selectFrom('recipient')
    .select(['address', 'destination', 'state', 'due_at'])
    .where('org', '=', a.org)
    .where('message_id', '=', a.messageId)
    .where('n', '=', a.n),
)

export const holdRecipient = statement<RecipientKey>('queue.holdRecipient')((db, a) =>
  db
    .updateTable('recipient')
    .set({ state: 'held' })
    .where('org', '=', a.org)
    .where('message_id', '=', a.messageId)
    .where('n', '=', a.n)
    .where('state', '=', SCHEDULED),
)

export const releaseRecipient = statement<RecipientKey & { dueAt: number }>('queue.releaseRecipient')((db, a) =>
  db
    .updateTable('recipient')
    .set({ state: 'scheduled', due_at: a.dueAt })
    .where('org', '=', a.org)
    .where('message_id', '=', a.messageId)
    .where('n', '=', a.n)
    .where('state', '=', HELD),
)

export const retryRecipient = statement<RecipientKey & { dueAt: number }>('queue.retryRecipient')((db, a) =>
  db
    .updateTable('recipient')
    .set({ due_at: a.dueAt })
    .where('org', '=', a.org)
    .where('message_id', '=', a.messageId)
    .where('n', '=', a.n)
    .where('state', '=', SCHEDULED),
)

export const dropRecipient = statement<RecipientKey & { at: number }>('queue.dropRecipient')((db, a) =>
  db
    .updateTable('recipient')
    .set({ state: 'dropped', finished_at: a.at })
    .where('org', '=', a.org)
    .where('message_id', '=', a.messageId)
    .where('n', '=', a.n)
    .where('state', 'in', [SCHEDULED, HELD]),
)

/** A released message gets time to be tried, however long it was held. */
export const grantTime = statement<{ org: number; messageId: string; expiresAt: number }>('queue.grantTime')((db, a) =>
  db
    .updateTable('message')
    .set({
      expires_at: sql<number>`case when expires_at < ${a.expiresAt} then ${a.expiresAt} else expires_at end`,
      attention_at: sql<number>`case when expires_at < ${a.expiresAt} then ${a.expiresAt} else coalesce(attention_at, expires_at) end`,
    })
    .where('org', '=', a.org)
    .where('id', '=', a.messageId),
)

// ---- the sweep

export const wantingAttention = statement<{ now: number; limit: number }>('queue.wantingAttention')((db, a) =>
  db.selectFrom('message').selectAll().where('attention_at', '<=', a.now).orderBy('attention_at').limit(a.limit),
)

export const messageRow = statement<{ org: number; messageId: string }>('queue.messageRow')((db, a) =>
  db.selectFrom('message').selectAll().where('org', '=', a.org).where('id', '=', a.messageId),
)

export const setAttention = statement<{ org: number; messageId: string; attentionAt: number | null }>('queue.setAttention')((db, a) =>
  db.updateTable('message').set({ attention_at: a.attentionAt }).where('org', '=', a.org).where('id', '=', a.messageId),
)

export const recipientsOf = statement<{ org: number; messageId: string; from: number; limit: number }>('queue.recipientsOf')((db, a) =>
  db
    .selectFrom('recipient')
    .selectAll()
    .where('org', '=', a.org)
    .where('message_id', '=', a.messageId)
    .where('n', '>=', a.from)
    .orderBy('n')
    .limit(a.limit),
)

export const openRecipientsOf = statement<{ org: number; messageId: string; limit: number }>('queue.openRecipientsOf')((db, a) =>
  db
    .selectFrom('recipient')
    .selectAll()
    .where('org', '=', a.org)
    .where('message_id', '=', a.messageId)
    .where('state', 'in', [SCHEDULED, ACTIVE, HELD])
    .orderBy('n')
    .limit(a.limit),
)

export const expireRecipient = statement<RecipientKey & { at: number }>('queue.expireRecipient')((db, a) =>
  db
    .updateTable('recipient')
    .set({ state: 'expired', finished_at: a.at })
    .where('org', '=', a.org)
    .where('message_id', '=', a.messageId)
    .where('n', '=', a.n)
    .where('state', '=', SCHEDULED),
)

export const markNotified = statement<RecipientKey>('queue.markNotified')((db, a) =>
  db
    .updateTable('recipient')
    .set({ notified_delay: 1 })
    .where('org', '=', a.org)
    .where('message_id', '=', a.messageId)
    .where('n', '=', a.n)
    .where('notified_delay', '=', 0),
)

// ---- forgetting

export const firstOrgAfter = statement<{ org: number }>('queue.firstOrgAfter')((db, a) =>
  db.selectFrom('message').select('org').where('org', '>', a.org).orderBy('org').limit(1),
)

/** Ids begin with their time: the oldest messages are the first of the key, and no index on a date is kept. */
export const finishedBefore = statement<{ org: number; id: string; limit: number }>('queue.finishedBefore')((db, a) =>
  db
    .selectFrom('message')
    .select('id')
    .where('org', '=', a.org)
    .where('id', '<', a.id)
    .where('open_recipients', '=', 0)
    .orderBy('id')
    .limit(a.limit),
)

export const deleteRecipients = statement<{ org: number; messageId: string }>('queue.deleteRecipients')((db, a) =>
  db.deleteFrom('recipient').where('org', '=', a.org).where('message_id', '=', a.messageId),
)

export const deleteMessage = statement<{ org: number; messageId: string }>('queue.deleteMessage')((db, a) =>
  db.deleteFrom('message').where('org', '=', a.org).where('id', '=', a.messageId),
)

export const deleteDestination = statement<{ name: string }>('queue.deleteDestination')((db, a) =>
  db
    .deleteFrom('destination')
    .where('name', '=', a.name)
    .where('due_at', 'is', null)
    .where('worker', 'is', null)
    .where('held_until', 'is', null),
)
