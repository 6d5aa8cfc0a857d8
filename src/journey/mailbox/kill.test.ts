// kill -9 of the program that holds a maildrop: nothing is lost, and the lock ends with its lease.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Clock } from '../../ground/ports/clock.ts'
import type { Log } from '../../ground/ports/log.ts'
import { nodeClock } from '../../platform/node/clock.ts'
import { contentMigrations } from '../../store/content/content.tables.ts'
import { contentProcedures, putContent } from '../../store/content/content.ts'
import { migrate } from '../../store/database/migrate.ts'
import { procedure, type Steps } from '../../store/database/procedure.ts'
import { openWriter } from '../../store/database/sqlite/connection.ts'
import { openInProcess } from '../../store/database/sqlite/in-process.ts'
import { sqliteMigrator } from '../../store/database/sqlite/migrator.ts'
import type { Store } from '../../store/store.ts'
import { mailboxMigrations } from './mailbox.tables.ts'
import {
  appendMessage,
  createInbox,
  forgetLocksProcedure,
  LOCK_LEASE_MS,
  listMaildrop,
  MaildropLocks,
  mailboxProcedures,
} from './mailbox.ts'

const SILENT: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, child: () => SILENT }
const WHICH = { org: 1, mailboxId: 'inbox' }

const prepare = procedure('test.prepare', function* (_: Record<never, never>): Steps<void> {
  yield* createInbox({ org: 1, personId: 'p', id: 'inbox', now: 1 })
  yield* putContent({ id: 'c', sizeBytes: 1, encoding: 'identity', head: Uint8Array.of(10), refs: 0, createdAt: 1 })
  const message = { messageId: 'q', contentId: 'c', contentSizeBytes: 1, prefix: '', receivedAt: 1 }
  yield* appendMessage({ ...WHICH, id: 'm', ...message })
})

function open(folder: string): Store {
  return openInProcess({
    path: join(folder, 'store.db'),
    sync: 'full',
    procedures: [...contentProcedures, ...mailboxProcedures, prepare] as never,
    publish: () => {},
    onBug: (_, cause) => console.error(cause),
  })
}

function locks(store: Store, clock: Clock, holder: string): MaildropLocks {
  return new MaildropLocks({ store, clock, log: SILENT, holder })
}

if (process.argv[2] === 'hold') {
  const held = await locks(open(process.argv[3] ?? ''), nodeClock, 'child').take(WHICH)
  process.stdout.write(held.ok ? 'held' : 'not held')
  setInterval(() => {}, 1000)
} else {
  test('[B13] kill -9 of the holder: messages stay, the lock ends with its lease, or at the next start', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'posthorn-test-'))
    t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
    const db = openWriter({ path: join(folder, 'store.db'), sync: 'full' })
    const migrated = await migrate(sqliteMigrator(db), [...contentMigrations, ...mailboxMigrations], () => 0)
    db.close()
    assert.ok(migrated.ok)
    const before = open(folder)
    assert.ok((await before.call(prepare, {})).ok)
    await before.close()

    const child = spawn(process.execPath, [import.meta.filename, 'hold', folder])
    const said = await new Promise<string>((resolve) => child.stdout.once('data', (bytes: Buffer) => resolve(bytes.toString())))
    child.kill('SIGKILL')
    await new Promise((resolve) => child.once('close', resolve))
    assert.equal(said, 'held')

    const store = open(folder)
    t.after(() => store.close())
    assert.deepEqual(await listMaildrop(store, WHICH), [{ uid: 1, id: 'm', sizeBytes: 1 }])
    assert.equal((await locks(store, nodeClock, 'next').take(WHICH)).ok, false)
    const later: Clock = { ...nodeClock, now: () => nodeClock.now() + LOCK_LEASE_MS, after: () => () => {} }
    assert.ok((await locks(store, later, 'next').take(WHICH)).ok)
    assert.deepEqual(await store.call(forgetLocksProcedure, {}), { ok: true, value: 1 })
    assert.ok((await locks(store, { ...nodeClock, after: () => () => {} }, 'third').take(WHICH)).ok)
  })
}
