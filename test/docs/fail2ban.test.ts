// The filter for fail2ban of docs/examples finds the lines that the log really has, and the page shows them as they are.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { SignIn } from '../../src/journey/access/sign-in.ts'
import type { SessionContext } from '../../src/journey/session/context.ts'
import { SignIn as SmtpSignIn } from '../../src/journey/session/sign-in.ts'
import { nodeClock } from '../../src/platform/node/clock.ts'
import { nodeLog } from '../../src/platform/node/log.ts'

const doc = (name: string): string => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8')

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
  await new SmtpSignIn(context, { remote: { address: '192.0.2.7', port: 1 } }).start('PLAIN', Buffer.from(`\0${name}\0wrong`))
  const settings = { loginAttempts: 3, failureDelay: 0 }
  const shared = { authenticate, clock, log, settings, signal: new AbortController().signal, peerAddress: '192.0.2.7' }
  for (const protocol of ['POP3', 'IMAP']) await new SignIn({ ...shared, protocol }).password(name, 'wrong')
  return lines
}
