// A POP3 service for tests: a real listener on a loopback port, a real store, one person.

import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { idSource } from '../../../../ground/ids.ts'
import type { Clock } from '../../../../ground/ports/clock.ts'
import type { Connection } from '../../../../ground/ports/connection.ts'
import type { Log } from '../../../../ground/ports/log.ts'
import { err, ok } from '../../../../ground/result.ts'
import { selfSigned } from '../../../../platform/node/certificate.ts'
import { nodeClock } from '../../../../platform/node/clock.ts'
import { nodeListener } from '../../../../platform/node/listener.ts'
import { nodeRandom } from '../../../../platform/node/random.ts'
import { contentMigrations } from '../../../../store/content/content.tables.ts'
import { ContentWriter, contentProcedures, type NewContent, placeContent } from '../../../../store/content/content.ts'
import { procedure, type Steps } from '../../../../store/database/procedure.ts'
import { openTestStore } from '../../../../store/database/testing.ts'
import type { Store } from '../../../../store/store.ts'
import { mailboxMigrations } from '../../../mailbox/mailbox.tables.ts'
import {
  type AppendMessage,
  appendMessage,
  createInboxProcedure,
  listMaildrop,
  MaildropLocks,
  mailboxProcedures,
} from '../../../mailbox/mailbox.ts'
import { type Pop3Context, servePop3 } from '../pop3.ts'
import { Pop3Settings } from '../settings.ts'

export const NAME = 'ann@example.org'
export const PASSWORD = 'correct horse'
const ORG = 1

export interface TestPop3Options {
  readonly tls?: 'none' | 'starttls' | 'implicit'
  readonly settings?: Record<string, unknown>
  /** What the server takes for the peer's address. */
  readonly peerAddress?: string
  /** Told of all that is written. */
  readonly onWrite?: (octets: number) => void
  readonly wrapClock?: (clock: Clock) => Clock
  /** Told of every idle time-out a session asks for. */
  readonly onIdleTimeout?: (ms: number) => void
  /** Stands between the sessions and the store. */
  readonly wrapStore?: (store: Store) => Store
}

export interface TestPop3 {
  readonly port: number
  readonly store: Store
  readonly stop: AbortController
  readonly logged: string[]
  /** Resolves when every session that began is over. */
  idle(): Promise<void>
  /** The id of the new message. */
  deliver(content: string | Uint8Array, prefix?: string): Promise<string>
  ids(): Promise<readonly string[]>
}

const ids = idSource(nodeClock, nodeRandom())

interface Place {
  readonly content: NewContent
  readonly at: number
  readonly append: AppendMessage
}

const placeProcedure = procedure('test.place', function* (a: Place): Steps<void> {
  yield* placeContent({ content: a.content, refs: 1, at: a.at })
  yield* appendMessage(a.append)
})

export async function startPop3(t: TestContext, options: TestPop3Options = {}): Promise<TestPop3> {
  const store = await openTestStore({
    migrations: [...contentMigrations, ...mailboxMigrations],
    procedures: [...contentProcedures, ...mailboxProcedures, placeProcedure] as never,
  })
  const stop = new AbortController()
  const logged: string[] = []
  const sessions = new Set<Promise<void>>()
  const connections = new Set<Connection>()
  const context = contextFor(options, options.wrapStore?.(store) ?? store, recorder(logged), stop.signal)
  const port = await listen(t, options, (connection) => {
    const session = servePop3(disguised(connection, options), context)
    connections.add(connection)
    sessions.add(session)
    void session.finally(() => sessions.delete(session))
  })
  const inbox = await store.call(createInboxProcedure, { org: ORG, personId: 'ann', id: ids.next(), now: 1 })
  assert.ok(inbox.ok)
  const mailboxId = inbox.value.id
  const idle = async (): Promise<void> => void (await Promise.allSettled([...sessions]))
  t.after(async () => {
    for (const connection of connections) connection.destroy()
    await idle()
    await store.close()
  })
  return {
    port,
    store,
    stop,
    logged,
    idle,
    deliver: (content, prefix = '') =>
      deliver(store, mailboxId, typeof content === 'string' ? Buffer.from(content) : content, prefix),
    ids: async () => (await listMaildrop(store, { org: ORG, mailboxId })).map((entry) => entry.id),
  }
}

function contextFor(options: TestPop3Options, store: Store, log: Log, signal: AbortSignal): Pop3Context {
  return {
    store,
    locks: new MaildropLocks({ store, clock: nodeClock, log, holder: ids.next() }),
    authenticate: async (name, password) => {
      if (name === NAME && password === PASSWORD) return ok({ org: ORG, id: 'ann', address: NAME })
      return err(name === 'disabled' ? 'disabled' : 'bad-credentials')
    },
    clock: options.wrapClock?.(nodeClock) ?? nodeClock,
    log,
    ids,
    settings: Pop3Settings.parse({ failureDelay: '1ms', ...options.settings }),
    signal,
    startTls: options.tls === 'starttls',
  }
}

async function listen(
  t: TestContext,
  { tls = 'none' }: TestPop3Options,
  accept: (connection: Connection) => void,
): Promise<number> {
  const credentials = tls === 'none' ? {} : { credentials: await selfSigned('posthorn.test', []) }
  const listening = { host: '127.0.0.1', port: 0, tls, ...credentials, maxConnections: 20 }
  const listener = await nodeListener({ shared: false }).listen(listening, accept)
  assert.ok(listener.ok)
  t.after(() => listener.value.close())
  return listener.value.port
}

async function deliver(store: Store, mailboxId: string, content: Uint8Array, prefix: string): Promise<string> {
  const writer = new ContentWriter({ store, clock: nodeClock, id: ids.next(), hasRoom: () => true })
  await writer.write(content)
  const finished = await writer.finish()
  assert.ok(finished.ok)
  const { id: contentId, sizeBytes: contentSizeBytes } = finished.value
  const id = ids.next()
  const append = {
    org: ORG,
    mailboxId,
    id,
    messageId: ids.next(),
    contentId,
    contentSizeBytes,
    prefix,
    receivedAt: 1,
    retain: false,
  }
  const placed = await store.call(placeProcedure, { content: finished.value, at: 1, append })
  assert.ok(placed.ok)
  return id
}

function disguised(connection: Connection, { peerAddress, onIdleTimeout, onWrite }: TestPop3Options): Connection {
  return new Proxy(connection, {
    get(target, name) {
      if (name === 'remote' && peerAddress !== undefined) return { address: peerAddress, port: 1 }
      if (name === 'idleTimeout' && onIdleTimeout) return onIdleTimeout
      if (name === 'write' && onWrite) {
        return (bytes: Uint8Array) => {
          onWrite(bytes.length)
          return target.write(bytes)
        }
      }
      const value = Reflect.get(target, name, target) as unknown
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

/** A store in which one kind of thing goes wrong. */
export function faultyStore(store: Store, faults: { readonly call?: string; readonly first?: string }): Store {
  return {
    call: async (called, args) =>
      called.name === faults.call ? err({ type: 'full', detail: 'no room' }) : store.call(called, args),
    all: (statement, args) => store.all(statement, args),
    first: async (statement, args) => {
      if (statement.name === faults.first) throw new Error('the disk is gone')
      return store.first(statement, args)
    },
    query: (build) => store.query(build),
    close: () => store.close(),
  }
}

function recorder(lines: string[]): Log {
  const write =
    (level: string) =>
    (message: string, fields: object = {}): void =>
      void lines.push(`${level} ${message} ${JSON.stringify(fields)}`)
  const log: Log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error'), child: () => log }
  return log
}
