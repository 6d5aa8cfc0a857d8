// Prepared statements: typed by Kysely, compiled once per dialect, kept (building a query costs 17 µs, running a kept one 1 µs). SQLite's
// come compiled from the catalogue, so that the threads of a server do not even load Kysely.

import type { Compilable, CompiledQuery, Kysely } from 'kysely'
import { assert } from '../../ground/assert.ts'
import { inCatalogue, type ParameterSource } from './catalogue.ts'
import { builderOf, type Dialect } from './dialects.ts'
import { kysely, type Sql } from './kysely.ts'

export type { Sql } from './kysely.ts'

export type Row<R> = { readonly [K in keyof R]: R[K] }

/** Stands in a query where an argument will be. */
class Parameter {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

export interface Statement<Args, R> {
  readonly name: string
  /** For the engines: SQL of this dialect and, in order, where each of its parameters comes from. */
  compile(dialect: Dialect): CompiledStatement
  /** Types only. */
  readonly types?: { args: Args; row: R }
}

export interface CompiledStatement {
  readonly sql: string
  /** Values for the SQL's parameters out of named arguments. */
  bind(args: object): unknown[]
}

/** What a statement is made from; the tool that writes the catalogue reads these. */
export interface StatementSource {
  readonly name: string
  /** The builder's text. */
  text(): string
  /** Built now, by Kysely, whatever the catalogue says. */
  build(dialect: Dialect): BuiltStatement
}

export interface BuiltStatement {
  readonly sql: string
  readonly parameters: readonly ParameterSource[]
}

const sources: StatementSource[] = []

/** Of every statement in the modules that were loaded, in the order in which they were defined. */
export function definedStatements(): readonly StatementSource[] {
  return sources
}

/**
 * Statements over the tables `DB`: `const statement = statementsOf<QueueTables>()`. A builder is given `sql` and must not import it: its
 * file would load all of Kysely. What it builds depends on nothing but constants.
 */
export function statementsOf<DB>() {
  return <Args extends object>(name: string) =>
    <R>(build: (db: Kysely<DB>, args: Args, sql: Sql) => Compilable<R>): Statement<Args, R> => {
      const source: StatementSource = {
        name,
        text: () => build.toString(),
        build: (dialect) => {
          const db = builderOf(dialect) as unknown as Kysely<DB>
          return describe(build(db, placeholders<Args>(), kysely().sql).compile())
        },
      }
      sources.push(source)
      return { name, compile: (dialect) => compile(source, dialect) }
    }
}

function placeholders<Args extends object>(): Args {
  return new Proxy({}, { get: (_, name) => new Parameter(String(name)) }) as Args
}

function describe({ sql, parameters }: CompiledQuery): BuiltStatement {
  return { sql, parameters: parameters.map((value) => (value instanceof Parameter ? { arg: value.name } : { value })) }
}

function compile(source: StatementSource, dialect: Dialect): CompiledStatement {
  const kept = dialect === 'sqlite' ? inCatalogue(source.name, source.text) : undefined
  const { sql, parameters } = kept ?? source.build(dialect)
  return {
    sql,
    bind: (args) => parameters.map((from) => ('arg' in from ? argument(source.name, from.arg, args) : from.value)),
  }
}

function argument(statement: string, name: string, args: object): unknown {
  const value = (args as Record<string, unknown>)[name]
  assert(value !== undefined, `statement ${statement} wants argument "${name}" (null for nothing)`)
  // PostgreSQL's text holds no NUL, and SQLite's functions stop at one: on both engines it becomes the replacement character.
  return typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\u{fffd}') : value
}
