// What the control API, the web page and the command line say to each other: every question and answer, checked on both sides.
// The words are for people: `waiting`, `returned`; the queue's own states stay inside the queue.

import { z } from 'zod'
import { ROWS_DEFAULT, ROWS_MAX, SEARCH_TEXT_MAX } from './limits.ts'

/** What became of one recipient, in words. `sending`: an attempt is under way. `returned`: refused for good, the sender was told. */
export const RecipientState = z.enum(['waiting', 'sending', 'held', 'delivered', 'returned', 'expired', 'dropped'])
export type RecipientState = z.infer<typeof RecipientState>

/** What the remote host answered, with its explanation. */
export const Reply = z.object({
  code: z.int().describe('SMTP reply code; 0 when no reply came (no connection, DNS failure)'),
  enhanced: z.string().optional().describe('Enhanced status code, such as 5.1.1'),
  text: z.string().describe('As the host said it; never trusted, always escaped'),
  host: z.string().optional(),
  meaning: z.string().describe('In plain words'),
  advice: z.string().describe('What to do about it'),
})
export type Reply = z.infer<typeof Reply>

const Time = z.int().describe('Milliseconds since 1970-01-01T00:00Z')
const RestsUntil = Time.optional().describe('Its destination is left alone until then, after a failure that concerned all of it')

export const JourneyRow = z.object({
  id: z.string(),
  at: Time,
  from: z.string().describe('Empty for a report (the null sender)'),
  to: z.array(z.string()).describe('The first few recipients'),
  recipientCount: z.int(),
  subject: z.string(),
  sizeBytes: z.int(),
  state: RecipientState.describe('Of all recipients, the one that most wants attention'),
  states: z.array(z.object({ state: RecipientState, count: z.int() })),
  lastReply: Reply.optional(),
  nextAttemptAt: Time.optional(),
})
export type JourneyRow = z.infer<typeof JourneyRow>

export const JourneyRecipient = z.object({
  n: z.int(),
  address: z.string(),
  originalAddress: z.string().optional().describe('Before an alias changed it'),
  destination: z.string(),
  state: RecipientState,
  attempts: z.int(),
  nextAttemptAt: Time.optional(),
  restsUntil: RestsUntil,
  lastAttemptAt: Time.optional(),
  finishedAt: Time.optional(),
  lastReply: Reply.optional(),
})
export type JourneyRecipient = z.infer<typeof JourneyRecipient>

export const TranscriptLine = z.object({ at: Time, direction: z.enum(['in', 'out']), line: z.string() })
export type TranscriptLine = z.infer<typeof TranscriptLine>

export const TimelineEntry = z.object({
  id: z.string(),
  at: Time,
  type: z.string().describe('The event’s own name in the catalogue'),
  tone: z.enum(['neutral', 'good', 'waiting', 'bad', 'held']),
  title: z.string().describe('What happened, in plain words'),
  detail: z.string().optional(),
  recipient: z.string().optional(),
  host: z.string().optional(),
  reply: Reply.optional(),
  transcript: z.array(TranscriptLine).optional(),
  relatedId: z.string().optional().describe('Another message: the report about this one, or what this report is about'),
})
export type TimelineEntry = z.infer<typeof TimelineEntry>

export const Journey = z.object({
  id: z.string(),
  at: Time,
  from: z.string(),
  messageId: z.string().optional().describe('The Message-ID header, with its angle brackets'),
  subject: z.string(),
  sizeBytes: z.int(),
  source: z.string().describe('The door it came in by: mx, submission, api, report, command'),
  peer: z.string().optional().describe('Address of the host that handed it over'),
  expiresAt: Time.optional(),
  state: RecipientState,
  recipients: z.array(JourneyRecipient),
  timeline: z.array(TimelineEntry),
})
export type Journey = z.infer<typeof Journey>

const Limit = z.coerce.number().int().min(1).max(ROWS_MAX).default(ROWS_DEFAULT)
const Cursor = z.string().max(64).optional().describe('`next` of the page before')
const SearchText = z.string().trim().min(1).max(SEARCH_TEXT_MAX).optional()

/** At most one of the first four; without any: the latest messages. */
export const JourneysQuestion = z.object({
  q: SearchText.describe('Anything a person types: an address, a Message-ID, our id; the server works out which'),
  address: SearchText.describe('Of the sender or of a recipient'),
  messageId: SearchText.describe('The Message-ID header, angle brackets or not'),
  limit: Limit,
  before: Cursor,
})
export type JourneysQuestion = z.infer<typeof JourneysQuestion>

export const JourneysAnswer = z.object({ rows: z.array(JourneyRow), next: z.string().optional() })
export type JourneysAnswer = z.infer<typeof JourneysAnswer>

export const QueueState = z.enum(['waiting', 'sending', 'held'])
export type QueueState = z.infer<typeof QueueState>

export const QueueFilter = z.object({
  destination: SearchText.describe('The domain it goes to'),
  from: SearchText.describe('Sender’s address; empty sender is written <>'),
  to: SearchText.describe('Recipient’s address'),
  state: QueueState.optional(),
  olderThanMs: z.coerce.number().int().min(0).optional().describe('Received longer ago than this'),
})
export type QueueFilter = z.infer<typeof QueueFilter>

export const QueueQuestion = QueueFilter.extend({ limit: Limit, before: Cursor })
export type QueueQuestion = z.infer<typeof QueueQuestion>

/** One recipient that is not finished. */
export const QueueRow = z.object({
  id: z.string(),
  n: z.int(),
  from: z.string(),
  to: z.string(),
  destination: z.string(),
  state: RecipientState,
  receivedAt: Time,
  nextAttemptAt: Time.optional(),
  restsUntil: RestsUntil,
  attempts: z.int(),
  sizeBytes: z.int(),
  subject: z.string(),
  lastReply: Reply.optional(),
})
export type QueueRow = z.infer<typeof QueueRow>

export const QueueAnswer = z.object({ rows: z.array(QueueRow), next: z.string().optional() })
export type QueueAnswer = z.infer<typeof QueueAnswer>

/** `retry`: try now. `drop`: forget it without telling the sender. */
export const QueueAction = z.enum(['retry', 'hold', 'release', 'drop'])
export type QueueAction = z.infer<typeof QueueAction>

/** Either one message (`id`, perhaps one recipient of it) or all that match `filter`; `{}` as filter means everything. */
export const QueueChange = z.object({
  action: QueueAction,
  id: z.string().optional(),
  recipient: z.string().optional(),
  filter: QueueFilter.optional(),
})
export type QueueChange = z.infer<typeof QueueChange>
export const QueueChanged = z.object({
  changed: z.int(),
  held: z.int().default(0).describe('Left alone by `retry`, because they are held'),
  sending: z.int().default(0).describe('Left alone, because an attempt is under way'),
})
export type QueueChanged = z.infer<typeof QueueChanged>

export const Domain = z.object({ name: z.string(), createdAt: Time, users: z.int() })
export type Domain = z.infer<typeof Domain>
export const DomainAdd = z.object({ name: z.string().trim().min(1).max(255) })
export const Domains = z.object({ rows: z.array(Domain) })

export const User = z.object({ address: z.string(), name: z.string(), disabled: z.boolean() })
export type User = z.infer<typeof User>
export const Users = z.object({ rows: z.array(User) })
const Password = z.string().min(8).max(1024)
export const UserAdd = z.object({
  address: z.string().trim().min(3).max(320),
  name: z.string().trim().max(200).default(''),
  password: Password.optional().describe('Without it one is made and given back once'),
})
export type UserAdd = z.infer<typeof UserAdd>
export const UserAdded = z.object({ user: User, password: z.string().optional().describe('Only when the server made it') })
export type UserAdded = z.infer<typeof UserAdded>
export const PasswordSet = z.object({ password: Password.optional() })
export const PasswordWasSet = z.object({ password: z.string().optional() })
export type PasswordWasSet = z.infer<typeof PasswordWasSet>

/** Query of `POST /v1/messages`; the body is the message itself (message/rfc822). */
export const SendQuestion = z.object({
  from: z.string().max(320).describe('Envelope sender; empty for the null sender'),
  to: z.preprocess(
    (value) => (typeof value === 'string' ? [value] : value),
    z.array(z.string().min(1).max(320)).min(1).max(1000),
  ),
})
export type SendQuestion = z.infer<typeof SendQuestion>
export const Sent = z.object({ id: z.string(), recipientCount: z.int() })
export type Sent = z.infer<typeof Sent>

export const Status = z.object({
  version: z.string(),
  pid: z.int().optional(),
  startedAt: Time.optional(),
  hostname: z.string(),
  listeners: z.array(z.object({ name: z.string(), address: z.string(), port: z.int() })),
  queue: z.object({ waiting: z.int(), sending: z.int(), held: z.int() }),
})
export type Status = z.infer<typeof Status>

export const Done = z.object({ done: z.literal(true) })
export type Done = z.infer<typeof Done>

export const Reloaded = z.object({
  done: z.literal(true),
  waiting: z.array(z.string()).describe('Sections of the settings that have changed and take effect at the next start.'),
})
export type Reloaded = z.infer<typeof Reloaded>

/** One hint on `GET /api/live`: these messages changed, look again. */
export const LiveHint = z.object({ ids: z.array(z.string()) })
export type LiveHint = z.infer<typeof LiveHint>
