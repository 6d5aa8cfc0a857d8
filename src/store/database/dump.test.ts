// The schema as text.

import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { dumpSchema } from './dump.ts'

test('[D33] a schema is dumped one column a line, tables by name, each with its indexes', () => {
  const db = new DatabaseSync(':memory:')
  db.exec('create table "b" ("x" text, "y" integer, constraint "k" primary key ("x", "y"))')
  db.exec('create index later on b (y)')
  db.exec('create table a (z text primary key) without rowid')
  const dumped = dumpSchema(db)
  db.close()
  const b = 'CREATE TABLE "b" (\n  "x" text,\n  "y" integer,\n  constraint "k" primary key ("x", "y")\n);\n'
  assert.equal(dumped, `CREATE TABLE a (\n  z text primary key\n) without rowid;\n\n${b}\nCREATE INDEX later on b (y);\n`)
})
