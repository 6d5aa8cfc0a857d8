// The contract of the store, as tests: every engine, however it is reached, passes the same. Rules: SPEC.md.

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Store } from '../../store.ts'
import {
  addTo,
  byName,
  echo,
  type Item,
  item,
  names,
  put,
  putAndTell,
  putAndThrow,
  putNext,
  putTwo,
  readBack,
  sums,
} from './fixture.ts'

export interface ContractStore {
  readonly store: Store
  /** `topic key` of each hint published so far. */
  readonly hints: readonly string[]
  /** Procedures reported as bugs so far. */
  readonly bugs: readonly string[]
  /** Waits until hints that were published have arrived. */
  settled(): Promise<void>
}

export function declareContract(open: (t: TestContext) => Promise<ContractStore>): void {
  declareCommits(open)
  declareAnswers(open)
  declareHints(open)
  declareValues(open)
}

async function allNames(store: Store): Promise<string[]> {
  return (await store.all(names, {})).map((row) => row.name)
}

function declareCommits(open: (t: TestContext) => Promise<ContractStore>): void {
  test('[D1] a procedure is written whole or not at all', async (t) => {
    const { store, bugs, settled } = await open(t)
    await store.call(put, item('there'))
    const half = await store.call(putTwo, { first: item('new'), second: item('there') })
    assert.equal(half.ok ? 'ok' : half.error.type, 'failed')
    assert.deepEqual(await allNames(store), ['there'])
    await settled()
    assert.deepEqual(bugs, ['contract.putTwo'])
  })

  test('[D2] of those that share a commit, the one that throws takes back only itself', async (t) => {
    const { store } = await open(t)
    const calls = Array.from({ length: 40 }, (_, n) =>
      n % 4 === 1 ? store.call(putAndThrow, item(`n${n}`)) : store.call(put, item(`n${n}`)),
    )
    const answers = await Promise.all(calls)
    assert.deepEqual(
      answers.map((answer) => answer.ok),
      Array.from({ length: 40 }, (_, n) => n % 4 !== 1),
    )
    assert.deepEqual(
      (await allNames(store)).sort(),
      Array.from({ length: 40 }, (_, n) => `n${n}`)
        .filter((_, n) => n % 4 !== 1)
        .sort(),
    )
  })

  test('[D3] each caller gets the answer to its own call', async (t) => {
    const { store } = await open(t)
    const answers = await Promise.all(Array.from({ length: 300 }, (_, n) => store.call(echo, { value: n })))
    assert.deepEqual(
      answers,
      Array.from({ length: 300 }, (_, n) => ({ ok: true, value: n })),
    )
  })

  test('[D4] procedures run as if one after the other', async (t) => {
    const { store } = await open(t)
    const tries = await Promise.all(Array.from({ length: 12 }, (_, n) => store.call(putNext, { name: `n${n}` })))
    const numbers = tries.flatMap((answer) => (answer.ok ? [answer.value as number] : []))
    assert.deepEqual(
      [...numbers].sort((a, b) => a - b),
      numbers.map((_, index) => index + 1),
    )
    // Under contention PostgreSQL may give up on some; it says `busy`, and nothing of them is written.
    for (const answer of tries) if (!answer.ok) assert.equal(answer.error.type, 'busy')
    assert.equal((await allNames(store)).length, numbers.length)
  })

  test('[D5] bodies called with yield* commit together and return their results', async (t) => {
    const { store } = await open(t)
    assert.deepEqual(await store.call(putTwo, { first: item('a'), second: item('b') }), { ok: true, value: ['a', 'b'] })
    assert.deepEqual(await allNames(store), ['a', 'b'])
  })
}

function declareAnswers(open: (t: TestContext) => Promise<ContractStore>): void {
  test('[D6] after ok, a read sees what was written', async (t) => {
    const { store } = await open(t)
    for (let n = 0; n < 20; n++) {
      await store.call(put, item(`n${n}`))
      assert.equal((await store.first(byName, { name: `n${n}` }))?.name, `n${n}`)
    }
  })

  test('[D7] run answers the number of rows changed', async (t) => {
    const { store } = await open(t)
    await store.call(put, item('a', { number: 5 }))
    assert.deepEqual(await store.call(addTo, { name: 'a', by: 2 }), { ok: true, value: 1 })
    assert.deepEqual(await store.call(addTo, { name: 'nobody', by: 2 }), { ok: true, value: 0 })
    assert.equal((await store.first(byName, { name: 'a' }))?.number, 7)
  })

  test('[D8] a closed store refuses calls and reads; closing finishes what is under way, and twice is once', async (t) => {
    const { store } = await open(t)
    const last = store.call(put, item('last'))
    await Promise.all([store.close(), store.close()])
    assert.ok((await last).ok)
    const late = await store.call(put, item('late'))
    assert.equal(late.ok ? 'ok' : late.error.type, 'closed')
    await assert.rejects(store.all(names, {}), { name: 'StoreFault' })
  })

  test('[D9] a name that no procedure has is a bug, not a hang', async (t) => {
    const { store, bugs, settled } = await open(t)
    const answer = await store.call({ name: 'contract.unknown', body: put.body }, item('a'))
    assert.equal(answer.ok ? 'ok' : answer.error.type, 'failed')
    await settled()
    assert.deepEqual(bugs, ['contract.unknown'])
  })
}

function declareHints(open: (t: TestContext) => Promise<ContractStore>): void {
  test('[D10] hints are published after the commit, once for each key, and not for what was taken back', async (t) => {
    const { store, hints, settled } = await open(t)
    await store.call(putAndTell, { item: item('a'), keys: ['x', 'y', 'x'] })
    await store.call(putAndTell, { item: item('a'), keys: ['z'] })
    await store.call(putAndThrow, item('b'))
    await settled()
    assert.deepEqual(hints, ['queue x', 'queue y'])
  })
}

function declareValues(open: (t: TestContext) => Promise<ContractStore>): void {
  const values: readonly [string, Partial<Item>][] = [
    ['text beyond ASCII and beyond the BMP', { note: 'grüße 世界 🎺\r\n\t"\'\\' }],
    ['the empty text is not null', { note: '' }],
    ['null is null', { note: null }],
    ['the largest whole number', { number: Number.MAX_SAFE_INTEGER }],
    ['a negative number', { number: -42 }],
    ['no bytes', { bytes: new Uint8Array(0) }],
    ['every byte', { bytes: Uint8Array.from({ length: 256 }, (_, n) => n) }],
    ['a megabyte', { bytes: new Uint8Array(1_000_000).fill(7), note: 'x'.repeat(1_000_000) }],
    ['bytes that are a view of larger ones', { bytes: Buffer.from('-hello-').subarray(1, 6) }],
  ]
  for (const [what, overrides] of values) {
    test(`[D11] values come back as they were: ${what}`, async (t) => {
      const { store } = await open(t)
      const stored = item('a', overrides)
      assert.ok((await store.call(put, stored)).ok)
      const expected = { id: 1, ...stored, bytes: new Uint8Array(stored.bytes) }
      assert.deepEqual(await store.first(byName, { name: 'a' }), expected)
      assert.deepEqual(await store.call(readBack, { name: 'a' }), { ok: true, value: expected })
    })
  }

  test('[D12] NUL in text becomes U+FFFD on every engine', async (t) => {
    const { store } = await open(t)
    await store.call(put, item('a', { note: 'a\0b' }))
    assert.equal((await store.first(byName, { name: 'a' }))?.note, 'a\u{fffd}b')
  })

  test('[D13] undefined is a bug: a missing argument is never taken for null', async (t) => {
    const { store, bugs, settled } = await open(t)
    const answer = await store.call(put, { ...item('a'), note: undefined as never })
    assert.equal(answer.ok ? 'ok' : answer.error.type, 'failed')
    await settled()
    assert.equal(bugs.length, 1)
  })

  test('[D14] counts and sums are numbers', async (t) => {
    const { store } = await open(t)
    await store.call(put, item('a', { number: 2 }))
    await store.call(put, item('b', { number: 3 }))
    assert.deepEqual(await store.first(sums, {}), { count: 2, sum: 5, max: 3 })
  })

  test('[D15] a query built when asked sees the same rows', async (t) => {
    const { store } = await open(t)
    await store.call(put, item('a'))
    await store.call(put, item('b'))
    const wanted = ['b', 'c']
    const rows = await store.query<{ item: { name: string; number: number } }, unknown>((db) =>
      db.selectFrom('item').select(['name', 'number']).where('name', 'in', wanted),
    )
    assert.deepEqual(rows, [{ name: 'b', number: 1 }])
  })

  test('[D16] what the caller does to its arguments after the call changes nothing', async (t) => {
    const { store } = await open(t)
    const bytes = new Uint8Array([1, 2, 3])
    const call = store.call(put, item('a', { bytes }))
    bytes.fill(9)
    await call
    assert.deepEqual((await store.first(byName, { name: 'a' }))?.bytes, new Uint8Array([1, 2, 3]))
  })

  test('[D17] what cannot cross a thread is refused where it is called', async (t) => {
    const { store } = await open(t)
    await assert.rejects(async () => store.call(echo, { value: () => 1 }), /plain values/)
    await assert.rejects(async () => store.call(echo, { value: new Map() }), /plain values/)
  })
}
