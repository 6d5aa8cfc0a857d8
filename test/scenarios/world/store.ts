// The store of a simulated machine: the program's own group commit and reader over real SQLite, with the instants at which it can die.
// What production does with a writer thread and channels happens in one thread here; the order and the meaning are the same.

import type { DatabaseSync } from 'node:sqlite'
import { err, type Result } from '../../../src/ground/result.ts'
import { PROCEDURES } from '../../../src/main/schema.ts'
import { type Life, never } from '../../../src/platform/simulated/simulated.ts'
import { plainCopy } from '../../../src/store/database/arguments.ts'
import { BATCH_CALLS_MAX } from '../../../src/store/database/limits.ts'
import { openWriter } from '../../../src/store/database/sqlite/connection.ts'
import { GroupCommit } from '../../../src/store/database/sqlite/group-commit.ts'
import { SqliteReader } from '../../../src/store/database/sqlite/reader.ts'
import type { Store, StoreError } from '../../../src/store/store.ts'

interface Waiting {
  readonly procedure: string
  readonly args: unknown
  readonly answer: (result: Result<unknown, StoreError>) => void
}

/** `call`: asked, not begun. `committed`: in the file, nobody knows. `answer`: one of those who asked is about to be told. */
export type StoreInstant = 'call' | 'committed' | 'answer'

export interface MachineStoreOptions {
  readonly path: string
  readonly life: Life
  readonly limitBytes: number
  readonly publish: (topic: string, key: string) => void
  readonly onBug: (procedure: string, cause: unknown) => void
  /** The machine may die in it. */
  readonly instant: (instant: StoreInstant, procedures: readonly string[]) => void
  /** The commit is safe, and those who asked are told of it from here on. */
  readonly acknowledge: () => void
}

export class MachineStore {
  readonly #options: MachineStoreOptions
  readonly #db: DatabaseSync
  readonly #commits: GroupCommit
  readonly #reader: SqliteReader
  readonly #pageBytes: number
  #waiting: Waiting[] = []
  /** Calls that were not answered yet. */
  pending = 0

  constructor(options: MachineStoreOptions) {
    this.#options = options
    this.#db = openWriter({ path: options.path, sync: 'none' })
    this.#commits = new GroupCommit({ ...options, db: this.#db, procedures: PROCEDURES })
    this.#reader = new SqliteReader(options.path)
    this.#pageBytes = Number((this.#db.prepare('PRAGMA page_size').get() as { page_size: number }).page_size)
    if (options.limitBytes > 0) this.limit(options.limitBytes)
  }

  get sizeBytes(): number {
    const { pages } = this.#db.prepare('SELECT page_count AS pages FROM pragma_page_count').get() as { pages: number }
    return Number(pages) * this.#pageBytes
  }

  /** The disk gets smaller, or larger again. */
  limit(bytes: number): void {
    this.#db.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(bytes / this.#pageBytes))}`)
  }

  /** The store as one actor has it. */
  for(life: Life): Store {
    const reader = this.#reader
    const alive = async <T>(read: () => T): Promise<T> => (life.alive ? read() : never())
    return {
      call: (procedure, args) => this.#call(life, procedure.name, args) as never,
      all: (statement, args) => alive(() => reader.all(statement, args)),
      first: (statement, args) => alive(() => reader.all(statement, args)[0]),
      query: (build) => alive(() => reader.query(build)),
      close: async () => {},
    }
  }

  close(): void {
    this.#reader.close()
    if (this.#db.isOpen) this.#db.close()
  }

  #call(life: Life, procedure: string, args: unknown): Promise<Result<unknown, StoreError>> {
    if (!life.alive) return never()
    this.#options.instant('call', [procedure])
    if (!life.alive) return never()
    const copied = plainCopy(args).value
    this.pending++
    return new Promise((resolve) => {
      if (this.#waiting.length === 0) setImmediate(() => this.#flush())
      this.#waiting.push({ procedure, args: copied, answer: (result) => this.#answer(life, procedure, result, resolve) })
    })
  }

  #answer(
    life: Life,
    procedure: string,
    result: Result<unknown, StoreError>,
    resolve: (result: Result<unknown, StoreError>) => void,
  ): void {
    if (life.alive) this.#options.instant('answer', [procedure])
    if (life.alive) resolve(result)
  }

  #flush(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (let start = 0; start < waiting.length && this.#options.life.alive; start += BATCH_CALLS_MAX)
      this.#commit(waiting.slice(start, start + BATCH_CALLS_MAX))
    this.pending -= waiting.length
  }

  #commit(batch: readonly Waiting[]): void {
    const answers = this.#commits.run(batch)
    this.#options.instant(
      'committed',
      batch.map(({ procedure }) => procedure),
    )
    if (!this.#options.life.alive) return
    this.#options.acknowledge()
    for (const [index, call] of batch.entries()) {
      const answer = answers[index] ?? err({ type: 'failed', detail: 'no answer' } as const)
      call.answer(answer.ok ? { ok: true, value: plainCopy(answer.value).value } : answer)
    }
  }
}
