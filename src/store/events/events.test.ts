// Events: written with the change, read in order; the page that tells them to people is complete.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import type { Result } from '../../ground/result.ts'
import { forEachEngine, type TestEngine } from '../database/testing.ts'
import { encodeData } from './encode.ts'
import { eventMigrations } from './events.tables.ts'
import {
  deleteEventsBeforeProcedure,
  EVENT_TYPES,
  eventProcedures,
  eventsOfMessage,
  eventsOfMessages,
  eventsSince,
  type JourneyEvent,
  latestEvents,
  recordEventProcedure,
} from './events.ts'
import { EVENT_DATA_CHARACTERS_MAX } from './limits.ts'

const REPLY = { code: 250, enhanced: '2.0.0', text: 'ok\nqueued as ünï' }

async function must<R>(answer: Promise<Result<R, unknown>>): Promise<R> {
  const { ok, ...rest } = await answer
  assert.ok(ok && 'value' in rest)
  return rest.value
}

forEachEngine('events', ({ open }: TestEngine) => {
  async function start(t: TestContext) {
    const store = await open({ migrations: eventMigrations, procedures: eventProcedures })
    t.after(() => store.close())
    const record = async (messageId: string, recipient: string | null, event: JourneyEvent, at = 1000, org = 1) => {
      assert.ok((await store.call(recordEventProcedure, { org, messageId, recipient, at, event })).ok)
    }
    return { store, record }
  }

  test('[E1] an event is read back as it was written', async (t) => {
    const { store, record } = await start(t)
    const event: JourneyEvent = { type: 'delivered', to: 'remote', host: 'mx.example.com', reply: REPLY }
    await record('m1', 'user@example.com', event)
    assert.deepEqual(await eventsOfMessage(store, { org: 1, messageId: 'm1' }), [
      { id: 1, org: 1, messageId: 'm1', recipient: 'user@example.com', at: 1000, event },
    ])
  })

  test('[E2] events of a message come in the order in which they happened, and only its own', async (t) => {
    const { store, record } = await start(t)
    await record('m1', 'a@example.com', { type: 'queued', destination: 'example.com', dueAt: 5 })
    await record('m2', 'a@example.com', { type: 'held', by: 'ann' })
    await record('m1', 'a@example.com', { type: 'retried', by: 'ann' })
    await record('m1', null, { type: 'released', by: 'other organisation' }, 1000, 2)
    const types = (await eventsOfMessage(store, { org: 1, messageId: 'm1' })).map((one) => one.event.type)
    assert.deepEqual(types, ['queued', 'retried'])
    const later = await eventsOfMessage(store, { org: 1, messageId: 'm1', after: 1 })
    assert.deepEqual(
      later.map((one) => one.event.type),
      ['retried'],
    )
    const both = await eventsOfMessages(store, { org: 1, messageIds: ['m1', 'm2', 'none'] })
    assert.deepEqual(
      both.map((one) => one.event.type),
      ['queued', 'held', 'retried'],
    )
    assert.deepEqual(await eventsOfMessages(store, { org: 1, messageIds: [] }), [])
  })

  test('[E3] the latest come newest first; since comes oldest first and knows all organisations', async (t) => {
    const { store, record } = await start(t)
    for (let n = 0; n < 5; n++) await record(`m${n}`, null, { type: 'released', by: `n${n}` }, n, n < 4 ? 1 : 2)
    const ids = (events: readonly { readonly messageId: string }[]) => events.map((event) => event.messageId)
    assert.deepEqual(ids(await latestEvents(store, { org: 1, limit: 2 })), ['m3', 'm2'])
    assert.deepEqual(ids(await eventsSince(store, { after: 2 })), ['m2', 'm3', 'm4'])
    assert.deepEqual(ids(await eventsSince(store, { after: 0, limit: 1 })), ['m0'])
  })

  test('[E4] the oldest are deleted in pieces', async (t) => {
    const { store, record } = await start(t)
    for (let n = 0; n < 5; n++) await record(`m${n}`, null, { type: 'released', by: 'x' }, n)
    assert.deepEqual(await store.call(deleteEventsBeforeProcedure, { before: 3, limit: 2 }), { ok: true, value: 2 })
    assert.deepEqual(await store.call(deleteEventsBeforeProcedure, { before: 3, limit: 2 }), { ok: true, value: 1 })
    assert.deepEqual(await store.call(deleteEventsBeforeProcedure, { before: 3, limit: 2 }), { ok: true, value: 0 })
    assert.equal((await eventsSince(store, { after: 0 })).length, 2)
  })

  test('[E4] what is not old stays, though something older came later', async (t) => {
    const { store, record } = await start(t)
    for (const at of [1, 9, 2, 9, 3]) await record(`at${at}`, null, { type: 'released', by: 'x' }, at)
    while ((await must(store.call(deleteEventsBeforeProcedure, { before: 5, limit: 3 }))) > 0);
    const left = (await eventsSince(store, { after: 0 })).map((one) => one.at)
    assert.deepEqual(left, [9, 9])
  })

  test('[E4] with nothing old only the first events are looked at', async (t) => {
    const { store, record } = await start(t)
    for (const at of [9, 9, 1]) await record(`at${at}`, null, { type: 'released', by: 'x' }, at)
    assert.equal(await must(store.call(deleteEventsBeforeProcedure, { before: 5, limit: 2 })), 0)
  })
})

test('[E5] a long transcript loses its middle, never the event', () => {
  const transcript = Array.from({ length: 2000 }, (_, n) => ({
    at: n,
    direction: 'in' as const,
    line: `${n} ${'x'.repeat(900)}`,
  }))
  const data = encodeData({ type: 'attempted', attempt: 3, host: 'mx.example.com', transcript })
  assert.ok(data.length <= EVENT_DATA_CHARACTERS_MAX)
  const decoded = JSON.parse(data) as { attempt: number; transcript: { at: number }[] }
  assert.equal(decoded.attempt, 3)
  assert.equal(decoded.transcript[0]?.at, 0)
  assert.equal(decoded.transcript.at(-1)?.at, 1999)
})

test('[E6] docs/events.md lists every event with its fields, and no other', () => {
  const page = readFileSync(new URL('../../../docs/events.md', import.meta.url), 'utf8')
  const rows = [...page.matchAll(/^\| `([a-z-]+)` \| (yes|no) \| .+ \| (.+) \|$/gm)]
  assert.deepEqual(rows.map((row) => row[1]).sort(), Object.keys(EVENT_TYPES).sort())
  for (const [, type = '', final] of rows) assert.equal(final === 'yes', EVENT_TYPES[type as JourneyEvent['type']].final, type)
  const catalogue = readFileSync(new URL('./catalogue.ts', import.meta.url), 'utf8')
  for (const [, type = '', , fields = ''] of rows) {
    const declared = new RegExp(`readonly type: '${type}'\\n([^}]*)}`).exec(catalogue)?.[1] ?? ''
    const names = [...declared.matchAll(/readonly (\w+\??):/g)].map((match) => match[1])
    const listed = [...fields.matchAll(/`(\w+\??)`/g)].map((match) => match[1])
    assert.deepEqual(listed, names, type)
  }
})
