// A queue for tests: a store with the queue's tables, and messages put into it. Only tests and benches import this.

import { contentMigrations } from '../../store/content/content.tables.ts'
import { contentProcedures, putContent } from '../../store/content/content.ts'
import { procedure, type Steps } from '../../store/database/procedure.ts'
import { openTestStore, type TestStoreOptions } from '../../store/database/testing.ts'
import { eventMigrations } from '../../store/events/events.tables.ts'
import { eventProcedures } from '../../store/events/events.ts'
import type { Store } from '../../store/store.ts'
import { insertMessage, insertRecipient } from './enqueue.ts'
import { queueMigrations } from './queue.tables.ts'
import { type AttemptResult, queueProcedures } from './queue.ts'
import type { NewMessage } from './rows.ts'

export interface TestMessage extends Partial<NewMessage> {
  readonly id: string
  readonly at: number
  readonly to: readonly string[]
  readonly content?: Uint8Array
}

/** What a session's accept does, for the queue's part. */
export function* accept(args: TestMessage): Steps<void> {
  const { id, at, to, content = new TextEncoder().encode('Subject: x\r\n\r\nx\r\n'), ...others } = args
  yield* putContent({
    id: `c${id}`,
    sizeBytes: content.length,
    encoding: 'identity',
    head: content,
    refs: to.length > 0 ? 1 : 0,
    createdAt: at,
  })
  yield* insertMessage({
    org: 1,
    id,
    contentId: `c${id}`,
    reversePath: 'sender@example.org',
    subject: 'x',
    sizeBytes: content.length,
    eightBit: false,
    smtpUtf8: false,
    source: 'submission',
    receivedAt: at,
    expiresAt: at + 5 * 86_400_000,
    openRecipients: to.length,
    ...others,
  })
  for (const [n, address] of to.entries()) {
    const destination = address.slice(address.lastIndexOf('@') + 1)
    yield* insertRecipient({ org: args.org ?? 1, messageId: id, n, address, destination, state: 'scheduled', at })
  }
}

export const acceptProcedure = procedure('test.accept', accept)
export const acceptManyProcedure = procedure('test.acceptMany', function* (args: { readonly messages: readonly TestMessage[] }) {
  for (const message of args.messages) yield* accept(message)
})

export const testQueueMigrations = [...contentMigrations, ...eventMigrations, ...queueMigrations]
export const testQueueProcedures = [
  ...contentProcedures,
  ...eventProcedures,
  ...queueProcedures,
  acceptProcedure,
  acceptManyProcedure,
] as never[]

export function openTestQueue(options: Partial<TestStoreOptions> = {}): Promise<Store> {
  return openTestStore({ migrations: testQueueMigrations, procedures: testQueueProcedures, ...options })
}

export function delivered(n: number): AttemptResult {
  return { n, type: 'delivered', reply: { code: 250, enhanced: '2.0.0', text: 'ok', host: 'mx.b.example' } }
}

export function deferred(n: number, dueAt: number): AttemptResult {
  return { n, type: 'deferred', reply: { code: 451, text: 'later' }, dueAt }
}

export function failed(n: number): AttemptResult {
  return { n, type: 'failed', reply: { code: 550, enhanced: '5.1.1', text: 'no such user' } }
}
