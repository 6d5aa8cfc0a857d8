// Commands as people and scripts give them: what they say, where they say it, and their exit codes.

import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { openHouse } from './house.ts'
import { MAIN, posthorn, removeFolder, run, startProgram, temporaryFolder } from './program.ts'

test('send: why a large message is refused is heard, also where it is refused before it is read', async (t) => {
  const house = await openHouse(t)
  const letter = join(house.folder, 'letter.eml')
  writeFileSync(letter, `Subject: large\r\n\r\n${'x'.repeat(70).concat('\r\n').repeat(60_000)}`)
  const send = (to: string) =>
    posthorn(['send', '--data', house.program.folder, '--from', 'alice@posthorn.test', '--to', to, letter])
  const bad = await send('nowhere')
  assert.deepEqual([bad.code, bad.err.split('\n')[0]], [2, '✗ "nowhere" is no mail address: the address has no "@".'])
  const nobody = await send('nobody@posthorn.test')
  assert.equal(nobody.code, 5)
  assert.match(nobody.err, /nobody@posthorn\.test/)
  assert.equal((await send('bob@posthorn.test')).code, 0)
})

/** In a shell, with the exit codes of all commands of the pipe. */
const pipe = (line: string) =>
  run('bash', ['-c', `P() { '${process.execPath}' '${MAIN}' "$@"; }; ${line}; echo "\${PIPESTATUS[*]}" >&2`])

test('a reader that goes ends the command quietly; a place that cannot be written is named in one line', async (t) => {
  const house = await openHouse(t)
  const data = `--data '${house.program.folder}'`
  for (const words of ['help', `queue list ${data}`, `trace ${data}`]) {
    const { err } = await pipe(`P ${words} | true`)
    assert.match(err, /^(141|0) 0\n$/, words)
  }
  assert.match((await pipe('P help | sleep 0')).err, /^(141|0) 0\n$/)
  if (!existsSync('/dev/full')) return
  const { err } = await pipe(`P status ${data} > /dev/full`)
  assert.match(err, /^✗ The answer cannot be written: .*\n {2}Write it to another place\.\n1\n$/)
})

test('a store that is none is told with what to do, by every command', async (t) => {
  const folder = temporaryFolder()
  t.after(() => removeFolder(folder))
  writeFileSync(join(folder, 'posthorn.db'), 'junk\n')
  for (const words of [
    ['up', '--port-base', '0'],
    ['domain', 'list'],
  ]) {
    const { code, err } = await posthorn([...words, '--data', folder])
    assert.equal(code, 1)
    assert.match(err, /^✗ .*posthorn\.db is no store of Posthorn.*\n {2}.*last backup.*\n/)
    assert.doesNotMatch(err, / {4}at /)
  }
  const checked = await posthorn(['check', '--port-base', '0', '--data', folder])
  assert.match(checked.out.replace(/\s+/g, ' '), /✗ store: .*is no store of Posthorn.*→ .*last backup/)
  assert.equal(readFileSync(join(folder, 'posthorn.db'), 'utf8'), 'junk\n')
})

test('up --json says in JSON why it did not start', async (t) => {
  const folder = temporaryFolder()
  t.after(() => removeFolder(folder))
  const blocker = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => blocker.once('listening', resolve))
  t.after(() => blocker.close())
  const { port } = blocker.address() as { port: number }
  const config = join(folder, 'posthorn.toml')
  const up = async (toml: string) => {
    writeFileSync(config, toml)
    const ran = await posthorn(['up', '--json', '--config', config, '--data', join(folder, 'data')])
    assert.deepEqual([ran.code, ran.err], [1, ''])
    return JSON.parse(ran.out).error
  }
  const taken = await up(`[listen]\nendpoints = [{ role = "mx", host = "127.0.0.1", port = ${port} }]\n`)
  assert.equal(taken.code, 'still-in-use')
  assert.match(taken.message, new RegExp(`${port}`))
  assert.match(taken.next, /--port-base.*--data/)
  assert.equal((await up('[queue]\nretries = 3\n')).code, 'invalid-request')
})

test('the demo tells only passwords that hold and people who are there', async (t) => {
  const first = await startProgram()
  t.after(() => removeFolder(first.folder))
  const [alice, bob] = first.ready.people
  assert.ok(alice && bob)
  const at = ['--data', first.folder]
  assert.equal((await posthorn(['user', 'passwd', alice.address, '--password-stdin', ...at], 'correct horse\n')).code, 0)
  await first.stop()
  const second = await startProgram({ folder: first.folder })
  assert.deepEqual(second.ready.people, [{ address: alice.address, password: null }, bob])
  assert.equal((await posthorn(['user', 'remove', bob.address, '--yes', ...at])).code, 0)
  await second.stop()
  const third = await startProgram({ folder: first.folder })
  assert.deepEqual(third.ready.people, [{ address: alice.address, password: null }])
  await third.stop()
  writeFileSync(join(first.folder, 'demo.json'), '[{"address":')
  const broken = await posthorn(['up', '--demo', '--port-base', '0', ...at])
  assert.equal(broken.code, 1)
  assert.match(broken.err, /^✗ .*demo\.json cannot be read: .*\n {2}Remove the file/)
})

test('a data folder of somebody else is not one that is missing', async (t) => {
  if (process.getuid?.() === 0) return t.skip('root may do everything')
  const folder = temporaryFolder()
  t.after(() => removeFolder(folder))
  mkdirSync(join(folder, 'closed'), { mode: 0 })
  for (const words of [['queue', 'list'], ['status']]) {
    const { err } = await posthorn([...words, '--data', join(folder, 'closed')])
    assert.match(err, /it belongs to /)
  }
})

test('check beside a server says so, and looks at the ports it has', async (t) => {
  const house = await openHouse(t)
  const { code, out } = await posthorn(['check', '--data', house.program.folder])
  assert.match(out, new RegExp(`✓ server: runs on this data folder \\(process ${house.program.child.pid}`))
  assert.match(out, new RegExp(`✓ port ${house.program.port('mx')} \\(mx\\): 127\\.0\\.0\\.1 answers`))
  assert.doesNotMatch(out, /ENOTFOUND/)
  assert.equal(code, 0, out)
})
