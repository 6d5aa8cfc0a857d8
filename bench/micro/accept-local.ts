// What accepting a message for local mailboxes costs the writer: the real procedure, with content of 4 KiB and one recipient, spread over
// mailboxes, without waiting for the disk (what the disk adds is measured by store-accept.ts).
//
// node bench/micro/accept-local.ts [messages] [mailboxes] [index bytes]

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { idSource } from '../../src/ground/ids.ts'
import { createInboxProcedure } from '../../src/journey/mailbox/mailbox.ts'
import { type Accept, acceptProcedure } from '../../src/journey/session/accept.ts'
import { MIGRATIONS } from '../../src/main/migrations.ts'
import { PROCEDURES } from '../../src/main/schema.ts'
import { nodeClock } from '../../src/platform/node/clock.ts'
import { nodeRandom } from '../../src/platform/node/random.ts'
import { migrate } from '../../src/store/database/migrate.ts'
import { openWriter } from '../../src/store/database/sqlite/connection.ts'
import { openInProcess } from '../../src/store/database/sqlite/in-process.ts'
import { sqliteMigrator } from '../../src/store/database/sqlite/migrator.ts'

const [messages = 20_000, mailboxes = 100, indexBytes = 0] = process.argv.slice(2).map(Number)
const UNDER_WAY = 64

const folder = mkdtempSync(join(tmpdir(), 'posthorn-bench-'))
const path = join(folder, 'store.db')
const db = openWriter({ path, sync: 'none' })
const migrated = await migrate(sqliteMigrator(db), MIGRATIONS, () => 0)
if (!migrated.ok) throw new Error(migrated.error.detail)
db.close()
const onBug = (name: string, cause: unknown): void => console.error(name, cause)
const store = openInProcess({ path, sync: 'none', procedures: PROCEDURES, publish: () => {}, onBug })
const ids = idSource(nodeClock, nodeRandom())
const head = new Uint8Array(4096).fill(120)
const boxes = Array.from({ length: mailboxes }, () => ids.next())
for (const [n, id] of boxes.entries()) await store.call(createInboxProcedure, { org: 1, personId: `p${n}`, id, now: Date.now() })

function message(n: number): Accept {
  const id = ids.next()
  const at = Date.now()
  const entryId = ids.next()
  const mailbox = { org: 1, id: boxes[(n * 7919) % mailboxes] as string, entryId, prefix: PREFIX }
  return {
    message: {
      org: 1,
      id,
      source: 'mx',
      reversePath: 'sender@example.org',
      subject: 'A subject of some words',
      sizeBytes: head.length,
      eightBit: false,
      smtpUtf8: false,
      receivedAt: at,
      expiresAt: at + 1e9,
      headerMessageId: `<${id}@example.org>`,
    },
    content: { type: 'inline', id, sizeBytes: head.length, encoding: 'identity', head },
    ...(indexBytes === 0 ? {} : { index: new Uint8Array(indexBytes).fill(110) }),
    recipients: [{ address: `user${n % mailboxes}@example.com`, destination: 'example.com', mailbox }],
  }
}

const PREFIX = 'Return-Path: <sender@example.org>\r\nDelivered-To: user@example.com\r\n'

let sent = 0
const started = performance.now()
const cpu = process.cpuUsage()
await Promise.all(
  Array.from({ length: UNDER_WAY }, async () => {
    while (sent < messages) {
      const answer = await store.call(acceptProcedure, message(sent++))
      if (!answer.ok) throw new Error(answer.error.detail)
    }
  }),
)
const used = process.cpuUsage(cpu)
const ms = performance.now() - started
console.log(`${Math.round(messages / (ms / 1000))}/s, ${Math.round((used.user + used.system) / messages)} µs of CPU each`)
await store.close()
rmSync(folder, { recursive: true })
