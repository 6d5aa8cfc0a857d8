// The Store on PostgreSQL: each call one serializable transaction, repeated when the engine asks for it. Serializable because procedures
// are written as if they ran alone, which is what SQLite's single writer gives them.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Compilable, Kysely } from 'kysely'
import type pg from 'pg'
import { assert, unreachable } from '../../../ground/assert.ts'
import { err, ok, type Result } from '../../../ground/result.ts'
import type { Store, StoreError } from '../../store.ts'
import { plainCopy } from '../arguments.ts'
import { builderOf } from '../dialects.ts'
import { isPostgresBug, isPostgresRetry, postgresFault, StoreFault } from '../fault.ts'
import { kysely } from '../kysely.ts'
import { SERIALIZATION_TRIES_MAX, STEPS_PER_CALL_MAX } from '../limits.ts'
import { byName, type Procedure, type Step } from '../procedure.ts'
import type { Row, Sql, Statement } from '../statement.ts'
import { CompiledStatements, openPool, type PostgresOptions } from './connection.ts'

export interface PostgresStoreOptions extends PostgresOptions {
  readonly procedures: readonly Procedure<never, unknown>[]
  readonly publish: (topic: string, key: string) => void
  readonly onBug: (procedure: string, cause: unknown) => void
}

export function openPostgres(options: PostgresStoreOptions): Store {
  return new PostgresStore(options)
}

interface Done {
  readonly value: unknown
  readonly hints: readonly { readonly topic: string; readonly key: string }[]
}

class PostgresStore implements Store {
  readonly #pool: pg.Pool
  readonly #options: PostgresStoreOptions
  readonly #procedures: ReadonlyMap<string, Procedure<never, unknown>>
  readonly #statements = new CompiledStatements()
  readonly #running = new Set<Promise<unknown>>()
  #closing: Promise<void> | undefined
  /** Spreads the next tries of transactions that met, so that they do not meet again. */
  #meetings = 0

  constructor(options: PostgresStoreOptions) {
    this.#options = options
    this.#procedures = byName(options.procedures)
    this.#pool = openPool(options)
  }

  async call<Args, R>(procedure: Procedure<Args, R>, args: Args): Promise<Result<R, StoreError>> {
    if (this.#closing !== undefined) return err({ type: 'closed', detail: 'the store is closed' })
    const running = this.#callRetrying(procedure.name, plainCopy(args).value)
    this.#running.add(running)
    try {
      return (await running) as Result<R, StoreError>
    } finally {
      this.#running.delete(running)
    }
  }

  async all<Args extends object, R>(statement: Statement<Args, R>, args: Args): Promise<readonly Row<R>[]> {
    const query = this.#statements.query(statement as Statement<never, unknown>, args)
    return (await this.#read(() => this.#pool.query(query))).rows as readonly Row<R>[]
  }

  async first<Args extends object, R>(statement: Statement<Args, R>, args: Args): Promise<Row<R> | undefined> {
    return (await this.all(statement, args))[0]
  }

  async query<DB, R>(build: (db: Kysely<DB>, sql: Sql) => Compilable<R>): Promise<readonly R[]> {
    const { sql, parameters } = build(builderOf('postgres') as unknown as Kysely<DB>, kysely().sql).compile()
    return (await this.#read(() => this.#pool.query({ text: sql, values: [...parameters] }))).rows as readonly R[]
  }

  close(): Promise<void> {
    this.#closing ??= this.#finish()
    return this.#closing
  }

  async #finish(): Promise<void> {
    await Promise.allSettled(this.#running)
    await this.#pool.end()
  }

  async #read<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closing !== undefined) throw new StoreFault({ type: 'closed', detail: 'the store is closed' })
    try {
      return await work()
    } catch (cause) {
      throw new StoreFault(postgresFault(cause), { cause })
    }
  }

  async #callRetrying(name: string, args: unknown): Promise<Result<unknown, StoreError>> {
    for (let attempt = 1; ; attempt++) {
      try {
        const { value, hints } = await this.#callOnce(name, args)
        for (const { topic, key } of hints) this.#options.publish(topic, key)
        return ok(value)
      } catch (cause) {
        if (isPostgresRetry(cause) && attempt < SERIALIZATION_TRIES_MAX) {
          await sleep((this.#meetings++ % 8) * attempt)
          continue
        }
        if (isPostgresBug(cause)) this.#options.onBug(name, cause)
        return err(postgresFault(cause))
      }
    }
  }

  async #callOnce(name: string, args: unknown): Promise<Done> {
    const client = await this.#pool.connect()
    let broken = false
    try {
      await client.query('BEGIN ISOLATION LEVEL SERIALIZABLE')
      const done = await this.#runSteps(client, name, args)
      await client.query('COMMIT')
      return done
    } catch (cause) {
      broken = !(await rolledBack(client))
      throw cause
    } finally {
      client.release(broken)
    }
  }

  async #runSteps(client: pg.PoolClient, name: string, args: unknown): Promise<Done> {
    const procedure = this.#procedures.get(name)
    assert(procedure, `no procedure "${name}" is registered with the store`)
    const hints = new Map<string, { topic: string; key: string }>()
    const steps = procedure.body(args as never)
    let next = steps.next()
    for (let count = 0; !next.done; count++) {
      assert(count < STEPS_PER_CALL_MAX, `procedure ${name} takes more than ${STEPS_PER_CALL_MAX} steps`)
      const step: Step = next.value
      if (step.type === 'notify') hints.set(`${step.topic}\0${step.key}`, { topic: step.topic, key: step.key })
      next = steps.next(step.type === 'notify' ? undefined : await this.#perform(client, step))
    }
    return { value: plainCopy(next.value).value, hints: [...hints.values()] }
  }

  async #perform(client: pg.PoolClient, step: Exclude<Step, { type: 'notify' }>): Promise<unknown> {
    const result = await client.query(this.#statements.query(step.statement, step.args))
    if (step.type === 'all') return result.rows
    if (step.type === 'run') return result.rowCount ?? 0
    return unreachable(step)
  }
}

/** False when the connection cannot be used again. */
async function rolledBack(client: pg.PoolClient): Promise<boolean> {
  try {
    await client.query('ROLLBACK')
    return true
  } catch {
    return false
  }
}
