// What a large mailbox costs: loading its image, changing, copying and removing many messages, and finding one change among all.
//
// node bench/micro/mailbox.ts [messages] [content bytes] [url of a PostgreSQL to measure instead]

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { idSource } from '../../src/ground/ids.ts'
import { MailboxImages } from '../../src/journey/mailbox/images.ts'
import {
  appendMessagesProcedure,
  changesSince,
  copyMessagesProcedure,
  createMailboxProcedure,
  expungeMessages,
  FLAG_DELETED,
  FLAG_SEEN,
  fetchRows,
  moveMessagesProcedure,
  storeFlags,
} from '../../src/journey/mailbox/mailbox.ts'
import { MIGRATIONS } from '../../src/main/migrations.ts'
import { PROCEDURES } from '../../src/main/schema.ts'
import { nodeClock } from '../../src/platform/node/clock.ts'
import { nodeRandom } from '../../src/platform/node/random.ts'
import { migrate } from '../../src/store/database/migrate.ts'
import { openWriter } from '../../src/store/database/sqlite/connection.ts'
import { openInProcess } from '../../src/store/database/sqlite/in-process.ts'
import { sqliteMigrator } from '../../src/store/database/sqlite/migrator.ts'
import { openPostgresTestStore } from '../../src/store/database/testing.ts'

const [count = 100_000, bytes = 4096] = process.argv.slice(2, 4).map(Number)
const url = process.argv[4]
const PART = Math.min(10_000, count / 4)

const folder = mkdtempSync(join(tmpdir(), 'posthorn-bench-'))
const onBug = (name: string, cause: unknown): void => console.error(name, cause)
const store =
  url === undefined ? await openSqlite() : await openPostgresTestStore(url, { migrations: MIGRATIONS, procedures: PROCEDURES })
const ids = idSource(nodeClock, nodeRandom())

async function openSqlite() {
  const path = join(folder, 'store.db')
  const db = openWriter({ path })
  const migrated = await migrate(sqliteMigrator(db), MIGRATIONS, () => 0)
  if (!migrated.ok) throw new Error(migrated.error.detail)
  db.close()
  return openInProcess({ path, sync: 'full', procedures: PROCEDURES, publish: () => {}, onBug })
}

/** Of the last of `times` runs on average; also the processor's time, which other programs of the machine do not lengthen. */
async function measured<T>(what: string, work: () => Promise<T>, times = 1): Promise<T> {
  if (times > 1) await work()
  const cpu = process.cpuUsage()
  const started = performance.now()
  let result = await work()
  for (let n = 1; n < times; n++) result = await work()
  const ms = (performance.now() - started) / times
  const used = process.cpuUsage(cpu)
  const cpuMs = (used.user + used.system) / 1000 / times
  console.log(`${what.padEnd(60)} ${ms.toFixed(2).padStart(9)} ms, ${cpuMs.toFixed(2).padStart(8)} ms of CPU`)
  return result
}

function must<T>(answer: { readonly ok: boolean; readonly value?: T; readonly error?: unknown }): T {
  if (!answer.ok) throw new Error(JSON.stringify(answer.error))
  return answer.value as T
}

async function create(name: string) {
  return must(must(await store.call(createMailboxProcedure, { org: 1, personId: 'p', name, ids: [ids.next()], now: Date.now() })))
}

async function fill(mailboxId: string): Promise<void> {
  const head = new Uint8Array(bytes).fill(120)
  const index = new Uint8Array(1200).fill(110)
  for (let at = 0; at < count; at += 500) {
    const messages = Array.from({ length: Math.min(500, count - at) }, (_, n) => ({
      id: ids.next(),
      content: { type: 'inline' as const, id: ids.next(), sizeBytes: bytes, encoding: 'identity' as const, head },
      index,
      flags: n % 3 === 0 ? 0 : FLAG_SEEN,
      keywords: n % 10 === 0 ? ['$label1'] : [],
      internalDateMs: Date.now(),
      zoneMinutes: 0,
    }))
    must(must(await store.call(appendMessagesProcedure, { org: 1, mailboxId, messages, now: Date.now() })))
  }
}

const inbox = await create('A')
const other = await create('B')
const which = { org: 1, mailboxId: inbox.id }
await measured(`append ${count} messages of ${bytes} bytes, 500 a commit`, () => fill(inbox.id))

const options = { store, notify: { subscribe: () => () => {} }, clock: nodeClock, log: console as never }
const images = new MailboxImages(options as never)
await measured(
  `load the image of ${count}`,
  async () => {
    const fresh = new MailboxImages(options as never)
    await fresh.open(which)
    fresh.close()
  },
  6,
)
const image = await images.open(which)
if (!image) throw new Error('no image')
const before = image.highestModseq

const one = [{ from: 5000, to: 5000 }]
const flip = { mode: 'add', flags: FLAG_SEEN, keywords: ['changed'] } as const
await measured('store one flag', async () => must(await storeFlags(store, { ...which, ranges: one, ...flip })))
await measured('changesSince after one change', () => changesSince(store, { ...which, modseq: before }), 20)
await measured('changesSince when nothing changed', () => changesSince(store, { ...which, modseq: before + 1 }), 20)
await measured('refresh of the image after one change', () => image.refresh())

const many = [{ from: 10_001, to: 10_000 + PART }]
const deleted = { flags: FLAG_DELETED, keywords: [] } as const
await measured(`storeFlags +\\Deleted on ${PART}`, async () =>
  must(await storeFlags(store, { ...which, ranges: many, mode: 'add', ...deleted })),
)
await measured(`refresh of the image after ${PART} changes`, () => image.refresh())
await measured(`storeFlags +keyword on ${PART}`, async () =>
  must(await storeFlags(store, { ...which, ranges: many, mode: 'add', flags: 0, keywords: ['work'] })),
)
const scattered = Array.from({ length: PART }, (_, n) => ({ from: 1 + n * 2, to: 1 + n * 2 }))
await measured(`storeFlags +\\Flagged on every second of ${PART * 2}`, async () =>
  must(await storeFlags(store, { ...which, ranges: scattered, mode: 'add', flags: 4, keywords: [] })),
)
const call = () => ({ org: 1, fromMailboxId: inbox.id, toMailboxId: other.id, ranges: many, id: ids.next(), now: Date.now() })
await measured(`copy ${PART}`, async () => must(must(await store.call(copyMessagesProcedure, call()))))
await measured(`expunge the ${PART} of which there are copies`, async () =>
  must(await expungeMessages(store, { ...which, now: Date.now() })),
)
await measured(`refresh of the image after ${PART} went`, () => image.refresh())
await measured(`move ${PART} back`, async () =>
  must(
    must(
      await store.call(moveMessagesProcedure, {
        ...call(),
        fromMailboxId: other.id,
        toMailboxId: inbox.id,
        ranges: [{ from: 1, to: PART }],
      }),
    ),
  ),
)
await measured(`expunge ${PART}, contents and all`, async () => must(await expungeMessages(store, { ...which, now: Date.now() })))
await image.refresh()
const last = image.uids[image.count - 1] as number
await measured(
  'fetchRows of 50 with index',
  () => fetchRows(store, { ...which, fromUid: last - 49, toUid: last, limit: 50 }, { withIndex: true }),
  10,
)
await measured(
  'fetchRows of 1000 with index',
  () => fetchRows(store, { ...which, fromUid: 1, toUid: 5000, limit: 1000 }, { withIndex: true }),
  10,
)
images.close()
await store.close()
rmSync(folder, { recursive: true })
