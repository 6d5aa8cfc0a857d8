// The Store of a thread that does not write: calls go to the writer through a port, reads to this thread's own connection.

import type { Compilable, Kysely } from 'kysely'
import { err, type Result } from '../../../ground/result.ts'
import type { Store, StoreError, StoreRoom } from '../../store.ts'
import { plainCopy } from '../arguments.ts'
import { BATCH_CALLS_MAX, BYTES_IN_FLIGHT_MAX, CALLS_IN_FLIGHT_MAX } from '../limits.ts'
import type { Procedure } from '../procedure.ts'
import type { Row, Sql, Statement } from '../statement.ts'
import type { AnswerMessage, PostedCall, StorePort } from './protocol.ts'
import { SqliteReader } from './reader.ts'

interface Pending {
  readonly sizeBytes: number
  readonly answer: (result: Result<unknown, StoreError>) => void
}

const GONE: StoreError = { type: 'closed', detail: 'the writer is gone' }

export interface ConnectedStore extends Store {
  room(): StoreRoom
}

/** `port`: the other end of the one given to `Writer.attach`. `path`: the same file as the writer's. */
export function connectStore(options: { readonly port: StorePort; readonly path: string }): ConnectedStore {
  return new PortStore(options.port, new SqliteReader(options.path))
}

class PortStore implements ConnectedStore {
  readonly #port: StorePort
  readonly #reader: SqliteReader
  readonly #pending = new Map<number, Pending>()
  #pendingBytes = 0
  #nextId = 1
  /** Calls of this turn of the event loop; they leave in one message. */
  #outgoing: PostedCall[] = []
  #transfer: ArrayBuffer[] = []
  #closed = false
  #whenIdle: (() => void) | undefined
  #closing: Promise<void> | undefined

  constructor(port: StorePort, reader: SqliteReader) {
    this.#port = port
    this.#reader = reader
    port.on('message', (message: AnswerMessage) => this.#receive(message))
    port.on('close', () => this.#gone())
  }

  call<Args, R>(procedure: Procedure<Args, R>, args: Args): Promise<Result<R, StoreError>> {
    if (this.#closed) return Promise.resolve(err(GONE))
    if (this.#pending.size >= CALLS_IN_FLIGHT_MAX || this.#pendingBytes >= BYTES_IN_FLIGHT_MAX)
      return Promise.resolve(err(this.#tooMany()))
    const { value, sizeBytes } = plainCopy(args, this.#transfer)
    const id = this.#nextId++
    return new Promise((resolve) => {
      this.#pending.set(id, { sizeBytes, answer: resolve as Pending['answer'] })
      this.#pendingBytes += sizeBytes
      if (this.#outgoing.length === 0) setImmediate(() => this.#flush())
      this.#outgoing.push({ id, procedure: procedure.name, args: value, sizeBytes })
      if (this.#outgoing.length >= BATCH_CALLS_MAX) this.#flush()
    })
  }

  async all<Args extends object, R>(statement: Statement<Args, R>, args: Args): Promise<readonly Row<R>[]> {
    return this.#reader.all(statement, args)
  }

  async first<Args extends object, R>(statement: Statement<Args, R>, args: Args): Promise<Row<R> | undefined> {
    return this.#reader.all(statement, args)[0]
  }

  async query<DB, R>(build: (db: Kysely<DB>, sql: Sql) => Compilable<R>): Promise<readonly R[]> {
    return this.#reader.query(build)
  }

  room(): StoreRoom {
    return this.#reader.room()
  }

  close(): Promise<void> {
    this.#closing ??= this.#finish()
    return this.#closing
  }

  async #finish(): Promise<void> {
    this.#flush()
    this.#closed = true
    if (this.#pending.size > 0) await new Promise<void>((resolve) => (this.#whenIdle = resolve))
    this.#port.close()
    this.#reader.close()
  }

  #flush(): void {
    if (this.#outgoing.length === 0) return
    const calls = this.#outgoing
    const transfer = this.#transfer
    this.#outgoing = []
    this.#transfer = []
    this.#port.postMessage(calls, transfer)
  }

  #receive(message: AnswerMessage): void {
    for (const answer of message) {
      const pending = this.#pending.get(answer.id)
      if (!pending) continue
      this.#pending.delete(answer.id)
      this.#pendingBytes -= pending.sizeBytes
      pending.answer(answer.ok ? { ok: true, value: answer.value } : { ok: false, error: answer.error })
    }
    if (this.#pending.size === 0) this.#whenIdle?.()
  }

  /** The writer ended. Whether a call under way was committed is not known; its caller says "try again", which at worst doubles it. */
  #gone(): void {
    this.#closed = true
    const pending = [...this.#pending.values()]
    this.#pending.clear()
    this.#pendingBytes = 0
    for (const { answer } of pending) answer(err(GONE))
    this.#whenIdle?.()
    this.#reader.close()
  }

  #tooMany(): StoreError {
    return { type: 'busy', detail: `${this.#pending.size} calls with ${this.#pendingBytes} bytes wait for the disk` }
  }
}
