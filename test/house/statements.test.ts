// The catalogue of compiled statements is what the code says, and what is not in it is built.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { CATALOGUE_FILE, type Catalogue, hashOf, inCatalogue } from '../../src/store/database/catalogue.ts'
import { definedStatements, statementsOf } from '../../src/store/database/statement.ts'
import { catalogueOf, compiledCatalogue } from '../../tools/statements.ts'

const text = readFileSync(CATALOGUE_FILE, 'utf8')

test('the committed catalogue is the one that follows from the code', async () => {
  assert.ok(text === (await compiledCatalogue()), 'it is not: run `node tools/bootstrap.cjs tool tools/statements.ts --write`')
})

test('every entry is found by the statement it was made from, and by no changed one', () => {
  for (const { name, text: builder } of definedStatements()) {
    assert.equal(inCatalogue(name, builder)?.sql, (JSON.parse(text) as Catalogue)[name]?.sql)
    assert.equal(
      inCatalogue(name, () => `${builder()} // changed`),
      undefined,
    )
  }
})

test('a statement that is not in the catalogue is built; its arguments and values go where they belong', () => {
  const one = statementsOf<{ t: { a: number; b: string; c: string } }>()<{ a: number; b: string }>('test.one')((db, a, sql) =>
    db.updateTable('t').set({ b: a.b, c: 'kept' }).where('a', '=', a.a).where(sql<string>`lower(b)`, '=', a.b),
  )
  const { sql, bind } = one.compile('sqlite')
  assert.equal(sql, 'update "t" set "b" = ?, "c" = ? where "a" = ? and lower(b) = ?')
  assert.deepEqual(bind({ b: 'x', a: 1 }), ['x', 'kept', 1, 'x'])
  assert.equal(one.compile('postgres').sql, 'update "t" set "b" = $1, "c" = $2 where "a" = $3 and lower(b) = $4')
})

test('white space does not change a hash, everything else does', () => {
  assert.equal(hashOf('(db, a) => db'), hashOf('(db,a)=>\n  db'))
  assert.notEqual(hashOf('(db, a) => db'), hashOf('(db, b) => db'))
})

test('two statements of one name are refused', () => {
  const source = { name: 'test.two', text: () => '', build: () => ({ sql: '', parameters: [] }) }
  assert.throws(() => catalogueOf([source, source]), /two statements are called "test.two"/)
})
