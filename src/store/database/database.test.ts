// The contract on each engine, and what only one of them has.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, type TestContext } from 'node:test'
import { MessageChannel, Worker } from 'node:worker_threads'
import { type ContractStore, declareContract } from './testing/contract.ts'
import { contractMigrations, contractProcedures } from './testing/fixture.ts'
import { migrate } from './migrate.ts'
import type { Procedure } from './procedure.ts'
import { connectStore } from './sqlite/client.ts'
import { openWriter } from './sqlite/connection.ts'
import { sqliteMigrator } from './sqlite/migrator.ts'
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
  declareContract(openThreaded)
})

async function openThreaded(t: TestContext): Promise<ContractStore> {
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-test-'))
  const path = join(folder, 'store.db')
  const db = openWriter({ path, sync: 'none' })
  assert.ok((await migrate(sqliteMigrator(db), contractMigrations, () => 0)).ok)
  db.close()
  const worker = new Worker(new URL('./testing/thread.ts', import.meta.url), { workerData: { path } })
  const { port1, port2 } = new MessageChannel()
  worker.postMessage({ port: port1 }, [port1])
  const store = connectStore({ port: port2, path })
  const hints: string[] = []
  const bugs: string[] = []
  let settle: () => void = () => undefined
  worker.on('message', (message: { hint?: string; bug?: string; settled?: boolean }) => {
    if (message.hint !== undefined) hints.push(message.hint)
    if (message.bug !== undefined) bugs.push(message.bug)
    if (message.settled) settle()
  })
  t.after(async () => {
    await store.close()
    await worker.terminate()
    rmSync(folder, { recursive: true, force: true })
  })
  const settled = () =>
    new Promise<void>((resolve) => {
      settle = resolve
      worker.postMessage({ settle: true })
    })
  return { store, hints, bugs, settled }
}
