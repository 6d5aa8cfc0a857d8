// docs/settings.md is what the settings say, and every setting in src is among them.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { readSettings, Settings, standardSettings } from '../../src/config/config.ts'
import { allSettings, settingsPage } from '../../tools/settings.ts'

test('docs/settings.md is what the settings make', () => {
  const page = readFileSync(new URL('../../docs/settings.md', import.meta.url), 'utf8')
  assert.equal(page, settingsPage(), 'run: node tools/bootstrap.cjs tool tools/settings.ts --write')
})

test('every section and every setting with a value is listed, with words of its own', () => {
  const listed = allSettings()
  const paths = new Set(listed.map(({ path }) => path))
  const standard = standardSettings()
  for (const [section, values] of Object.entries(standard))
    if (typeof values === 'object') for (const name of Object.keys(values)) assert.ok(paths.has(`${section}.${name}`), name)
  for (const section of Object.keys(Settings.shape))
    assert.ok(
      listed.some(({ path }) => path.split('.')[0] === section),
      section,
    )
  assert.deepEqual(
    listed.filter(({ schema }) => (schema.description ?? '').length < 8).map(({ path }) => path),
    [],
  )
})

test('what the page shows as standard can be written so', () => {
  for (const { path, schema } of allSettings()) {
    if (schema.default === undefined || path.split('.').length !== 2 || path.includes('[') || schema.type === 'object') continue
    const [section, name] = path.split('.')
    const read = readSettings(`[${section}]\n${name} = ${JSON.stringify(schema.default)}\n`)
    assert.ok(read.ok, path)
    assert.deepEqual(read.value, standardSettings(), path)
  }
})
