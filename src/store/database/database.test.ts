// The contract on each engine, and what only one of them has.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, type TestContext, test } from 'node:test'
import { MessageChannel, Worker } from 'node:worker_threads'
import { CALLS_IN_FLIGHT_MAX } from './limits.ts'
import { migrate } from './migrate.ts'
import { openPostgresNotify } from './postgres/notify.ts'
import type { Procedure } from './procedure.ts'
import { connectStore } from './sqlite/client.ts'
import { openWriter } from './sqlite/connection.ts'
import { sqliteMigrator } from './sqlite/migrator.ts'
import { type ContractStore, declareContract } from './testing/contract.ts'
import { contractMigrations, contractProcedures, echo, item, put } from './testing/fixture.ts'
import { postgresMissing, testPostgres } from './testing/postgres.ts'
import type { FromThread, ToThread } from './testing/thread.ts'
import { forEachEngine, type TestEngine } from './testing.ts'

const procedures = contractProcedures as readonly Procedure<never, unknown>[]

forEachEngine('contract', ({ open }: TestEngine) => {
  declareContract(async (t: TestContext): Promise<ContractStore> => {
    const hints: string[] = []
    const bugs: string[] = []
    const notify = { publish: (topic: string, key: string) => void hints.push(`${topic} ${key}`) }
    const store = await open({ migrations: contractMigrations, procedures, notify, onBug: (name) => void bugs.push(name) })
    t.after(() => store.close())
    return { store, hints, bugs, settled: async () => undefined }
  })
})

describe('contract on sqlite over a writer thread', () => {
  let worker: Worker
  before(() => {
    worker = new Worker(new URL('./testing/thread.ts', import.meta.url))
    worker.setMaxListeners(0)
  })
  after(() => worker.terminate())
  declareContract((t) => openThreaded(t, worker))

  test('[D18] when the writer goes, calls under way and later ones are answered closed', async (t) => {
    const { store, path } = await openThreaded(t, worker)
    assert.deepEqual(await store.call(put, item('before')), { ok: true, value: 'before' })
    worker.postMessage({ type: 'close', path } satisfies ToThread)
    await heard(worker, path, 'closed')
    const answer = await store.call(put, item('after'))
    assert.equal(answer.ok ? 'ok' : answer.error.type, 'closed')
  })

  test('[D19] more calls under way than the bound are answered busy at once', async (t) => {
    const { store } = await openThreaded(t, worker)
    const calls = Array.from({ length: CALLS_IN_FLIGHT_MAX + 1 }, (_, n) => store.call(echo, { value: n }))
    const last = await calls.pop()
    assert.equal(last?.ok === false && last.error.type, 'busy')
    assert.ok((await Promise.all(calls)).every((answer) => answer.ok))
    assert.ok((await store.call(echo, { value: 1 })).ok)
  })
})

async function openThreaded(t: TestContext, worker: Worker): Promise<ContractStore & { readonly path: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-test-'))
  const path = join(folder, 'store.db')
  const db = openWriter({ path, sync: 'none' })
  assert.ok((await migrate(sqliteMigrator(db), contractMigrations, () => 0)).ok)
  db.close()
  const { port1, port2 } = new MessageChannel()
  worker.postMessage({ type: 'open', path, port: port1 } satisfies ToThread, [port1])
  const settled = async () => {
    worker.postMessage({ type: 'settle', path } satisfies ToThread)
    await heard(worker, path, 'settled')
  }
  // A test that asks nothing would take the folder away before the thread has opened what is in it.
  await settled()
  const store = connectStore({ port: port2, path })
  const hints: string[] = []
  const bugs: string[] = []
  worker.on('message', (message: FromThread) => {
    if (message.path === path && message.type === 'hint') hints.push(message.text)
    if (message.path === path && message.type === 'bug') bugs.push(message.text)
  })
  t.after(async () => {
    await store.close()
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  })
  return { store, hints, bugs, settled, path }
}

function heard(worker: Worker, path: string, type: FromThread['type']): Promise<void> {
  return new Promise((resolve) => {
    worker.on('message', (message: FromThread) => message.path === path && message.type === type && resolve())
  })
}

describe('hints on postgres', postgresMissing() === undefined ? {} : { skip: postgresMissing() as string }, () => {
  test('[D10] what one process publishes reaches all that listen, itself included, and no more after unsubscribing', async (t) => {
    const url = await testPostgres()
    const onError = (detail: string) => assert.fail(detail)
    const one = await openPostgresNotify({ url, onError })
    const two = await openPostgresNotify({ url, onError })
    t.after(() => Promise.all([one.close(), two.close()]))
    const heardByOne: string[] = []
    const stop = one.subscribe('queue', (key) => void heardByOne.push(key))
    const keys = new Promise<string[]>((resolve) => {
      const list: string[] = []
      two.subscribe('queue', (key) => list.push(key) === 3 && resolve(list))
    })
    one.publish('queue', 'x')
    one.publish('queue', 'x')
    one.publish('mailbox', 'other')
    one.publish('queue', "y 'ü\n")
    await new Promise<void>((resolve) => {
      one.subscribe('directory', () => resolve())
      one.publish('directory', '')
    })
    assert.deepEqual(heardByOne, ['x', "y 'ü\n"])
    stop()
    one.publish('queue', 'z')
    assert.deepEqual(await keys, ['x', "y 'ü\n", 'z'])
    assert.equal(heardByOne.length, 2)
  })
})
