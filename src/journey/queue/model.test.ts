// The queue against a model: whatever order things happen in, with crashes in between, every accepted recipient ends exactly once, and is
// handed over more than once only when a handing over could not be recorded.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Kysely } from 'kysely'
import { idAt } from '../../ground/ids.ts'
import type { Procedure } from '../../store/database/procedure.ts'
import { EVENT_TYPES, type EventTables } from '../../store/events/events.ts'
import type { Store } from '../../store/store.ts'
import {
  type AttemptResult,
  type Claimed,
  changeQueue,
  claimDestinationProcedure,
  dueDestinations,
  expireMessageProcedure,
  forgetDestinationsProcedure,
  heartbeatProcedure,
  holdDestinationProcedure,
  isFinal,
  type QueueAction,
  type QueueTables,
  type RecipientState,
  recordAttemptsProcedure,
  recoverWorkersProcedure,
  releaseDestinationsProcedure,
  releaseWorkerProcedure,
  resumeDestinationProcedure,
  unclaimProcedure,
  wantingAttention,
} from './queue.ts'
import { acceptProcedure, openTestQueue } from './testing.ts'

const T0 = 1_800_000_000_000
const LEASE = 60_000
const DESTINATIONS = ['a.example', 'b.example']

type Fate = 'delivered' | 'deferred' | 'failed'
type Command =
  | { type: 'accept'; to: number[] }
  | { type: 'beat'; worker: number }
  | { type: 'claim'; worker: number; destination: number; limit: number }
  /** The host answers; whether that is recorded is another matter. */
  | { type: 'attempt'; worker: number; fates: Fate[] }
  | { type: 'record'; worker: number }
  | { type: 'crash'; worker: number }
  | { type: 'stop'; worker: number }
  | { type: 'giveBack'; worker: number }
  | { type: 'letGo'; worker: number; destination: number }
  | { type: 'recover'; all: boolean }
  | { type: 'change'; action: QueueAction; destination: number }
  | { type: 'suspend'; destination: number; forMs: number }
  | { type: 'resume'; destination: number }
  | { type: 'pass'; ms: number }
  | { type: 'sweep' }
  | { type: 'forget' }

const worker = fc.nat(1)
const destination = fc.nat(DESTINATIONS.length - 1)
const commands = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ type: fc.constant('accept' as const), to: fc.array(destination, { minLength: 1, maxLength: 4 }) }),
  },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('beat' as const), worker }) },
  {
    weight: 8,
    arbitrary: fc.record({ type: fc.constant('claim' as const), worker, destination, limit: fc.integer({ min: 1, max: 4 }) }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constant('attempt' as const),
      worker,
      fates: fc.array(fc.constantFrom<Fate>('delivered', 'deferred', 'failed'), { minLength: 4, maxLength: 4 }),
    }),
  },
  { weight: 8, arbitrary: fc.record({ type: fc.constant('record' as const), worker }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('crash' as const), worker }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('stop' as const), worker }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('giveBack' as const), worker }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('letGo' as const), worker, destination }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('recover' as const), all: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('change' as const),
      action: fc.constantFrom<QueueAction>('hold', 'release', 'retry', 'drop'),
      destination,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('suspend' as const), destination, forMs: fc.integer({ min: 1, max: 200_000 }) }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('resume' as const), destination }) },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('pass' as const),
      ms: fc.constantFrom(1000, 30_000, 61_000, 3_600_000, 3 * 86_400_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('sweep' as const) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('forget' as const) }) },
)

/** One message at one destination under one claim, as a worker keeps it in memory. */
interface Job {
  readonly token: number
  readonly recipients: readonly Claimed[]
  results?: readonly AttemptResult[]
  /** Its worker was taken for dead: the recipients may be with another by now. */
  givenUp?: boolean
}

class Run {
  readonly store: Store
  now = T0
  #ids = 0
  #born = 0
  readonly names: string[] = ['w0-0', 'w1-0']
  readonly jobs: Job[][] = [[], []]
  readonly leases = [0, 0]
  readonly accepted = new Set<string>()
  readonly recorded = new Map<string, number>()
  readonly ended = new Map<string, RecipientState>()

  constructor(store: Store) {
    this.store = store
  }

  async must<A, R>(procedure: Procedure<A, R>, args: A): Promise<R> {
    const answer = await this.store.call(procedure, args)
    assert.ok(answer.ok, JSON.stringify(answer))
    return answer.value
  }

  name(worker: number): string {
    return this.names[worker] as string
  }

  newId(): string {
    return idAt(this.now) + String(++this.#ids).padStart(8, '0')
  }

  async step(command: Command): Promise<void> {
    switch (command.type) {
      case 'accept':
        return this.accept(command.to)
      case 'beat':
        this.leases[command.worker] = this.now + LEASE
        return this.must(heartbeatProcedure, { worker: this.name(command.worker), now: this.now, leaseUntil: this.now + LEASE })
      case 'claim':
        return this.claim(command.worker, DESTINATIONS[command.destination] as string, command.limit)
      case 'attempt':
        return this.attempt(command.worker, command.fates)
      case 'record':
        return this.record(command.worker)
      case 'crash':
        this.jobs[command.worker] = []
        this.names[command.worker] = `w${command.worker}-${++this.#born}`
        return
      case 'stop':
        await this.must(releaseWorkerProcedure, { worker: this.name(command.worker) })
        this.jobs[command.worker] = []
        return
      case 'giveBack':
        return this.giveBack(command.worker)
      case 'letGo':
        return this.must(releaseDestinationsProcedure, {
          worker: this.name(command.worker),
          destinations: [DESTINATIONS[command.destination] as string],
        })
      case 'recover':
        await this.must(recoverWorkersProcedure, { now: this.now, all: command.all })
        for (const [worker, jobs] of this.jobs.entries()) {
          if (command.all || (this.leases[worker] ?? 0) <= this.now) for (const job of jobs) job.givenUp = true
        }
        return
      case 'change':
        await changeQueue(this.store, {
          action: command.action,
          filter: { destination: DESTINATIONS[command.destination] as string },
          by: 'o',
          now: this.now,
        })
        return
      case 'suspend':
        return this.must(holdDestinationProcedure, {
          destination: DESTINATIONS[command.destination] as string,
          until: this.now + command.forMs,
          reason: 'x',
          now: this.now,
        })
      case 'resume':
        return this.must(resumeDestinationProcedure, { destination: DESTINATIONS[command.destination] as string })
      case 'pass':
        this.now += command.ms
        return
      case 'sweep':
        return this.sweep()
      case 'forget':
        await this.must(forgetDestinationsProcedure, { now: this.now })
    }
  }

  async accept(to: readonly number[]): Promise<void> {
    const id = this.newId()
    await this.must(acceptProcedure, { id, at: this.now, to: to.map((d, n) => `${n}@${DESTINATIONS[d]}`), reversePath: '' })
    for (const n of to.keys()) this.accepted.add(`${id} ${n}`)
  }

  async claim(worker: number, destination: string, limit: number): Promise<void> {
    const answer = await this.must(claimDestinationProcedure, {
      worker: this.name(worker),
      destination,
      now: this.now,
      limit,
      scheduleMs: [60_000, 600_000],
    })
    if (answer.type !== 'claimed') return
    for (const recipients of Map.groupBy(answer.recipients, (one) => one.messageId).values()) {
      for (const one of recipients) {
        assert.ok(!this.ended.has(`${one.messageId} ${one.n}`), 'a recipient that has ended is claimed')
        const under = this.jobs
          .flat()
          .filter((job) => job.recipients.some((other) => other.messageId === one.messageId && other.n === one.n))
        assert.ok(
          under.every((job) => job.givenUp),
          'a recipient is claimed while a living worker is at it',
        )
      }
      this.jobs[worker]?.push({ token: answer.token, recipients })
    }
  }

  attempt(worker: number, fates: readonly Fate[]): Promise<void> {
    const job = this.jobs[worker]?.find((one) => one.results === undefined)
    if (job !== undefined) {
      job.results = job.recipients.map(({ n }, i): AttemptResult => {
        const type = fates[i % fates.length] as Fate
        const reply = { code: 250, text: type }
        return type === 'deferred' ? { n, type, reply, dueAt: this.now + 60_000 } : { n, type, reply }
      })
    }
    return Promise.resolve()
  }

  async record(worker: number): Promise<void> {
    const jobs = this.jobs[worker] ?? []
    const index = jobs.findIndex((one) => one.results !== undefined)
    const [job] = index < 0 ? [] : jobs.splice(index, 1)
    const first = job?.recipients[0]
    if (job?.results === undefined || first === undefined) return
    const { org, messageId, destination } = first
    const common = { org, messageId, destination, attempt: 1, startedAt: this.now, at: this.now, to: 'remote' as const }
    const attempt = { ...common, worker: this.name(worker), token: job.token, results: job.results }
    const [answer] = await this.must(recordAttemptsProcedure, { attempts: [attempt] })
    for (const { n, type } of job.results) {
      const key = `${messageId} ${n}`
      if (type === 'delivered' && !answer?.lost.includes(n)) this.recorded.set(key, (this.recorded.get(key) ?? 0) + 1)
    }
  }

  async giveBack(worker: number): Promise<void> {
    const unattempted = (this.jobs[worker] ?? []).filter((job) => job.results === undefined)
    this.jobs[worker] = (this.jobs[worker] ?? []).filter((job) => job.results !== undefined)
    for (const { token, recipients } of unattempted)
      await this.must(unclaimProcedure, { worker: this.name(worker), token, now: this.now, recipients })
  }

  async sweep(): Promise<void> {
    for (const { message, type, recipients } of await wantingAttention(this.store, { now: this.now })) {
      assert.equal(type, 'expired')
      await this.must(expireMessageProcedure, {
        org: 1,
        messageId: message.id,
        now: this.now,
        ns: recipients.map((one) => one.n),
      })
    }
  }

  /** What must hold after every step. */
  async check(): Promise<void> {
    const query = <R>(
      build: (db: Kysely<QueueTables & EventTables & { content: { id: string; refs: number } }>) => { compile(): never } | never,
    ) => this.store.query(build as never) as Promise<readonly R[]>
    const recipients = await query<QueueTables['recipient']>((db) => db.selectFrom('recipient').selectAll() as never)
    const messages = await query<QueueTables['message']>((db) => db.selectFrom('message').selectAll() as never)
    const contents = await query<{ id: string; refs: number }>((db) => db.selectFrom('content').select(['id', 'refs']) as never)
    const destinations = new Map(
      (await query<QueueTables['destination']>((db) => db.selectFrom('destination').selectAll() as never)).map((row) => [
        row.name,
        row,
      ]),
    )
    assert.equal(recipients.length, this.accepted.size, '[Q1] none lost')
    const open = new Map<string, number>()
    for (const row of recipients) {
      const key = `${row.message_id} ${row.n}`
      const before = this.ended.get(key)
      if (before !== undefined) assert.equal(row.state, before, '[Q2] an end is final')
      if (isFinal(row.state)) this.ended.set(key, row.state)
      else open.set(row.message_id, (open.get(row.message_id) ?? 0) + 1)
      assert.equal(row.worker !== null, row.state === 'active')
      if (row.state !== 'scheduled') continue
      const place = destinations.get(row.destination)
      assert.ok(
        place?.due_at != null && place.due_at <= Math.max(row.due_at, place.held_until ?? 0),
        '[Q6] work that nobody would find',
      )
    }
    for (const message of messages) assert.equal(message.open_recipients, open.get(message.id) ?? 0, '[Q3] open recipients')
    assert.deepEqual(
      new Map(contents.map((row) => [row.id, row.refs])),
      new Map([...open.keys()].map((id) => [`c${id}`, 1])),
      '[Q3] content',
    )
    for (const [key, times] of this.recorded) assert.equal(times, 1, `${key} recorded as delivered twice`)
  }

  /** Everything ends: the host takes all, nobody is in the way. */
  async finish(): Promise<void> {
    this.now += 86_400_000
    await this.must(recoverWorkersProcedure, { now: this.now, all: true })
    for (const destination of DESTINATIONS) {
      await changeQueue(this.store, { action: 'release', filter: { destination }, by: 'o', now: this.now })
      await this.must(resumeDestinationProcedure, { destination })
    }
    for (const jobs of this.jobs) jobs.length = 0
    this.now += 3_600_000
    await this.must(heartbeatProcedure, { worker: this.name(0), now: this.now, leaseUntil: this.now + LEASE })
    for (let round = 0; round < 200; round++) {
      const due = await dueDestinations(this.store, { worker: this.name(0), now: this.now })
      if (due.length === 0) break
      for (const { name } of due) await this.claim(0, name, 4)
      while ((this.jobs[0]?.length ?? 0) > 0) {
        await this.attempt(0, ['delivered'])
        await this.record(0)
      }
    }
  }

  async checkEnd(): Promise<void> {
    await this.check()
    assert.equal(this.ended.size, this.accepted.size, 'every recipient ends')
    const events = await this.store.query((db: Kysely<EventTables>) =>
      db.selectFrom('event').select(['message_id', 'recipient', 'type']).where('recipient', 'is not', null),
    )
    const finals = new Map<string, number>()
    for (const { message_id, recipient, type } of events) {
      const key = `${message_id} ${recipient?.split('@')[0]}`
      if (EVENT_TYPES[type as keyof typeof EVENT_TYPES].final) finals.set(key, (finals.get(key) ?? 0) + 1)
    }
    for (const key of this.accepted) assert.equal(finals.get(key), 1, `[Q2] ${key} has exactly one final event`)
    for (const [key, state] of this.ended) assert.equal(this.recorded.get(key) ?? 0, state === 'delivered' ? 1 : 0)
  }
}

test('[Q1] [Q2] [Q3] [Q6] whatever happens in whatever order, every recipient ends exactly once', async () => {
  const sequences = fc.array(commands, { minLength: 10, maxLength: 60 })
  const property = fc.asyncProperty(sequences, async (sequence) => {
    const store = await openTestQueue({ onBug: () => {} })
    try {
      const run = new Run(store)
      for (const command of sequence) {
        await run.step(command)
        await run.check()
      }
      await run.finish()
      await run.checkEnd()
    } finally {
      await store.close()
    }
  })
  await fc.assert(property, { numRuns: 60 })
})
