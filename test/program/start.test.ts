// `npm start` and `posthorn up`: ready, understood, stopped in order, started again.

import assert from 'node:assert/strict'
import { readdirSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { connect } from 'node:tls'
import { WELL_KNOWN_PORTS } from '../../src/config/config.ts'
import { selfSigned } from '../../src/platform/node/certificate.ts'
import { posthorn, removeFolder, startProgram, temporaryFolder } from './program.ts'

test('the ready line names the listeners and the people, and nothing else is on standard output', async (t) => {
  const program = await startProgram()
  t.after(() => removeFolder(program.folder))
  const { ready } = program
  assert.equal(ready.domain, 'posthorn.test')
  assert.deepEqual(ready.listeners.map(({ role, tls }) => `${role} ${tls}`).sort(), [
    'http none',
    'imap starttls',
    'imaps implicit',
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
  const files = readdirSync(first.folder, { recursive: true, encoding: 'utf8' })
  assert.ok(files.includes('posthorn.db') && files.includes('owner.pid') && files.includes('control.sock'))
  for (const name of files) assert.equal(statSync(join(first.folder, name)).mode & 0o077, 0, `${name} is its owner’s alone`)
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
  const file = join(folder, 'posthorn.toml')
  const onPort = (port: number): void =>
    writeFileSync(file, `[process]\nthreads = 2\n[listen]\nendpoints = [{ role = "mx", host = "127.0.0.1", port = ${port} }]\n`)
  onPort(0)
  const one = await startProgram({ config: file, folder: join(folder, 'one') })
  onPort(one.port('mx'))
  const two = await posthorn(['up', '--config', file, '--data', join(folder, 'data')])
  assert.equal(two.code, 1)
  assert.match(two.err, /Another program has it/)
  await one.stop()
})

test('the web page of the demo is on a port that browsers open', () => {
  // Of https://fetch.spec.whatwg.org/#port-blocking those above 5000.
  const blocked = [5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080]
  assert.ok(!blocked.includes(10_000 + (WELL_KNOWN_PORTS.get('http') ?? 0)))
})

test('a certificate and key that are of no use are refused at the start and at a reload, and found by check', async (t) => {
  const folder = temporaryFolder()
  t.after(() => removeFolder(folder))
  const [pair, other] = [await selfSigned('mail.posthorn.test', []), await selfSigned('mail.posthorn.test', [])]
  const path = (name: string): string => join(folder, name)
  const config = path('posthorn.toml')
  const files = `certificate = ${JSON.stringify(path('cert.pem'))}\nkey = ${JSON.stringify(path('key.pem'))}`
  writeFileSync(config, `[tls]\n${files}\n[listen]\nendpoints = [{ role = "submissions", host = "127.0.0.1", port = 0 }]\n`)
  const keep = (certificate: string, key: string): void => {
    writeFileSync(path('cert.pem'), certificate)
    writeFileSync(path('key.pem'), key)
  }
  keep(pair.certificate, pair.key)
  const server = await startProgram({ config, folder: path('data') })
  t.after(() => server.kill())
  const useless: readonly (readonly [string, string, RegExp])[] = [
    [pair.certificate, 'xx\n', /no private key/],
    ['xx\n', pair.key, /no certificate/],
    [pair.certificate, other.key, /not that of the certificate/],
  ]
  for (const [certificate, key, why] of useless) {
    keep(certificate, key)
    const reloaded = await posthorn(['reload', '--data', path('data')])
    assert.match(reloaded.err, why)
    assert.match((await posthorn(['check', '--json', '--config', config, '--data', path('data')])).out, why)
    const started = await posthorn(['up', '--config', config, '--data', path('data-2')])
    assert.deepEqual([started.code, why.test(started.err)], [1, true], started.err)
    const socket = connect({ host: '127.0.0.1', port: server.port('submissions'), rejectUnauthorized: false })
    await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject))
    socket.destroy()
  }
  assert.equal(await server.stop(), 0)
})

test('check finds a user that is not there', async (t) => {
  const folder = temporaryFolder()
  t.after(() => removeFolder(folder))
  const config = join(folder, 'posthorn.toml')
  writeFileSync(config, '[process]\nuser = "nobody-of-that-name"\n')
  const checked = await posthorn(['check', '--config', config, '--data', join(folder, 'data')])
  assert.equal(checked.code, 1)
  assert.match(checked.out, /process\.user: there is no user "nobody-of-that-name"/)
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
