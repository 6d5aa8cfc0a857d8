// How fast the store accepts: a procedure like the one of an accepted message (content of 4 KiB, message, recipient, event), from one
// thread over a real writer thread, at several numbers of calls under way, beside what the disk does with plain appends and fdatasync.
//
// node bench/micro/store-accept.ts [folder on the disk to measure]

import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MessageChannel, Worker } from 'node:worker_threads'
import { migrate } from '../../src/store/database/migrate.ts'
import { connectStore } from '../../src/store/database/sqlite/client.ts'
import { openWriter } from '../../src/store/database/sqlite/connection.ts'
import { sqliteMigrator } from '../../src/store/database/sqlite/migrator.ts'
import { acceptMigrations, acceptProcedure } from './store-accept-schema.ts'

const BODY_BYTES = 4096
const SECONDS = 2

const folder = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'posthorn-bench-'))
const path = join(folder, 'store.db')

function appendRate(): number {
  const file = openSync(join(folder, 'appends'), 'a')
  const bytes = new Uint8Array(BODY_BYTES).fill(120)
  const end = performance.now() + 1000
  let count = 0
  for (; performance.now() < end; count++) {
    writeSync(file, bytes)
    fdatasyncSync(file)
  }
  closeSync(file)
  return count
}

async function acceptRate(underWay: number, first: number) {
  const body = new Uint8Array(BODY_BYTES).fill(120)
  const cpu = process.cpuUsage()
  const started = performance.now()
  const end = started + SECONDS * 1000
  let count = 0
  const lane = async (): Promise<void> => {
    while (performance.now() < end) {
      const answer = await store.call(acceptProcedure, { id: `m${first + count++}`, body, at: count })
      if (!answer.ok) throw new Error(answer.error.detail)
    }
  }
  await Promise.all(Array.from({ length: underWay }, lane))
  const seconds = (performance.now() - started) / 1000
  const used = process.cpuUsage(cpu)
  return { perSecond: Math.round(count / seconds), cpuMicros: Math.round((used.user + used.system) / count), count }
}

const db = openWriter({ path })
await migrate(sqliteMigrator(db), acceptMigrations, () => 0)
db.close()
const worker = new Worker(new URL('./store-accept-writer.ts', import.meta.url), { workerData: { path } })
const { port1, port2 } = new MessageChannel()
worker.postMessage(port1, [port1])
const store = connectStore({ port: port2, path })

console.log(`appends of ${BODY_BYTES} bytes, fdatasync each: ${appendRate()}/s`)
let done = 0
await acceptRate(20, 1e9)
for (const underWay of [1, 4, 16, 64, 256]) {
  const { perSecond, cpuMicros, count } = await acceptRate(underWay, done)
  done += count
  console.log(
    `${String(underWay).padStart(4)} under way: ${String(perSecond).padStart(6)} accepted/s, ${cpuMicros} µs CPU each (all threads)`,
  )
}
await store.close()
await worker.terminate()
rmSync(folder, { recursive: true })
