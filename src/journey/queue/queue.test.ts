// The queue's rules (SPEC.md), on a real store.

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Kysely } from 'kysely'
import { idAt } from '../../ground/ids.ts'
import type { Procedure } from '../../store/database/procedure.ts'
import { forEachEngine } from '../../store/database/testing.ts'
import { eventsOfMessage } from '../../store/events/events.ts'
import type { Store } from '../../store/store.ts'
import {
  changeQueue,
  claimDestinationProcedure,
  countQueue,
  dueDestinations as dueDestinationsWithHealth,
  expireMessageProcedure,
  findMessages,
  forgetDestinationsProcedure,
  forgetProcedure,
  heartbeatProcedure,
  holdDestinationProcedure,
  lateDestinations,
  listQueue,
  nextDueAt,
  noticeDelayProcedure,
  type RecordAttempt,
  recordAttemptsProcedure,
  recoverWorkersProcedure,
  releaseDestinationsProcedure,
  releaseWorkerProcedure,
  repairDestinationsProcedure,
  resumeDestinationProcedure,
  showMessage,
  unclaimProcedure,
  wantingAttention,
} from './queue.ts'
import {
  acceptProcedure,
  deferred,
  delivered,
  failed,
  type TestMessage,
  testQueueMigrations,
  testQueueProcedures,
} from './testing.ts'

const SCHEDULE = [60_000, 300_000]
const T0 = 1_800_000_000_000
const DAY = 86_400_000

async function dueDestinations(store: Store, args: { worker: string; now: number; limit?: number }): Promise<string[]> {
  return (await dueDestinationsWithHealth(store, args)).map((one) => one.name)
}

let count = 0
function id(at = T0): string {
  return idAt(at) + String(++count).padStart(8, '0')
}

async function must<A, R>(store: Store, procedure: Procedure<A, R>, args: A): Promise<R> {
  const answer = await store.call(procedure, args)
  assert.ok(answer.ok, JSON.stringify(answer))
  return answer.value
}

async function accept(store: Store, message: Partial<TestMessage> & { to: readonly string[] }): Promise<string> {
  const at = message.at ?? T0
  const messageId = message.id ?? id(at)
  await must(store, acceptProcedure, { at, id: messageId, ...message })
  return messageId
}

async function live(store: Store, worker: string, now = T0): Promise<void> {
  await must(store, heartbeatProcedure, { worker, now, leaseUntil: now + 60_000 })
}

function claim(store: Store, worker: string, destination: string, args: { now?: number; limit?: number } = {}) {
  return must(store, claimDestinationProcedure, {
    worker,
    destination,
    now: args.now ?? T0,
    limit: args.limit ?? 100,
    scheduleMs: SCHEDULE,
  })
}

async function claimed(store: Store, worker: string, destination: string, args: { now?: number; limit?: number } = {}) {
  const answer = await claim(store, worker, destination, args)
  assert.equal(answer.type, 'claimed')
  return answer as Extract<typeof answer, { type: 'claimed' }>
}

async function record(
  store: Store,
  args: Partial<RecordAttempt> & Pick<RecordAttempt, 'messageId' | 'worker' | 'token' | 'results'>,
) {
  const common = {
    org: 1,
    destination: 'b.example',
    attempt: 1,
    startedAt: T0,
    at: T0 + 1000,
    to: 'remote' as const,
    transcript: [],
  }
  const [answer] = await must(store, recordAttemptsProcedure, { attempts: [{ ...common, ...args }] })
  assert.ok(answer)
  return answer
}

async function states(store: Store, messageId: string): Promise<string> {
  const shown = await showMessage(store, { org: 1, id: messageId })
  return (shown?.recipients ?? []).map((one) => one.state).join(' ')
}

async function contents(store: Store): Promise<number> {
  return (await store.query((db: Kysely<{ content: { id: string } }>) => db.selectFrom('content').select('id'))).length
}

async function eventTypes(store: Store, messageId: string): Promise<string> {
  return (await eventsOfMessage(store, { org: 1, messageId })).map((one) => one.event.type).join(' ')
}

const REPORT = {
  type: 'send',
  kind: 'failed',
  headerMessageId: '<r@x>',
  subject: 'Undelivered',
  bytes: new Uint8Array([65]),
  eightBit: false,
  smtpUtf8: false,
  to: 'sender@a.example',
  destination: 'a.example',
  expiresAt: T0 + 5 * DAY,
} as const

forEachEngine('queue', (engine) => {
  async function open(t: TestContext, options: { onBug?: () => void } = {}): Promise<Store> {
    const store = await engine.open({ migrations: testQueueMigrations, procedures: testQueueProcedures, ...options })
    t.after(() => store.close())
    return store
  }

  test('[Q1] an accepted recipient is scheduled, its destination is due, and its message holds the content', async (t) => {
    const store = await open(t)
    const messageId = await accept(store, { to: ['x@b.example', 'y@c.example'] })
    assert.equal(await states(store, messageId), 'scheduled scheduled')
    assert.deepEqual(await dueDestinations(store, { worker: 'w', now: T0 }), ['b.example', 'c.example'])
    assert.equal(await nextDueAt(store), T0)
    assert.equal(await contents(store), 1)
  })

  test('[Q4] a claim writes attempt and next attempt before anybody connects (trap 40)', async (t) => {
    const store = await open(t)
    const messageId = await accept(store, { to: ['x@b.example'] })
    await live(store, 'w')
    const answer = await claimed(store, 'w', 'b.example')
    assert.equal(answer.recipients[0]?.attempt, 1)
    const shown = await showMessage(store, { org: 1, id: messageId })
    assert.equal(shown?.recipients[0]?.state, 'active')
    assert.equal(shown?.recipients[0]?.attempts, 1)
    assert.equal(shown?.recipients[0]?.dueAt, T0 + 60_000)
    assert.equal(await nextDueAt(store), undefined)
  })

  test('[Q4] a worker that never gave a sign of life, or whose lease is over, claims nothing', async (t) => {
    const store = await open(t)
    await accept(store, { to: ['x@b.example'] })
    assert.deepEqual(await claim(store, 'w', 'b.example'), { type: 'lapsed' })
    await live(store, 'w')
    assert.deepEqual(await claim(store, 'w', 'b.example', { now: T0 + 60_000 }), { type: 'lapsed' })
  })

  test('[Q5] recipients of one message stay together where the limit cuts', async (t) => {
    const store = await open(t)
    const first = await accept(store, { to: ['1@b.example'] })
    const second = await accept(store, { to: ['2@b.example', '3@c.example', '4@b.example', '5@b.example'] })
    await accept(store, { to: ['6@b.example'] })
    await live(store, 'w')
    const answer = await claimed(store, 'w', 'b.example', { limit: 2 })
    assert.deepEqual(
      answer.recipients.map((one) => [one.messageId, one.n]),
      [
        [first, 0],
        [second, 0],
        [second, 2],
        [second, 3],
      ],
    )
    assert.equal(answer.more, true)
    assert.equal((await claimed(store, 'w', 'b.example', { limit: 2 })).recipients.length, 1)
  })

  test('[Q7] a destination belongs to one living worker; asking does not prolong its lease (trap 45)', async (t) => {
    const store = await open(t)
    await accept(store, { to: ['x@b.example'] })
    await live(store, 'dead')
    const old = await claimed(store, 'dead', 'b.example')
    await accept(store, { to: ['y@b.example'] })
    await live(store, 'w')
    assert.deepEqual(await dueDestinations(store, { worker: 'w', now: T0 }), [])
    assert.deepEqual(await claim(store, 'w', 'b.example'), { type: 'leased', worker: 'dead', until: T0 + 60_000 })
    await live(store, 'w', T0 + 50_000)
    assert.equal((await claim(store, 'w', 'b.example', { now: T0 + 59_999 })).type, 'leased')
    const fresh = await claimed(store, 'w', 'b.example', { now: T0 + 60_000 })
    assert.deepEqual(
      fresh.recipients.map((one) => one.address),
      ['y@b.example'],
    )
    assert.ok(fresh.token > old.token)
  })

  test('[Q7] a destination that was let go of can be taken', async (t) => {
    const store = await open(t)
    await accept(store, { to: ['x@b.example'] })
    await live(store, 'v')
    await live(store, 'w')
    await claimed(store, 'v', 'b.example')
    await must(store, releaseDestinationsProcedure, { worker: 'w', destinations: ['b.example'] })
    assert.equal((await claim(store, 'w', 'b.example')).type, 'leased')
    await must(store, releaseDestinationsProcedure, { worker: 'v', destinations: ['b.example'] })
    assert.equal((await claim(store, 'w', 'b.example')).type, 'claimed')
  })

  test('[Q7] many due recipients of a destination that another has do not hide other work', async (t) => {
    const store = await open(t)
    for (let i = 0; i < 30; i++) await accept(store, { to: [`${i}@b.example`] })
    await live(store, 'v')
    await claimed(store, 'v', 'b.example', { limit: 1 })
    await accept(store, { to: ['x@c.example'], at: T0 + 1 })
    assert.deepEqual(await dueDestinations(store, { worker: 'w', now: T0 + 1, limit: 1 }), ['c.example'])
  })

  test('[Q3] delivered: final, the content goes with the last open recipient', async (t) => {
    const store = await open(t)
    const messageId = await accept(store, { to: ['x@b.example', 'y@c.example'] })
    await live(store, 'w')
    const b = await claimed(store, 'w', 'b.example')
    await record(store, { messageId, worker: 'w', token: b.token, results: [delivered(0)] })
    assert.equal(await contents(store), 1)
    const c = await claimed(store, 'w', 'c.example')
    await record(store, { messageId, worker: 'w', token: c.token, destination: 'c.example', results: [delivered(1)], at: T0 + 7 })
    assert.equal(await contents(store), 0)
    const shown = await showMessage(store, { org: 1, id: messageId })
    assert.equal(shown?.message.openRecipients, 0)
    assert.equal(shown?.message.finishedAt, T0 + 7)
    assert.equal(await eventTypes(store, messageId), 'attempted delivered attempted delivered')
  })

  test('[Q11] only the recipients that failed are tried again (trap 42)', async (t) => {
    const store = await open(t)
    const messageId = await accept(store, { to: ['x@b.example', 'y@b.example'] })
    await live(store, 'w')
    const { token } = await claimed(store, 'w', 'b.example')
    await record(store, { messageId, worker: 'w', token, results: [delivered(0), deferred(1, T0 + 90_000)] })
    assert.equal(await states(store, messageId), 'delivered scheduled')
    assert.equal(await nextDueAt(store), T0 + 90_000)
    await live(store, 'w', T0 + 60_000)
    assert.deepEqual((await claimed(store, 'w', 'b.example', { now: T0 + 89_999 })).recipients, [])
    assert.deepEqual(
      (await claimed(store, 'w', 'b.example', { now: T0 + 90_000 })).recipients.map((one) => [one.n, one.attempt]),
      [[1, 2]],
    )
  })

  test('[Q8] the recipients of a dead worker go back to the time recorded before the attempt', async (t) => {
    const store = await open(t)
    const messageId = await accept(store, { to: ['x@b.example'] })
    await live(store, 'dead')
    const { token } = await claimed(store, 'dead', 'b.example')
    assert.equal(await must(store, recoverWorkersProcedure, { now: T0 + 59_999 }), 0)
    assert.ok((await must(store, recoverWorkersProcedure, { now: T0 + 60_000 })) > 0)
    assert.equal(await states(store, messageId), 'scheduled')
    assert.equal(await nextDueAt(store), T0 + 60_000)
    const late = await record(store, { messageId, worker: 'dead', token, results: [delivered(0)] })
    assert.deepEqual(late.lost, [0])
    assert.equal(await states(store, messageId), 'scheduled')
    const [event] = await eventsOfMessage(store, { org: 1, messageId })
    assert.match(JSON.stringify(event), /delivered 250 ok; not counted/)
  })

  test('[Q8] after a restart of the only process nobody waits for leases', async (t) => {
    const store = await open(t)
    const messageId = await accept(store, { to: ['x@b.example'] })
    await live(store, 'dead')
    await claimed(store, 'dead', 'b.example')
    await must(store, recoverWorkersProcedure, { now: T0 + 1, all: true })
    assert.equal(await states(store, messageId), 'scheduled')
  })

  test('[Q8] a worker that slept through its lease and works on is fenced by its old token', async (t) => {
    const store = await open(t)
    const messageId = await accept(store, { to: ['x@b.example'] })
    await live(store, 'w')
    const before = await claimed(store, 'w', 'b.example')
    await must(store, recoverWorkersProcedure, { now: T0 + 60_000 })
    await live(store, 'w', T0 + 60_000)
    const after = await claimed(store, 'w', 'b.example', { now: T0 + 60_000 })
    assert.ok(after.token > before.token)
    assert.deepEqual((await record(store, { messageId, worker: 'w', token: before.token, results: [failed(0)] })).lost, [0])
    assert.deepEqual((await record(store, { messageId, worker: 'w', token: after.token, results: [delivered(0)] })).lost, [])
    assert.equal(await states(store, messageId), 'delivered')
  })

  test('[Q9] recipients given back unattempted are due at once, with their attempts as they were', async (t) => {
    const store = await open(t)
    const messageId = await accept(store, { to: ['x@b.example'] })
    await live(store, 'w')
    const { token, recipients } = await claimed(store, 'w', 'b.example')
    await must(store, unclaimProcedure, { worker: 'w', token, now: T0 + 5, recipients })
    const shown = await showMessage(store, { org: 1, id: messageId })
    assert.equal(shown?.recipients[0]?.attempts, 0)
    assert.equal(shown?.recipients[0]?.dueAt, T0 + 5)
    assert.equal(await nextDueAt(store), T0 + 5)
  })

  test('[Q9] a stopped worker leaves nothing active and no lease', async (t) => {
    const store = await open(t)
    const messageId = await accept(store, { to: ['x@b.example'] })
    await live(store, 'w')
    await claimed(store, 'w', 'b.example')
    await must(store, releaseWorkerProcedure, { worker: 'w' })
    assert.equal(await states(store, messageId), 'scheduled')
    await live(store, 'v', T0 + 60_000)
    assert.equal((await claimed(store, 'v', 'b.example', { now: T0 + 60_000 })).recipients.length, 1)
  })

  test('[Q7] a suspended destination is left alone until its time, whatever arrives', async (t) => {
    const store = await open(t)
    await accept(store, { to: ['x@b.example'] })
    await must(store, holdDestinationProcedure, { destination: 'b.example', until: T0 + 30_000, reason: '421 too many', now: T0 })
    await accept(store, { to: ['y@b.example'] })
    await live(store, 'w')
    assert.deepEqual(await dueDestinations(store, { worker: 'w', now: T0 + 29_999 }), [])
    assert.deepEqual(await claim(store, 'w', 'b.example'), { type: 'held', until: T0 + 30_000, reason: '421 too many' })
    assert.deepEqual(await dueDestinations(store, { worker: 'w', now: T0 + 30_000 }), ['b.example'])
    const probe = await claimed(store, 'w', 'b.example', { now: T0 + 30_000 })
    assert.deepEqual([probe.recipients.length, probe.suspect, probe.more], [1, true, true])
    assert.deepEqual(await dueDestinationsWithHealth(store, { worker: 'w', now: T0 + 30_000 }), [
      { name: 'b.example', suspect: true },
    ])
    await must(store, resumeDestinationProcedure, { destination: 'b.example' })
    const rest = await claimed(store, 'w', 'b.example', { now: T0 + 30_000 })
    assert.deepEqual([rest.recipients.length, rest.suspect], [1, false])
  })

  test('[Q7] a suspended destination can be resumed', async (t) => {
    const store = await open(t)
    await accept(store, { to: ['x@b.example'] })
    await must(store, holdDestinationProcedure, { destination: 'b.example', until: T0 + 30_000, reason: 'x', now: T0 })
    assert.deepEqual((await countQueue(store, { now: T0 })).destinations[0]?.suspended, { until: T0 + 30_000, reason: 'x' })
    assert.equal((await listQueue(store, {}))[0]?.restsUntil, T0 + 30_000)
    await must(store, resumeDestinationProcedure, { destination: 'b.example' })
    assert.equal((await listQueue(store, {}))[0]?.restsUntil, undefined)
    assert.deepEqual(await dueDestinations(store, { worker: 'w', now: T0 }), ['b.example'])
  })

  test('[Q7] a rest that is followed by a shorter one ends with that', async (t) => {
    const store = await open(t)
    await accept(store, { to: ['x@b.example'] })
    for (const until of [T0 + 300_000, T0 + 30_000])
      await must(store, holdDestinationProcedure, { destination: 'b.example', until, reason: 'x', now: T0 })
    assert.equal(await nextDueAt(store), T0 + 30_000)
  })

  test('[Q10] hold, release, retry and drop', async (t) => {
    const store = await open(t)
    const messageId = await accept(store, { to: ['x@b.example', 'y@b.example'] })
    const change = async (action: 'hold' | 'release' | 'retry' | 'drop', filter = {}, now = T0) => {
      const answer = await changeQueue(store, { action, filter, by: 'operator', now })
      assert.ok(answer.ok)
      return answer.value
    }
    assert.deepEqual(await change('hold', { address: 'Y@B.example' }), { changed: 1, active: 0, held: 0 })
    assert.equal(await states(store, messageId), 'scheduled held')
    await live(store, 'w')
    const { token, recipients } = await claimed(store, 'w', 'b.example')
    assert.equal(recipients.length, 1)
    assert.deepEqual(await change('drop', { state: 'active' }), { changed: 0, active: 1, held: 0 })
    await record(store, { messageId, worker: 'w', token, results: [deferred(0, T0 + 90_000)] })
    assert.deepEqual(await change('retry', { messageId }), { changed: 1, active: 0, held: 1 })
    assert.deepEqual(await change('retry', { messageId }), { changed: 0, active: 0, held: 1 })
    assert.equal(await nextDueAt(store), T0)
    assert.deepEqual(await change('release', { destination: 'b.example' }), { changed: 1, active: 0, held: 0 })
    assert.equal(await states(store, messageId), 'scheduled scheduled')
    assert.deepEqual(await change('drop', { reversePath: 'sender@example.org' }), { changed: 2, active: 0, held: 0 })
    assert.equal(await states(store, messageId), 'dropped dropped')
    assert.equal(await contents(store), 0)
    assert.equal(await eventTypes(store, messageId), 'held attempted deferred retried released dropped dropped')
  })

  test('[Q10] retry wakes a suspended destination even when its recipients are due', async (t) => {
    const store = await open(t)
    await accept(store, { to: ['x@b.example'] })
    await must(store, holdDestinationProcedure, { destination: 'b.example', until: T0 + DAY, reason: 'x', now: T0 })
    const answer = await changeQueue(store, { action: 'retry', filter: {}, by: 'operator', now: T0 + 1 })
    assert.deepEqual(answer, { ok: true, value: { changed: 1, active: 0, held: 0 } })
    assert.deepEqual(await dueDestinations(store, { worker: 'w', now: T0 + 1 }), ['b.example'])
  })

  test('[Q10] more recipients than one call changes', async (t) => {
    const store = await open(t)
    for (let i = 0; i < 12; i++) await accept(store, { to: Array.from({ length: 100 }, (_, n) => `${n}@b${i}.example`) })
    assert.deepEqual(await changeQueue(store, { action: 'hold', filter: {}, by: 'o', now: T0 }), {
      ok: true,
      value: { changed: 1200, active: 0, held: 0 },
    })
    assert.equal((await countQueue(store, { now: T0 })).held, 1200)
  })

  test('[Q10] held recipients do not expire, and a late release gives a day', async (t) => {
    const store = await open(t)
    const messageId = await accept(store, { to: ['x@b.example'] })
    await changeQueue(store, { action: 'hold', filter: { messageId }, by: 'o', now: T0 })
    const late = T0 + 6 * DAY
    const [seen] = await wantingAttention(store, { now: late })
    assert.deepEqual(seen?.recipients, [])
    await must(store, expireMessageProcedure, { org: 1, messageId, now: late, ns: [] })
    assert.deepEqual(await wantingAttention(store, { now: late }), [])
    await changeQueue(store, { action: 'release', filter: { messageId }, by: 'o', now: late })
    assert.deepEqual(await wantingAttention(store, { now: late + DAY - 1 }), [])
    assert.equal((await wantingAttention(store, { now: late + DAY }))[0]?.type, 'expired')
  })

  test('[Q13] a failure and its report are one commit; the report is a message from nobody', async (t) => {
    const store = await open(t)
    const messageId = await accept(store, { to: ['x@b.example'] })
    await live(store, 'w')
    const { token } = await claimed(store, 'w', 'b.example')
    const reportId = id()
    await record(store, {
      messageId,
      worker: 'w',
      token,
      results: [failed(0)],
      report: { ...REPORT, id: reportId, contentId: `c${reportId}` },
    })
    assert.equal(await states(store, messageId), 'bounced')
    const report = await showMessage(store, { org: 1, id: reportId })
    assert.equal(report?.message.reversePath, '')
    assert.equal(report?.message.source, 'report')
    assert.equal(report?.recipients[0]?.address, 'sender@a.example')
    assert.equal(await eventTypes(store, messageId), 'attempted bounced report-sent')
    assert.deepEqual(await dueDestinations(store, { worker: 'w', now: T0 + 1000 }), ['a.example'])
  })

  test('[Q13] a report that cannot be queued leaves the recipient as it was (trap 29)', async (t) => {
    const store = await open(t, { onBug: () => undefined })
    const messageId = await accept(store, { to: ['x@b.example'] })
    await live(store, 'w')
    const { token } = await claimed(store, 'w', 'b.example')
    const report = { ...REPORT, id: messageId, contentId: `c${messageId}` }
    const attempt = {
      org: 1,
      destination: 'b.example',
      attempt: 1,
      startedAt: T0,
      at: T0,
      to: 'remote' as const,
      messageId,
      worker: 'w',
      token,
    }
    const answer = await store.call(recordAttemptsProcedure, { attempts: [{ ...attempt, results: [failed(0)], report }] })
    assert.equal(answer.ok, false)
    assert.equal(await states(store, messageId), 'active')
  })

  test('[Q12] of a failed pair of which one is lost neither is reported; the other is tried again', async (t) => {
    const store = await open(t)
    const messageId = await accept(store, { to: ['x@b.example', 'y@b.example'] })
    await live(store, 'w')
    const { token, recipients } = await claimed(store, 'w', 'b.example')
    await must(store, unclaimProcedure, { worker: 'w', token, now: T0, recipients: recipients.slice(0, 1) })
    const reportId = id()
    const report = { ...REPORT, id: reportId, contentId: `c${reportId}` }
    const answer = await record(store, { messageId, worker: 'w', token, results: [failed(0), failed(1)], report })
    assert.deepEqual(answer.lost, [0])
    assert.equal(await states(store, messageId), 'scheduled scheduled')
    assert.equal(await showMessage(store, { org: 1, id: reportId }), undefined)
  })

  test('[Q14] the sweep expires what sits past its time, wherever it sits (trap 43)', async (t) => {
    const store = await open(t)
    const messageId = await accept(store, { to: ['x@b.example', 'y@c.example', 'z@d.example'] })
    const later = T0 + 5 * DAY
    assert.deepEqual(await wantingAttention(store, { now: later - 1 }), [])
    await must(store, holdDestinationProcedure, { destination: 'b.example', until: later + DAY, reason: 'x', now: T0 })
    await live(store, 'w', later)
    const { token } = await claimed(store, 'w', 'c.example', { now: later })
    const [seen] = await wantingAttention(store, { now: later })
    assert.deepEqual(
      seen?.recipients.map((one) => one.n),
      [0, 2],
    )
    const answer = await must(store, expireMessageProcedure, { org: 1, messageId, now: later, ns: [0, 2] })
    assert.deepEqual(answer, { type: 'done' })
    assert.equal(await states(store, messageId), 'expired active expired')
    assert.deepEqual(await wantingAttention(store, { now: later }), [])
    assert.equal((await wantingAttention(store, { now: later + 60_000 })).length, 1)
    await record(store, { messageId, worker: 'w', token, destination: 'c.example', results: [delivered(1)], at: later + 1 })
    assert.equal(await contents(store), 0)
    assert.deepEqual(await wantingAttention(store, { now: later + DAY }), [])
  })

  test('[Q14] a recipient that was claimed since the look is not expired under the attempt', async (t) => {
    const store = await open(t)
    const messageId = await accept(store, { to: ['x@b.example'] })
    await live(store, 'w', T0 + 5 * DAY)
    await claimed(store, 'w', 'b.example', { now: T0 + 5 * DAY })
    assert.deepEqual(await must(store, expireMessageProcedure, { org: 1, messageId, now: T0 + 5 * DAY, ns: [0] }), {
      type: 'changed',
    })
    assert.equal(await states(store, messageId), 'active')
  })

  test('[Q15] a late message is noticed once per recipient', async (t) => {
    const store = await open(t)
    const messageId = await accept(store, { to: ['x@b.example', 'y@b.example'], delayNoticeAt: T0 + 4 * 3_600_000 })
    const now = T0 + 4 * 3_600_000
    assert.deepEqual(await wantingAttention(store, { now: now - 1 }), [])
    const [seen] = await wantingAttention(store, { now })
    assert.equal(seen?.type, 'late')
    assert.deepEqual(
      seen?.recipients.map((one) => one.n),
      [0, 1],
    )
    await must(store, noticeDelayProcedure, {
      org: 1,
      messageId,
      now,
      ns: [0, 1],
      report: { ...REPORT, kind: 'delayed', id: id(), contentId: 'cdelay' },
    })
    assert.deepEqual(await wantingAttention(store, { now: T0 + 5 * DAY - 1 }), [])
    assert.equal(await eventTypes(store, messageId), 'report-sent delay-notified delay-notified')
  })

  test('[Q15] one that was being attempted at the time is told of later, alone', async (t) => {
    const store = await open(t)
    const messageId = await accept(store, { to: ['x@b.example', 'y@c.example'], delayNoticeAt: T0 + 1000 })
    await live(store, 'w')
    const { token } = await claimed(store, 'w', 'b.example')
    const notice = (now: number, ns: number[]) =>
      must(store, noticeDelayProcedure, {
        org: 1,
        messageId,
        now,
        ns,
        report: { ...REPORT, kind: 'delayed', id: id(), contentId: `c${id()}` },
      })
    assert.deepEqual(
      (await wantingAttention(store, { now: T0 + 1000 }))[0]?.recipients.map((one) => one.n),
      [1],
    )
    await notice(T0 + 1000, [1])
    await record(store, { messageId, worker: 'w', token, results: [deferred(0, T0 + 90_000)] })
    assert.deepEqual(await wantingAttention(store, { now: T0 + 60_999 }), [])
    assert.deepEqual(
      (await wantingAttention(store, { now: T0 + 61_000 }))[0]?.recipients.map((one) => one.n),
      [0],
    )
    await notice(T0 + 61_000, [0])
    assert.deepEqual(await wantingAttention(store, { now: T0 + 5 * DAY - 1 }), [])
  })

  test('[Q15] nobody is told when there is no sender (trap 25)', async (t) => {
    const store = await open(t)
    await accept(store, { to: ['x@b.example'], reversePath: '', delayNoticeAt: T0 + 1000 })
    assert.deepEqual(await wantingAttention(store, { now: T0 + DAY }), [])
  })

  test('[Q16] finished messages are forgotten, open ones never', async (t) => {
    const store = await open(t)
    const kept = await accept(store, { to: ['x@b.example'] })
    const gone = await accept(store, { to: ['y@c.example'] })
    const young = await accept(store, { to: ['z@c.example'], at: T0 + 1000 })
    await changeQueue(store, { action: 'drop', filter: { destination: 'c.example' }, by: 'o', now: T0 + 1000 })
    while ((await must(store, forgetProcedure, { before: T0 + 500 })) > 0);
    assert.equal(await showMessage(store, { org: 1, id: gone }), undefined)
    assert.ok(await showMessage(store, { org: 1, id: kept }))
    assert.ok(await showMessage(store, { org: 1, id: young }))
  })

  test('[Q16] a destination without work is forgotten, and its tokens still grow', async (t) => {
    const store = await open(t)
    await accept(store, { to: ['x@b.example'] })
    await live(store, 'w')
    const before = await claimed(store, 'w', 'b.example')
    assert.equal(await must(store, forgetDestinationsProcedure, { now: T0 }), 0)
    await must(store, releaseDestinationsProcedure, { worker: 'w', destinations: ['b.example'] })
    assert.equal(await must(store, forgetDestinationsProcedure, { now: T0 }), 1)
    await accept(store, { to: ['y@b.example'], at: T0 + 1000 })
    assert.ok((await claimed(store, 'w', 'b.example', { now: T0 + 1000 })).token > before.token)
  })

  test('[Q6] a destination row that lost a race is put right', async (t) => {
    const store = await open(t)
    await accept(store, { to: ['x@b.example'] })
    assert.deepEqual(await lateDestinations(store), [])
    await live(store, 'w')
    await claimed(store, 'w', 'b.example')
    await must(store, recoverWorkersProcedure, { now: T0, all: true })
    assert.deepEqual(await lateDestinations(store), [])
    await must(store, repairDestinationsProcedure, { late: [{ destination: 'b.example', dueAt: T0 }] })
    assert.equal(await nextDueAt(store), T0)
  })

  test('lists and searches', async (t) => {
    const store = await open(t)
    const a = await accept(store, {
      to: ['x@b.example', 'y@c.example'],
      headerMessageId: '<1@a>',
      reversePath: 'Bob@a.example',
      at: T0,
    })
    const b = await accept(store, { to: ['X@b.example'], at: T0 + 1000 })
    const ids = async (args: object) => (await findMessages(store, { org: 1, ...args })).map((one) => one.message.id)
    assert.deepEqual(await ids({}), [b, a])
    assert.deepEqual(await ids({ limit: 1 }), [b])
    assert.deepEqual(await ids({ before: b }), [a])
    assert.deepEqual(await ids({ address: 'x@B.example' }), [b, a])
    assert.deepEqual(await ids({ address: 'bob@a.example' }), [a])
    assert.deepEqual(await ids({ headerMessageId: '<1@a>' }), [a])
    assert.deepEqual(await ids({ id: a }), [a])
    const rows = await listQueue(store, {}, { limit: 2 })
    assert.deepEqual(
      rows.map((one) => [one.messageId, one.n]),
      [
        [a, 0],
        [a, 1],
      ],
    )
    const next = await listQueue(store, {}, { limit: 2, after: { org: 1, messageId: a, n: 1 } })
    assert.deepEqual(
      next.map((one) => one.messageId),
      [b],
    )
    assert.deepEqual((await listQueue(store, { receivedBefore: T0 + 1000 })).length, 2)
    assert.deepEqual((await listQueue(store, { reversePath: 'bob@a.example', destination: 'c.example' })).length, 1)
    const counts = await countQueue(store, { now: T0 })
    assert.deepEqual([counts.scheduled, counts.active, counts.held], [3, 0, 0])
    assert.deepEqual(
      counts.destinations.map((one) => [one.destination, one.scheduled, one.dueAt]),
      [
        ['b.example', 2, T0],
        ['c.example', 1, T0],
      ],
    )
  })

  test('[Q7] of two workers that ask for a destination at once one gets it, and each recipient once', async (t) => {
    const store = await open(t)
    for (let i = 0; i < 20; i++) await accept(store, { to: [`${i}@b.example`] })
    await live(store, 'v')
    await live(store, 'w')
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, i) => claim(store, i % 2 === 0 ? 'v' : 'w', 'b.example', { limit: 5 })),
    )
    const holders = new Set(answers.flatMap((one, i) => (one.type === 'claimed' ? [i % 2] : [])))
    assert.equal(holders.size, 1)
    const got = answers.flatMap((one) => (one.type === 'claimed' ? one.recipients.map((recipient) => recipient.address) : []))
    assert.equal(new Set(got).size, got.length)
    assert.equal(got.length, 20)
  })

  test('[Q6] messages that arrive while a worker claims and records are all found', async (t) => {
    const store = await open(t)
    await live(store, 'w')
    let arrived = 0
    const arrive = async () => {
      for (let i = 0; i < 15; i++) {
        await accept(store, { to: ['x@b.example', 'x@c.example'] })
        arrived += 2
      }
    }
    let ended = 0
    const work = async () => {
      for (let idle = 0; idle < 5; ) {
        const due = await dueDestinations(store, { worker: 'w', now: T0 })
        idle = due.length === 0 ? idle + 1 : 0
        for (const destination of due) {
          const answer = await claimed(store, 'w', destination, { limit: 3 })
          const records = answer.recipients.map(({ messageId, n }) =>
            record(store, { messageId, worker: 'w', token: answer.token, destination, results: [delivered(n)] }),
          )
          ended += (await Promise.all(records)).length
        }
      }
    }
    await Promise.all([arrive(), arrive(), work()])
    await work()
    assert.deepEqual([arrived, ended], [60, 60])
    assert.equal(await contents(store), 0)
  })
})
