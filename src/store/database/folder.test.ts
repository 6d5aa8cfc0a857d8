// Folders are made with those above them, once, or the reason is told.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { makeFolder } from './folder.ts'

test('a folder is made with those above it, for its owner alone, and a second time nothing happens', (t) => {
  const base = mkdtempSync(join(tmpdir(), 'posthorn-folder-'))
  t.after(() => rmSync(base, { recursive: true }))
  const folder = join(base, 'a', 'b', 'c')
  makeFolder(folder)
  makeFolder(folder)
  assert.equal(statSync(folder).mode & 0o777, 0o700)
})

test('a file in the way is told', (t) => {
  const base = mkdtempSync(join(tmpdir(), 'posthorn-folder-'))
  t.after(() => rmSync(base, { recursive: true }))
  writeFileSync(join(base, 'file'), '')
  assert.throws(() => makeFolder(join(base, 'file')), { code: 'EEXIST' })
  assert.throws(() => makeFolder(join(base, 'file', 'below')), { code: /EEXIST|ENOTDIR/ })
})

test('a place where nothing can be made is told instead of tried for ever', { skip: process.platform !== 'linux' }, () => {
  assert.throws(() => makeFolder('/proc/nowhere/at/all'), { code: 'ENOENT' })
})
