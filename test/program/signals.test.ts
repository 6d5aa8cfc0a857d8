// What the system tells the program: stop, stop now, read the settings again; and who it is once its ports are open.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  lchownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { selfSigned } from '../../src/platform/node/certificate.ts'
import { type House, openHouse } from './house.ts'
import { deliver, hand, letter, readMailbox } from './mail.ts'
import { posthorn, removeFolder, startProgram, temporaryFolder } from './program.ts'
import { dial, dialSmtp } from './wire.ts'

const BOB = ['bob@posthorn.test']

async function logged(house: House, wanted: RegExp): Promise<void> {
  while (!wanted.test(house.program.errors())) await new Promise((resolve) => setTimeout(resolve, 20))
}

test('SIGTERM during a message: it is finished and kept, others hear goodbye, nobody new is heard, exit code 0', async (t) => {
  const house = await openHouse(t)
  const port = house.program.port('mx')
  const [busy, idle] = [await dialSmtp(port), await dialSmtp(port)]
  await busy.expect('MAIL FROM:<x@elsewhere.test>', 250)
  await busy.expect('RCPT TO:<bob@posthorn.test>', 250)
  await busy.expect('DATA', 354)
  busy.say('Subject: in hand\r\n\r\nhalf')
  const stopped = house.program.stop()
  assert.match((await idle.reply()).text, /^421 4\.3\.2 /)
  await idle.closed
  await newcomersSentAway(port)
  assert.equal((await busy.ask(' done\r\n.')).code, 250)
  assert.match((await busy.reply()).text, /^421 4\.3\.2 /)
  await busy.closed
  assert.equal(await stopped, 0)
  await house.restart()
  const [message = ''] = await readMailbox(house.program.port('pop3'), house.person('bob'))
  assert.match(message, /\r\n\r\nhalf done\r\n$/)
  assert.equal(await house.program.stop(), 0)
})

/** One thread may close its door a moment after another: until then newcomers hear goodbye. */
async function newcomersSentAway(port: number): Promise<void> {
  for (;;) {
    const wire = await dial(port).catch((cause: { code: string }) => cause.code)
    if (typeof wire === 'string') return assert.equal(wire, 'ECONNREFUSED')
    await wire.closed
  }
}

test('a second SIGINT ends it at once: what was answered is kept, what was not is nobody’s', async (t) => {
  const house = await openHouse(t)
  const port = house.program.port('mx')
  assert.equal((await deliver(port, { from: 'x@elsewhere.test', to: BOB, content: letter('kept') })).code, 250)
  const busy = await dialSmtp(port)
  await busy.expect('MAIL FROM:<x@elsewhere.test>', 250)
  await busy.expect('RCPT TO:<bob@posthorn.test>', 250)
  await busy.expect('DATA', 354)
  house.program.child.kill('SIGINT')
  // One key pressed once may come twice, so only a later one counts: it is pressed until it does.
  const again = setInterval(() => house.program.child.kill('SIGINT'), 100)
  assert.equal(await house.program.exited, 130)
  clearInterval(again)
  assert.match(house.program.errors(), /Stopped at once/)
  await house.restart()
  assert.equal((await readMailbox(house.program.port('pop3'), house.person('bob'))).length, 1)
})

test('SIGHUP: connections stay, what begins from now on follows the new settings; bad ones change nothing', async (t) => {
  const house = await openHouse(t)
  const port = house.program.port('mx')
  const before = await dialSmtp(port)
  house.rewrite('[session]\nmessageSize = "1MB"\n[process]\nthreads = 1\n')
  house.program.child.kill('SIGHUP')
  await logged(house, /"sections":\["process"\].*take effect at the next start/)
  const sizeTold = async (): Promise<string | undefined> => {
    const wire = await dial(port)
    await wire.reply()
    const told = /SIZE (\d+)/.exec((await wire.ask('EHLO client.test')).text)?.[1]
    wire.hangUp()
    return told
  }
  assert.equal(await sizeTold(), String(1024 ** 2))
  const told = await posthorn(['reload', '--data', house.folder])
  assert.match(told.out, /read again[\s\S]*from the next start: process\./)
  assert.equal(
    (await hand(before, { from: 'x@elsewhere.test', to: BOB, content: letter('before', 'x\r\n'.repeat(600_000)) })).code,
    250,
  )
  before.hangUp()

  house.rewrite('[session]\nmessageSize = "huge"\nfoo = 1\n')
  const refused = await posthorn(['reload', '--data', house.folder, '--json'])
  const { error } = JSON.parse(refused.out) as { error: { message: string } }
  assert.match(error.message, /session\.messageSize: "huge" is no size/)
  assert.match(error.message, /session\.foo/)
  assert.notEqual(refused.code, 0)
  house.program.child.kill('SIGHUP')
  await logged(house, /settings were not taken[\s\S]*settings were not taken/)
  assert.equal(await sizeTold(), String(1024 ** 2))
  house.rewrite('')
  assert.equal((await posthorn(['reload', '--data', house.folder])).code, 0)
  assert.equal(await sizeTold(), String(50 * 1024 ** 2))
  assert.equal(await house.program.stop(), 0)
})

const NO_PORTS =
  '[listen]\nendpoints = [{ role = "mx", host = "127.0.0.1", port = 0 }, { role = "http", host = "127.0.0.1", port = 0 }]\n'

const noRoot = process.getuid?.() !== 0 || idOf('nobody') === undefined ? 'needs root, and a user nobody' : false

test('started as root it becomes the user of the settings once its ports are open', { skip: noRoot }, async (t) => {
  const uid = idOf('nobody')
  const folder = temporaryFolder()
  t.after(() => removeFolder(folder))
  const house = await openHouse(t, { data: openedToOthers(folder), settings: '[process]\nuser = "nobody"\n' })
  const { pid } = house.program.child
  if (process.platform === 'linux')
    for (const task of readdirSync(`/proc/${pid}/task`)) {
      const status = readFileSync(`/proc/${pid}/task/${task}/status`, 'utf8')
      assert.match(status, new RegExp(`^Uid:\\s+${uid}\\s+${uid}\\s+${uid}\\s+${uid}$`, 'm'))
      assert.doesNotMatch(status, /^Groups:.*\b0\b/m)
    }
  const owners = readdirSync(house.folder, { recursive: true, encoding: 'utf8' }).map(
    (name) => statSync(join(house.folder, name)).uid,
  )
  assert.deepEqual(new Set([statSync(house.folder).uid, ...owners]), new Set([uid]))
  const sent = await deliver(house.program.port('mx'), { from: 'x@elsewhere.test', to: BOB, content: letter('as nobody') })
  assert.equal(sent.code, 250, sent.text)
  assert.equal((await readMailbox(house.program.port('pop3'), house.person('bob'))).length, 1)
  assert.equal(await house.program.stop(), 0)
})

test('as root it works for its user alone: a link in the data folder leads root nowhere', { skip: noRoot }, async (t) => {
  const uid = idOf('nobody') ?? 0
  const outside = temporaryFolder()
  t.after(() => removeFolder(outside))
  chmodSync(outside, 0o755)
  const victims = ['secret', 'folder/secret', 'empty/nothing'].map((name) => join(outside, name))
  for (const victim of victims) {
    mkdirSync(dirname(victim), { recursive: true, mode: 0o755 })
    writeFileSync(victim, 'root’s', { mode: 0o600 })
  }
  const told = (path: string) => [path, statSync(path).uid, statSync(path).mode, statSync(path).mtimeMs] as const
  const paths = [outside, join(outside, 'folder'), join(outside, 'empty'), ...victims]
  const before = paths.map(told)
  const traps: readonly Readonly<Record<string, string>>[] = [
    { x: 'folder', 'web-token': 'new-token', 'control.sock': 'secret', 'demo.json': 'new' },
    { 'owner.pid': 'secret' },
    { 'owner.lock': 'secret' },
    { 'posthorn.db': 'new.db' },
    { tls: 'empty' },
  ]
  for (const trap of traps) {
    const words = Object.keys(trap).join()
    const folder = temporaryFolder()
    t.after(() => removeFolder(folder))
    chmodSync(folder, 0o755)
    const data = join(folder, 'data')
    mkdirSync(data, { mode: 0o700 })
    for (const [name, leadsTo] of Object.entries(trap)) symlinkSync(join(outside, leadsTo), join(data, name))
    lchownSync(data, uid, uid)
    const config = join(folder, 'posthorn.toml')
    writeFileSync(config, `[process]\nuser = "nobody"\nthreads = 1\n${NO_PORTS}`)
    // It may start or give up; it may not lend root's rights.
    const started = await startProgram({ config, folder: data }).catch(String)
    if (typeof started !== 'string') await started.stop()
    // A command without a server, by root.
    await posthorn(['user', 'list', '--data', data])
    assert.deepEqual(paths.map(told), before, words)
    assert.deepEqual(readdirSync(outside).sort(), ['empty', 'folder', 'secret'], words)
    for (const victim of victims) assert.equal(readFileSync(victim, 'utf8'), 'root’s', words)
  }
})

test('root stays root only on a folder of its own', { skip: noRoot }, async (t) => {
  const folder = temporaryFolder()
  t.after(() => removeFolder(folder))
  const up = () => posthorn(['up', '--data', folder, '--demo', '--port-base', '0'])
  lchownSync(folder, idOf('nobody') ?? 1, 0)
  const others = await up()
  chownSync(folder, 0, 0)
  chmodSync(folder, 0o777)
  const open = await up()
  for (const { code, err } of [others, open]) {
    assert.equal(code, 1)
    assert.match(err, /is one that others than root can write[\s\S]*process\.user/)
  }
  assert.deepEqual(readdirSync(folder), [])
})

test('what root alone may read is read before root is left, and a command of root leaves nothing of root’s', {
  skip: noRoot,
}, async (t) => {
  const folder = temporaryFolder()
  t.after(() => removeFolder(folder))
  chmodSync(folder, 0o755)
  const pair = await selfSigned('mail.posthorn.test', [])
  const files = { certificate: join(folder, 'cert.pem'), key: join(folder, 'key.pem') }
  writeFileSync(files.certificate, pair.certificate, { mode: 0o600 })
  writeFileSync(files.key, pair.key, { mode: 0o600 })
  const config = join(folder, 'posthorn.toml')
  const tls = `[tls]\ncertificate = "${files.certificate}"\nkey = "${files.key}"\n`
  writeFileSync(config, `[process]\nuser = "nobody"\n${tls}${NO_PORTS}`, { mode: 0o600 })
  const data = join(folder, 'made', 'data')
  const server = await startProgram({ config, folder: data })
  assert.equal(await server.stop(), 0)
  assert.equal((await posthorn(['domain', 'add', 'example.org', '--data', data])).code, 0)
  const again = await startProgram({ config, folder: data })
  assert.equal(again.ready.domain, 'example.org')
  assert.equal(await again.stop(), 0)
  const uid = idOf('nobody')
  for (const name of readdirSync(data)) {
    const { uid: owner, mode } = statSync(join(data, name))
    assert.deepEqual([name, owner, mode & 0o077], [name, uid, 0])
  }
})

test('a user that does not exist is named, and nothing is started as root instead', { skip: noRoot }, async (t) => {
  await assert.rejects(
    openHouse(t, { settings: '[process]\nuser = "no-such-user"\n' }),
    /Root cannot be left: there is no user "no-such-user"/,
  )
})

/** Others may pass through to what is in it. */
function openedToOthers(folder: string): string {
  chmodSync(folder, 0o755)
  return join(folder, 'data')
}

function idOf(user: string): number | undefined {
  try {
    return Number(execFileSync('id', ['-u', user], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))
  } catch {
    return undefined
  }
}
