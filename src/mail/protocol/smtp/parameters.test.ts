// [S26] [S27]: parameters and their values.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseOctets, parseParameters } from './parameters.ts'

const VALID: readonly [input: string, entries: [string, string | undefined][]][] = [
  ['', []],
  ['   ', []],
  [' SIZE=1', [['SIZE', '1']]],
  [
    ' size=1 Body=8BITMIME SMTPUTF8',
    [
      ['SIZE', '1'],
      ['BODY', '8BITMIME'],
      ['SMTPUTF8', undefined],
    ],
  ],
  ['  X-A=b+3D  ', [['X-A', 'b+3D']]],
  [' ORCPT=utf-8;ä@b', [['ORCPT', 'utf-8;ä@b']]],
]

test('[S26] however many spaces stand before it, a parameter is read', () => {
  const parameters = parseParameters(`${' '.repeat(1000)}X-A=1`)
  assert.ok(parameters.ok)
  assert.deepEqual([...parameters.value], [['X-A', '1']])
})

const INVALID = [
  ' ſIZE=1',
  'SIZE=1',
  ' =1',
  ' SIZE=',
  ' A=b=c',
  ' -A',
  ' A,B',
  ' A=1 a=2',
  ` ${Array.from({ length: 21 }, (_, i) => `A${i}`).join(' ')}`,
  ' <a@b>',
]

test('[S26] parameters', () => {
  for (const [input, entries] of VALID) {
    const parameters = parseParameters(input)
    assert.ok(parameters.ok, input)
    assert.deepEqual([...parameters.value], entries, input)
  }
  for (const input of INVALID) assert.equal(parseParameters(input).ok, false, input)
})

test('[trap 58] a parameter named like a property of objects is just a name', () => {
  const parameters = parseParameters(' CONSTRUCTOR=1 toString')
  assert.ok(parameters.ok)
  assert.deepEqual([...parameters.value.keys()], ['CONSTRUCTOR', 'TOSTRING'])
  assert.equal(parseParameters(' __proto__=1').ok, false)
})

test('[S27] numbers of octets', () => {
  assert.deepEqual(
    ['0', '12', '999999999999999', '9999999999999999', '1'.repeat(21), '-1', '1.5', '', ' 1', undefined].map((text) =>
      parseOctets(text),
    ),
    [0, 12, 999_999_999_999_999, Number.POSITIVE_INFINITY, undefined, undefined, undefined, undefined, undefined, undefined],
  )
})
