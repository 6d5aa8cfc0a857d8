// The simulated disk is itself tried: what was acknowledged is there after a crash, what was not may be gone, and nothing is half there.

import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { test } from 'node:test'
import { addDomainProcedure, addOrganisationProcedure, listDomains } from '../../../src/store/directory/directory.ts'
import { organisationNames } from './questions.ts'
import { World } from './world.ts'

const PROCEDURE = addDomainProcedure.name

/** Which of three domains are there after a crash in the middle of the third's commit. */
async function crashInThird(seed: number, step: 'call' | 'committed' | 'answer'): Promise<string> {
  const world = await World.open(seed, { workers: 0 })
  try {
    const { machine } = world
    const add = (name: string) => machine.store.call(addDomainProcedure, { org: 1, name, at: 0 })
    await add('one.test')
    await add('two.test')
    machine.crashAt(step, PROCEDURE)
    void add('three.test')
    await world.clock.settle()
    assert.equal(machine.isUp, false)
    await machine.restart()
    const names = (await listDomains(machine.store, { org: 1 })).map(({ name }) => name)
    return names.filter((name) => name !== 'posthorn.test').join(' ')
  } finally {
    world.close()
  }
}

test('what was acknowledged survives, what was committed and not acknowledged survives or is gone', async () => {
  const outcomes = new Set<string>()
  for (let seed = 1; seed <= 30; seed++) outcomes.add(await crashInThird(seed, 'committed'))
  // Names in the order of the listing.
  assert.deepEqual([...outcomes].sort(), ['one.test three.test two.test', 'one.test two.test'])
})

test('what was not begun is not there; what was about to be told is', async () => {
  for (let seed = 1; seed <= 5; seed++) {
    assert.equal(await crashInThird(seed, 'call'), 'one.test two.test')
    assert.equal(await crashInThird(seed, 'answer'), 'one.test three.test two.test')
  }
})

test('a log that was begun anew is cut in the right place', async () => {
  const world = await World.open(1, { workers: 0 })
  try {
    const { machine } = world
    const add = (name: string) => machine.store.call(addOrganisationProcedure, { name, at: 0 })
    // More than a checkpoint's worth of pages, so that SQLite writes its log from the start again.
    let sizeBytes = 0
    let count = 0
    do {
      sizeBytes = statSync(`${machine.disk.path}-wal`).size
      for (let n = 0; n < 100; n++) await add(`${count++} ${'x'.repeat(30_000)}`)
    } while (statSync(`${machine.disk.path}-wal`).size > sizeBytes)
    machine.crashAt('committed', addOrganisationProcedure.name)
    void add('the last')
    await world.clock.settle()
    await machine.restart()
    const names = (await organisationNames(machine.store)).map((name) => name.split(' ')[0])
    assert.ok(count > 300)
    assert.deepEqual(
      names.filter((name) => name !== 'the').slice(1),
      Array.from({ length: count }, (_, n) => String(n)),
    )
  } finally {
    world.close()
  }
})
