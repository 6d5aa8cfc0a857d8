// Reading content: in order, a chunk at a time, unpacked.

import type { Store } from '../store.ts'
import { readChunk, readChunkAt, readFacts, readHead } from './content.store.ts'
import { decodeChunk } from './encode.ts'
import { manyIds, readIndexesStatement } from './several.store.ts'

export interface ContentFacts {
  readonly sizeBytes: number
  readonly refs: number
  readonly createdAt: number
}

/** There is no such content (any more): it was let go while somebody read, or an id is wrong. */
export class ContentMissing extends Error {
  override readonly name = 'ContentMissing'
  readonly id: string

  constructor(id: string) {
    super(`content ${id} is not there`)
    this.id = id
  }
}

export async function contentFacts(store: Store, id: string): Promise<ContentFacts | undefined> {
  const row = await store.first(readFacts, { id })
  return row && { sizeBytes: row.size_bytes, refs: row.refs + (row.holders ?? 0), createdAt: row.created_at }
}

/** The whole content. Throws {@link ContentMissing}. */
export async function* readContent(store: Store, id: string): AsyncGenerator<Uint8Array, void, undefined> {
  const head = await store.first(readHead, { id })
  if (!head) throw new ContentMissing(id)
  yield decodeChunk({ encoding: head.encoding, bytes: head.head }, head.size_bytes)
  for (let seq = 1; seq < head.chunk_count; seq++) yield (await chunkAt(store, id, seq)).bytes
}

/** The bytes from `start` to before `end` (or the end of the content); reads only the chunks that hold them. */
export async function* readRange(
  store: Store,
  id: string,
  range: { readonly start: number; readonly end?: number },
): AsyncGenerator<Uint8Array, void, undefined> {
  const facts = await store.first(readFacts, { id })
  if (!facts) throw new ContentMissing(id)
  const end = Math.min(range.end ?? facts.size_bytes, facts.size_bytes)
  if (range.start >= end) return
  const from = await store.first(readChunkAt, { id, offset: range.start })
  for (let seq = from?.seq ?? 0; seq < facts.chunk_count; seq++) {
    const { offset, bytes } = await chunkAt(store, id, seq)
    if (offset >= end) return
    yield bytes.subarray(Math.max(0, range.start - offset), Math.max(0, end - offset))
  }
}

/** The whole content in one piece: for small things (headers, reports), and only up to `limitBytes`. */
export async function readWhole(store: Store, id: string, options: { readonly limitBytes: number }): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const part of readRange(store, id, { start: 0, end: options.limitBytes })) parts.push(part)
  return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts)
}

/** Of those contents that have one, by content. */
export async function readIndexes(store: Store, ids: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>()
  for (const many of manyIds(ids)) {
    for (const { id, bytes } of await store.all(readIndexesStatement, many)) found.set(id, bytes)
  }
  return found
}

async function chunkAt(store: Store, id: string, seq: number): Promise<{ readonly offset: number; readonly bytes: Uint8Array }> {
  if (seq === 0) {
    const head = await store.first(readHead, { id })
    if (!head) throw new ContentMissing(id)
    return { offset: 0, bytes: decodeChunk({ encoding: head.encoding, bytes: head.head }) }
  }
  const row = await store.first(readChunk, { id, seq })
  if (!row) throw new ContentMissing(id)
  return { offset: row.offset_bytes, bytes: decodeChunk(row) }
}
