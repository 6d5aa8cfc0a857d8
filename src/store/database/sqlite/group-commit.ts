// Group commit: many calls, one transaction, one fsync; all are answered after the commit, and only if it succeeded. When a call throws,
// the batch is taken back and run again with a savepoint for each call, so that it takes only itself back: savepoints cost a sixth of the
// writer's time, and hardly ever is one needed.

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { assert, unreachable } from '../../../ground/assert.ts'
import { err, ok, type Result } from '../../../ground/result.ts'
import type { StoreError } from '../../store.ts'
import { isSqliteBug, sqliteFault } from '../fault.ts'
import { STEPS_PER_CALL_MAX } from '../limits.ts'
import { byName, type Procedure, type Step } from '../procedure.ts'
import { KeptStatements } from './connection.ts'

export interface Call {
  readonly procedure: string
  readonly args: unknown
}

export type Answer = Result<unknown, StoreError>

export interface GroupCommitOptions {
  readonly db: DatabaseSync
  readonly procedures: readonly Procedure<never, unknown>[]
  readonly publish: (topic: string, key: string) => void
  /** A procedure threw, or a statement of it was refused: the caller was told `failed`, the operator must know why. */
  readonly onBug: (procedure: string, cause: unknown) => void
}

export class GroupCommit {
  readonly #db: DatabaseSync
  readonly #statements: KeptStatements
  readonly #procedures: ReadonlyMap<string, Procedure<never, unknown>>
  readonly #publish: GroupCommitOptions['publish']
  readonly #onBug: GroupCommitOptions['onBug']
  readonly #begin: StatementSync
  readonly #commit: StatementSync
  readonly #rollback: StatementSync
  readonly #save: StatementSync
  readonly #release: StatementSync
  readonly #undo: StatementSync
  /** Hints of this commit, by topic. */
  readonly #hints = new Map<string, Set<string>>()
  /** Hints of the call that runs; they join those of the commit when it succeeds. */
  #callHints: { readonly topic: string; readonly key: string }[] = []

  constructor(options: GroupCommitOptions) {
    this.#db = options.db
    this.#statements = new KeptStatements(options.db)
    this.#procedures = byName(options.procedures)
    this.#publish = options.publish
    this.#onBug = options.onBug
    this.#begin = options.db.prepare('BEGIN IMMEDIATE')
    this.#commit = options.db.prepare('COMMIT')
    this.#rollback = options.db.prepare('ROLLBACK')
    this.#save = options.db.prepare('SAVEPOINT one_call')
    this.#release = options.db.prepare('RELEASE one_call')
    this.#undo = options.db.prepare('ROLLBACK TO one_call')
  }

  /** Answers in the order of the calls. Never throws for what a call did. */
  run(calls: readonly Call[]): Answer[] {
    return this.#together(calls) ?? this.#apart(calls)
  }

  /** Undefined: one of them threw, and nothing is written. */
  #together(calls: readonly Call[]): Answer[] | undefined {
    this.#hints.clear()
    try {
      this.#begin.run()
    } catch (cause) {
      return everybody(calls, sqliteFault(cause))
    }
    let answers: Answer[]
    try {
      answers = calls.map((call) => ok(this.#runSteps(call)))
    } catch {
      if (this.#db.isTransaction) this.#rollback.run()
      return undefined
    }
    return this.#finish(calls, answers)
  }

  #apart(calls: readonly Call[]): Answer[] {
    this.#hints.clear()
    try {
      this.#begin.run()
    } catch (cause) {
      return everybody(calls, sqliteFault(cause))
    }
    const answers: Answer[] = []
    for (const call of calls) {
      answers.push(this.#runInSavepoint(call))
      // A full disk or a read error can make SQLite take back the whole transaction: then nothing of this batch is written.
      if (!this.#db.isTransaction) return everybody(calls, errorOf(answers.at(-1)))
    }
    return this.#finish(calls, answers)
  }

  #finish(calls: readonly Call[], answers: Answer[]): Answer[] {
    try {
      this.#commit.run()
    } catch (cause) {
      if (this.#db.isTransaction) this.#rollback.run()
      return everybody(calls, sqliteFault(cause))
    }
    for (const [topic, keys] of this.#hints) for (const key of keys) this.#publish(topic, key)
    return answers
  }

  #runInSavepoint(call: Call): Answer {
    try {
      this.#save.run()
      const value = this.#runSteps(call)
      this.#release.run()
      return ok(value)
    } catch (cause) {
      if (this.#db.isTransaction) {
        this.#undo.run()
        this.#release.run()
      }
      return this.#failed(call, cause)
    }
  }

  #failed(call: Call, cause: unknown): Answer {
    if (isSqliteBug(cause)) this.#onBug(call.procedure, cause)
    return err(sqliteFault(cause))
  }

  #runSteps(call: Call): unknown {
    const procedure = this.#procedures.get(call.procedure)
    assert(procedure, `no procedure "${call.procedure}" is registered with the writer`)
    this.#callHints = []
    const steps = procedure.body(call.args as never)
    let next = steps.next()
    for (let count = 0; !next.done; count++) {
      assert(count < STEPS_PER_CALL_MAX, `procedure ${call.procedure} takes more than ${STEPS_PER_CALL_MAX} steps`)
      next = steps.next(this.#perform(next.value))
    }
    for (const hint of this.#callHints) this.#keepHint(hint.topic, hint.key)
    return next.value
  }

  #perform(step: Step): unknown {
    if (step.type === 'all') return this.#statements.all(step.statement, step.args)
    if (step.type === 'run') return this.#statements.run(step.statement, step.args)
    if (step.type === 'notify') return this.#callHints.push(step)
    return unreachable(step)
  }

  #keepHint(topic: string, key: string): void {
    const keys = this.#hints.get(topic)
    if (keys) keys.add(key)
    else this.#hints.set(topic, new Set([key]))
  }
}

function everybody(calls: readonly Call[], error: StoreError): Answer[] {
  return calls.map(() => err(error))
}

function errorOf(answer: Answer | undefined): StoreError {
  return answer && !answer.ok ? answer.error : { type: 'failed', detail: 'the transaction was taken back' }
}
