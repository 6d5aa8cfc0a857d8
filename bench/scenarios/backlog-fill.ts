// Fills a store as a bad night does: messages accepted, claimed, tried, deferred, by the same procedures the server uses.

import { join } from 'node:path'
import { idSource } from '../../src/ground/ids.ts'
import { recordDeliveriesProcedure } from '../../src/journey/deliver/record.ts'
import {
  type Claimed,
  claimDestinationProcedure,
  heartbeatProcedure,
  releaseWorkerProcedure,
} from '../../src/journey/queue/queue.ts'
import { acceptProcedure } from '../../src/journey/session/accept.ts'
import { PROCEDURES } from '../../src/main/schema.ts'
import { prepareStore } from '../../src/main/server.ts'
import { STORE_FILE } from '../../src/main/store-file.ts'
import { nodeClock } from '../../src/platform/node/clock.ts'
import { nodeRandom } from '../../src/platform/node/random.ts'
import type { Procedure } from '../../src/store/database/procedure.ts'
import { openInProcess } from '../../src/store/database/sqlite/in-process.ts'
import type { Store } from '../../src/store/store.ts'

const RECIPIENTS_PER_DESTINATION = 20
const DESTINATIONS_AT_ONCE = 25

const WORKER = 'bench'
const LEASE_MS = 3_600_000
/** Nothing of it falls due while the bench runs. */
const DUE_AFTER_MS = 86_400_000
const EXPIRES_AFTER_MS = 5 * 86_400_000
const CONTENT = new TextEncoder().encode(`Subject: late\r\n\r\n${'It waits. '.repeat(50)}\r\n`)

const ids = idSource(nodeClock, nodeRandom())

export async function fillQueue(folder: string, recipients: number): Promise<void> {
  const prepared = await prepareStore(folder)
  if (!prepared.ok) throw new Error(prepared.error.message)
  const store = openInProcess({
    path: join(folder, STORE_FILE),
    procedures: PROCEDURES,
    sync: 'none',
    publish: () => {},
    onBug: (procedure, cause) => console.error(procedure, cause),
  })
  const now = nodeClock.now()
  await must(store, heartbeatProcedure, { worker: WORKER, now, leaseUntil: now + LEASE_MS })
  const destinations = Math.ceil(recipients / RECIPIENTS_PER_DESTINATION)
  for (let done = 0; done < destinations; done += DESTINATIONS_AT_ONCE) {
    const names = Array.from({ length: DESTINATIONS_AT_ONCE }, (_, n) => `late${done + n}.test`)
    await Promise.all(names.flatMap((name) => acceptFor(store, name, now)))
    await Promise.all(names.map((name) => deferAll(store, name, now)))
  }
  while ((await must(store, releaseWorkerProcedure, { worker: WORKER })) > 0);
  await store.close()
}

function acceptFor(store: Store, destination: string, at: number): Promise<void>[] {
  return Array.from({ length: RECIPIENTS_PER_DESTINATION }, (_, n) => {
    const id = ids.next()
    return must(store, acceptProcedure, {
      message: {
        org: 1,
        id,
        reversePath: 'sender@source.test',
        subject: 'late',
        sizeBytes: CONTENT.length,
        eightBit: false,
        smtpUtf8: false,
        source: 'mx',
        receivedAt: at,
        expiresAt: at + EXPIRES_AFTER_MS,
      },
      content: { type: 'inline', id, sizeBytes: CONTENT.length, encoding: 'identity', head: CONTENT },
      recipients: [{ address: `user${n}@${destination}`, destination }],
    })
  })
}

async function deferAll(store: Store, destination: string, now: number): Promise<void> {
  const scheduleMs = [DUE_AFTER_MS]
  const limit = RECIPIENTS_PER_DESTINATION
  const claim = await must(store, claimDestinationProcedure, { worker: WORKER, destination, now, limit, scheduleMs })
  if (claim.type !== 'claimed') throw new Error(`a destination cannot be claimed: ${claim.type}`)
  const deliveries = claim.recipients.map((claimed) => deferral(claimed, claim.token, now))
  await must(store, recordDeliveriesProcedure, { deliveries })
}

function deferral({ org, messageId, n, destination }: Claimed, token: number, at: number) {
  const reply = { code: 451, enhanced: '4.3.0', text: 'come back later', host: 'mx.late.test' }
  const results = [{ n, type: 'deferred' as const, reply, dueAt: at + DUE_AFTER_MS }]
  const attempt = { org, messageId, worker: WORKER, token, destination, attempt: 1, startedAt: at, at, results }
  return { attempt: { ...attempt, to: 'remote' as const, host: 'mx.late.test' } }
}

async function must<A, R>(store: Store, procedure: Procedure<A, R>, args: A): Promise<R> {
  const answer = await store.call(procedure, args)
  if (!answer.ok) throw new Error(`${procedure.name}: ${answer.error.detail}`)
  return answer.value
}
