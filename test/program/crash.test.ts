// The power goes, again and again, while mail comes in: what was answered 250 is there, once; nothing else is made of it.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import type { Operations } from '../../src/surface/api/api.ts'
import { flood, numberOf, type Promised } from './flood.ts'
import { openHouse } from './house.ts'
import { readMailbox } from './mail.ts'
import { posthorn } from './program.ts'
import { openSink } from './sink.ts'

const KILLS = 3
const CONNECTIONS = 10
const THREADS = 2
/** To one host at the same time, for each thread. */
const ATTEMPTS = 4
/** What one thread's recorder has in one commit at most: taken by the other host, and not on our disk yet. */
const RESULTS = 64
/** Between the first promise of a round and the kill: anywhere in what the server does for a message. */
const ROUND_MS_MAX = 600

test('killed under load three times: every 250 is kept, delivered once here and once or hardly more there', async (t) => {
  const sink = await openSink()
  t.after(sink.close)
  const settings = `
[process]
threads = ${THREADS}
[session]
trustedNetworks = ["127.0.0.1"]
[queue]
retry = ["1s"]
destinationConcurrency = ${ATTEMPTS}
[route.routes]
"far.test" = "127.0.0.1:${sink.port}"
`
  const house = await openHouse(t, { settings })
  const account: Promised = { kept: new Set(), sent: new Set() }
  let number = 0
  for (let round = 0; round < KILLS; round++) {
    const before = account.kept.size
    const to = ['bob@posthorn.test', 'kim@far.test']
    const flooding = flood({ port: house.program.port('mx'), to, connections: CONNECTIONS, account, next: () => ++number })
    await Promise.race([flooding, firstKept(account, before)])
    await pause(Math.random() * ROUND_MS_MAX)
    await house.program.kill()
    await flooding
    await house.restart()
  }
  t.diagnostic(`${account.kept.size} kept of ${account.sent.size} sent`)

  const operations = await house.control()
  for (;;) {
    const status = await operations.status()
    assert.ok(status.ok)
    if (status.value.queue.waiting + status.value.queue.sending === 0) break
    await pause(100)
  }
  const here = (await readMailbox(house.program.port('pop3'), house.person('bob'))).map(numberOf)
  const there = sink.messages.map(({ content }) => numberOf(content))
  assert.deepEqual(missing(account.kept, here), [], 'lost from the mailbox')
  assert.deepEqual(missing(account.kept, there), [], 'lost on the way to the other host')
  assert.deepEqual(repeated(here), [], 'twice in the mailbox')
  for (const found of [...here, ...there]) assert.ok(account.sent.has(found), `message ${found} was never sent`)
  // Kept without the sender having heard of it: at most what each connection had in hand at each kill.
  assert.ok(new Set(here).size - account.kept.size <= KILLS * CONNECTIONS)
  assert.deepEqual(missing(new Set(here), there), [], 'in the mailbox and not at the other host: half a message was kept')
  const twice = repeated(there)
  t.diagnostic(`${twice.length} twice at the other host`)
  assert.ok(twice.length <= KILLS * THREADS * (ATTEMPTS + RESULTS), `${twice.length} came twice`)
  assert.equal(await countFound(operations, 'kim@far.test'), here.length, 'found by their recipient')
  await indexed(house.folder)
  assert.equal(await countFound(operations, 'kim@far.test'), here.length, 'found by their recipient when its terms are written')
  const checked = await posthorn(['check', '--json', '--config', house.config, '--data', house.folder])
  const { results } = JSON.parse(checked.out) as { results: { name: string; state: string }[] }
  assert.equal(results.find(({ name }) => name === 'store')?.state, 'ok')
  assert.equal(await house.program.stop(), 0)
})

async function firstKept({ kept }: Promised, before: number): Promise<void> {
  while (kept.size === before) await pause(5)
}

async function countFound(operations: Operations, address: string): Promise<number> {
  let count = 0
  for (let before: string | undefined; ; ) {
    const page = await operations.journeys({ address, limit: 100, ...(before === undefined ? {} : { before }) })
    assert.ok(page.ok)
    count += page.value.rows.length
    if (page.value.next === undefined) return count
    before = page.value.next
  }
}

/** Waits until no message waits for its search terms. */
async function indexed(folder: string): Promise<void> {
  const db = new DatabaseSync(join(folder, 'posthorn.db'), { readOnly: true })
  const waiting = db.prepare('SELECT count(*) AS count FROM message_unindexed')
  while (waiting.get()?.['count'] !== 0) await pause(50)
  db.close()
}

function missing(wanted: ReadonlySet<number>, found: readonly number[]): number[] {
  const there = new Set(found)
  return [...wanted].filter((one) => !there.has(one))
}

function repeated(found: readonly number[]): number[] {
  const seen = new Set<number>()
  return found.filter((one) => seen.size === seen.add(one).size)
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
