// The store with its writer in the same thread: for the command line, which changes one thing and ends, and for tests. Calls made in one
// turn of the event loop share a commit, as they do in the writer thread.

import type { Compilable, Kysely } from 'kysely'
import { err, type Result } from '../../../ground/result.ts'
import type { Store, StoreError } from '../../store.ts'
import { plainCopy } from '../arguments.ts'
import { BATCH_CALLS_MAX } from '../limits.ts'
import type { Procedure } from '../procedure.ts'
import type { Row, Sql, Statement } from '../statement.ts'
import { openWriter, type WriterOptions } from './connection.ts'
import { GroupCommit, type GroupCommitOptions } from './group-commit.ts'
import { SqliteReader } from './reader.ts'

interface Waiting {
  readonly procedure: string
  readonly args: unknown
  readonly answer: (result: Result<unknown, StoreError>) => void
}

export type InProcessOptions = WriterOptions & Omit<GroupCommitOptions, 'db'>

export function openInProcess(options: InProcessOptions): Store {
  const db = openWriter(options)
  const store = new InProcessStore(new GroupCommit({ ...options, db }), new SqliteReader(options.path), () => db.close())
  return store
}

class InProcessStore implements Store {
  readonly #commits: GroupCommit
  readonly #reader: SqliteReader
  readonly #closeWriter: () => void
  #waiting: Waiting[] = []
  #closed = false

  constructor(commits: GroupCommit, reader: SqliteReader, closeWriter: () => void) {
    this.#commits = commits
    this.#reader = reader
    this.#closeWriter = closeWriter
  }

  call<Args, R>(procedure: Procedure<Args, R>, args: Args): Promise<Result<R, StoreError>> {
    if (this.#closed) return Promise.resolve(err({ type: 'closed', detail: 'the store is closed' }))
    const copied = plainCopy(args).value
    return new Promise((resolve) => {
      if (this.#waiting.length === 0) setImmediate(() => this.#flush())
      this.#waiting.push({ procedure: procedure.name, args: copied, answer: resolve as Waiting['answer'] })
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

  async close(): Promise<void> {
    if (this.#closed) return
    this.#flush()
    this.#closed = true
    this.#reader.close()
    this.#closeWriter()
  }

  #flush(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (let start = 0; start < waiting.length; start += BATCH_CALLS_MAX) {
      const batch = waiting.slice(start, start + BATCH_CALLS_MAX)
      const answers = this.#commits.run(batch)
      for (const [index, call] of batch.entries()) {
        const answer = answers[index] as Result<unknown, StoreError>
        call.answer(answer.ok ? { ok: true, value: plainCopy(answer.value).value } : answer)
      }
    }
  }
}
