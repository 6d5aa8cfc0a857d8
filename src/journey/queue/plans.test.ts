// How SQLite answers the queue's hot questions: by an index, whatever else lies in the tables.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Kysely } from 'kysely'
import * as statements from './queue.store.ts'
import type { QueueTables } from './queue.ts'
import * as sweeps from './sweep.store.ts'
import { openTestQueue } from './testing.ts'
import * as workers from './worker.store.ts'

test('the hot questions read an index and nothing else', async (t) => {
  const store = await openTestQueue()
  t.after(() => store.close())
  const explain = async (statement: { compile(dialect: 'sqlite'): { readonly sql: string } }) => {
    const text = statement.compile('sqlite').sql.replaceAll('?', '1')
    const rows = await store.query((db: Kysely<QueueTables>, sql) => {
      return { compile: () => sql<{ detail: string }>`explain query plan ${sql.raw(text)}`.compile(db) }
    })
    return rows.map((row) => row.detail).join('; ')
  }
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
