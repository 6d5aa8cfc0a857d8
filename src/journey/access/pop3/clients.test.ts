// Clients that others wrote: Python's poplib and curl, against the real engine.

import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { type TestContext, test } from 'node:test'
import { NAME, PASSWORD, startPop3, type TestPop3 } from './testing/server.ts'

const python = spawnSync('python3', ['-c', 'import poplib']).status === 0
const curl = spawnSync('curl', ['--version']).stdout?.toString().includes('pop3') === true

function run(
  command: string,
  args: readonly string[],
  input: string,
): Promise<{ code: number | null; out: Buffer; errors: string }> {
  const child = spawn(command, args)
  const out: Buffer[] = []
  let errors = ''
  child.stdout.on('data', (bytes: Buffer) => out.push(bytes))
  child.stderr.on('data', (bytes: Buffer) => (errors += bytes.toString()))
  child.stdin.end(input)
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out: Buffer.concat(out), errors })))
}

async function poplib(server: TestPop3, script: string, login = 'in_clear'): Promise<unknown> {
  const program = `
import poplib, json, ssl
def in_clear(): return poplib.POP3('127.0.0.1', ${server.port}, timeout=20)
def over_tls():
    c = ssl.create_default_context(); c.check_hostname = False; c.verify_mode = ssl.CERT_NONE; return c
def implicit(): return poplib.POP3_SSL('127.0.0.1', ${server.port}, timeout=20, context=over_tls())
def stls():
    p = in_clear(); p.stls(over_tls()); return p
def lines(answer): return [l.decode('latin1') for l in answer[1]]
p = ${login}()
p.user('${NAME}'); p.pass_('${PASSWORD}')
${script}
`
  const { code, out, errors } = await run('python3', ['-'], program)
  assert.equal(code, 0, errors)
  return JSON.parse(out.toString()) as unknown
}

const CRAZY = ['Subject: crazy', '', '.', '..', '.. ', '', '.leading dot', 'ü\xff'.normalize(), '...', '']

test('poplib: list, fetch, top, uidl, delete', { skip: !python && 'no python3 with poplib here' }, async (t) => {
  const server = await startPop3(t)
  const ids = [
    await server.deliver(Buffer.from(CRAZY.join('\r\n'), 'latin1')),
    await server.deliver('A: b\r\n\r\nno end of line'),
  ]
  const answer = await poplib(
    server,
    `print(json.dumps([p.stat(), lines(p.uidl()), lines(p.list()), lines(p.retr(1)), lines(p.retr(2)), lines(p.top(1, 2)), p.dele(1).decode(), sorted(p.capa())]))\np.quit()`,
  )
  const size = CRAZY.join('\r\n').length
  assert.deepEqual(answer, [
    [2, size + 22],
    [`1 ${ids[0]}`, `2 ${ids[1]}`],
    [`1 ${size}`, '2 22'],
    CRAZY.slice(0, -1),
    ['A: b', '', 'no end of line'],
    CRAZY.slice(0, 4),
    '+OK Message 1 goes when you say QUIT',
    ['AUTH-RESP-CODE', 'EXPIRE', 'IMPLEMENTATION', 'PIPELINING', 'RESP-CODES', 'SASL', 'TOP', 'UIDL', 'USER'],
  ])
  await server.idle()
  assert.deepEqual(await server.ids(), [ids[1]])
})

for (const [name, tls, login] of [
  ['poplib over STLS', 'starttls', 'stls'],
  ['poplib over implicit TLS', 'implicit', 'implicit'],
] as const) {
  test(name, { skip: !python && 'no python3 with poplib here' }, async (t) => {
    const server = await startPop3(t, { tls, peerAddress: '192.0.2.1' })
    await server.deliver('A: b\r\n\r\nbody\r\n')
    assert.deepEqual(await poplib(server, 'print(json.dumps(lines(p.retr(1))))\np.quit()', login), ['A: b', '', 'body'])
  })
}

test('poplib: two at once, and one killed in the middle', { skip: !python && 'no python3 with poplib here' }, async (t) => {
  const server = await startPop3(t)
  const id = await server.deliver('A: b\r\n\r\nbody\r\n')
  const answer = await poplib(
    server,
    `
q = in_clear(); q.user('${NAME}')
try: q.pass_('${PASSWORD}'); second = 'in'
except poplib.error_proto as e: second = str(e)
p.dele(1)
import os
print(json.dumps(second), flush=True)
os._exit(0)
`,
  )
  assert.match(answer as string, /-ERR \[IN-USE\]/)
  await server.idle()
  assert.deepEqual(await server.ids(), [id])
})

async function curlPop3(t: TestContext, tls: 'none' | 'starttls' | 'implicit', ...extra: string[]): Promise<void> {
  const server = await startPop3(t, { tls })
  const content = Buffer.from(CRAZY.join('\r\n'), 'latin1')
  await server.deliver(content)
  const url = `${tls === 'implicit' ? 'pop3s' : 'pop3'}://127.0.0.1:${server.port}/1`
  const { code, out, errors } = await run(
    'curl',
    ['-sS', '-k', '--max-time', '20', '--user', `${NAME}:${PASSWORD}`, ...extra, url],
    '',
  )
  assert.equal(code, 0, errors)
  assert.ok(out.equals(content), JSON.stringify(out.toString('latin1')))
}

const noCurl = { skip: !curl && 'no curl with POP3 here' }
test('curl: a message byte for byte', noCurl, (t) => curlPop3(t, 'none'))
test('curl over STLS', noCurl, (t) => curlPop3(t, 'starttls', '--ssl-reqd'))
test('curl over implicit TLS', noCurl, (t) => curlPop3(t, 'implicit'))
test('curl: AUTH PLAIN with an initial response', noCurl, (t) =>
  curlPop3(t, 'none', '--sasl-ir', '--login-options', 'AUTH=PLAIN'),
)
test('curl: AUTH LOGIN', noCurl, (t) => curlPop3(t, 'none', '--login-options', 'AUTH=LOGIN'))
