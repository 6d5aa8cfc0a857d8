// The lock files are complete, name no host, and fit what package.json asks for.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { type Lock, missingEntries } from '../../tools/lock.ts'

const ROOT = join(import.meta.dirname, '..', '..')

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as T
}

for (const folder of ['', 'runtime/']) {
  test(`${folder}package-lock.json has an entry for every binary of every platform`, () => {
    assert.deepEqual(
      [...missingEntries(readJson<Lock>(`${folder}package-lock.json`)).keys()],
      [],
      'run: node tools/bootstrap.cjs tool tools/lock.ts --write',
    )
  })

  test(`${folder}package-lock.json leaves the registry to whoever installs`, () => {
    assert.doesNotMatch(readFileSync(join(ROOT, `${folder}package-lock.json`), 'utf8'), /"resolved"/)
  })

  test(`${folder}package-lock.json fits package.json`, () => {
    type Needs = Readonly<
      Record<'dependencies' | 'devDependencies' | 'optionalDependencies', Readonly<Record<string, string>> | undefined>
    >
    const wanted = readJson<Needs>(`${folder}package.json`)
    const locked = readJson<{ packages: { '': Needs } }>(`${folder}package-lock.json`).packages['']
    for (const kind of ['dependencies', 'devDependencies', 'optionalDependencies'] as const)
      assert.deepEqual(locked[kind], wanted[kind])
  })
}

test('a binary that npm left out gets an entry with the platform its name tells', () => {
  const missing = missingEntries({
    packages: {
      'node_modules/tool': { dev: true, optionalDependencies: { '@tool/binding-linux-x64-musl': '1.2.3', ranged: '^1.0.0' } },
    },
  })
  assert.deepEqual(
    [...missing],
    [
      [
        'node_modules/@tool/binding-linux-x64-musl',
        { version: '1.2.3', os: ['linux'], cpu: ['x64'], libc: ['musl'], dev: true, optional: true },
      ],
    ],
  )
})

test('the runtime is one exact version for every platform', () => {
  const { optionalDependencies } = readJson<{ optionalDependencies: Record<string, string> }>('runtime/package.json')
  const versions = new Set(Object.values(optionalDependencies))
  assert.equal(versions.size, 1)
  assert.match([...versions][0] ?? '', /^26\.\d+\.\d+$/)
})
