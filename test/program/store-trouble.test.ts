// The store cannot take what comes: it is locked, has reached its limit, or the disk is full. Mail is put off, nothing is lost, and the
// server goes on by itself when it can.

import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { type House, openHouse } from './house.ts'
import { deliver, hand, letter, readMailbox } from './mail.ts'
import { removeFolder, temporaryFolder } from './program.ts'
import { dialSmtp, type Heard } from './wire.ts'

const MEGABYTE = 1024 ** 2

/** Noise, so that no packing makes it smaller. */
function noise(subject: string, sizeBytes: number): string {
  const lines = randomBytes(Math.floor((sizeBytes / 78) * 57))
    .toString('base64')
    .replace(/.{76}/g, '$&\r\n')
  return letter(subject, lines)
}

function send(house: House, content: string): Promise<Heard> {
  return deliver(house.program.port('mx'), { from: 'x@elsewhere.test', to: ['bob@posthorn.test'], content })
}

/** Room that was given back is there at once or a moment later; the test's own time limit ends the asking. */
async function sendWhenThereIsRoom(house: House, content: string): Promise<void> {
  for (;;) {
    const heard = await send(house, content)
    if (heard.code === 250) return
    assert.match(heard.text, /^452 4\.3\.1 /)
  }
}

const HOLD = `
const { DatabaseSync } = require('node:sqlite')
const db = new DatabaseSync(process.argv[1], { timeout: 5000 })
db.exec('BEGIN IMMEDIATE')
process.stdout.write('held')
process.stdin.once('data', () => { db.exec('ROLLBACK'); process.exit() })
`

test('while another process holds the database mail is put off (451), and taken when it lets go', async (t) => {
  const house = await openHouse(t)
  const holder = spawn(process.execPath, ['-e', HOLD, join(house.folder, 'posthorn.db')], { stdio: ['pipe', 'pipe', 'inherit'] })
  t.after(() => holder.kill('SIGKILL'))
  await new Promise((resolve) => holder.stdout.once('data', resolve))
  assert.match((await send(house, letter('locked'))).text, /^451 4\.3\.0 /)
  const gone = new Promise((resolve) => holder.once('exit', resolve))
  holder.stdin.write('x')
  await gone
  assert.equal((await send(house, letter('free'))).code, 250)
  assert.equal((await readMailbox(house.program.port('pop3'), house.person('bob'))).length, 1)
  assert.equal(await house.program.stop(), 0)
})

/** Until the server says that it is full; answers how many messages it took before. */
async function fill(house: House): Promise<number> {
  for (let kept = 0; ; kept++) {
    const heard = await send(house, noise(`filler ${kept}`, MEGABYTE / 2))
    if (heard.code === 250) continue
    assert.match(heard.text, /^452 4\.3\.1 /)
    return kept
  }
}

/** Fills the store, and finds that what was promised is there, and that there is room again when mail is deleted. */
async function fillAndEmpty(house: House): Promise<void> {
  const kept = await fill(house)
  assert.ok(kept >= 3, `only ${kept} were kept`)
  const wire = await dialSmtp(house.program.port('mx'))
  for (const subject of ['too much', 'again'])
    assert.match(
      (await hand(wire, { from: 'x@elsewhere.test', to: ['bob@posthorn.test'], content: noise(subject, 20 * MEGABYTE) })).text,
      /^452 4\.3\.1 /,
    )
  await wire.expect('QUIT', 221)
  const read = await readMailbox(house.program.port('pop3'), house.person('bob'), { andDelete: true })
  assert.equal(read.length, kept)
  await sendWhenThereIsRoom(house, letter('small'))
  assert.equal((await readMailbox(house.program.port('pop3'), house.person('bob'))).length, 1)
  assert.equal(await house.program.stop(), 0)
}

test('a store that has reached its limit in the middle of a message: 452, and room again after deleting', async (t) => {
  await fillAndEmpty(await openHouse(t, { settings: '[store]\nlimit = "8MB"\n' }))
})

test('what came of a message that was refused, or given up by its sender, takes nobody’s room', async (t) => {
  const house = await openHouse(t, { settings: '[store]\nlimit = "8MB"\n[session]\nmessageSize = "6MB"\n' })
  assert.match((await send(house, noise('refused', 7 * MEGABYTE))).text, /^552 /)
  const wire = await dialSmtp(house.program.port('mx'))
  for (const command of ['MAIL FROM:<x@elsewhere.test>', 'RCPT TO:<bob@posthorn.test>', 'DATA']) await wire.ask(command)
  await wire.said(Buffer.from(noise('given up', 5 * MEGABYTE)))
  wire.hangUp()
  for (const subject of ['one', 'two', 'three']) await sendWhenThereIsRoom(house, noise(subject, MEGABYTE))
})

test('a disk that others have filled: mail is put off, and taken again when there is room, without a new start', async (t) => {
  const folder = temporaryFolder()
  const refused = mount(folder)
  t.after(() => {
    if (!refused) execFileSync('umount', ['-l', folder])
    removeFolder(folder)
  })
  if (refused) return t.skip(refused)
  const house = await openHouse(t, { data: join(folder, 'data'), settings: '[store]\nminimumFree = "0B"\n' })
  const read = () => readMailbox(house.program.port('pop3'), house.person('bob'))
  let kept = 0
  for (; kept < 3; kept++) assert.equal((await send(house, noise(`before ${kept}`, MEGABYTE))).code, 250)
  assert.throws(() => writeFileSync(join(folder, 'others'), Buffer.alloc(32 * MEGABYTE)), { code: 'ENOSPC' })
  // What fits into the files as they are may still be taken.
  kept += await fill(house)
  rmSync(join(folder, 'others'))
  await sendWhenThereIsRoom(house, letter('after'))
  assert.equal((await read()).length, kept + 1)
  assert.equal(await house.program.stop(), 0)
})

test('strangers cannot fill the disk: the last room is for what the server itself has to write, and deleted mail makes room', async (t) => {
  const folder = temporaryFolder()
  const refused = mount(folder, '96m')
  t.after(() => {
    if (!refused) execFileSync('umount', ['-l', folder])
    removeFolder(folder)
  })
  if (refused) return t.skip(refused)
  const house = await openHouse(t, { data: join(folder, 'data'), settings: '[store]\nminimumFree = "32MB"\n' })
  const uploads = Array.from({ length: 6 }, (_, n) => send(house, noise(`upload ${n}`, 25 * MEGABYTE)))
  const codes = (await Promise.all(uploads)).map(({ code }) => code)
  assert.ok(codes.includes(452), codes.join(' '))
  const operations = await house.control()
  const added = await operations.addUser({ address: 'carol@posthorn.test', name: 'Carol', password: 'carol-knows-a-long-word' })
  assert.ok(added.ok, 'the store can still be written')
  await readMailbox(house.program.port('pop3'), house.person('bob'), { andDelete: true })
  await sendWhenThereIsRoom(house, noise('room again', MEGABYTE))
  const kept = await fill(house)
  assert.equal((await readMailbox(house.program.port('pop3'), house.person('bob'), { andDelete: true })).length, kept + 1)
  await sendWhenThereIsRoom(house, noise('room once more', MEGABYTE))
  assert.equal(await house.program.stop(), 0)
})

/** A small disk; or why there is none. */
function mount(folder: string, size = '32m'): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'needs Linux and root to make a small disk'
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'posthorn-test', folder], { stdio: 'pipe' })
    return undefined
  } catch (cause) {
    return `no disk can be mounted here: ${(cause as Error).message.split('\n').at(-2)}`
  }
}
