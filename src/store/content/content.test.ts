// Content: taken in, placed, read, held and let go.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import type { Clock } from '../../ground/ports/clock.ts'
import { procedure, type Steps } from '../database/procedure.ts'
import { forEachEngine, type TestEngine } from '../database/testing.ts'
import type { Store } from '../store.ts'
import { contentMigrations } from './content.tables.ts'
import {
  ContentMissing,
  ContentWriter,
  contentFacts,
  contentProcedures,
  keepIndexProcedure,
  type NewContent,
  type PlaceContent,
  placeContent,
  readContent,
  readIndexes,
  readRange,
  readWhole,
  releaseContentProcedure,
  releaseContents,
  retainContent,
  retainContents,
  sweepAbandonedProcedure,
} from './content.ts'
import { decodeChunk, encodeChunk } from './encode.ts'
import { CHUNK_BUFFERS_LENT_MAX, OWN_BYTES_MAX } from './limits.ts'

function* place(args: PlaceContent): Steps<void> {
  yield* placeContent(args)
}
const placeProcedure = procedure('test.place', place)
const retainProcedure = procedure('test.retain', retainContent)
const retainManyProcedure = procedure('test.retainMany', retainContents)
const releaseManyProcedure = procedure('test.releaseMany', releaseContents)
const HOUR_MS = 3_600_000
const hasRoom = () => true

function clockAt(clock: { now: number }): Clock {
  return { now: () => clock.now, monotonic: () => clock.now, after: () => () => undefined, sleep: async () => undefined }
}

forEachEngine('content', ({ open }: TestEngine) => {
  async function start(t: TestContext) {
    const store = await open({
      migrations: contentMigrations,
      procedures: [...contentProcedures, placeProcedure, retainProcedure, retainManyProcedure, releaseManyProcedure],
      onBug: () => undefined,
    })
    t.after(() => store.close())
    return store
  }

  async function write(
    store: Store,
    id: string,
    bytes: Uint8Array,
    pieceBytes = 60_000,
    at = { now: 1000 },
  ): Promise<NewContent> {
    const writer = new ContentWriter({ store, clock: clockAt(at), id, hasRoom })
    for (let start = 0; start < bytes.length; start += pieceBytes) await writer.write(bytes.subarray(start, start + pieceBytes))
    const finished = await writer.finish()
    assert.ok(finished.ok)
    return finished.value
  }

  async function bytesOf(parts: AsyncIterable<Uint8Array>): Promise<Buffer> {
    const list: Uint8Array[] = []
    for await (const part of parts) list.push(part)
    return Buffer.concat(list)
  }

  test('[C1] small content is inline and costs one commit', async (t) => {
    const store = await start(t)
    const body = Buffer.from('Subject: é\r\n\r\nhello\r\n')
    const content = await write(store, 'small', body)
    assert.equal(content.type, 'inline')
    assert.equal(await contentFacts(store, 'small'), undefined)
    assert.ok((await store.call(placeProcedure, { content, refs: 1, at: 7 })).ok)
    assert.deepEqual(await contentFacts(store, 'small'), { sizeBytes: body.length, refs: 1, createdAt: 7 })
    assert.deepEqual(await bytesOf(readContent(store, 'small')), body)
  })

  test('[C1] empty content is content', async (t) => {
    const store = await start(t)
    const content = await write(store, 'empty', new Uint8Array(0))
    await store.call(placeProcedure, { content, refs: 1, at: 7 })
    assert.equal((await bytesOf(readContent(store, 'empty'))).length, 0)
    assert.equal((await bytesOf(readRange(store, 'empty', { start: 0 }))).length, 0)
  })

  test('[C2] large content goes to the store as it comes, and any range of it is read back', async (t) => {
    const store = await start(t)
    const body = Buffer.concat([randomBytes(300_000), Buffer.alloc(400_000, 'text '), randomBytes(100_001)])
    const content = await write(store, 'large', body)
    assert.equal(content.type, 'uploaded')
    assert.equal((await contentFacts(store, 'large'))?.refs, 0)
    await store.call(placeProcedure, { content, refs: 2, at: 7 })
    assert.deepEqual(await bytesOf(readContent(store, 'large')), body)
    const chunk = 256 * 1024
    for (const [from, to] of [
      [0, 1],
      [0, chunk],
      [chunk - 1, chunk + 1],
      [chunk, chunk + 1],
      [5, 700_000],
      [800_000, 800_001],
      [chunk * 2 - 3, 9e9],
    ] as const) {
      assert.deepEqual(
        await bytesOf(readRange(store, 'large', { start: from, end: to })),
        body.subarray(from, to),
        `${from}-${to}`,
      )
    }
    assert.deepEqual(Buffer.from(await readWhole(store, 'large', { limitBytes: 300_000 })), body.subarray(0, 300_000))
    assert.equal((await bytesOf(readRange(store, 'large', { start: body.length }))).length, 0)
  })

  test('[C2] a write larger than a chunk is cut', async (t) => {
    const store = await start(t)
    const body = randomBytes(1_000_000)
    const content = await write(store, 'one-write', body, 2_000_000)
    await store.call(placeProcedure, { content, refs: 1, at: 7 })
    assert.deepEqual(await bytesOf(readContent(store, 'one-write')), body)
  })

  test('[C9] many that come at once and fall silent share a bounded number of buffers; others go on in smaller pieces', async (t) => {
    const store = await start(t)
    const silent: ContentWriter[] = []
    const half = randomBytes(100_000)
    for (let toDisk: Promise<void> | undefined; toDisk === undefined; await toDisk) {
      const writer = new ContentWriter({ store, clock: clockAt({ now: 1000 }), id: `silent-${silent.length}`, hasRoom })
      toDisk = writer.write(half)
      silent.push(writer)
    }
    assert.ok(silent.length > CHUNK_BUFFERS_LENT_MAX / 2 && silent.length <= CHUNK_BUFFERS_LENT_MAX + 1, `${silent.length}`)
    const body = randomBytes(700_000)
    const content = await write(store, 'in-pieces', body)
    assert.ok(content.type === 'uploaded' && content.chunkCount > body.length / OWN_BYTES_MAX)
    await store.call(placeProcedure, { content, refs: 1, at: 7 })
    assert.deepEqual(await bytesOf(readContent(store, 'in-pieces')), body)
    assert.deepEqual(await bytesOf(readRange(store, 'in-pieces', { start: 65_535, end: 65_538 })), body.subarray(65_535, 65_538))
    for (const writer of silent) await writer.discard()
    for (const writer of silent) await writer.discard()
    const whole = await write(store, 'in-chunks', body)
    assert.ok(whole.type === 'uploaded' && whole.chunkCount === 3, 'what was lent is there again')
  })

  test('[C11] where the disk has no room left for mail, nothing more is stored, and the end says so', async (t) => {
    const store = await start(t)
    let room = true
    const writer = new ContentWriter({ store, clock: clockAt({ now: 1 }), id: 'cut-off', hasRoom: () => room })
    await writer.write(randomBytes(600_000))
    room = false
    await writer.write(randomBytes(600_000))
    room = true
    await writer.write(randomBytes(10))
    const finished = await writer.finish()
    assert.ok(!finished.ok && finished.error.type === 'full')
    await writer.discard()
    assert.equal(await contentFacts(store, 'cut-off'), undefined)
  })

  test('[C3] it goes with its last holder, and not before', async (t) => {
    const store = await start(t)
    await store.call(placeProcedure, { content: await write(store, 'held', randomBytes(600_000)), refs: 1, at: 7 })
    assert.ok((await store.call(retainProcedure, { id: 'held' })).ok)
    assert.ok((await store.call(releaseContentProcedure, { id: 'held' })).ok)
    assert.equal((await contentFacts(store, 'held'))?.refs, 1)
    assert.ok((await store.call(releaseContentProcedure, { id: 'held' })).ok)
    assert.equal(await contentFacts(store, 'held'), undefined)
    await assert.rejects(bytesOf(readContent(store, 'held')), ContentMissing)
    assert.equal(
      (await store.query<{ content_chunk: { seq: number } }, unknown>((db) => db.selectFrom('content_chunk').selectAll())).length,
      0,
    )
    assert.ok(!(await store.call(releaseContentProcedure, { id: 'held' })).ok)
    assert.ok(!(await store.call(retainProcedure, { id: 'held' })).ok)
  })

  test('[C4] an abandoned upload is swept after an hour of silence, a slow one is not', async (t) => {
    const store = await start(t)
    const clock = { now: 1000 }
    const writer = new ContentWriter({ store, clock: clockAt(clock), id: 'slow', hasRoom })
    await write(store, 'gone', randomBytes(600_000), 60_000, { now: 1000 })
    await writer.write(randomBytes(300_000))
    clock.now += HOUR_MS - 1
    await writer.write(randomBytes(300_000))
    clock.now += 2
    const swept = await store.call(sweepAbandonedProcedure, { now: clock.now })
    assert.deepEqual(swept, { ok: true, value: { deleted: 1, more: false } })
    assert.equal(await contentFacts(store, 'gone'), undefined)
    assert.ok(await contentFacts(store, 'slow'))
  })

  test('[C4] what is held is never swept', async (t) => {
    const store = await start(t)
    await store.call(placeProcedure, { content: await write(store, 'kept', randomBytes(10)), refs: 1, at: 0 })
    assert.deepEqual(await store.call(sweepAbandonedProcedure, { now: 10 * HOUR_MS }), {
      ok: true,
      value: { deleted: 0, more: false },
    })
  })

  test('[C5] very large content is let go of in pieces', async (t) => {
    const store = await start(t)
    await store.call(placeProcedure, {
      content: await write(store, 'huge', Buffer.alloc(256 * 1024 * 20 + 5, 'x')),
      refs: 1,
      at: 7,
    })
    await store.call(releaseContentProcedure, { id: 'huge' })
    assert.equal((await contentFacts(store, 'huge'))?.refs, 0)
    const answers = []
    for (let i = 0; i < 5; i++) {
      // At once: nobody can come back for it.
      const swept = await store.call(sweepAbandonedProcedure, { now: 2000 })
      assert.ok(swept.ok)
      answers.push(swept.value)
      if (!swept.value.more) break
    }
    assert.deepEqual(answers, [
      { deleted: 0, more: true },
      { deleted: 1, more: false },
    ])
    assert.equal(await contentFacts(store, 'huge'), undefined)
  })

  test('[C8] an upload that is given up goes at once, in pieces, also with a chunk on its way', async (t) => {
    const store = await start(t)
    const writer = new ContentWriter({ store, clock: clockAt({ now: 1 }), id: 'given-up', hasRoom })
    await writer.write(randomBytes(256 * 1024 * 20))
    assert.ok(await contentFacts(store, 'given-up'))
    const onItsWay = writer.write(randomBytes(256 * 1024 * 2))
    await writer.discard()
    await onItsWay
    assert.equal(await contentFacts(store, 'given-up'), undefined)
    await writer.write(randomBytes(256 * 1024 * 2))
    const finished = await writer.finish()
    assert.ok(!finished.ok && finished.error.type === 'closed')
    assert.deepEqual(await store.call(sweepAbandonedProcedure, { now: 2 * HOUR_MS }), {
      ok: true,
      value: { deleted: 0, more: false },
    })
  })

  test('[C8] giving up takes nothing away from holders', async (t) => {
    const store = await start(t)
    const writer = new ContentWriter({ store, clock: clockAt({ now: 1 }), id: 'kept', hasRoom })
    const body = randomBytes(600_000)
    await writer.write(body)
    const content = await writer.finish()
    assert.ok(content.ok && (await store.call(placeProcedure, { content: content.value, refs: 1, at: 2 })).ok)
    await writer.discard()
    assert.deepEqual(Buffer.from(await readWhole(store, 'kept', { limitBytes: 600_000 })), body)
  })

  test('[C1] what is finished and not yet placed keeps its bytes while others are written', async (t) => {
    const store = await start(t)
    const bodies = [randomBytes(100_000), Buffer.from(randomBytes(60_000).toString('base64')), randomBytes(20_000)]
    const contents: NewContent[] = []
    for (const [n, body] of bodies.entries()) contents.push(await write(store, `waiting-${n}`, body, 7000))
    for (const content of contents) assert.ok((await store.call(placeProcedure, { content, refs: 1, at: 2 })).ok)
    for (const [n, body] of bodies.entries())
      assert.ok(body.equals(await readWhole(store, `waiting-${n}`, { limitBytes: 200_000 })), `the bytes of ${n}`)
  })

  test('[C10] what is known of a content is kept with it, once, and goes with it', async (t) => {
    const store = await start(t)
    const [first, second] = [new Uint8Array([1, 2, 3]), new Uint8Array([9])]
    const small = await write(store, 'small', Buffer.from('x'))
    const large = await write(store, 'large', randomBytes(600_000))
    await store.call(placeProcedure, { content: small, refs: 1, at: 2, index: first })
    await store.call(placeProcedure, { content: large, refs: 1, at: 2 })
    assert.deepEqual([...(await readIndexes(store, ['small', 'large', 'other']))], [['small', first]])
    for (const id of ['small', 'large', 'other']) assert.ok((await store.call(keepIndexProcedure, { id, index: second })).ok)
    const kept = await readIndexes(store, ['small', 'large', 'other'])
    assert.deepEqual([kept.get('small'), kept.get('large'), kept.size], [first, second, 2])
    for (const id of ['small', 'large']) await store.call(releaseContentProcedure, { id })
    assert.equal((await readIndexes(store, ['small', 'large'])).size, 0)
  })

  test('[C3] [C10] several at once are held and let go, some more than once', async (t) => {
    const store = await start(t)
    const ids = Array.from({ length: 11 }, (_, n) => `c${n}`)
    for (const id of ids) {
      const content = await write(store, id, id === 'c3' ? randomBytes(600_000) : Buffer.from(id))
      await store.call(placeProcedure, { content, refs: 1, at: 2, index: new Uint8Array([7]) })
    }
    const held = async () => await Promise.all(ids.map(async (id) => (await contentFacts(store, id))?.refs ?? 0))
    await store.call(retainManyProcedure, { ids: [...ids, 'c3', 'c4'] })
    assert.deepEqual(await held(), [2, 2, 2, 3, 3, 2, 2, 2, 2, 2, 2])
    await store.call(releaseManyProcedure, { ids: ids.slice(1) })
    assert.deepEqual(await held(), [2, 1, 1, 2, 2, 1, 1, 1, 1, 1, 1])
    await store.call(releaseManyProcedure, { ids: ['c0', 'c1', 'c2', 'c3', 'c3', 'c4', 'c5', 'c0'] })
    assert.deepEqual(await held(), [0, 0, 0, 0, 1, 0, 1, 1, 1, 1, 1])
    assert.deepEqual([...(await readIndexes(store, ids)).keys()].sort(), ['c10', 'c4', 'c6', 'c7', 'c8', 'c9'])
    assert.equal((await store.call(retainManyProcedure, { ids: ['c0', 'c6'] })).ok, false)
    assert.deepEqual((await held())[6], 1)
  })

  test('[C4] content that is only shared is not swept', async (t) => {
    const store = await start(t)
    await store.call(placeProcedure, { content: await write(store, 'shared', Buffer.from('x')), refs: 0, at: 2 })
    await store.call(retainProcedure, { id: 'shared' })
    await store.call(sweepAbandonedProcedure, { now: 3 * HOUR_MS })
    assert.equal((await contentFacts(store, 'shared'))?.refs, 1)
    await store.call(releaseContentProcedure, { id: 'shared' })
    await store.call(sweepAbandonedProcedure, { now: 3 * HOUR_MS })
    assert.equal(await contentFacts(store, 'shared'), undefined)
  })

  test('[C6] a failure of the store is answered at the end', async (t) => {
    const store = await start(t)
    const writer = new ContentWriter({ store, clock: clockAt({ now: 1 }), id: 'fails', hasRoom })
    await writer.write(randomBytes(300_000))
    await store.call(placeProcedure, {
      content: { type: 'inline', id: 'x', sizeBytes: 1, encoding: 'identity', head: new Uint8Array(1) },
      refs: 1,
      at: 1,
    })
    await store.close()
    await writer.write(randomBytes(600_000))
    assert.equal(writer.write(randomBytes(600_000)), undefined)
    const finished = await writer.finish()
    assert.ok(!finished.ok && finished.error.type === 'closed')
  })
})

test('[C7] chunks are packed only where it pays', () => {
  const text = Buffer.alloc(20_000, 'some words that come again and again\r\n')
  assert.equal(encodeChunk(text).encoding, 'zstd')
  assert.deepEqual(Buffer.from(decodeChunk(encodeChunk(text))), text)
  assert.equal(encodeChunk(text.subarray(0, 1000)).encoding, 'identity')
  assert.equal(encodeChunk(randomBytes(20_000)).encoding, 'identity')
})
