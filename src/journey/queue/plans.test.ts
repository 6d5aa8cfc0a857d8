// How SQLite answers the queue's hot questions: by an index, whatever else lies in the tables.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Compilable, Kysely } from 'kysely'
import type { Sql } from '../../store/database/statement.ts'
import type { Store } from '../../store/store.ts'
import * as statements from './queue.store.ts'
import type { QueueTables } from './queue.ts'
import { changeableOf, entriesOf } from './search.store.ts'
import * as sweeps from './sweep.store.ts'
import * as terms from './terms.store.ts'
import { openTestQueue } from './testing.ts'
import * as workers from './worker.store.ts'

async function planOf(store: Store, text: string): Promise<string> {
  const rows = await store.query((db: Kysely<QueueTables>, sql) => {
    return { compile: () => sql<{ detail: string }>`explain query plan ${sql.raw(text.replaceAll('?', '1'))}`.compile(db) }
  })
  return rows.map((row) => row.detail).join('; ')
}

test('the hot questions read an index and nothing else', async (t) => {
  const store = await openTestQueue()
  t.after(() => store.close())
  const explain = (statement: { compile(dialect: 'sqlite'): { readonly sql: string } }) =>
    planOf(store, statement.compile('sqlite').sql)
  assert.match(
    await explain(statements.claimable),
    /^SEARCH r USING INDEX recipient_due \(destination=\? AND due_at<\?\); SEARCH m USING INDEX \S+ \(org=\? AND id=\?\)$/,
  )
  assert.match(
    await explain(statements.claimableRest),
    /SEARCH r USING INDEX sqlite_autoindex_recipient_1 \(org=\? AND message_id=\? AND n>\?\)/,
  )
  assert.match(
    await explain(statements.firstScheduled),
    /^SEARCH recipient USING COVERING INDEX recipient_due \(destination=\?\)$/,
  )
  for (const [one, index] of [
    [workers.dueDestinations, 'destination_due'],
    [workers.dueSuspects, 'destination_suspect'],
  ] as const) {
    assert.equal((await explain(one)).split('; ')[0], `SEARCH d USING INDEX ${index} (due_at<?)`)
  }
  assert.match(await explain(workers.nextDueAt), /^SEARCH destination USING INDEX destination_due/)
  assert.match(await explain(statements.activeOf), /^SEARCH recipient USING INDEX recipient_active \(worker=\?\)$/)
  assert.match(await explain(sweeps.wantingAttention), /^SEARCH message USING INDEX message_attention \(attention_at<\?\)$/)
  assert.match(
    await explain(sweeps.finishedBefore),
    /^SEARCH message USING INDEX sqlite_autoindex_message_1 \(org=\? AND id<\?\)$/,
  )
  const byKey = /^SEARCH recipient USING INDEX sqlite_autoindex_recipient_1 \(org=\? AND message_id=\? AND n=\?\)$/
  const { activate, deferAttempt, finishAttempt, heldByAttempt, holdRecipient } = statements
  for (const one of [activate, deferAttempt, finishAttempt, heldByAttempt, holdRecipient, sweeps.expireRecipient]) {
    assert.match(await explain(one), byKey, one.name)
  }
})

test('[Q18] a search reads the terms it asks for, and the messages that wait for theirs', async (t) => {
  const store = await openTestQueue()
  t.after(() => store.close())
  const explain = (statement: { compile(dialect: 'sqlite'): { readonly sql: string } }) =>
    planOf(store, statement.compile('sqlite').sql)
  const byTerm = 'SEARCH message_term USING PRIMARY KEY (org=? AND term=? AND message_id<?)'
  for (const one of [terms.byAddress, terms.byHeaderMessageId]) assert.equal(await explain(one), byTerm)
  for (const one of [terms.unindexedByAddress, terms.unindexedByHeaderMessageId]) {
    const plan = await explain(one)
    assert.ok(plan.startsWith('SEARCH u USING PRIMARY KEY (org=? AND message_id<?); SEARCH m USING INDEX'), plan)
    assert.doesNotMatch(plan, /SCAN|TEMP/)
  }
})

test('[Q19] [Q20] writing and forgetting terms reads the messages that are meant, by their keys', async (t) => {
  const store = await openTestQueue()
  t.after(() => store.close())
  const explain = (statement: { compile(dialect: 'sqlite'): { readonly sql: string } }) =>
    planOf(store, statement.compile('sqlite').sql)
  for (const one of [terms.insertTerms, terms.deleteRecipientTerms, terms.deleteMessageTerms, terms.recipientNumbers]) {
    const plan = await explain(one)
    assert.doesNotMatch(plan, /SCAN (u|m|r|message|recipient)\b|MULTI-INDEX|\(org=\?\)/, one.name)
  }
  const byKey = /^SEARCH message_term USING PRIMARY KEY \(org=\? AND term=\? AND message_id=\?\)/
  for (const one of [terms.deleteRecipientTerms, terms.deleteMessageTerms]) assert.match(await explain(one), byKey, one.name)
  assert.match(await explain(terms.unindexed), /^SCAN u; CORRELATED SCALAR SUBQUERY 1; SEARCH r USING COVERING INDEX [^;]+$/)
})

test('a list of open recipients looks at no others', async (t) => {
  const store = await openTestQueue()
  t.after(() => store.close())
  const plans: string[] = []
  const explaining = {
    query: async (build: (db: Kysely<QueueTables>, sql: Sql) => Compilable) => {
      let text = ''
      await store.query((db: Kysely<QueueTables>, sql) => {
        text = build(db, sql).compile().sql
        return { compile: () => sql<object>`select 1`.compile(db) }
      })
      plans.push(await planOf(store, text))
      return []
    },
  } as unknown as Store
  const after = { org: 1, messageId: 'x', n: 0 }
  for (const filter of [{}, { org: 1, address: 'x' }, { org: 1, destination: 'x' }, { org: 1, reversePath: 'x' }]) {
    await entriesOf(explaining, filter, { limit: 10, after })
    await changeableOf(explaining, filter, { action: 'drop', now: 0, limit: 10 })
  }
  for (const plan of plans) {
    assert.match(plan, /r USING (COVERING )?INDEX recipient_due/)
    assert.doesNotMatch(plan, /r USING INDEX sqlite_autoindex_recipient_1 \(org[=>]\?( AND message_id[=>]\?)?\)/)
    assert.doesNotMatch(plan, /SCAN r;|SCAN r$|SCAN r USING INDEX sqlite/)
  }
})
