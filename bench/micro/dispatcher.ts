// How many messages a second the dispatcher carries from the store to hosts that take everything at once, and records: its own cost and the
// store's, without network and without the disk's part. `node bench/micro/dispatcher.ts [messages]`

import { randomBytes } from 'node:crypto'
import { idSource } from '../../src/ground/ids.ts'
import { Dispatcher, deliverProcedures } from '../../src/journey/deliver/deliver.ts'
import { DELIVERED, reportOf, silentLog, TestDirectory } from '../../src/journey/deliver/testing.ts'
import { countQueue } from '../../src/journey/queue/queue.ts'
import { QueueSettings } from '../../src/journey/queue/settings.ts'
import { acceptManyProcedure, testQueueMigrations, testQueueProcedures } from '../../src/journey/queue/testing.ts'
import { nodeClock } from '../../src/platform/node/clock.ts'
import { openTestStore } from '../../src/store/database/testing.ts'

const messages = Number(process.argv[2] ?? 10_000)
const content = new Uint8Array(4096).fill(65)
const random = { bytes: (n: number) => randomBytes(n), below: (limit: number) => Math.floor(limit / 2) }
const ids = idSource(nodeClock, random)

const procedures = [...testQueueProcedures, ...deliverProcedures] as never[]
const store = await openTestStore({ migrations: testQueueMigrations, procedures })
for (let done = 0; done < messages; done += 100) {
  const batch = Array.from({ length: 100 }, (_, i) => ({
    id: ids.next(),
    at: nodeClock.now(),
    to: [`rcpt${done + i}@b${i % 5}.example`],
    content,
  }))
  const answer = await store.call(acceptManyProcedure, { messages: batch })
  if (!answer.ok) throw new Error(answer.error.detail)
}

const remote = {
  async attempt(job: Parameters<typeof reportOf>[0]) {
    for await (const _ of job.open());
    return reportOf(job, DELIVERED)
  },
}
const settings = QueueSettings.parse({})
const notify = { subscribe: () => () => {} }
const dispatcher = new Dispatcher({
  store,
  notify,
  clock: nodeClock,
  random,
  ids,
  log: silentLog,
  settings,
  hostname: 'mail.example',
  remote,
  directory: new TestDirectory(),
})
const started = performance.now()
dispatcher.start()
for (;;) {
  await new Promise((resolve) => setTimeout(resolve, 20))
  const { scheduled, active } = await countQueue(store, { now: nodeClock.now() })
  if (scheduled + active === 0) break
}
console.log(`${(messages / ((performance.now() - started) / 1000)).toFixed(0)} messages/s claimed, delivered, recorded`)
await dispatcher.stop()
await store.close()
