// How many messages a second pass through the queue's store (accept, claim, record), with an empty queue and with 100,000 deferred
// recipients in it. Without the disk's part: that is measured with the whole server. `node bench/micro/queue.ts [messages] [deferred]`

import { randomBytes } from 'node:crypto'
import { idSource } from '../../src/ground/ids.ts'
import {
  claimDestinationProcedure,
  countQueue,
  dueDestinations,
  heartbeatProcedure,
  recordAttemptsProcedure,
} from '../../src/journey/queue/queue.ts'
import { acceptManyProcedure, acceptProcedure, openTestQueue } from '../../src/journey/queue/testing.ts'
import type { Procedure } from '../../src/store/database/procedure.ts'
import type { Store } from '../../src/store/store.ts'

const messages = Number(process.argv[2] ?? 10_000)
const deferred = Number(process.argv[3] ?? 100_000)
const T0 = Date.now()
const FAR = T0 + 86_400_000
const SCHEDULE = [60_000]
const content = new Uint8Array(4096).fill(65)

const clock = { now: () => T0, monotonic: () => performance.now(), after: () => () => {}, sleep: async () => {} }
// Ids begin with the time they are made at, and land at the end of their indexes.
const ids = idSource({ ...clock, now: () => Date.now() }, { bytes: (n) => randomBytes(n), below: () => 0 })

async function must<A, R>(store: Store, procedure: Procedure<A, R>, args: A): Promise<R> {
  const answer = await store.call(procedure, args)
  if (!answer.ok) throw new Error(answer.error.detail)
  return answer.value
}

/** As after a bad night: every recipient was tried and waits, spread over many destinations. */
async function fill(store: Store): Promise<void> {
  for (let done = 0; done < deferred; done += 500) {
    const batch = Array.from({ length: Math.min(500, deferred - done) }, (_, i) => {
      const n = done + i
      return { id: ids.next(), at: FAR + n, to: [`user${n}@deferred${n % 5000}.example`], content: new Uint8Array(1) }
    })
    await must(store, acceptManyProcedure, { messages: batch })
  }
}

async function cycle(store: Store, destinations: number): Promise<number> {
  await must(store, heartbeatProcedure, { worker: 'w', now: T0, leaseUntil: T0 + 60_000 })
  const started = performance.now()
  for (let done = 0; done < messages; done += 100) {
    const accepts = Array.from({ length: 100 }, (_, i) => {
      const to = [`rcpt${done + i}@b${i % destinations}.example`]
      return must(store, acceptProcedure, { id: ids.next(), at: T0, to, content, openRecipients: 1 })
    })
    await Promise.all(accepts)
    await drain(store)
  }
  return messages / ((performance.now() - started) / 1000)
}

async function drain(store: Store): Promise<void> {
  for (const { name: destination } of await dueDestinations(store, { worker: 'w', now: T0 })) {
    const claim = await must(store, claimDestinationProcedure, {
      worker: 'w',
      destination,
      now: T0,
      limit: 40,
      scheduleMs: SCHEDULE,
    })
    if (claim.type !== 'claimed') throw new Error(claim.type)
    const attempts = claim.recipients.map(({ org, messageId, n }) => ({
      org,
      messageId,
      worker: 'w',
      token: claim.token,
      destination,
      attempt: 1,
      startedAt: T0,
      at: T0,
      to: 'remote' as const,
      host: 'mx.example',
      results: [{ n, type: 'delivered' as const, reply: { code: 250, text: '2.0.0 ok' } }],
      transcript: [
        { at: T0, direction: 'in' as const, line: '250 ok' },
        { at: T0, direction: 'out' as const, line: 'DATA' },
      ],
    }))
    if (attempts.length > 0) await must(store, recordAttemptsProcedure, { attempts })
    if (claim.more) await drain(store)
  }
}

async function measure(title: string, store: Store): Promise<number> {
  await cycle(store, 3)
  const rates = [await cycle(store, 3), await cycle(store, 3)]
  const rate = Math.max(...rates)
  console.log(`${title.padEnd(28)} ${rate.toFixed(0).padStart(7)} messages/s accepted, claimed, recorded`)
  return rate
}

const empty = await openTestQueue()
const base = await measure('empty queue', empty)
await empty.close()

const full = await openTestQueue()
await fill(full)
const loaded = await measure(`${deferred} deferred`, full)
console.log(`ratio ${(loaded / base).toFixed(3)}`)
const started = performance.now()
await dueDestinations(full, { worker: 'w', now: T0 })
const looked = performance.now()
await countQueue(full, { now: T0 })
console.log(`look for work ${(looked - started).toFixed(2)} ms, count ${(performance.now() - looked).toFixed(1)} ms`)
await full.close()
