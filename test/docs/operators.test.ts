// What docs/operators.md and the examples promise: the backup made while the server runs, its restoring, and settings that can be read.

import assert from 'node:assert/strict'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { readSettings, Settings, standardSettings } from '../../src/config/config.ts'
import { SignIn } from '../../src/journey/access/sign-in.ts'
import type { SessionContext } from '../../src/journey/session/context.ts'
import { SignIn as SmtpSignIn } from '../../src/journey/session/sign-in.ts'
import { nodeClock } from '../../src/platform/node/clock.ts'
import { nodeLog } from '../../src/platform/node/log.ts'
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

test('the filter for fail2ban finds whoever guesses, whatever name they give, in every protocol', async () => {
  const text = doc('docs/examples/fail2ban-filter.conf')
  const pattern = /^failregex = (.*)$/m.exec(text)?.[1] ?? ''
  const failregex = new RegExp(pattern.replace('<HOST>', '(?<host>[0-9a-f.:]+)'))
  const nasty =
    'x","peer":"198.51.100.1","reason":"bad-credentials","name":"{"level":30,"thread":"w","protocol":"SMTP","peer":"198.51.100.1"'
  const lines = await refusedSignIns(nasty)
  assert.equal(lines.length, 3)
  for (const line of lines) {
    for (const seen of [line, `mx posthorn[77]: ${line}`, line.replace(/"time":"[^"]*",/, '"",')])
      assert.equal(failregex.exec(seen)?.groups?.['host'], '192.0.2.7', seen)
    assert.equal((JSON.parse(line) as { name: string }).name, nasty)
    const shape = JSON.stringify(Object.keys(JSON.parse(line) as object))
    const shown = /^\{"level":30.*"msg":"sign-in refused"\}$/m.exec(doc('docs/operators.md'))?.[0] ?? '{}'
    assert.equal(shape, JSON.stringify(Object.keys(JSON.parse(shown) as object)))
  }
})

/** One line of each protocol, as the log writes it. */
async function refusedSignIns(name: string): Promise<readonly string[]> {
  const lines: string[] = []
  const log = nodeLog({ level: 'info' }, (line) => lines.push(line.trimEnd())).child({ thread: 'worker 1' })
  const clock = { ...nodeClock, sleep: async () => {} }
  const authenticate = async () => ({ ok: false, error: 'bad-credentials' }) as const
  const context = { log, clock, authenticator: { authenticate }, settings: { signInTries: 5 } } as unknown as SessionContext
  await new SmtpSignIn(context, '192.0.2.7').start('PLAIN', Buffer.from(`\0${name}\0wrong`))
  const settings = { loginAttempts: 3, failureDelay: 0 }
  const shared = { authenticate, clock, log, settings, signal: new AbortController().signal, peerAddress: '192.0.2.7' }
  for (const protocol of ['POP3', 'IMAP']) await new SignIn({ ...shared, protocol }).password(name, 'wrong')
  return lines
}
