// Tables of the directory: who exists and what they may do.

import type { Migration } from '../database/migration.ts'

export interface DirectoryTables {
  organisation: {
    /** Counts from 1; the first part of nearly every other table's key. */
    id: number
    name: string
    created_at: number
  }
  /** A name belongs to one organisation in the whole store. */
  domain: {
    /** Lower-case A-label. */
    name: string
    org: number
    created_at: number
  }
  person: {
    org: number
    id: string
    /** Canonical (see `canonicalAddress`); unique in the whole store. */
    address: string
    local_part: string
    domain: string
    name: string
    created_at: number
    /** 1: may not sign in; mail for the address is still taken. */
    disabled: number
  }
  credential: {
    org: number
    person_id: string
    id: string
    kind: 'password' | 'scram-sha-256' | 'scram-sha-1'
    /** What the Passwords port made of it; of the others what RFC 5803 §2 says. They are of the same password. */
    secret: string
    label: string
    created_at: number
  }
  /** What this store alone knows, of the whole store. */
  secret: {
    name: string
    /** Base64. */
    value: string
  }
  /** One row for each target. */
  alias: {
    org: number
    /** Canonical. */
    address: string
    /** Where its mail goes: any address, ours or not. */
    target: string
  }
}

export const directoryMigrations: readonly Migration[] = [
  {
    name: 'directory/0001-first',
    async up(db, types, sql) {
      const integer = sql.raw(types.integer)
      await db.schema
        .createTable('organisation')
        .addColumn('id', integer, (c) => c.primaryKey().notNull())
        .addColumn('name', 'text', (c) => c.notNull())
        .addColumn('created_at', integer, (c) => c.notNull())
        .execute()
      await db.schema
        .createTable('domain')
        .addColumn('name', 'text', (c) => c.primaryKey().notNull())
        .addColumn('org', integer, (c) => c.notNull())
        .addColumn('created_at', integer, (c) => c.notNull())
        .execute()
      await db.schema.createIndex('domain_of_org').on('domain').columns(['org', 'name']).execute()
      await db.schema
        .createTable('person')
        .addColumn('org', integer, (c) => c.notNull())
        .addColumn('id', 'text', (c) => c.notNull())
        .addColumn('address', 'text', (c) => c.notNull().unique())
        .addColumn('local_part', 'text', (c) => c.notNull())
        .addColumn('domain', 'text', (c) => c.notNull())
        .addColumn('name', 'text', (c) => c.notNull())
        .addColumn('created_at', integer, (c) => c.notNull())
        .addColumn('disabled', integer, (c) => c.notNull())
        .addPrimaryKeyConstraint('person_key', ['org', 'id'])
        .execute()
      await db.schema.createIndex('person_of_domain').on('person').columns(['domain', 'created_at']).execute()
      await db.schema
        .createTable('credential')
        .addColumn('org', integer, (c) => c.notNull())
        .addColumn('person_id', 'text', (c) => c.notNull())
        .addColumn('id', 'text', (c) => c.notNull())
        .addColumn('kind', 'text', (c) => c.notNull())
        .addColumn('secret', 'text', (c) => c.notNull())
        .addColumn('label', 'text', (c) => c.notNull())
        .addColumn('created_at', integer, (c) => c.notNull())
        .addPrimaryKeyConstraint('credential_key', ['org', 'person_id', 'id'])
        .execute()
      await db.schema
        .createTable('alias')
        .addColumn('org', integer, (c) => c.notNull())
        .addColumn('address', 'text', (c) => c.notNull())
        .addColumn('target', 'text', (c) => c.notNull())
        .addPrimaryKeyConstraint('alias_key', ['address', 'target'])
        .execute()
    },
  },
  {
    name: 'directory/0002-secret',
    async up(db) {
      await db.schema
        .createTable('secret')
        .addColumn('name', 'text', (c) => c.primaryKey().notNull())
        .addColumn('value', 'text', (c) => c.notNull())
        .execute()
    },
  },
]
