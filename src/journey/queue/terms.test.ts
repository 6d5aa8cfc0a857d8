// What messages are found by ([Q18] to [Q20] of SPEC.md), on a real store.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import type { Kysely } from 'kysely'
import { idAt } from '../../ground/ids.ts'
import { type Procedure, procedure, type Steps } from '../../store/database/procedure.ts'
import { forEachEngine } from '../../store/database/testing.ts'
import type { Store } from '../../store/store.ts'
import { forwardRecipient } from './enqueue.ts'
import { type FindMessages, findMessages } from './find.ts'
import { changeQueue, forgetProcedure, type QueueTables } from './queue.ts'
import { indexTerms, indexTermsProcedure, wantsIndexing } from './terms.ts'
import { acceptProcedure, openTestQueue, type TestMessage, testQueueMigrations, testQueueProcedures } from './testing.ts'

const T0 = 1_800_000_000_000

const forwardProcedure = procedure('test.forward', forwardRecipient)
const crashProcedure = procedure('test.crash', function* (): Steps<void> {
  yield* indexTerms({})
  throw new Error('the power fails')
})
const procedures = [...testQueueProcedures, forwardProcedure, crashProcedure] as never[]

/** The nth message's. */
function idOf(n: number): string {
  return idAt(T0 + n) + String(n).padStart(8, '0')
}

async function must<A, R>(store: Store, called: Procedure<A, R>, args: A): Promise<R> {
  const answer = await store.call(called, args)
  assert.ok(answer.ok, JSON.stringify(answer))
  return answer.value
}

async function accept(store: Store, n: number, message: Partial<TestMessage> & { to: readonly string[] }): Promise<string> {
  await must(store, acceptProcedure, { at: T0 + n, id: idOf(n), reversePath: '', ...message })
  return idOf(n)
}

async function indexAll(store: Store, args: { messages?: number; recipients?: number } = {}): Promise<void> {
  for (let more = true; more; ) more = (await must(store, indexTermsProcedure, args)).more
}

async function found(store: Store, args: Omit<FindMessages, 'org'>, org = 1): Promise<readonly string[]> {
  return (await findMessages(store, { org, ...args })).map((one) => one.message.id)
}

/** Page after page. */
async function foundInPages(store: Store, args: Omit<FindMessages, 'org'>): Promise<readonly string[]> {
  const all: string[] = []
  for (;;) {
    const page = await found(store, { ...args, limit: 2, ...(all.length === 0 ? {} : { before: all.at(-1) as string }) })
    if (page.length === 0) return all
    all.push(...page)
  }
}

async function termsOf(store: Store): Promise<readonly string[]> {
  const rows = await store.query((db: Kysely<QueueTables>) => db.selectFrom('message_term').select(['term', 'message_id']))
  return rows.map((row) => `${row.term} ${row.message_id}`).sort()
}

async function remaining(store: Store): Promise<readonly number[]> {
  const rows = await store.query((db: Kysely<QueueTables>) => db.selectFrom('message_unindexed').select('next_n'))
  return rows.map((row) => row.next_n)
}

function forward(store: Store, messageId: string, targets: readonly string[]): Promise<void> {
  const to = targets.map((address) => ({ address, destination: 'b.example' }))
  return must(store, forwardProcedure, { org: 1, messageId, originalAddress: 'Team@b.example', targets: to, at: T0 })
}

forEachEngine('search terms', (engine) => {
  async function open(t: TestContext): Promise<Store> {
    const store = await engine.open({ migrations: testQueueMigrations, procedures, onBug: () => {} })
    t.after(() => store.close())
    return store
  }

  test('[Q18] a message is found as soon as it is accepted, and in the same way when its terms are written', async (t) => {
    const store = await open(t)
    // Longer than an index entry of PostgreSQL, also when it is packed.
    const digests = Array.from({ length: 80 }, (_, n) => createHash('sha512').update(`${n}`).digest('base64url'))
    const long = `<${digests.join('')}@a.example>`
    const a = await accept(store, 1, { to: ['X@b.example', 'y@c.example'], reversePath: 'Bob@a.example', headerMessageId: '1@a' })
    const b = await accept(store, 2, { to: ['x@b.example', 'x@B.example'], reversePath: 'x@b.example', headerMessageId: long })
    await accept(store, 3, { org: 2, to: ['x@b.example'] })
    for (const phase of ['before', 'after']) {
      assert.deepEqual(await found(store, { address: 'x@b.EXAMPLE' }), [b, a], phase)
      assert.deepEqual(await found(store, { address: 'bob@a.example' }), [a], phase)
      assert.deepEqual(await found(store, { address: 'Y@c.example' }), [a], phase)
      assert.deepEqual(await found(store, { headerMessageId: '<1@a>' }), [a], phase)
      assert.deepEqual(await found(store, { headerMessageId: '1@a' }), [a], phase)
      assert.deepEqual(await found(store, { headerMessageId: long }), [b], phase)
      assert.deepEqual(await found(store, { address: 'x@b.example' }, 2), [idOf(3)], phase)
      assert.deepEqual(await found(store, { address: '' }, 2), [], phase)
      for (const address of ['', 'nobody@b.example', '1@a']) assert.deepEqual(await found(store, { address }), [], phase)
      await indexAll(store)
    }
    assert.equal(await wantsIndexing(store), false)
  })

  test('[Q18] pages follow each other through messages of which some are indexed', async (t) => {
    const store = await open(t)
    const ids = []
    for (let n = 0; n < 7; n++) ids.push(await accept(store, n, { to: ['x@b.example', `${n}@b.example`] }))
    for (let indexed = 0; indexed <= 7; indexed++) {
      assert.deepEqual(await foundInPages(store, { address: 'x@b.example' }), ids.toReversed(), `${indexed} indexed`)
      await must(store, indexTermsProcedure, { messages: 1 })
    }
  })

  test('[Q18] recipients that join later are found, and the alias they come by', async (t) => {
    const store = await open(t)
    const early = await accept(store, 1, { to: ['team@b.example'] })
    await forward(store, early, ['kim@b.example'])
    assert.deepEqual(await remaining(store), [0])
    await indexAll(store)
    await forward(store, early, ['lee@b.example', 'zoe@b.example'])
    for (const phase of ['before', 'after']) {
      for (const name of ['kim', 'lee', 'zoe', 'team'])
        assert.deepEqual(await found(store, { address: `${name}@b.example` }), [early], `${name} ${phase}`)
      await indexAll(store)
    }
  })

  test('[Q19] a long list is written piece by piece, and found at every moment', async (t) => {
    const store = await open(t)
    const to = Array.from({ length: 8 }, (_, n) => `${n}@b.example`)
    const id = await accept(store, 1, { to, reversePath: 'bob@a.example' })
    const counts = []
    for (let more = true; more; ) {
      for (const address of [...to, 'bob@a.example']) assert.deepEqual(await found(store, { address }), [id])
      more = (await must(store, indexTermsProcedure, { recipients: 3 })).more
      counts.push((await termsOf(store)).length)
    }
    assert.deepEqual(counts, [4, 7, 9])
    assert.deepEqual(await remaining(store), [])
  })

  test('[Q19] organisations have their turns, and each call says whether there is more', async (t) => {
    const store = await open(t)
    await accept(store, 3, { to: ['x@b.example'] })
    await accept(store, 4, { to: ['x@b.example'] })
    await accept(store, 1, { org: 2, to: ['x@b.example'] })
    const answers = []
    for (const messages of [1, 5, 5, 5]) answers.push(await must(store, indexTermsProcedure, { messages }))
    assert.deepEqual(answers, [
      { messages: 1, more: true },
      { messages: 1, more: true },
      { messages: 1, more: false },
      { messages: 0, more: false },
    ])
    assert.deepEqual(await remaining(store), [])
  })

  test('[Q19] a crash loses no term and doubles none', async (t) => {
    const store = await open(t)
    await accept(store, 1, { to: ['x@b.example', 'X@b.example'], reversePath: 'x@b.example', headerMessageId: '<1@a>' })
    assert.equal((await store.call(crashProcedure, undefined)).ok, false)
    assert.deepEqual([await termsOf(store), await remaining(store)], [[], [0]])
    await indexAll(store)
    await indexAll(store)
    assert.deepEqual(await termsOf(store), [`<1@a> ${idOf(1)}`, `x@b.example ${idOf(1)}`])
  })

  test('[Q20] of a forgotten message nothing is left to be found or written', async (t) => {
    const store = await open(t)
    const to = Array.from({ length: 5 }, (_, n) => `${n}@b.example`)
    const message = { to, reversePath: 'Bob@a.example', headerMessageId: '<1@a>' }
    await accept(store, 1, message)
    await forward(store, idOf(1), ['kim@b.example'])
    await indexAll(store)
    await accept(store, 2, message)
    await must(store, indexTermsProcedure, { recipients: 2 })
    await accept(store, 3, message)
    await accept(store, 4, message)
    await changeQueue(store, { action: 'drop', filter: {}, by: 'o', now: T0 })
    let calls = 0
    for (; (await must(store, forgetProcedure, { before: T0 + 4, recipients: 2 })) > 0; calls++);
    assert.ok(calls >= 8, `a bounded number of recipients for each call, and ${calls} calls`)
    assert.deepEqual([await found(store, {}), await termsOf(store), await remaining(store)], [[idOf(4)], [], [0]])
    await indexAll(store)
    assert.equal((await termsOf(store)).length, 7)
    assert.deepEqual(await found(store, { address: '1@b.example' }), [idOf(4)])
  })
})

type Command =
  | { type: 'accept'; from: number; to: number[]; headerId: number }
  | { type: 'forward'; message: number; to: number[] }
  | { type: 'index'; messages: number; recipients: number }
  | { type: 'forget'; messages: number; recipients: number }

const PEOPLE = ['a@x.example', 'B@x.example', 'c@y.example', 'd@y.example']
const person = fc.nat(PEOPLE.length - 1)
const people = fc.array(person, { minLength: 1, maxLength: 4 })
const few = fc.integer({ min: 1, max: 3 })
const commands = fc.oneof(
  fc.record({ type: fc.constant('accept' as const), from: person, to: people, headerId: fc.nat(2) }),
  fc.record({ type: fc.constant('forward' as const), message: fc.nat(), to: people }),
  fc.record({ type: fc.constant('index' as const), messages: few, recipients: few }),
  fc.record({ type: fc.constant('forget' as const), messages: few, recipients: few }),
)

/** By message: everything it must be found by. */
type Model = Map<string, Set<string>>

async function step(store: Store, model: Model, command: Command, n: number): Promise<void> {
  switch (command.type) {
    case 'accept': {
      const [reversePath = '', ...to] = [command.from, ...command.to].map((one) => PEOPLE[one] as string)
      const headerMessageId = `<${command.headerId}@x>`
      model.set(await accept(store, n, { to, reversePath, headerMessageId }), new Set([reversePath, ...to, headerMessageId]))
      return
    }
    case 'forward': {
      const [id, terms] = [...model][command.message % Math.max(1, model.size)] ?? []
      if (id === undefined) return
      const to = command.to.map((one) => PEOPLE[one] as string)
      await forward(store, id, to)
      for (const term of [...to, 'Team@b.example']) terms?.add(term)
      return
    }
    case 'index':
      await must(store, indexTermsProcedure, command)
      return
    case 'forget': {
      const ids = [...model.keys()].slice(0, command.messages)
      for (const messageId of ids) await changeQueue(store, { action: 'drop', filter: { messageId }, by: 'o', now: T0 })
      for (const id of ids) model.delete(id)
      const first = model.keys().next().value
      const before = first === undefined ? T0 + n : T0 + Number(first.slice(-8))
      while ((await must(store, forgetProcedure, { before, recipients: command.recipients })) > 0);
    }
  }
}

test('[Q18] [Q19] [Q20] whatever is accepted, indexed and forgotten in whatever order, exactly what is there is found', async () => {
  const property = fc.asyncProperty(fc.array(commands, { minLength: 5, maxLength: 30 }), async (sequence) => {
    const store = await openTestQueue({ procedures })
    try {
      const model: Model = new Map()
      for (const [n, command] of sequence.entries()) {
        await step(store, model, command, n)
        await check(store, model)
      }
      await indexAll(store)
      await check(store, model)
      const wanted = [...model].flatMap(([id, terms]) => [...terms].map((term) => `${term.toLowerCase()} ${id}`))
      assert.deepEqual(await termsOf(store), wanted.sort())
    } finally {
      await store.close()
    }
  })
  await fc.assert(property, { numRuns: 40 })
})

async function check(store: Store, model: Model): Promise<void> {
  for (const term of [...PEOPLE, 'team@b.example', '<0@x>', '<1@x>']) {
    const has = (terms: ReadonlySet<string>) => [...terms].some((one) => one.toLowerCase() === term.toLowerCase())
    const wanted = [...model].flatMap(([id, terms]) => (has(terms) ? [id] : []))
    const question = term.startsWith('<') ? { headerMessageId: term } : { address: term }
    assert.deepEqual(await foundInPages(store, question), wanted.reverse(), term)
  }
}
