// `npm start` and `posthorn up`: ready, understood, stopped in order, started again.

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { posthorn, removeFolder, startProgram, temporaryFolder } from './program.ts'

test('the ready line names the listeners and the people, and nothing else is on standard output', async (t) => {
  const program = await startProgram()
  t.after(() => removeFolder(program.folder))
  const { ready } = program
  assert.equal(ready.domain, 'posthorn.test')
  assert.deepEqual(ready.listeners.map(({ role, tls }) => `${role} ${tls}`).sort(), [
    'http none',
    'mx starttls',
    'pop3 starttls',
    'pop3s implicit',
    'submission starttls',
    'submissions implicit',
  ])
  assert.deepEqual(
    ready.people.map(({ address }) => address),
    ['alice@posthorn.test', 'bob@posthorn.test'],
  )
  assert.match(ready.web, /^http:\/\/127\.0\.0\.1:\d+\/$/)
  assert.equal((await fetch(ready.web)).status, 200)
  assert.equal(await program.stop(), 0)
})

test('a second start finds the same people, and a second server on the same data says who has it', async (t) => {
  const first = await startProgram()
  t.after(() => removeFolder(first.folder))
  const second = await posthorn(['up', '--demo', '--data', first.folder, '--port-base', '0'])
  assert.equal(second.code, 1)
  assert.match(second.err, new RegExp(`in use by process ${first.child.pid}`))
  await first.stop()
  const again = await startProgram({ folder: first.folder })
  assert.deepEqual(again.ready.people, first.ready.people)
  await again.stop()
})

test('a port that is taken is named, with what to do', async (t) => {
  const folder = temporaryFolder()
  t.after(() => removeFolder(folder))
  const blocker = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => blocker.once('listening', resolve))
  t.after(() => blocker.close())
  const { port } = blocker.address() as { port: number }
  const file = join(folder, 'posthorn.toml')
  writeFileSync(file, `[listen]\nendpoints = [{ role = "mx", host = "127.0.0.1", port = ${port} }]\n`)
  const refused = await posthorn(['up', '--config', file, '--data', join(folder, 'data')])
  assert.equal(refused.code, 1)
  assert.match(refused.err, new RegExp(`mx \\(127\\.0\\.0\\.1:${port}\\).*\\n.*Another program has it`))
})

test('two servers side by side never share a port, although each shares its own among its threads', async (t) => {
  const folder = temporaryFolder()
  t.after(() => removeFolder(folder))
  const one = await startProgram()
  t.after(() => removeFolder(one.folder))
  const file = join(folder, 'posthorn.toml')
  writeFileSync(file, `[listen]\nendpoints = [{ role = "mx", host = "127.0.0.1", port = ${one.port('mx')} }]\n`)
  const two = await posthorn(['up', '--config', file, '--data', join(folder, 'data')])
  assert.equal(two.code, 1)
  assert.match(two.err, /Another program has it/)
  await one.stop()
})

test('a settings file with mistakes is answered with every one of them and where it stands', async (t) => {
  const folder = temporaryFolder()
  t.after(() => removeFolder(folder))
  const file = join(folder, 'posthorn.toml')
  writeFileSync(file, '[queue]\nexpireAfter = "five days"\nretries = 3\n')
  const refused = await posthorn(['up', '--config', file, '--data', join(folder, 'data')])
  assert.equal(refused.code, 1)
  assert.match(refused.err, /queue\.expireAfter: "five days" is no duration/)
  assert.match(refused.err, /queue\.retries: there is no such setting/)
})

test('a folder that cannot be written is named', async () => {
  const refused = await posthorn(['up', '--demo', '--data', '/proc/nowhere', '--port-base', '0'])
  assert.equal(refused.code, 1)
  assert.match(refused.err, /\/proc\/nowhere/)
})
