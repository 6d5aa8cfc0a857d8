// Mailboxes on a real store: what arrives, what is read, what goes, and who holds the lock.

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { contentMigrations } from '../../store/content/content.tables.ts'
import { contentFacts, contentProcedures, encodeChunk, putContent } from '../../store/content/content.ts'
import { procedure } from '../../store/database/procedure.ts'
import { forEachEngine, type TestEngine } from '../../store/database/testing.ts'
import type { Store } from '../../store/store.ts'
import { MAILDROP_PAGE_ROWS } from './limits.ts'
import { mailboxMigrations } from './mailbox.tables.ts'
import {
  appendMessageProcedure,
  clearMailboxProcedure,
  createInboxProcedure,
  findInbox,
  findMailbox,
  findMessage,
  forgetLocksProcedure,
  LOCK_BEAT_MS,
  LOCK_LEASE_MS,
  listMaildrop,
  type Mailbox,
  MaildropLocks,
  mailboxProcedures,
  openMailboxMessage,
  removeLockedProcedure,
  removeMessagesProcedure,
} from './mailbox.ts'
import { HandClock, SILENT, value } from './testing.ts'

const putContentProcedure = procedure('test.putContent', putContent)

async function put(store: Store, id: string, text: string): Promise<void> {
  const { encoding, bytes } = encodeChunk(Buffer.from(text))
  await value(store.call(putContentProcedure, { id, sizeBytes: text.length, encoding, head: bytes, refs: 1, createdAt: 1 }))
}

interface Started {
  readonly store: Store
  readonly inbox: Mailbox
  append(id: string, prefix?: string): Promise<number | undefined>
}

forEachEngine('mailbox', ({ open }: TestEngine) => {
  const hints: string[] = []

  async function start(t: TestContext): Promise<Started> {
    hints.length = 0
    const store = await open({
      migrations: [...contentMigrations, ...mailboxMigrations],
      procedures: [...contentProcedures, ...mailboxProcedures, putContentProcedure] as never,
      notify: { publish: (topic, key) => void hints.push(`${topic} ${key}`) },
      onBug: () => undefined,
    })
    t.after(() => store.close())
    const inbox = await value(store.call(createInboxProcedure, { org: 1, personId: 'person', id: 'inbox', now: 5_000 }))
    await put(store, 'body', 'Subject: x\r\n\r\nHello\r\n')
    const append = (id: string, prefix = 'Return-Path: <a@b>\r\n') =>
      value(
        store.call(appendMessageProcedure, {
          org: 1,
          mailboxId: 'inbox',
          id,
          messageId: 'queue-id',
          contentId: 'body',
          contentSizeBytes: 21,
          prefix,
          receivedAt: 7,
        }),
      )
    return { store, inbox, append }
  }

  const which = { org: 1, mailboxId: 'inbox' }
  const refs = async (store: Store) => (await contentFacts(store, 'body'))?.refs

  test('[B1] a person has one inbox, however often it is made', async (t) => {
    const { store, inbox } = await start(t)
    const again = await value(store.call(createInboxProcedure, { org: 1, personId: 'person', id: 'other', now: 9_000 }))
    assert.deepEqual(again, inbox)
    assert.deepEqual(await findInbox(store, { org: 1, personId: 'person' }), inbox)
    assert.equal(await findInbox(store, { org: 2, personId: 'person' }), undefined)
    assert.equal(inbox.uidValidity, 6)
  })

  test('[B2] appending gives ascending uids, counts, retains the content and tells', async (t) => {
    const { store, append } = await start(t)
    const uids = await Promise.all([append('m1'), append('m2'), append('m3', '')])
    // PostgreSQL may run them in another order than they were called in.
    assert.deepEqual(uids.sort(), [1, 2, 3])
    const mailbox = await findMailbox(store, which)
    assert.deepEqual([mailbox?.uidNext, mailbox?.messageCount, mailbox?.totalBytes], [4, 3, 41 + 41 + 21])
    assert.equal(await refs(store), 4)
    assert.ok(hints.includes('mailbox inbox'))
  })

  test('[B3] a mailbox that is gone takes nothing', async (t) => {
    const { store } = await start(t)
    const message = { id: 'm', messageId: 'q', contentId: 'body', contentSizeBytes: 1, prefix: '', receivedAt: 1 }
    const args = { org: 1, mailboxId: 'nowhere', ...message }
    assert.equal(await value(store.call(appendMessageProcedure, args)), undefined)
    assert.equal(await refs(store), 1)
  })

  test('[B4] the listing is in the order of uids, and a message reads as prefix and content', async (t) => {
    const { store, append } = await start(t)
    await append('m1')
    await append('m2', 'Return-Path: <ü@b>\r\n')
    const entries = await listMaildrop(store, which)
    assert.deepEqual(
      entries.map((e) => [e.uid, e.id, e.sizeBytes]),
      [
        [1, 'm1', 41],
        [2, 'm2', 42],
      ],
    )
    const row = await findMessage(store, { ...which, uid: 2 })
    assert.ok(row)
    const chunks = []
    for await (const chunk of openMailboxMessage(store, row)) chunks.push(chunk)
    const bytes = Buffer.concat(chunks)
    assert.equal(bytes.toString(), 'Return-Path: <ü@b>\r\nSubject: x\r\n\r\nHello\r\n')
    assert.equal(bytes.length, row.sizeBytes)
    assert.equal(row.messageId, 'queue-id')
  })

  test('[B14] a listing of several pages is whole and in order, and lets others through between them', async (t) => {
    const { store } = await start(t)
    const message = { messageId: 'q', contentId: 'body', contentSizeBytes: 21, prefix: '', receivedAt: 1 }
    const ids = Array.from({ length: MAILDROP_PAGE_ROWS + 5 }, (_, i) => `m${i}`)
    for (const id of ids) await value(store.call(appendMessageProcedure, { ...which, id, ...message }))
    let pauses = 0
    const entries = await listMaildrop(store, which, async () => void pauses++)
    assert.deepEqual(
      entries.map((entry) => entry.id),
      ids,
    )
    assert.equal(pauses, 1)
  })

  test('[B5] removing releases the content once for each message, and passes over what is not there', async (t) => {
    const { store, append } = await start(t)
    await append('m1')
    await append('m2')
    assert.equal(await value(store.call(removeMessagesProcedure, { ...which, uids: [1, 7, 1], now: 9 })), 1)
    const mailbox = await findMailbox(store, which)
    assert.deepEqual([mailbox?.uidNext, mailbox?.messageCount, mailbox?.totalBytes], [3, 1, 41])
    assert.equal(await refs(store), 2)
  })

  test('[B6] the last holder gone, the content is gone', async (t) => {
    const { store } = await start(t)
    const args = {
      ...which,
      id: 'm1',
      messageId: 'q',
      contentId: 'body',
      contentSizeBytes: 21,
      prefix: '',
      receivedAt: 1,
      retain: false,
    }
    await value(store.call(appendMessageProcedure, args))
    await value(store.call(removeMessagesProcedure, { ...which, uids: [1], now: 9 }))
    assert.equal(await contentFacts(store, 'body'), undefined)
  })

  test('[B7] uids are not used again after the newest message went', async (t) => {
    const { store, append } = await start(t)
    await append('m1')
    await value(store.call(removeMessagesProcedure, { ...which, uids: [1], now: 9 }))
    assert.equal(await append('m2'), 2)
  })

  test('[B8] clearing takes messages and mailbox away', async (t) => {
    const { store, append } = await start(t)
    await append('m1')
    await append('m2')
    assert.equal(await value(store.call(clearMailboxProcedure, which)), false)
    assert.equal(await findMailbox(store, which), undefined)
    assert.equal(await refs(store), 1)
  })

  test('[B9] one holder at a time, and the next gets a greater token', async (t) => {
    const { store } = await start(t)
    const clock = new HandClock()
    const one = new MaildropLocks({ store, clock, log: SILENT, holder: 'one' })
    const two = new MaildropLocks({ store, clock, log: SILENT, holder: 'two' })
    const taken = await one.take(which)
    assert.ok(taken.ok)
    const held = taken.value
    assert.deepEqual(await two.take(which), { ok: false, error: { type: 'in-use' } })
    assert.deepEqual(await one.take(which), { ok: false, error: { type: 'in-use' } })
    await held.release()
    await held.release()
    const next = await two.take(which)
    assert.ok(next.ok && next.value.token > held.token)
  })

  test('[B10] a holder that lives keeps its lock; one that died loses it when the lease is over', async (t) => {
    const { store } = await start(t)
    const clock = new HandClock()
    const dead = new HandClock()
    const living = new MaildropLocks({ store, clock, log: SILENT, holder: 'living' })
    assert.ok((await living.take(which)).ok)
    for (let passed = 0; passed < LOCK_LEASE_MS * 2; passed += LOCK_BEAT_MS) {
      clock.advance(LOCK_BEAT_MS)
      await clock.armed()
    }
    const other = new MaildropLocks({ store, clock, log: SILENT, holder: 'other' })
    assert.equal((await other.take(which)).ok, false)

    // Its clock stands still: no beat comes any more, as after kill -9.
    await value(store.call(forgetLocksProcedure, {}))
    const killed = new MaildropLocks({ store, clock: dead, log: SILENT, holder: 'killed' })
    dead.advance(clock.now() - dead.now())
    assert.ok((await killed.take(which)).ok)
    clock.advance(LOCK_LEASE_MS - 1)
    assert.equal((await other.take(which)).ok, false)
    clock.advance(1)
    assert.ok((await other.take(which)).ok)
  })

  test('[B11] who lost the lock removes nothing', async (t) => {
    const { store, append } = await start(t)
    await append('m1')
    const clock = new HandClock()
    const slept = await new MaildropLocks({ store, clock, log: SILENT, holder: 'slept' }).take(which)
    assert.ok(slept.ok)
    const awake = new HandClock()
    awake.advance(LOCK_LEASE_MS)
    const taken = await new MaildropLocks({ store, clock: awake, log: SILENT, holder: 'awake' }).take(which)
    assert.ok(taken.ok)
    const removal = { ...which, uids: [1], now: 9 }
    assert.deepEqual(await value(store.call(removeLockedProcedure, { ...removal, token: slept.value.token })), { type: 'lost' })
    // Nor does it give back what is not its own.
    await slept.value.release()
    assert.equal((await new MaildropLocks({ store, clock: awake, log: SILENT, holder: 'third' }).take(which)).ok, false)
    const removed = await value(store.call(removeLockedProcedure, { ...removal, token: taken.value.token }))
    assert.deepEqual(removed, { type: 'removed', count: 1 })
  })

  test('[B12] removal under the lock gives it back in the same commit, and no beat goes on for nobody', async (t) => {
    const { store } = await start(t)
    const clock = new HandClock()
    const locks = new MaildropLocks({ store, clock, log: SILENT, holder: 'h' })
    const held = await locks.take(which)
    assert.ok(held.ok)
    await value(store.call(removeLockedProcedure, { ...which, uids: [], now: 9, token: held.value.token }))
    held.value.spent()
    assert.deepEqual(await value(store.call(removeLockedProcedure, { ...which, uids: [], now: 9, token: held.value.token })), {
      type: 'lost',
    })
    clock.advance(LOCK_BEAT_MS)
    assert.equal(clock.timers, 0)
    assert.ok((await locks.take(which)).ok)
  })
})
