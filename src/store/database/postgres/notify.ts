// The Notify port over PostgreSQL's LISTEN and NOTIFY: hints reach every process of the cluster, this one included. They are sent after the
// commit, outside its transaction: inside, NOTIFY makes all commits of the server wait for one another.

import pg from 'pg'
import type { Notify, NotifyTopic } from '../../../ground/ports/notify.ts'
import { clientConfig, type PostgresOptions } from './connection.ts'

const CHANNEL = 'posthorn'
const RECONNECT_MS = 1000
/** Hints that wait to be sent; more are dropped: those who wait look by themselves now and then. */
const OUTGOING_MAX = 1000
/** PostgreSQL's payload is shorter than 8000 bytes. */
const KEY_CHARACTERS_MAX = 1000

export interface PostgresNotify extends Notify {
  close(): Promise<void>
}

export async function openPostgresNotify(
  options: PostgresOptions & { readonly onError: (detail: string) => void },
): Promise<PostgresNotify> {
  const notify = new ListeningNotify(options, options.onError)
  await notify.connect()
  return notify
}

class ListeningNotify implements PostgresNotify {
  readonly #options: PostgresOptions
  readonly #onError: (detail: string) => void
  readonly #listeners = new Map<NotifyTopic, Set<(key: string) => void>>()
  readonly #outgoing = new Set<string>()
  #client: pg.Client | undefined
  #sending = false
  #closed = false

  constructor(options: PostgresOptions, onError: (detail: string) => void) {
    this.#options = options
    this.#onError = onError
  }

  publish(topic: NotifyTopic, key: string): void {
    if (this.#closed || this.#outgoing.size >= OUTGOING_MAX || key.length > KEY_CHARACTERS_MAX) return
    this.#outgoing.add(JSON.stringify([topic, key]))
    if (!this.#sending) void this.#send()
  }

  subscribe(topic: NotifyTopic, listener: (key: string) => void): () => void {
    const listeners = this.#listeners.get(topic) ?? new Set()
    this.#listeners.set(topic, listeners.add(listener))
    return () => listeners.delete(listener)
  }

  async connect(): Promise<void> {
    const client = new pg.Client(clientConfig(this.#options))
    client.on('notification', (message) => this.#receive(message.payload ?? ''))
    client.on('error', (cause) => this.#lost(client, cause))
    client.on('end', () => this.#lost(client, undefined))
    await client.connect()
    await client.query(`LISTEN ${CHANNEL}`)
    this.#client = client
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#listeners.clear()
    await this.#client?.end()
  }

  async #send(): Promise<void> {
    this.#sending = true
    // One turn later, so that the hints of many commits leave together.
    await new Promise((resolve) => setImmediate(resolve))
    while (this.#outgoing.size > 0 && this.#client && !this.#closed) {
      const payloads = [...this.#outgoing]
      this.#outgoing.clear()
      await this.#client
        .query('SELECT pg_notify($1, payload) FROM unnest($2::text[]) AS payload', [CHANNEL, payloads])
        .catch(() => undefined)
    }
    this.#sending = false
  }

  #receive(payload: string): void {
    const [topic, key] = JSON.parse(payload) as [NotifyTopic, string]
    for (const listener of this.#listeners.get(topic) ?? []) listener(key)
  }

  #lost(client: pg.Client, cause: Error | undefined): void {
    if (this.#client !== client || this.#closed) return
    this.#client = undefined
    this.#onError(`the connection that listens for hints is lost: ${cause?.message ?? 'closed by the server'}`)
    this.#reconnectLater()
  }

  #reconnectLater(): void {
    setTimeout(() => {
      if (this.#closed) return
      this.connect().catch((cause: unknown) => {
        this.#onError(`listening for hints: ${String(cause)}`)
        this.#reconnectLater()
      })
    }, RECONNECT_MS).unref()
  }
}
