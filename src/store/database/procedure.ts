// Named procedures: the only way anything changes. A procedure is a generator over statements, so that one text of it runs on both
// engines: SQLite's writer thread answers each step at once, inside a savepoint; PostgreSQL awaits each step, inside a transaction.
// It can call another procedure's body with `yield*`, and both then commit together.

import { assert } from '../../ground/assert.ts'
import type { Row, Statement } from './statement.ts'

export type Step =
  | { readonly type: 'all'; readonly statement: Statement<never, unknown>; readonly args: object }
  | { readonly type: 'run'; readonly statement: Statement<never, unknown>; readonly args: object }
  | { readonly type: 'notify'; readonly topic: string; readonly key: string }

/** What a procedure's body is: steps out, rows in, a result at the end. */
export type Steps<Result> = Generator<Step, Result, unknown>

export interface Procedure<Args, Result> {
  readonly name: string
  readonly body: (args: Args) => Steps<Result>
}

/** Arguments and results cross a thread: plain values, arrays, Uint8Array; no functions, no class instances. */
export function procedure<Args, Result>(name: string, body: (args: Args) => Steps<Result>): Procedure<Args, Result> {
  return { name, body }
}

/** All rows. */
export function* all<Args extends object, R>(statement: Statement<Args, R>, args: Args): Steps<readonly Row<R>[]> {
  return (yield { type: 'all', statement: statement as Statement<never, unknown>, args }) as readonly Row<R>[]
}

/** The first row, or undefined. */
export function* first<Args extends object, R>(statement: Statement<Args, R>, args: Args): Steps<Row<R> | undefined> {
  const rows = (yield { type: 'all', statement: statement as Statement<never, unknown>, args }) as readonly Row<R>[]
  return rows[0]
}

/** Number of rows changed. */
export function* run<Args extends object>(statement: Statement<Args, unknown>, args: Args): Steps<number> {
  return (yield { type: 'run', statement: statement as Statement<never, unknown>, args }) as number
}

/** Publishes a hint on the notify port after the commit, and only then. Same hints of one commit are sent once. */
export function* notify(topic: string, key: string): Steps<void> {
  yield { type: 'notify', topic, key }
}

/** Procedures by name; two of one name are a bug. */
export function byName(procedures: readonly Procedure<never, unknown>[]): ReadonlyMap<string, Procedure<never, unknown>> {
  const map = new Map<string, Procedure<never, unknown>>()
  for (const procedure of procedures) {
    const known = map.get(procedure.name)
    assert(known === undefined || known === procedure, `two procedures are called "${procedure.name}"`)
    map.set(procedure.name, procedure)
  }
  return map
}
