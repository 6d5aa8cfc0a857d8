// A small table and the procedures on it that the contract is tried with; also loaded by the threads and processes the tests start.

import type { Generated } from 'kysely'
import type { Migration } from '../migration.ts'
import { all, first, notify, procedure, run, type Steps } from '../procedure.ts'
import { statementsOf } from '../statement.ts'

export interface ContractTables {
  item: { id: Generated<number>; name: string; number: number; note: string | null; bytes: Uint8Array }
}

export const contractMigrations: readonly Migration[] = [
  {
    name: 'contract/0001-first',
    async up(db, types, sql) {
      await db.schema
        .createTable('item')
        .addColumn('id', sql.raw(types.serial), (c) => c.primaryKey().notNull())
        .addColumn('name', 'text', (c) => c.notNull().unique())
        .addColumn('number', sql.raw(types.integer), (c) => c.notNull())
        .addColumn('note', 'text')
        .addColumn('bytes', sql.raw(types.bytes), (c) => c.notNull())
        .execute()
    },
  },
]

export interface Item {
  readonly name: string
  readonly number: number
  readonly note: string | null
  readonly bytes: Uint8Array
}

const statement = statementsOf<ContractTables>()

const insert = statement<Item>('contract.insert')((db, a) =>
  db.insertInto('item').values({ name: a.name, number: a.number, note: a.note, bytes: a.bytes }),
)
export const byName = statement<{ name: string }>('contract.byName')((db, a) =>
  db.selectFrom('item').selectAll().where('name', '=', a.name),
)
export const names = statement<Record<never, never>>('contract.names')((db) => db.selectFrom('item').select('name').orderBy('id'))
export const sums = statement<Record<never, never>>('contract.sums')((db) =>
  db
    .selectFrom('item')
    .select((e) => [e.fn.countAll<number>().as('count'), e.fn.sum<number>('number').as('sum'), e.fn.max('number').as('max')]),
)
const add = statement<{ name: string; by: number }>('contract.add')((db, a) =>
  db
    .updateTable('item')
    .set((e) => ({ number: e('number', '+', a.by) }))
    .where('name', '=', a.name),
)
const largest = statement<Record<never, never>>('contract.largest')((db) =>
  db.selectFrom('item').select('number').orderBy('number', 'desc').limit(1),
)

export function* putItem(item: Item): Steps<string> {
  yield* run(insert, item)
  return item.name
}

export const put = procedure('contract.put', putItem)
export const putTwo = procedure('contract.putTwo', function* (args: { readonly first: Item; readonly second: Item }): Steps<
  readonly string[]
> {
  return [yield* putItem(args.first), yield* putItem(args.second)]
})
export const putAndThrow = procedure('contract.putAndThrow', function* (item: Item): Steps<void> {
  yield* run(insert, item)
  yield* notify('queue', item.name)
  throw new Error('thrown on purpose')
})
export const putAndTell = procedure(
  'contract.putAndTell',
  function* (args: { readonly item: Item; readonly keys: readonly string[] }): Steps<void> {
    for (const key of args.keys) yield* notify('queue', key)
    yield* run(insert, args.item)
  },
)
export const addTo = procedure('contract.addTo', function* (args: { readonly name: string; readonly by: number }): Steps<number> {
  return yield* run(add, args)
})
/** Reads, then writes what follows from it: wrong unless procedures run as if alone. */
export const putNext = procedure('contract.putNext', function* (args: { readonly name: string }): Steps<number> {
  const last = yield* first(largest, {})
  const number = (last?.number ?? 0) + 1
  yield* run(insert, { name: args.name, number, note: null, bytes: new Uint8Array(0) })
  return number
})
export const echo = procedure('contract.echo', function* (args: { readonly value: unknown }): Steps<unknown> {
  yield* all(names, {})
  return args.value
})
export const readBack = procedure('contract.readBack', function* (args: { readonly name: string }) {
  return (yield* all(byName, args))[0]
})

export const contractProcedures = [put, putTwo, putAndThrow, putAndTell, addTo, putNext, echo, readBack]

export function item(name: string, overrides: Partial<Item> = {}): Item {
  return { name, number: 1, note: null, bytes: new Uint8Array([1, 2, 3]), ...overrides }
}
