// What docs/operators.md and the examples promise: the backup made while the server runs, its restoring, and settings that can be read.

import assert from 'node:assert/strict'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { readSettings, Settings, standardSettings } from '../../src/config/config.ts'
import { posthorn, removeFolder, startProgram, temporaryFolder } from '../program/program.ts'

const doc = (name: string): string => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8')

test('a copy made by VACUUM INTO while the server runs is a store that starts, with all its mail', async (t) => {
  assert.match(doc('docs/operators.md'), /sqlite3 DATA\/posthorn\.db "VACUUM INTO '/)
  const first = await startProgram()
  const copy = temporaryFolder()
  t.after(() => [first.folder, copy].forEach(removeFolder))
  const send = (folder: string, subject: string) => {
    const words = ['send', '--data', folder, '--from', 'alice@posthorn.test', '--to', 'bob@posthorn.test', '--subject', subject]
    return posthorn(words, 'Hello\n')
  }
  assert.equal((await send(first.folder, 'before the backup')).code, 0)
  const db = new DatabaseSync(join(first.folder, 'posthorn.db'), { readOnly: true })
  mkdirSync(join(copy, 'data'))
  db.exec(`VACUUM INTO '${join(copy, 'data', 'posthorn.db')}'`)
  db.close()
  assert.equal((await send(first.folder, 'after the backup')).code, 0)
  await first.stop()
  const held = await posthorn(['queue', 'hold', '--all', '--data', join(copy, 'data')])
  assert.equal(held.code, 0, held.err)
  const second = await startProgram({ folder: join(copy, 'data') })
  const traced = await posthorn(['trace', 'bob@posthorn.test', '--data', second.folder])
  assert.match(traced.out, /before the backup/)
  assert.doesNotMatch(traced.out, /after the backup/)
  assert.equal((await send(second.folder, 'after restoring')).code, 0)
  await second.stop()
})

test('the example names every section, and what it sets is the standard except where it has to be the reader’s own', () => {
  const text = doc('docs/examples/posthorn.toml')
  const read = readSettings(text)
  assert.ok(read.ok, JSON.stringify(read))
  for (const section of Object.keys(Settings.shape))
    assert.match(text, new RegExp(`^(\\[${section}\\]|${section} = )`, 'm'), section)
  const own = { hostname: undefined, process: undefined, tls: undefined, store: undefined }
  assert.deepEqual({ ...read.value, ...own }, { ...standardSettings(), ...own })
  assert.equal(read.value.store.folder, '/var/lib/posthorn')
})

test('what the example has commented out can be read too', () => {
  const text = doc('docs/examples/posthorn.toml')
  const open = text.replace(/^# (?=endpoints| {2}\{|\]|"|\[route\.|host|port|tls|username|password)/gm, '')
  const read = readSettings(open)
  assert.ok(read.ok, JSON.stringify(read))
  assert.equal(read.value.listen.endpoints?.length, 5)
  assert.equal(read.value.route.routes.size, 2)
  assert.equal(read.value.route.smartHost?.host, 'relay.example.net')
})

test('every piece of settings in the README and the pages can be read', () => {
  for (const page of ['README.md', 'docs/operators.md']) {
    for (const [, text = ''] of doc(page).matchAll(/```toml\n([\s\S]*?)```/g)) assert.ok(readSettings(text).ok, text)
  }
})
