// Dispatcher and sweep on a real store, with a clock that moves when told and hosts that answer from a script.

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { idAt, idSource } from '../../ground/ids.ts'
import type { NotifyTopic } from '../../ground/ports/notify.ts'
import { err } from '../../ground/result.ts'
import { readWhole } from '../../store/content/content.ts'
import type { Procedure } from '../../store/database/procedure.ts'
import { openTestStore } from '../../store/database/testing.ts'
import { eventsOfMessage } from '../../store/events/events.ts'
import type { Store } from '../../store/store.ts'
import { mailboxMigrations } from '../mailbox/mailbox.tables.ts'
import { findInbox, listMaildrop, mailboxProcedures } from '../mailbox/mailbox.ts'
import {
  claimDestinationProcedure,
  findMessages,
  heartbeatProcedure,
  type RecordAttempt,
  recoverWorkersProcedure,
  showMessage,
  wantingAttention,
} from '../queue/queue.ts'
import { QueueSettings } from '../queue/settings.ts'
import { acceptProcedure, type TestMessage, testQueueMigrations, testQueueProcedures } from '../queue/testing.ts'
import { Dispatcher, type DispatcherParts, deliverProcedures, Sweep } from './deliver.ts'
import { DEFERRED, DELIVERED, FAILED, reportOf, ScriptedRemote, settle, silentLog, TestClock, TestDirectory } from './testing.ts'

const T0 = 1_800_000_000_000
const HOUR = 3_600_000
const DAY = 24 * HOUR

let count = 0

class World {
  readonly clock = new TestClock(T0)
  readonly remote = new ScriptedRemote()
  readonly directory = new TestDirectory()
  readonly listeners = new Set<(key: string) => void>()
  readonly store: Store
  /** Procedures that the store refuses at present. */
  readonly refused = new Set<string>()
  readonly dispatchers: Dispatcher[] = []
  seed = 0

  constructor(store: Store) {
    this.store = { ...store, all: store.all, call: (procedure, args) => this.#call(store, procedure, args) } as Store
  }

  #call<A, R>(store: Store, procedure: Procedure<A, R>, args: A) {
    if (this.refused.has(procedure.name)) return Promise.resolve(err({ type: 'full' as const, detail: 'no room' }))
    return store.call(procedure, args)
  }

  parts(settings: object = {}): DispatcherParts {
    const random = {
      bytes: (n: number) => new Uint8Array(n).map(() => this.seed++ * 37),
      below: (limit: number) => Math.floor(limit / 2),
    }
    return {
      store: this.store,
      clock: this.clock,
      random,
      ids: idSource(this.clock, random),
      log: silentLog,
      settings: QueueSettings.parse({ retry: ['1m', '5m'], ...settings }),
      hostname: 'mail.example.org',
      remote: this.remote,
      directory: this.directory,
      notify: {
        subscribe: (_topic: NotifyTopic, listener) => {
          this.listeners.add(listener)
          return () => void this.listeners.delete(listener)
        },
      },
    }
  }

  async dispatcher(settings: object = {}): Promise<Dispatcher> {
    const dispatcher = new Dispatcher(this.parts(settings))
    this.dispatchers.push(dispatcher)
    dispatcher.start()
    await settle()
    return dispatcher
  }

  async accept(message: Partial<TestMessage> & { to: readonly string[] }): Promise<string> {
    const at = this.clock.now()
    const id = idAt(at) + String(++count).padStart(8, '0')
    const answer = await this.store.call(acceptProcedure, { id, at, ...message })
    assert.ok(answer.ok)
    return id
  }

  async states(messageId: string): Promise<string> {
    return ((await showMessage(this.store, { org: 1, id: messageId }))?.recipients ?? []).map((one) => one.state).join(' ')
  }

  async events(messageId: string): Promise<string> {
    return (await eventsOfMessage(this.store, { org: 1, messageId })).map((one) => one.event.type).join(' ')
  }
}

async function world(t: TestContext): Promise<World> {
  let made: World | undefined
  const store = await openTestStore({
    migrations: [...testQueueMigrations, ...mailboxMigrations],
    procedures: [...testQueueProcedures, ...deliverProcedures, ...mailboxProcedures] as never[],
    notify: {
      publish(topic, key) {
        if (topic === 'queue') for (const listener of made?.listeners ?? []) listener(key)
      },
    },
    onBug: () => {},
  })
  made = new World({
    call: (procedure, args) => store.call(procedure, args),
    all: (statement, args) => store.all(statement, args),
    first: (statement, args) => store.first(statement, args),
    query: (build) => store.query(build),
    close: () => store.close(),
  })
  t.after(async () => {
    for (const dispatcher of made?.dispatchers ?? []) {
      const stopped = dispatcher.stop()
      await made?.clock.advance(60_000)
      await stopped
    }
    await store.close()
  })
  return made
}

test('a hint is enough: what is accepted goes out at once', async (t) => {
  const w = await world(t)
  await w.dispatcher()
  const id = await w.accept({ to: ['a@b.example', 'b@b.example', 'c@c.example'] })
  await settle()
  assert.equal(await w.states(id), 'delivered delivered delivered')
  assert.deepEqual(
    w.remote.jobs.map((job) => [job.destination, job.recipients.length]),
    [
      ['b.example', 2],
      ['c.example', 1],
    ],
  )
  assert.equal(await w.events(id), 'attempted delivered delivered attempted delivered')
})

test('many destinations: claims end and others begin', async (t) => {
  const w = await world(t)
  await w.dispatcher()
  const id = await w.accept({ to: Array.from({ length: 80 }, (_, n) => `a@b${n}.example`) })
  await settle(200)
  assert.equal(new Set((await w.states(id)).split(' ')).size, 1)
  assert.equal(w.remote.jobs.length, 80)
})

test('without any hint the dispatcher looks by itself', async (t) => {
  const w = await world(t)
  await w.dispatcher()
  w.listeners.clear()
  const id = await w.accept({ to: ['a@b.example'] })
  await settle()
  assert.equal(await w.states(id), 'scheduled')
  await w.clock.advance(1000)
  assert.equal(await w.states(id), 'delivered')
})

test('a deferred recipient is tried again on schedule, those of one attempt together', async (t) => {
  const w = await world(t)
  w.remote.answers.set('b.example', DEFERRED)
  await w.dispatcher()
  const id = await w.accept({ to: ['a@b.example', 'b@b.example'] })
  await settle()
  assert.equal(await w.states(id), 'scheduled scheduled')
  await w.clock.advance(59_000)
  assert.equal(w.remote.jobs.length, 1)
  await w.clock.advance(2000)
  assert.equal(w.remote.jobs.length, 2)
  assert.equal(w.remote.jobs[1]?.recipients.length, 2)
  w.remote.answers.set('b.example', DELIVERED)
  await w.clock.advance(302_000)
  assert.equal(await w.states(id), 'delivered delivered')
})

test('one report for all recipients that failed in one attempt; the others are not in it (trap 42)', async (t) => {
  const w = await world(t)
  w.remote.answers.set('b.example', (job) => ({
    recipients: job.recipients.map(({ n }) => ({ n, outcome: n === 1 ? DELIVERED : FAILED })),
    transcript: [],
  }))
  await w.dispatcher()
  const id = await w.accept({ to: ['a@b.example', 'b@b.example', 'c@b.example'], reversePath: 'Sender@s.example' })
  await settle()
  assert.equal(await w.states(id), 'bounced delivered bounced')
  assert.equal(await w.events(id), 'attempted bounced delivered bounced report-sent')
  const [report] = (await findMessages(w.store, { org: 1 })).filter((one) => one.message.source === 'report')
  assert.ok(report)
  assert.deepEqual(
    report.recipients.map((one) => [one.address, one.state]),
    [['Sender@s.example', 'delivered']],
  )
  assert.equal(report.message.reversePath, '')
  assert.equal(w.remote.jobs.at(-1)?.reversePath, '')
})

test('the report says which recipients, why, and quotes the header', async (t) => {
  const w = await world(t)
  w.remote.answers.set('b.example', FAILED)
  w.remote.answers.set('s.example', DEFERRED)
  await w.dispatcher()
  const content = new TextEncoder().encode('Subject: Rose\r\nMessage-ID: <m@s>\r\n\r\nsecret body\r\n')
  await w.accept({ to: ['a@b.example'], reversePath: 'sender@s.example', content })
  await settle()
  const [report] = (await findMessages(w.store, { org: 1 })).filter((one) => one.message.source === 'report')
  assert.ok(report)
  const text = new TextDecoder('utf-8').decode(await readWhole(w.store, report.message.contentId, { limitBytes: 1e6 }))
  assert.match(text, /Final-Recipient: rfc822; ?a@b\.example/)
  assert.match(text, /Status: 5\.1\.1/)
  assert.match(text, /550 5\.1\.1 no such user/)
  assert.match(text, /Subject: Rose/)
  assert.doesNotMatch(text, /secret body/)
})

test('a failure of a message from the null sender is told to nobody (trap 25)', async (t) => {
  const w = await world(t)
  w.remote.answers.set('b.example', FAILED)
  await w.dispatcher()
  const id = await w.accept({ to: ['a@b.example'], reversePath: '' })
  await settle()
  assert.equal(await w.states(id), 'bounced')
  assert.equal(await w.events(id), 'attempted bounced report-suppressed')
  assert.match(JSON.stringify(await eventsOfMessage(w.store, { org: 1, messageId: id })), /null reverse path/)
  assert.equal((await findMessages(w.store, { org: 1 })).length, 1)
})

test('a report that fails itself is told to nobody: no loop (traps 25, 29)', async (t) => {
  const w = await world(t)
  w.remote.answers.set('b.example', FAILED)
  w.remote.answers.set('s.example', FAILED)
  await w.dispatcher()
  const id = await w.accept({ to: ['a@b.example'], reversePath: 'sender@s.example' })
  await settle()
  const all = await findMessages(w.store, { org: 1 })
  assert.equal(all.length, 2)
  const report = all.find((one) => one.message.id !== id)
  assert.equal(await w.events(report?.message.id ?? ''), 'received attempted bounced report-suppressed')
  assert.equal(await w.states(id), 'bounced')
})

test('an attempt that breaks is a deferral: unknown is temporary', async (t) => {
  const w = await world(t)
  w.remote.answers.set('b.example', () => {
    throw new Error('a bug')
  })
  w.remote.answers.set('c.example', () => ({ recipients: [], transcript: [] }))
  const dispatcher = await w.dispatcher()
  const id = await w.accept({ to: ['a@b.example', 'a@c.example'] })
  await settle()
  assert.equal(await w.states(id), 'scheduled scheduled')
  assert.equal(dispatcher.state.running, 0)
})

test('no more attempts at once than a destination may have, and than all may have', async (t) => {
  const w = await world(t)
  w.remote.wait()
  const dispatcher = await w.dispatcher({ destinationConcurrency: 3, concurrency: 5 })
  for (let i = 0; i < 20; i++) await w.accept({ to: [`a@b.example`] })
  await settle()
  assert.equal(w.remote.running, 3)
  for (let i = 0; i < 20; i++) await w.accept({ to: [`a@c.example`] })
  await settle()
  assert.equal(w.remote.running, 5)
  assert.ok(dispatcher.state.waiting <= 6, `${dispatcher.state.waiting} jobs hoarded`)
  w.remote.go()
  await settle(300)
  await w.clock.advance(3000)
  assert.equal(w.remote.jobs.length, 40)
  assert.equal(w.remote.runningMax, 5)
})

test('a destination that asks to be left alone is, and gives back what was claimed for it', async (t) => {
  const w = await world(t)
  let asked = 0
  w.remote.answers.set('b.example', (job) => {
    asked++
    return { ...reportOf(job, DEFERRED), holdDestination: { untilMs: w.clock.now() + 90_000, reason: '421' } }
  })
  await w.accept({ to: ['1@b.example'] })
  const ids = [await w.accept({ to: ['2@b.example'] }), await w.accept({ to: ['3@b.example'] })]
  await w.dispatcher({ destinationConcurrency: 1 })
  await settle()
  assert.equal(asked, 1)
  w.remote.answers.set('b.example', DELIVERED)
  await w.clock.advance(89_000)
  for (const id of ids) assert.equal(await w.states(id), 'scheduled')
  await w.clock.advance(3000)
  for (const id of ids) assert.equal(await w.states(id), 'delivered')
  assert.equal((await showMessage(w.store, { org: 1, id: ids[0] ?? '' }))?.recipients[0]?.attempts, 1)
})

test('hosts that do not answer cannot take all the room: other mail flows, and they are tried one at a time', async (t) => {
  const w = await world(t)
  const unreachable = { type: 'deferred', code: 0, enhanced: '4.4.1', text: 'no answer' } as const
  const dead = Array.from({ length: 12 }, (_, n) => `dead${n}.example`)
  for (const name of dead) {
    w.remote.answers.set(name, (job) => ({
      ...reportOf(job, unreachable),
      holdDestination: { untilMs: w.clock.now() + 30_000, reason: 'unreachable' },
    }))
  }
  await w.dispatcher({ concurrency: 8 })
  const ids: string[] = []
  ids.push(await w.accept({ to: dead.map((name) => `x@${name}`) }))
  await settle(200)
  let open = 0
  let openMax = 0
  const ends: (() => void)[] = []
  for (const name of dead) {
    w.remote.answers.set(name, (job) => {
      openMax = Math.max(openMax, ++open)
      return new Promise((resolve) => {
        ends.push(() => {
          open--
          resolve(reportOf(job, DELIVERED))
        })
      })
    })
  }
  await w.clock.advance(100_000)
  assert.equal(openMax, 4)
  const live = await w.accept({ to: Array.from({ length: 20 }, (_, n) => `x@live${n}.example`) })
  await settle(200)
  assert.equal(new Set((await w.states(live)).split(' ')).size, 1)
  for (let round = 0; round < 40; round++) {
    for (const end of ends.splice(0)) end()
    await w.clock.advance(2000)
  }
  for (const id of ids) assert.equal(new Set((await w.states(id)).split(' ')).size, 1, await w.states(id))
})

test('a destination that answers after a suspension is probed by one message, then gets its full share', async (t) => {
  const w = await world(t)
  const busy = { ...DEFERRED, code: 421 }
  w.remote.answers.set('b.example', (job) => ({
    ...reportOf(job, busy),
    holdDestination: { untilMs: w.clock.now() + 30_000, reason: 'busy' },
  }))
  await w.dispatcher({ destinationConcurrency: 3 })
  await w.accept({ to: ['0@b.example'] })
  await settle()
  const ids: string[] = []
  for (let n = 0; n < 6; n++) ids.push(await w.accept({ to: [`${n}@b.example`] }))
  w.remote.answers.delete('b.example')
  w.remote.wait()
  await w.clock.advance(32_000)
  assert.equal(w.remote.running, 1)
  w.remote.go()
  w.remote.wait()
  await settle()
  assert.equal(w.remote.running, 3)
  w.remote.go()
  await settle(200)
  for (const id of ids) assert.equal(await w.states(id), 'delivered')
})

test('while results cannot be recorded nothing new starts, and nothing is lost or doubled (trap 41)', async (t) => {
  const w = await world(t)
  const dispatcher = await w.dispatcher({ destinationConcurrency: 2 })
  const under: (() => void)[] = []
  w.remote.answers.set('b.example', (job) => new Promise((resolve) => under.push(() => resolve(reportOf(job, DELIVERED)))))
  const ids: string[] = []
  for (let n = 0; n < 4; n++) ids.push(await w.accept({ to: [`${n}@b.example`] }))
  await settle()
  assert.deepEqual([w.remote.jobs.length, dispatcher.state.waiting], [2, 2])
  w.refused.add('deliver.record')
  // The first result is refused only after the next attempt has begun; from then on nothing begins.
  under[0]?.()
  await settle()
  under[1]?.()
  const elsewhere = await w.accept({ to: ['a@c.example'] })
  await w.clock.advance(20_000)
  assert.deepEqual([w.remote.jobs.length, dispatcher.state.paused, dispatcher.state.unrecorded], [3, true, 2])
  assert.equal(await w.states(ids[0] ?? ''), 'active')
  w.refused.clear()
  w.remote.answers.delete('b.example')
  under[2]?.()
  await w.clock.advance(20_000)
  for (const id of [...ids, elsewhere]) assert.equal(await w.states(id), 'delivered')
  assert.equal(w.remote.jobs.length, 5)
})

test('a store that cannot even claim is asked again', async (t) => {
  const w = await world(t)
  await w.dispatcher()
  w.refused.add('queue.claimDestination')
  const id = await w.accept({ to: ['a@b.example'] })
  await w.clock.advance(5000)
  w.refused.clear()
  await w.clock.advance(2000)
  assert.equal(await w.states(id), 'delivered')
})

test('a result the store chokes on does not stop the others, and is recorded in a simpler form', async (t) => {
  const w = await world(t)
  const { call } = w.store
  const store = w.store as { call: Store['call'] }
  let bad = ''
  store.call = (async (procedure: Procedure<never, unknown>, args: never) => {
    const deliveries = (args as { deliveries?: { attempt: RecordAttempt }[] }).deliveries ?? []
    if (deliveries.some(({ attempt }) => attempt.messageId === bad && attempt.transcript !== undefined)) {
      return err({ type: 'failed', detail: 'a bug in the procedure' })
    }
    return call(procedure, args)
  }) as Store['call']
  w.remote.wait()
  await w.dispatcher()
  const good = [await w.accept({ to: ['b@b.example'] })]
  bad = await w.accept({ to: ['a@b.example'] })
  good.push(await w.accept({ to: ['a@c.example'] }))
  await settle()
  w.remote.go()
  await w.clock.advance(60_000)
  for (const id of [bad, ...good]) assert.equal(await w.states(id), 'delivered')
  const transcripts = async (id: string) =>
    JSON.stringify(await eventsOfMessage(w.store, { org: 1, messageId: id })).includes('transcript')
  assert.deepEqual(
    [await transcripts(bad), await transcripts(good[0] ?? ''), await transcripts(good[1] ?? '')],
    [false, true, true],
  )
  assert.equal(w.remote.jobs.length, 3)
})

test('stop: begins nothing, waits for what is under way, gives back the rest unattempted', async (t) => {
  const w = await world(t)
  w.remote.wait()
  const dispatcher = await w.dispatcher({ destinationConcurrency: 1 })
  const ids = [await w.accept({ to: ['1@b.example'] }), await w.accept({ to: ['2@b.example'] })]
  await settle()
  assert.equal(w.remote.jobs.length, 1)
  const stopped = dispatcher.stop()
  await settle()
  assert.equal(await w.states(ids[1] ?? ''), 'scheduled')
  w.remote.go()
  await stopped
  assert.equal(await w.states(ids[0] ?? ''), 'delivered')
  const given = (await showMessage(w.store, { org: 1, id: ids[1] ?? '' }))?.recipients[0]
  assert.deepEqual([given?.state, given?.attempts, w.remote.jobs.length], ['scheduled', 0, 1])
})

test('stop: an attempt that does not end in time goes back to its recorded time, and its late result is not counted', async (t) => {
  const w = await world(t)
  w.remote.wait()
  const dispatcher = await w.dispatcher({ stopWithin: '10s' })
  const id = await w.accept({ to: ['1@b.example'] })
  await settle()
  const stopped = dispatcher.stop()
  await w.clock.advance(10_000)
  await stopped
  w.remote.go()
  await settle()
  const one = (await showMessage(w.store, { org: 1, id }))?.recipients[0]
  assert.deepEqual([one?.state, one?.attempts, one?.dueAt], ['scheduled', 1, T0 + 60_000])
})

test('two dispatchers share the work, each destination with one of them; when one lets go the other takes it', async (t) => {
  const w = await world(t)
  const first = await w.dispatcher({ idleDestination: '5s' })
  await w.accept({ to: ['a@b.example'] })
  await settle()
  const second = new World(w.store)
  Object.assign(second, { clock: w.clock, seed: 1000 })
  const other = new Dispatcher(second.parts())
  w.dispatchers.push(other)
  other.start()
  await settle()
  await first.stop()
  const id = await w.accept({ to: ['b@b.example'] })
  await w.clock.advance(2000)
  assert.equal(await w.states(id), 'delivered')
  assert.deepEqual([w.remote.jobs.length, second.remote.jobs.length], [1, 1])
})

test('the wall clock jumps by hours in both directions: nothing stops, nothing is delivered twice', async (t) => {
  const w = await world(t)
  await w.dispatcher()
  const sweep = new Sweep(w.parts())
  const ids: string[] = []
  for (const jump of [6 * HOUR, -12 * HOUR, 3 * HOUR]) {
    ids.push(await w.accept({ to: ['a@b.example'] }))
    w.clock.wall += jump
    await sweep.run()
    await w.clock.advance(5000)
    ids.push(await w.accept({ to: ['a@b.example'] }))
    await w.clock.advance(2000)
    for (const id of ids) assert.equal(await w.states(id), 'delivered')
    await w.clock.advance(20_000)
  }
  for (const id of ids) assert.equal(await w.states(id), 'delivered')
  assert.equal(w.remote.jobs.length, ids.length)
})

test('a worker is dead only when it stays so by the clock that does not jump (trap 45)', async (t) => {
  const w = await world(t)
  const id = await w.accept({ to: ['a@b.example'] })
  assert.ok((await w.store.call(heartbeatProcedure, { worker: 'dead', now: T0, leaseUntil: T0 + 60_000 })).ok)
  assert.ok(
    (
      await w.store.call(claimDestinationProcedure, {
        worker: 'dead',
        destination: 'b.example',
        now: T0,
        limit: 9,
        scheduleMs: [60_000],
      })
    ).ok,
  )
  const sweep = new Sweep(w.parts())
  w.clock.wall += DAY
  await sweep.run()
  assert.equal(await w.states(id), 'active')
  await w.clock.advance(25_000)
  await sweep.run()
  assert.equal(await w.states(id), 'scheduled')
})

test('after a crash the next start delivers what was under way', async (t) => {
  const w = await world(t)
  const id = await w.accept({ to: ['a@b.example'] })
  assert.ok((await w.store.call(heartbeatProcedure, { worker: 'dead', now: T0, leaseUntil: T0 + 60_000 })).ok)
  assert.ok(
    (
      await w.store.call(claimDestinationProcedure, {
        worker: 'dead',
        destination: 'b.example',
        now: T0,
        limit: 9,
        scheduleMs: [60_000],
      })
    ).ok,
  )
  assert.ok((await w.store.call(recoverWorkersProcedure, { now: T0, all: true })).ok)
  await w.dispatcher()
  await w.clock.advance(59_000)
  assert.equal(await w.states(id), 'scheduled')
  await w.clock.advance(2000)
  assert.equal(await w.states(id), 'delivered')
})

test('a message past its time goes back with 4.4.7, without an attempt being needed (trap 43)', async (t) => {
  const w = await world(t)
  w.remote.answers.set('b.example', DEFERRED)
  const dispatcher = await w.dispatcher()
  const id = await w.accept({ to: ['a@b.example'], reversePath: 'sender@s.example' })
  await settle()
  await dispatcher.stop()
  w.clock.wall += 5 * DAY
  await new Sweep(w.parts()).run()
  assert.equal(await w.states(id), 'expired')
  assert.equal(await w.events(id), 'attempted deferred expired report-sent')
  const [report] = (await findMessages(w.store, { org: 1 })).filter((one) => one.message.source === 'report')
  const text = new TextDecoder('utf-8').decode(await readWhole(w.store, report?.message.contentId ?? '', { limitBytes: 1e6 }))
  assert.match(text, /Status: 4\.4\.7/)
  assert.match(text, /Action: failed/)
  assert.match(text, /451 4\.3\.2 later/)
})

test('many messages past their time go back in one sweep; one that cannot does not stand in the way', async (t) => {
  const w = await world(t)
  const ids: string[] = []
  for (let n = 0; n < 130; n++) ids.push(await w.accept({ to: ['a@b.example'], reversePath: '', expiresAt: T0 + n }))
  const bad = ids[0] ?? ''
  const store = w.store as { call: Store['call'] }
  const { call } = store
  store.call = ((procedure: Procedure<never, unknown>, args: never) => {
    const refused = procedure.name === 'queue.expireMessage' && (args as { messageId: string }).messageId === bad
    return refused ? Promise.resolve(err({ type: 'failed', detail: 'a bug' })) : call(procedure, args)
  }) as Store['call']
  w.clock.wall += 1000
  await new Sweep(w.parts()).run()
  const states = await Promise.all(ids.map((id) => w.states(id)))
  assert.deepEqual([states[0], new Set(states.slice(1))], ['scheduled', new Set(['expired'])])
  assert.deepEqual(await wantingAttention(w.store, { now: w.clock.now() + 60_000 }), [])
})

test('a deferral past the message’s time is the last word', async (t) => {
  const w = await world(t)
  w.remote.answers.set('b.example', DEFERRED)
  await w.dispatcher()
  const id = await w.accept({ to: ['a@b.example'], expiresAt: T0 })
  await settle()
  assert.equal(await w.states(id), 'expired')
  assert.equal(await w.events(id), 'attempted expired report-sent')
})

test('the sender is told of a delay once', async (t) => {
  const w = await world(t)
  w.remote.answers.set('b.example', DEFERRED)
  await w.dispatcher({ retry: ['1h'] })
  const id = await w.accept({ to: ['a@b.example', 'b@b.example'], reversePath: 'sender@s.example', delayNoticeAt: T0 + 4 * HOUR })
  const sweep = new Sweep(w.parts())
  for (let hour = 0; hour < 12; hour++) {
    w.clock.wall += HOUR
    await w.clock.advance(20_000)
    await sweep.run()
  }
  const events = (await eventsOfMessage(w.store, { org: 1, messageId: id })).map((one) => one.event.type)
  assert.equal(events.filter((type) => type === 'report-sent').length, 1)
  assert.equal(events.filter((type) => type === 'delay-notified').length, 2)
  assert.equal(await w.states(id), 'scheduled scheduled')
})

test('recipients whose domain is ours by now go into their mailbox in the commit that records them', async (t) => {
  const w = await world(t)
  w.directory.domains.add('here.example')
  w.directory.recipients.set('ann@here.example', { type: 'person', org: 1, personId: 'p1', address: 'ann@here.example' })
  w.directory.recipients.set('team@here.example', {
    type: 'alias',
    org: 1,
    address: 'team@here.example',
    targets: ['ann@here.example', 'far@c.example'],
  })
  w.directory.recipients.set('loop@here.example', {
    type: 'alias',
    org: 1,
    address: 'loop@here.example',
    targets: ['loop@here.example'],
  })
  await w.dispatcher()
  const id = await w.accept({ to: ['ann@here.example', 'team@here.example', 'nobody@here.example', 'loop@here.example'] })
  await settle(200)
  assert.equal(await w.states(id), 'delivered delivered bounced bounced delivered')
  const inbox = await findInbox(w.store, { org: 1, personId: 'p1' })
  assert.ok(inbox)
  assert.equal((await listMaildrop(w.store, { org: 1, mailboxId: inbox.id })).length, 2)
  assert.deepEqual(
    w.remote.jobs.filter((job) => job.destination === 'c.example').map((job) => job.recipients[0]?.address),
    ['far@c.example'],
  )
  const shown = await showMessage(w.store, { org: 1, id })
  assert.equal(shown?.message.openRecipients, 0)
  assert.equal(shown?.recipients[4]?.originalAddress, 'team@here.example')
})

test('a local delivery whose lease was lost puts nothing into the mailbox', async (t) => {
  const w = await world(t)
  w.directory.domains.add('here.example')
  w.directory.findRecipient = async (address) => {
    assert.ok((await w.store.call(recoverWorkersProcedure, { now: T0, all: true })).ok)
    return { type: 'person', org: 1, personId: 'p1', address }
  }
  await w.dispatcher()
  const id = await w.accept({ to: ['ann@here.example'] })
  await settle()
  assert.equal(await w.states(id), 'scheduled')
  assert.equal(await findInbox(w.store, { org: 1, personId: 'p1' }), undefined)
})
