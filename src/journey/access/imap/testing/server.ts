// An IMAP service for tests: a real listener on a loopback port, a real store, and people.

import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { idSource } from '../../../../ground/ids.ts'
import type { Clock } from '../../../../ground/ports/clock.ts'
import type { Connection } from '../../../../ground/ports/connection.ts'
import type { Log } from '../../../../ground/ports/log.ts'
import type { NotifyTopic } from '../../../../ground/ports/notify.ts'
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
  MailboxImages,
  mailboxProcedures,
} from '../../../mailbox/mailbox.ts'
import type { ImapContext } from '../context.ts'
import { MessageFacts, serveImap } from '../imap.ts'
import { ImapSettings } from '../settings.ts'

export const NAME = 'ann@example.org'
export const OTHER = 'bob@example.org'
export const PASSWORD = 'correct horse'
const ORG = 1

export interface TestImapOptions {
  readonly tls?: 'none' | 'starttls' | 'implicit'
  readonly settings?: Record<string, unknown>
  /** What the server takes for the peer's address. */
  readonly peerAddress?: string
  /** Told of all that is written. */
  readonly onWrite?: (octets: number) => void
  readonly wrapClock?: (clock: Clock) => Clock
  /** Stands between the sessions and the store. */
  readonly wrapStore?: (store: Store) => Store
  readonly hasRoom?: () => boolean
  /** How much searches may keep in memory. */
  readonly factsOctetsMax?: number
}

export interface TestImap {
  readonly port: number
  readonly store: Store
  readonly stop: AbortController
  readonly logged: string[]
  /** Resolves when every session that began is over. */
  idle(): Promise<void>
  /** Into the inbox of NAME, as mail from outside; the id of the new message. */
  deliver(content: string | Uint8Array, prefix?: string): Promise<string>
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

export async function startImap(t: TestContext, options: TestImapOptions = {}): Promise<TestImap> {
  const notify = new LocalNotify()
  const store = await openTestStore({
    migrations: [...contentMigrations, ...mailboxMigrations],
    procedures: [...contentProcedures, ...mailboxProcedures, placeProcedure] as never,
    notify,
  })
  const stop = new AbortController()
  const logged: string[] = []
  const sessions = new Set<Promise<void>>()
  const connections = new Set<Connection>()
  const seen = options.wrapStore?.(store) ?? store
  const images = new MailboxImages({ store: seen, notify, clock: nodeClock, log: recorder(logged) })
  const context = contextFor(options, { store: seen, images, log: recorder(logged), signal: stop.signal })
  const port = await listen(t, options, (connection) => {
    const session = serveImap(disguised(connection, options), context)
    connections.add(connection)
    sessions.add(session)
    void session.finally(() => sessions.delete(session))
  })
  const inbox = await store.call(createInboxProcedure, { org: ORG, personId: NAME, id: ids.next(), now: 1 })
  assert.ok(inbox.ok)
  const mailboxId = inbox.value.id
  const idle = async (): Promise<void> => void (await Promise.allSettled([...sessions]))
  t.after(async () => {
    for (const connection of connections) connection.destroy()
    await idle()
    images.close()
    await store.close()
    assert.deepEqual(
      logged.filter((line) => line.includes('with a bug')),
      [],
    )
  })
  return {
    ...{ port, store, stop, logged, idle },
    deliver: (content, prefix = '') =>
      deliver(store, mailboxId, typeof content === 'string' ? Buffer.from(content) : content, prefix),
  }
}

/** Hints as between threads: later, not at once. */
class LocalNotify {
  readonly #listeners = new Map<NotifyTopic, Set<(key: string) => void>>()

  publish(topic: NotifyTopic, key: string): void {
    setImmediate(() => {
      for (const listener of this.#listeners.get(topic) ?? []) listener(key)
    })
  }

  subscribe(topic: NotifyTopic, listener: (key: string) => void): () => void {
    const set = this.#listeners.get(topic) ?? new Set()
    this.#listeners.set(topic, set.add(listener))
    return () => set.delete(listener)
  }
}

function contextFor(options: TestImapOptions, parts: Pick<ImapContext, 'store' | 'images' | 'log' | 'signal'>): ImapContext {
  return {
    ...parts,
    authenticate: async (name, password) => {
      if ((name === NAME || name === OTHER) && password === PASSWORD) return ok({ org: ORG, id: name, address: name })
      if (name === 'broken') throw new Error('nobody can say')
      return err(name === 'disabled' ? 'disabled' : 'bad-credentials')
    },
    sessionsOf: new Map(),
    facts: new MessageFacts(options.factsOctetsMax === undefined ? {} : { octetsMax: options.factsOctetsMax }),
    clock: options.wrapClock?.(nodeClock) ?? nodeClock,
    ids,
    hostname: 'imap.test',
    settings: ImapSettings.parse({ failureDelay: '1ms', ...options.settings }),
    hasRoom: options.hasRoom ?? (() => true),
    startTls: options.tls === 'starttls',
  }
}

async function listen(
  t: TestContext,
  { tls = 'none' }: TestImapOptions,
  accept: (connection: Connection) => void,
): Promise<number> {
  const credentials = tls === 'none' ? {} : { credentials: await selfSigned('posthorn.test', []) }
  const listening = { host: '127.0.0.1', port: 0, tls, ...credentials, maxConnections: 1000 }
  const listener = await nodeListener({ shared: false }).listen(listening, accept)
  assert.ok(listener.ok)
  t.after(() => listener.value.close())
  return listener.value.port
}

async function deliver(store: Store, mailboxId: string, content: Uint8Array, prefix: string): Promise<string> {
  const writer = new ContentWriter({ store, clock: nodeClock, id: ids.next(), hasRoom: () => true })
  for (let from = 0; from < content.length; from += 65536) await writer.write(content.subarray(from, from + 65536))
  const finished = await writer.finish()
  assert.ok(finished.ok)
  const { id: contentId, sizeBytes: contentSizeBytes } = finished.value
  const id = ids.next()
  const append = {
    ...{ org: ORG, mailboxId, id, messageId: ids.next(), contentId, contentSizeBytes },
    ...{ prefix, receivedAt: 1_700_000_000_000, retain: false },
  }
  const placed = await store.call(placeProcedure, { content: finished.value, at: 1, append })
  assert.ok(placed.ok)
  return id
}

function disguised(connection: Connection, { peerAddress, onWrite }: TestImapOptions): Connection {
  return new Proxy(connection, {
    get(target, name) {
      if (name === 'remote' && peerAddress !== undefined) return { address: peerAddress, port: 1 }
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

function recorder(lines: string[]): Log {
  const write =
    (level: string) =>
    (message: string, fields: object = {}): void =>
      void lines.push(`${level} ${message} ${JSON.stringify(fields)}`)
  const log: Log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error'), child: () => log }
  return log
}

/** A store in which one kind of thing goes wrong. */
export function faultyStore(store: Store, faults: { readonly call: string }): Store {
  return {
    call: async (called, args) =>
      called.name === faults.call ? err({ type: 'failed', detail: 'no luck' }) : store.call(called, args),
    all: (statement, args) => store.all(statement, args),
    first: (statement, args) => store.first(statement, args),
    query: (build) => store.query(build),
    close: () => store.close(),
  }
}
