// Tables of content: what a message is made of, written once and counted.

import type { Migration } from '../database/migration.ts'

/** Each chunk is compressed by itself, so that a range can be read without what stands before it. */
export type ContentEncoding = 'identity' | 'zstd'

export interface ContentTables {
  content: {
    id: string
    /** Decoded. */
    size_bytes: number
    /** Of `head`. */
    encoding: ContentEncoding
    /** `head` included; 1 for nearly all mail. */
    chunk_count: number
    /**
     * Holders: the queue (1 while a recipient is open), each mailbox message 1. 0: nobody yet, or nobody any more. Those that came later
     * are counted in content_share.
     */
    refs: number
    /** 1: there is a row in content_index. */
    indexed: number
    created_at: number
    /** The first chunk. Last in the row, so that the columns before it are read without it. */
    head: Uint8Array
  }
  content_chunk: {
    content_id: string
    /** 1, 2, 3 …; `head` is 0. */
    seq: number
    /** Of the chunk's first byte in the decoded content. */
    offset_bytes: number
    encoding: ContentEncoding
    created_at: number
    bytes: Uint8Array
  }
  /**
   * Holders that came after the first commit (copies in other mailboxes), 1 or more: in rows of some octets, because counting in the
   * content's own row would write a page of it for each. They let go before those that `refs` counts.
   */
  content_share: {
    content_id: string
    holders: number
  }
  /** What was found out about a content once for all: opaque here. Apart from it, so that many can be read without their contents. */
  content_index: {
    content_id: string
    bytes: Uint8Array
  }
}

export const contentMigrations: readonly Migration[] = [
  {
    name: 'content/0001-first',
    async up(db, types, sql) {
      await db.schema
        .createTable('content')
        .addColumn('id', 'text', (c) => c.primaryKey().notNull())
        .addColumn('size_bytes', sql.raw(types.integer), (c) => c.notNull())
        .addColumn('encoding', 'text', (c) => c.notNull())
        .addColumn('chunk_count', sql.raw(types.integer), (c) => c.notNull())
        .addColumn('refs', sql.raw(types.integer), (c) => c.notNull())
        .addColumn('indexed', sql.raw(types.integer), (c) => c.notNull())
        .addColumn('created_at', sql.raw(types.integer), (c) => c.notNull())
        .addColumn('head', sql.raw(types.bytes), (c) => c.notNull())
        .execute()
      await db.schema
        .createTable('content_chunk')
        .addColumn('content_id', 'text', (c) => c.notNull())
        .addColumn('seq', sql.raw(types.integer), (c) => c.notNull())
        .addColumn('offset_bytes', sql.raw(types.integer), (c) => c.notNull())
        .addColumn('encoding', 'text', (c) => c.notNull())
        .addColumn('created_at', sql.raw(types.integer), (c) => c.notNull())
        .addColumn('bytes', sql.raw(types.bytes), (c) => c.notNull())
        .addPrimaryKeyConstraint('content_chunk_key', ['content_id', 'seq'])
        .execute()
      await db.schema
        .createTable('content_index')
        .addColumn('content_id', 'text', (c) => c.primaryKey().notNull())
        .addColumn('bytes', sql.raw(types.bytes), (c) => c.notNull())
        .execute()
      await db.schema
        .createTable('content_share')
        .addColumn('content_id', 'text', (c) => c.primaryKey().notNull())
        .addColumn('holders', sql.raw(types.integer), (c) => c.notNull())
        .modifyEnd(sql.raw(types.clustered))
        .execute()
      // What the sweep looks for is rare: an index over those rows alone costs accepted mail nothing.
      await sql`create index content_unheld on content (created_at) where refs = 0`.execute(db)
    },
  },
]
