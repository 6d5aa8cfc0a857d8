// What the tests of mailboxes share: a store with a person's mailboxes in it, and short ways to act on them.

import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { Clock } from '../../ground/ports/clock.ts'
import type { Log } from '../../ground/ports/log.ts'
import type { Result } from '../../ground/result.ts'
import { contentMigrations } from '../../store/content/content.tables.ts'
import { contentProcedures, encodeChunk, type NewContent } from '../../store/content/content.ts'
import type { Procedure } from '../../store/database/procedure.ts'
import type { TestEngine } from '../../store/database/testing.ts'
import type { Store, StoreError } from '../../store/store.ts'
import { mailboxMigrations } from './mailbox.tables.ts'
import {
  type AppendMessages,
  appendMessagesProcedure,
  createMailboxProcedure,
  depthOf,
  findMailbox,
  findMailboxByName,
  listMailboxes,
  type Mailbox,
  mailboxProcedures,
  type NewMailboxMessage,
} from './mailbox.ts'

export const SILENT: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, child: () => SILENT }

export const PERSON = { org: 1, personId: 'person' }

/** What a call answered, which must have been `ok`. */
export async function value<T>(answer: Promise<Result<T, unknown>>): Promise<T> {
  const result = await answer
  assert.ok(result.ok, result.ok ? '' : JSON.stringify(result.error))
  return result.value
}

/** What a procedure refused. */
export async function refusal<T, E>(answer: Promise<Result<Result<T, E>, StoreError> | Result<T, E>>): Promise<unknown> {
  const outer = await answer
  if (!outer.ok) return outer.error
  const inner = outer.value as Result<T, E>
  return inner.ok ? 'was not refused' : inner.error
}

/** A clock that stands still until it is moved. */
export class HandClock implements Clock {
  #now: number
  readonly #timers = new Set<{ readonly at: number; readonly callback: () => void }>()

  constructor(now = 1_000_000) {
    this.#now = now
  }
  now(): number {
    return this.#now
  }
  monotonic(): number {
    return this.#now
  }
  after(delayMs: number, callback: () => void): () => void {
    const timer = { at: this.#now + delayMs, callback }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }
  async sleep(): Promise<void> {}
  get timers(): number {
    return this.#timers.size
  }
  advance(ms: number): void {
    this.#now += ms
    for (const timer of [...this.#timers]) {
      if (timer.at > this.#now) continue
      this.#timers.delete(timer)
      timer.callback()
    }
  }
  /** A beat sets its next timer when its commit is done. */
  async armed(): Promise<void> {
    while (this.#timers.size === 0) await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

/** Hints go to whoever listens, in the thread of the test. */
export class TestNotify {
  readonly heard: string[] = []
  readonly #listeners = new Set<(key: string) => void>()

  publish(topic: string, key: string): void {
    this.heard.push(`${topic} ${key}`)
    if (topic === 'mailbox') for (const listener of this.#listeners) listener(key)
  }
  subscribe(_: string, listener: (key: string) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }
}

export class House {
  readonly store: Store
  readonly notify: TestNotify
  #count = 0

  constructor(store: Store, notify: TestNotify) {
    this.store = store
    this.notify = notify
  }

  id(): string {
    return `id${String(++this.#count).padStart(6, '0')}`
  }

  ids(count: number): string[] {
    return Array.from({ length: count }, () => this.id())
  }

  async create(name: string, now = 5_000): Promise<Mailbox> {
    const answer = await value(this.store.call(createMailboxProcedure, { ...PERSON, name, ids: this.ids(depthOf(name)), now }))
    assert.ok(answer.ok, answer.ok ? '' : `${name}: ${answer.error}`)
    return answer.value
  }

  content(text = 'Subject: x\r\n\r\nHello\r\n'): NewContent {
    const { encoding, bytes } = encodeChunk(Buffer.from(text))
    return { type: 'inline', id: `content-${this.id()}`, sizeBytes: Buffer.byteLength(text), encoding, head: bytes }
  }

  message(as: Partial<NewMailboxMessage> = {}): NewMailboxMessage {
    return { id: this.id(), content: this.content(), flags: 0, keywords: [], internalDateMs: 7, zoneMinutes: 0, ...as }
  }

  /** The uid of the first. */
  async append(
    mailbox: { readonly id: string },
    messages: readonly Partial<NewMailboxMessage>[],
    as: Partial<AppendMessages> = {},
  ): Promise<number> {
    const args = { org: 1, mailboxId: mailbox.id, messages: messages.map((one) => this.message(one)), now: 9, ...as }
    const answer = await value(this.store.call(appendMessagesProcedure, args))
    assert.ok(answer.ok, answer.ok ? '' : answer.error)
    return answer.value.firstUid
  }

  async fresh(mailbox: { readonly id: string }): Promise<Mailbox> {
    const found = await findMailbox(this.store, { org: 1, mailboxId: mailbox.id })
    assert.ok(found)
    return found
  }

  async named(name: string): Promise<Mailbox | undefined> {
    return await findMailboxByName(this.store, { ...PERSON, name })
  }

  async names(): Promise<string[]> {
    return (await listMailboxes(this.store, PERSON)).map(({ name, selectable }) => (selectable ? name : `(${name})`))
  }
}

export interface HouseOptions {
  readonly procedures?: readonly Procedure<never, never>[]
  readonly onBug?: (procedure: string, cause: unknown) => void
}

export async function openHouse(t: TestContext, open: TestEngine['open'], options: HouseOptions = {}): Promise<House> {
  const notify = new TestNotify()
  const store = await open({
    migrations: [...contentMigrations, ...mailboxMigrations],
    procedures: [...contentProcedures, ...mailboxProcedures, ...(options.procedures ?? [])] as never,
    notify,
    ...(options.onBug === undefined ? {} : { onBug: options.onBug }),
  })
  t.after(() => store.close())
  return new House(store, notify)
}
