// Statements and procedure bodies of content.

import { assert } from '../../ground/assert.ts'
import { all, first, procedure, run, type Steps } from '../database/procedure.ts'
import { statementsOf } from '../database/statement.ts'
import type { ContentEncoding, ContentTables } from './content.tables.ts'
import { ABANDONED_AFTER_MS, CHUNKS_DELETED_AT_ONCE_MAX, SWEEP_CONTENTS_MAX } from './limits.ts'

const statement = statementsOf<ContentTables>()

export interface PutContent {
  readonly id: string
  /** Decoded size of the whole content; 0 while chunks are still to come (`sealContent` sets it). */
  readonly sizeBytes: number
  readonly encoding: ContentEncoding
  /** The first chunk, encoded. */
  readonly head: Uint8Array
  /** Holders from the first moment; 0 for an upload that nobody holds yet. */
  readonly refs: number
  /** What is to be remembered about it (see content_index). */
  readonly index?: Uint8Array
  readonly createdAt: number
}

export interface AppendChunk {
  readonly id: string
  readonly seq: number
  readonly offsetBytes: number
  readonly encoding: ContentEncoding
  readonly bytes: Uint8Array
  readonly createdAt: number
}

export interface SealContent {
  readonly id: string
  readonly sizeBytes: number
  readonly chunkCount: number
  readonly refs: number
  readonly index?: Uint8Array
}

const insertContent = statement<Omit<PutContent, 'index'> & { indexed: number }>('content.insert')((db, a) =>
  db.insertInto('content').values({
    id: a.id,
    size_bytes: a.sizeBytes,
    encoding: a.encoding,
    chunk_count: 1,
    refs: a.refs,
    indexed: a.indexed,
    created_at: a.createdAt,
    head: a.head,
  }),
)

const insertChunk = statement<AppendChunk>('content.insertChunk')((db, a) =>
  db.insertInto('content_chunk').values({
    content_id: a.id,
    seq: a.seq,
    offset_bytes: a.offsetBytes,
    encoding: a.encoding,
    created_at: a.createdAt,
    bytes: a.bytes,
  }),
)

const updateSealed = statement<Omit<SealContent, 'index'> & { indexed: number }>('content.seal')((db, a) =>
  db
    .updateTable('content')
    .set({ size_bytes: a.sizeBytes, chunk_count: a.chunkCount, refs: a.refs, indexed: a.indexed })
    .where('id', '=', a.id),
)

const insertIndex = statement<{ id: string; index: Uint8Array }>('content.insertIndex')((db, a) =>
  db.insertInto('content_index').values({ content_id: a.id, bytes: a.index }),
)

/** Once: a second index of the same content would say the same. */
const markIndexed = statement<{ id: string }>('content.markIndexed')((db, a) =>
  db.updateTable('content').set({ indexed: 1 }).where('id', '=', a.id).where('indexed', '=', 0),
)

const deleteIndex = statement<{ id: string }>('content.deleteIndex')((db, a) =>
  db.deleteFrom('content_index').where('content_id', '=', a.id),
)

const insertShare = statement<{ id: string; by: number }>('content.share')((db, a, sql) =>
  db
    .insertInto('content_share')
    .columns(['content_id', 'holders'])
    .expression(
      db
        .selectFrom('content')
        .select(['id', sql<number>`cast(${a.by} as bigint)`.as('holders')])
        .where('id', '=', a.id),
    )
    .onConflict((c) => c.column('content_id').doUpdateSet({ holders: sql<number>`content_share.holders + excluded.holders` })),
)

/** One holder less of those that came later, if there are any. */
const lowerShare = statement<{ id: string }>('content.lowerShare')((db, a) =>
  db
    .updateTable('content_share')
    .set((e) => ({ holders: e('holders', '-', 1) }))
    .where('content_id', '=', a.id)
    .returning('holders'),
)

const deleteShare = statement<{ id: string }>('content.deleteShare')((db, a) =>
  db.deleteFrom('content_share').where('content_id', '=', a.id),
)

const updateReleased = statement<{ id: string }>('content.release')((db, a) =>
  db
    .updateTable('content')
    .set((e) => ({ refs: e('refs', '-', 1) }))
    .where('id', '=', a.id)
    .returning(['refs', 'chunk_count', 'indexed']),
)

/** The common case in one statement: one chunk, one holder. */
const deleteLastHeld = statement<{ id: string }>('content.deleteLastHeld')((db, a) =>
  db
    .deleteFrom('content')
    .where('id', '=', a.id)
    .where('refs', '=', 1)
    .where('chunk_count', '=', 1)
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('content_share').select('holders').where('content_id', '=', a.id))),
    )
    .returning('indexed'),
)

const deleteContent = statement<{ id: string }>('content.delete')((db, a) => db.deleteFrom('content').where('id', '=', a.id))

const deleteChunks = statement<{ id: string }>('content.deleteChunks')((db, a) =>
  db.deleteFrom('content_chunk').where('content_id', '=', a.id),
)

const deleteSomeChunks = statement<{ id: string; fromSeq: number }>('content.deleteSomeChunks')((db, a) =>
  db.deleteFrom('content_chunk').where('content_id', '=', a.id).where('seq', '>=', a.fromSeq),
)

const lastChunk = statement<{ id: string }>('content.lastChunk')((db, a) =>
  db
    .selectFrom('content_chunk')
    .select((e) => [e.fn.max('seq').as('seq'), e.fn.max('created_at').as('created_at')])
    .where('content_id', '=', a.id),
)

/** Of content that nobody holds yet. */
const unsealedChunk = statement<{ id: string }>('content.unsealedChunk')((db, a) =>
  db
    .selectFrom('content')
    .select((e) =>
      e
        .selectFrom('content_chunk')
        .select((c) => c.fn.max('seq').as('seq'))
        .where('content_id', '=', a.id)
        .as('seq'),
    )
    .where('id', '=', a.id)
    .where('refs', '=', 0)
    .where('size_bytes', '=', 0),
)

const unheld = statement<{ before: number; limit: number }>('content.unheld')((db, a) =>
  db
    .selectFrom('content')
    .select(['id', 'size_bytes'])
    // Written as a constant, not as an argument: only then does SQLite use the partial index.
    .where((e) => e('refs', '=', e.lit(0)))
    // What was held once and is no more need not wait: nobody can come back for it.
    .where((e) => e.or([e('created_at', '<', a.before), e('size_bytes', '>', 0)]))
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('content_share').select('holders').whereRef('content_id', '=', 'content.id'))),
    )
    .orderBy('created_at')
    .limit(a.limit),
)

/** The first chunk, and with it the content. */
export function* putContent({ index, ...args }: PutContent): Steps<void> {
  yield* run(insertContent, { ...args, indexed: index === undefined ? 0 : 1 })
  if (index !== undefined) yield* run(insertIndex, { id: args.id, index })
}

/** A further chunk of content that was put with no holder. */
export function* appendChunk(args: AppendChunk): Steps<void> {
  yield* run(insertChunk, args)
}

/** All chunks are there; from now on somebody holds it. A content that the sweep took is a bug: it was touched within the hour. */
export function* sealContent({ index, ...args }: SealContent): Steps<void> {
  const changed = yield* run(updateSealed, { ...args, indexed: index === undefined ? 0 : 1 })
  assert(changed === 1, `content ${args.id} was swept before it was sealed`)
  if (index !== undefined) yield* run(insertIndex, { id: args.id, index })
}

/** An index made later, at a first read. The first one stays; content that is gone has none. */
export function* keepIndex(args: { readonly id: string; readonly index: Uint8Array }): Steps<void> {
  if ((yield* run(markIndexed, { id: args.id })) === 1) yield* run(insertIndex, args)
}

/** One more holder (or `by` more). */
export function* retainContent(args: { readonly id: string; readonly by?: number }): Steps<void> {
  const changed = yield* run(insertShare, { id: args.id, by: args.by ?? 1 })
  assert(changed === 1, `content ${args.id} does not exist`)
}

/** One holder less; without any it is deleted. */
export function* releaseContent(args: { readonly id: string }): Steps<void> {
  const gone = yield* first(deleteLastHeld, args)
  if (gone) {
    if (gone.indexed === 1) yield* run(deleteIndex, args)
    return
  }
  const shared = yield* first(lowerShare, args)
  if (shared) {
    if (shared.holders === 0) yield* run(deleteShare, args)
    return
  }
  const left = yield* first(updateReleased, args)
  assert(left && left.refs >= 0, `content ${args.id} has no holder to let go of it`)
  if (left.refs > 0) return
  if (left.chunk_count - 1 > CHUNKS_DELETED_AT_ONCE_MAX) return
  if (left.chunk_count > 1) yield* run(deleteChunks, args)
  if (left.indexed === 1) yield* run(deleteIndex, args)
  yield* run(deleteContent, args)
}

/** Deletes content that nobody holds: uploads given up, and the large ones that were let go. Answers how much is left to do. */
export function* sweepAbandoned(args: { readonly now: number }): Steps<{ readonly deleted: number; readonly more: boolean }> {
  const before = args.now - ABANDONED_AFTER_MS
  const candidates = yield* all(unheld, { before, limit: SWEEP_CONTENTS_MAX })
  let deleted = 0
  let more = false
  for (const { id, size_bytes } of candidates) {
    const last = yield* first(lastChunk, { id })
    // A slow upload: its chunks still come.
    if (size_bytes === 0 && (last?.created_at ?? 0) >= before) continue
    const keepBelow = Math.max(1, (last?.seq ?? 0) + 1 - CHUNKS_DELETED_AT_ONCE_MAX)
    yield* run(deleteSomeChunks, { id, fromSeq: keepBelow })
    if (keepBelow > 1) more = true
    else {
      yield* run(deleteIndex, { id })
      deleted += yield* run(deleteContent, { id })
    }
  }
  return { deleted, more: more || deleted === SWEEP_CONTENTS_MAX }
}

/** An upload is given up: what of it is there goes at once, some chunks in each call. Sealed content is left alone. */
export function* discardUpload(args: { readonly id: string }): Steps<{ readonly more: boolean }> {
  const found = yield* first(unsealedChunk, args)
  if (!found) return { more: false }
  const keepBelow = Math.max(1, (found.seq ?? 0) + 1 - CHUNKS_DELETED_AT_ONCE_MAX)
  yield* run(deleteSomeChunks, { id: args.id, fromSeq: keepBelow })
  if (keepBelow === 1) yield* run(deleteContent, args)
  return { more: keepBelow > 1 }
}

export const putContentProcedure = procedure('content.put', putContent)
export const appendChunkProcedure = procedure('content.append', appendChunk)
export const releaseContentProcedure = procedure('content.release', releaseContent)
export const discardUploadProcedure = procedure('content.discard', discardUpload)
export const sweepAbandonedProcedure = procedure('content.sweep', sweepAbandoned)

export const readHead = statement<{ id: string }>('content.readHead')((db, a) =>
  db.selectFrom('content').select(['size_bytes', 'encoding', 'chunk_count', 'head']).where('id', '=', a.id),
)

export const keepIndexProcedure = procedure('content.keepIndex', keepIndex)

export const readFacts = statement<{ id: string }>('content.readFacts')((db, a) =>
  db
    .selectFrom('content')
    .leftJoin('content_share', 'content_share.content_id', 'content.id')
    .select(['size_bytes', 'chunk_count', 'refs', 'holders', 'created_at'])
    .where('id', '=', a.id),
)

export const readChunk = statement<{ id: string; seq: number }>('content.readChunk')((db, a) =>
  db
    .selectFrom('content_chunk')
    .select(['encoding', 'bytes', 'offset_bytes'])
    .where('content_id', '=', a.id)
    .where('seq', '=', a.seq),
)

/** The chunk that holds a byte: the last one that begins at or before it. */
export const readChunkAt = statement<{ id: string; offset: number }>('content.readChunkAt')((db, a) =>
  db
    .selectFrom('content_chunk')
    .select(['seq', 'offset_bytes'])
    .where('content_id', '=', a.id)
    .where('offset_bytes', '<=', a.offset)
    .orderBy('seq', 'desc')
    .limit(1),
)
