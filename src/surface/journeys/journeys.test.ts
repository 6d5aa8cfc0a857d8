// Journeys over a real store: found by whatever a person types, and told in the order in which things happened.

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { queueMigrations } from '../../journey/queue/queue.tables.ts'
import { indexTermsProcedure, insertMessage, insertRecipient, queueProcedures, wantsIndexing } from '../../journey/queue/queue.ts'
import { explain } from '../../mail/protocol/smtp/smtp.ts'
import { procedure } from '../../store/database/procedure.ts'
import { openTestStore } from '../../store/database/testing.ts'
import { eventMigrations } from '../../store/events/events.tables.ts'
import { EVENT_TYPES, eventProcedures, type JourneyEvent, recordEvent, recordEventProcedure } from '../../store/events/events.ts'
import { Journey, JourneysAnswer, JourneysQuestion } from '../api/contract.ts'
import { searchJourneys, showJourney } from './journeys.ts'
import { timelineEntry } from './timeline.ts'

const AT = Date.UTC(2026, 2, 14, 9)
const FIRST = '01jqw8zk3m9x2c4v6b'
const SECOND = '01jqw8zk3n9x2c4v6b'

interface Fixture {
  readonly id: string
  readonly from: string
  readonly to: readonly string[]
  readonly headerMessageId: string
}

const insert = procedure('test.insert', function* ({ id, from, to, headerMessageId }: Fixture) {
  const org = 1
  yield* insertMessage({
    org,
    id,
    contentId: `c${id}`,
    reversePath: from,
    headerMessageId,
    subject: 'Hello',
    sizeBytes: 100,
    eightBit: false,
    smtpUtf8: false,
    source: 'submission',
    receivedAt: AT,
    expiresAt: AT + 1000,
    openRecipients: to.length,
  })
  for (const [n, address] of to.entries()) {
    yield* insertRecipient({
      org,
      messageId: id,
      n,
      address,
      destination: address.split('@')[1] ?? '',
      state: 'scheduled',
      at: AT,
      dueAt: AT + 60_000,
    })
  }
  yield* recordEvent({
    org,
    messageId: id,
    recipient: null,
    at: AT,
    event: { type: 'received', source: 'submission', sizeBytes: 100, reversePath: from, recipientCount: to.length },
  })
})

async function openJourneys(t: TestContext) {
  const migrations = [...eventMigrations, ...queueMigrations]
  const store = await openTestStore({ migrations, procedures: [...eventProcedures, ...queueProcedures, insert] as never })
  t.after(() => store.close())
  const put = async (fixture: Fixture) => assert.ok((await store.call(insert, fixture)).ok)
  await put({ id: FIRST, from: 'Anna@example.com', to: ['kim@example.org'], headerMessageId: 'one@example.com' })
  await put({
    id: SECOND,
    from: 'lee@example.com',
    to: ['kim@example.org', 'zoe@example.net'],
    headerMessageId: '<two@example.com>',
  })
  const happen = async (messageId: string, recipient: string | null, event: JourneyEvent) =>
    assert.ok((await store.call(recordEventProcedure, { org: 1, messageId, recipient, at: AT + 1, event })).ok)
  return { source: { store, org: 1, explain }, happen }
}

test('found by what a person types, at once and when the search terms are written', async (t) => {
  const { source } = await openJourneys(t)
  const cases: readonly [question: Record<string, string>, ids: readonly string[]][] = [
    [{}, [SECOND, FIRST]],
    [{ q: 'anna@EXAMPLE.com' }, [FIRST]],
    [{ q: 'kim@example.org' }, [SECOND, FIRST]],
    [{ q: 'Kim Doe <kim@example.org>' }, [SECOND, FIRST]],
    [{ q: '<two@example.com>' }, [SECOND]],
    [{ q: 'two@example.com' }, [SECOND]],
    [{ q: FIRST }, [FIRST]],
    [{ messageId: 'one@example.com' }, [FIRST]],
    [{ messageId: '<one@example.com>' }, [FIRST]],
    [{ q: 'one@example.com' }, [FIRST]],
    [{ q: '<one@example.com>' }, [FIRST]],
    [{ messageId: 'two@example.com' }, [SECOND]],
    [{ address: 'nobody@example.com' }, []],
    [{ q: "' or 1=1 --" }, []],
  ]
  for (const phase of ['at once', 'written']) {
    for (const [question, ids] of cases) {
      const found = await searchJourneys(source, JourneysQuestion.parse(question))
      assert.ok(found.ok)
      assert.deepEqual(
        JourneysAnswer.parse(found.value).rows.map((row) => row.id),
        ids,
        `${JSON.stringify(question)} ${phase}`,
      )
    }
    assert.ok((await source.store.call(indexTermsProcedure, {})).ok)
  }
  assert.equal(await wantsIndexing(source.store), false)
})

test('pages follow each other without a gap', async (t) => {
  const { source } = await openJourneys(t)
  const first = await searchJourneys(source, JourneysQuestion.parse({ limit: 1 }))
  assert.ok(first.ok)
  assert.deepEqual([first.value.rows.map((row) => row.id), first.value.next], [[SECOND], SECOND])
  const second = await searchJourneys(source, JourneysQuestion.parse({ limit: 1, before: first.value.next }))
  assert.ok(second.ok)
  assert.deepEqual([second.value.rows.map((row) => row.id), second.value.next], [[FIRST], undefined])
})

test('an attempt and what came of it are told as one, with the reply explained', async (t) => {
  const { source, happen } = await openJourneys(t)
  const transcript = [{ at: AT, direction: 'in' as const, line: '451 4.7.1 Greylisted' }]
  await happen(SECOND, 'kim@example.org', { type: 'attempted', attempt: 1, host: 'mx.example.org', transcript })
  await happen(SECOND, 'zoe@example.net', { type: 'attempted', attempt: 1 })
  await happen(SECOND, 'kim@example.org', {
    type: 'deferred',
    attempt: 1,
    dueAt: AT,
    reason: 'asked to wait',
    host: 'mx.example.org',
    reply: { code: 451, enhanced: '4.7.1', text: 'Greylisted' },
  })
  const shown = await showJourney(source, SECOND)
  assert.ok(shown.ok)
  const { timeline } = Journey.parse(shown.value)
  assert.deepEqual(
    timeline.map((entry) => [entry.type, entry.recipient]),
    [
      ['received', undefined],
      ['attempted', 'zoe@example.net'],
      ['deferred', 'kim@example.org'],
    ],
  )
  const deferred = timeline[2]
  assert.deepEqual(deferred?.transcript, transcript)
  assert.ok((deferred?.reply?.meaning.length ?? 0) > 10 && (deferred?.reply?.advice.length ?? 0) > 5, 'in plain words')
})

test('an end without an attempt of its own leaves the attempt before it in its place', async (t) => {
  const { source, happen } = await openJourneys(t)
  const kim = 'kim@example.org'
  await happen(FIRST, kim, { type: 'attempted', attempt: 1 })
  await happen(FIRST, kim, { type: 'deferred', attempt: 1, dueAt: AT, reason: 'connection refused' })
  await happen(FIRST, kim, { type: 'bounced', reason: 'the domain does not exist any more' })
  const shown = await showJourney(source, FIRST)
  assert.ok(shown.ok)
  assert.deepEqual(
    shown.value.timeline.map((entry) => entry.type),
    ['received', 'deferred', 'bounced'],
  )
})

test('state and timeline are of one moment', async (t) => {
  const { source, happen } = await openJourneys(t)
  let changes = 0
  // Between the reads of one look the message changes, twice.
  const changing: typeof source.store = Object.create(source.store) as typeof source.store
  changing.first = async (...args) => {
    const row = await source.store.first(...args)
    if (++changes <= 2) await happen(FIRST, 'kim@example.org', { type: 'attempted', attempt: changes })
    return row
  }
  const shown = await showJourney({ ...source, store: changing }, FIRST)
  assert.ok(shown.ok)
  assert.equal(shown.value.timeline.filter(({ type }) => type === 'attempted').length, 2)
})

test('what is not there is not found', async (t) => {
  const { source } = await openJourneys(t)
  for (const id of ['01jqw8zk3p9x2c4v6b', 'x', '']) {
    const shown = await showJourney(source, id)
    assert.ok(!shown.ok && shown.error.code === 'not-found')
  }
})

test('a report names the message it is about; an attempt says its number once', () => {
  const told = (event: JourneyEvent) =>
    timelineEntry({ recorded: { id: 1, org: 1, messageId: SECOND, recipient: 'kim@example.org', at: AT, event } }, explain)
  const report = { type: 'received', source: 'report', sizeBytes: 1, reversePath: '', recipientCount: 1, about: FIRST } as const
  assert.equal(told(report)?.relatedId, FIRST)
  const attempt = told({ type: 'attempted', attempt: 1, address: '192.0.2.1', durationMs: 40 })
  assert.deepEqual([attempt?.title, attempt?.detail], ['Attempt 1 to reach example.org', 'At 192.0.2.1, after 0.0 s.'])
  assert.equal(told({ type: 'attempted', attempt: 1 })?.detail, undefined)
})

test('every event of the catalogue has its sentence, save the one that repeats another', () => {
  const details = {
    source: 'mx',
    reversePath: 'a@example.com',
    sizeBytes: 1,
    recipientCount: 1,
    attempt: 1,
    attempts: 3,
    dueAt: AT,
    reason: 'why',
    by: 'operator',
    reportId: FIRST,
    kind: 'failed',
    to: 'remote',
    destination: 'example.org',
  }
  for (const type of Object.keys(EVENT_TYPES)) {
    const recorded = {
      id: 1,
      org: 1,
      messageId: FIRST,
      recipient: 'kim@example.org',
      at: AT,
      event: { type, ...details } as unknown as JourneyEvent,
    }
    const entry = timelineEntry({ recorded }, explain)
    if (type === 'queued') assert.equal(entry, undefined)
    else assert.ok(entry && entry.title.length > 5 && !/undefined/.test(JSON.stringify(entry)), type)
  }
})
