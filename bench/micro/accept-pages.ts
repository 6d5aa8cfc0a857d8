// What accepting costs the disk: pages of the write-ahead log that each commit of ten messages of 4 KiB writes, by table and index, and how
// many a second pass, over a store that holds many already. Senders, recipients and Message-IDs are all different. Then what writing their
// search terms behind the commits costs.
//
// node bench/micro/accept-pages.ts [remote | mailbox] [messages there already]

import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { idSource } from '../../src/ground/ids.ts'
import { createInboxProcedure } from '../../src/journey/mailbox/mailbox.ts'
import { indexTermsProcedure } from '../../src/journey/queue/queue.ts'
import { type Accept, acceptProcedure } from '../../src/journey/session/accept.ts'
import { MIGRATIONS } from '../../src/main/migrations.ts'
import { PROCEDURES } from '../../src/main/schema.ts'
import { PAGE_BYTES } from '../../src/store/database/limits.ts'
import { migrate } from '../../src/store/database/migrate.ts'
import { openWriter } from '../../src/store/database/sqlite/connection.ts'
import { openInProcess } from '../../src/store/database/sqlite/in-process.ts'
import { sqliteMigrator } from '../../src/store/database/sqlite/migrator.ts'

const to = process.argv[2] === 'mailbox' ? 'mailbox' : 'remote'
const filled = Number(process.argv[3] ?? 30_000)
const PEOPLE = 100
const PER_COMMIT = 10
/** Few enough that the log is not begun anew between the first and the last. */
const COMMITS = 30
/** Of the log's file: its own header, and that of each page in it. */
const LOG_HEADER_BYTES = 32
const FRAME_HEADER_BYTES = 24

const folder = mkdtempSync(join(tmpdir(), 'posthorn-bench-'))
const path = join(folder, 'store.db')
const db = openWriter({ path, sync: 'none' })
await migrate(sqliteMigrator(db), MIGRATIONS, () => 0)
db.close()
const onBug = (name: string, cause: unknown) => console.error(name, cause)
const store = openInProcess({ path, sync: 'none', procedures: PROCEDURES, publish: () => undefined, onBug })

const clock = { now: () => Date.now(), monotonic: () => performance.now(), after: () => () => {}, sleep: async () => {} }
const ids = idSource(clock, { bytes: (n) => randomBytes(n), below: () => 0 })
const text = () => randomBytes(9).toString('base64url')
const mailboxes = Array.from({ length: PEOPLE }, () => ids.next())
for (const [n, id] of mailboxes.entries())
  await store.call(createInboxProcedure, { org: 1, personId: `person${n}`, id, now: Date.now() })

function recipient(): Accept['recipients'][number] {
  const n = Math.floor(Math.random() * PEOPLE)
  if (to === 'remote') return { address: `${text()}@host${n}.example`, destination: `host${n}.example` }
  const mailbox = { org: 1, id: mailboxes[n] as string, entryId: ids.next(), prefix: 'Return-Path: <sender@example.org>\r\n' }
  return { address: `user${n}@example.com`, destination: 'example.com', mailbox }
}

function message(): Accept {
  const at = Date.now()
  return {
    message: {
      org: 1,
      id: ids.next(),
      reversePath: `${text()}@example.org`,
      headerMessageId: `<${text()}${text()}@example.org>`,
      subject: 'A subject as people write them',
      sizeBytes: 4096,
      eightBit: false,
      smtpUtf8: false,
      source: 'mx',
      peerAddress: '192.0.2.17',
      helo: 'client.example.org',
      protocol: 'ESMTPS',
      tls: 'TLSv1.3 TLS_AES_256_GCM_SHA384',
      receivedAt: at,
      expiresAt: at + 5 * 86_400_000,
    },
    content: { type: 'inline', id: ids.next(), sizeBytes: 4096, encoding: 'identity', head: randomBytes(4096) },
    recipients: [recipient()],
  }
}

async function commit(count: number): Promise<void> {
  const answers = await Promise.all(Array.from({ length: count }, () => store.call(acceptProcedure, message())))
  for (const answer of answers) if (!answer.ok) throw new Error(answer.error.detail)
}

const started = performance.now()
for (let done = 0; done < filled; done += 100) await commit(100)
console.log(`${Math.round(filled / ((performance.now() - started) / 1000))} messages/s, 100 in a commit, without the disk's part`)

const reader = new DatabaseSync(path)
reader.exec('PRAGMA wal_checkpoint(TRUNCATE)')
for (let n = 0; n < COMMITS; n++) await commit(PER_COMMIT)
const log = readFileSync(`${path}-wal`)
const names = new Map(
  (reader.prepare('SELECT pageno, name FROM dbstat').all() as { pageno: number; name: string }[]).map((row) => [
    row.pageno,
    row.name,
  ]),
)
const counts = new Map<string, number>()
let pages = 0
for (let at = LOG_HEADER_BYTES; at < log.length; at += FRAME_HEADER_BYTES + PAGE_BYTES) {
  const name = names.get(log.readUInt32BE(at)) ?? 'other'
  counts.set(name, (counts.get(name) ?? 0) + 1)
  pages++
}
console.log(`${(pages / COMMITS).toFixed(1)} pages in a commit of ${PER_COMMIT} messages`)
for (const [name, count] of [...counts].sort(([, a], [, b]) => b - a))
  console.log(`${(count / COMMITS).toFixed(1).padStart(6)}  ${name}`)
reader.close()

const times: number[] = []
for (let more = true; more; ) {
  const began = performance.now()
  const answer = await store.call(indexTermsProcedure, {})
  times.push(performance.now() - began)
  more = answer.ok && answer.value.more
}
const total = times.reduce((sum, one) => sum + one, 0)
times.sort((a, b) => a - b)
const per = (part: number) => times[Math.floor((times.length - 1) * part)]?.toFixed(1)
console.log(`terms: ${Math.round(filled / (total / 1000))} messages/s; a call takes ${per(0.5)} ms, at most ${per(1)} ms`)
await store.close()
rmSync(folder, { recursive: true })
