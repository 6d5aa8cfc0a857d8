// Clients that others wrote send and read: nodemailer, Python's smtplib and poplib, curl; and what every stranger gets to hear.

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import { createTransport, type SendMailOptions } from 'nodemailer'
import { curlMissing, pythonMissing } from './available.ts'
import { type House, openHouse } from './house.ts'
import { awaitMail, body, deliver, field, letter, type Person, readMailbox, signIn } from './mail.ts'
import { MAIN, removeFolder, run, temporaryFolder } from './program.ts'
import { dialSmtp } from './wire.ts'

const closers: (() => Promise<void> | void)[] = []
let house: House
let port: (role: string) => number

before(async () => {
  house = await openHouse(
    { after: (close) => void closers.push(close as () => Promise<void>) },
    { people: ['alice', 'bob', 'jörg'] },
  )
  port = (role) => house.program.port(role)
})

after(async () => {
  for (const close of closers) await close()
})

const transport = (role: 'submission' | 'submissions', person: Person, method = 'PLAIN') =>
  createTransport({
    ...{ host: '127.0.0.1', port: port(role), secure: role === 'submissions', requireTLS: role === 'submission' },
    auth: { user: person.address, pass: person.password },
    authMethod: method,
    tls: { rejectUnauthorized: false },
  })

async function send(role: 'submission' | 'submissions', message: SendMailOptions, method?: string) {
  const mailer = transport(role, house.person('alice'), method)
  try {
    return await mailer.sendMail({ from: 'alice@posthorn.test', ...message })
  } finally {
    mailer.close()
  }
}

/** The message with this subject, read as the person whose it is. */
async function received(name: string, subject: string): Promise<string> {
  const wanted = (message: string): boolean => field(message, 'Subject') === subject
  const messages = await awaitMail(port('pop3'), house.person(name), (all) => all.some(wanted))
  return messages.find(wanted) ?? ''
}

for (const [role, method] of [
  ['submission', 'PLAIN'],
  ['submissions', 'LOGIN'],
] as const) {
  test(`nodemailer sends over ${role} with ${method}: attachment whole, Bcc gone, TLS and account in the trace`, async () => {
    const attachment = randomBytes(200_000)
    const subject = `attached over ${role}`
    const info = await send(
      role,
      {
        ...{ to: 'bob@posthorn.test', bcc: 'alice@posthorn.test', subject, text: 'See below.\n.\n..dots\n' },
        attachments: [{ filename: 'noise.bin', content: attachment }],
      },
      method,
    )
    assert.deepEqual(info.rejected, [])
    for (const name of ['bob', 'alice']) {
      const message = await received(name, subject)
      assert.equal(field(message, 'Bcc'), undefined)
      assert.match(field(message, 'Received') ?? '', /with ESMTPSA/)
      const encoded = /noise\.bin[\s\S]*?\r\n\r\n([A-Za-z0-9+/=\r\n]+)\r\n--/.exec(message)?.[1] ?? ''
      assert.equal(sha(Buffer.from(encoded, 'base64')), sha(attachment))
      assert.match(message, /\r\n\.\r\n\.\.dots\r\n/)
    }
  })
}

test('Message-ID and Date are added where a client left them out, and Bcc is taken away, all else is as it was', async () => {
  const wire = await dialSmtp(port('submission'))
  assert.equal((await signIn(wire, house.person('alice'))).code, 235)
  await wire.expect('MAIL FROM:<alice@posthorn.test>', 250)
  await wire.expect('RCPT TO:<bob@posthorn.test>', 250)
  await wire.expect('DATA', 354)
  const bare =
    'From: alice@posthorn.test\r\nBcc: secret@elsewhere.test,\r\n other@elsewhere.test\r\nSubject: bare\r\n\r\nBody\r\n'
  await wire.expect(`${bare}.`, 250)
  const message = await received('bob', 'bare')
  assert.match(field(message, 'Message-ID') ?? '', /^<[^@<>]+@mail\.posthorn\.test>$/)
  assert.match(field(message, 'Date') ?? '', /^\w{3}, \d{1,2} \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}$/)
  assert.doesNotMatch(message, /secret@|other@/)
  assert.equal(body(message), 'Body\r\n')
  wire.hangUp()
})

test('an address outside ASCII gets its mail (SMTPUTF8), and the text arrives as it was written', async () => {
  const info = await send('submission', { to: 'jörg@posthorn.test', subject: 'umlauts', text: 'Grüße aus München\n' })
  assert.deepEqual(info.rejected, [])
  assert.match(await received('jörg', 'umlauts'), /Gr=C3=BC=C3=9Fe aus M=C3=BCnchen/)
})

test('8-bit content is kept octet for octet', async () => {
  const wire = await dialSmtp(port('mx'))
  await wire.expect('MAIL FROM:<x@elsewhere.test> BODY=8BITMIME', 250)
  await wire.expect('RCPT TO:<bob@posthorn.test>', 250)
  await wire.expect('DATA', 354)
  const octets = Buffer.from(Array.from({ length: 128 }, (_, n) => n + 128))
  wire.say(Buffer.concat([Buffer.from('Subject: eight bits\r\n\r\n'), octets, Buffer.from('\r\n.\r\n')]))
  assert.equal((await wire.reply()).code, 250)
  wire.hangUp()
  assert.equal(body(await received('bob', 'eight bits')), `${octets.toString('latin1')}\r\n`)
})

test('a request for delivery reports (DSN), which is not offered, is refused politely and costs nothing else', async () => {
  const wire = await dialSmtp(port('mx'))
  assert.match(await wire.expect('MAIL FROM:<x@elsewhere.test> RET=HDRS ENVID=1', 555), /^555 5\.5\.4 /)
  await wire.expect('MAIL FROM:<x@elsewhere.test>', 250)
  assert.match(await wire.expect('RCPT TO:<bob@posthorn.test> NOTIFY=SUCCESS', 555), /^555 5\.5\.4 /)
  await wire.expect('RCPT TO:<bob@posthorn.test>', 250)
  wire.hangUp()
  const dsn = { id: '1', return: 'headers', notify: 'success', recipient: 'alice@posthorn.test' } as const
  assert.deepEqual((await send('submission', { to: 'bob@posthorn.test', subject: 'dsn asked', dsn })).rejected, [])
})

test('a wrong password and the address of somebody else are refused, with words', async () => {
  const wrong = transport('submission', { address: 'alice@posthorn.test', password: 'not it' })
  await assert.rejects(wrong.verify(), { responseCode: 535, response: /5\.7\.8/ })
  wrong.close()
  await assert.rejects(send('submission', { from: 'bob@posthorn.test', to: 'bob@posthorn.test', text: '' }), {
    responseCode: 553,
    response: /5\.7\.1/,
  })
})

const PYTHON = `
import json, poplib, smtplib, ssl, sys
p = json.load(sys.stdin)
tls = ssl._create_unverified_context()
def say(way, step):
    m = 'From: alice@posthorn.test\\r\\nTo: bob@posthorn.test\\r\\nSubject: python %s\\r\\n\\r\\nHello from Python\\r\\n' % way
    s = step()
    s.sendmail(p['user'], ['bob@posthorn.test'], m)
    s.quit()
def plain():
    s = smtplib.SMTP('127.0.0.1', p['submission']); s.starttls(context=tls); s.ehlo()
    s.user, s.password = p['user'], p['password']; s.auth('PLAIN', s.auth_plain); return s
def login():
    s = smtplib.SMTP_SSL('127.0.0.1', p['submissions'], context=tls); s.ehlo()
    s.user, s.password = p['user'], p['password']; s.auth('LOGIN', s.auth_login); return s
def usual():
    s = smtplib.SMTP('127.0.0.1', p['submission']); s.login(p['user'], p['password']); return s
for way, step in (('plain', plain), ('login', login), ('usual', usual)): say(way, step)
try:
    s = smtplib.SMTP('127.0.0.1', p['mx']); s.sendmail('a@b.test', ['nobody@posthorn.test'], 'Subject: x\\r\\n\\r\\n')
except smtplib.SMTPRecipientsRefused as refused:
    print(json.dumps([code for code, text in refused.recipients.values()]))
box = poplib.POP3('127.0.0.1', p['pop3']); box.stls(context=tls)
box.user('bob@posthorn.test'); box.pass_(p['reader'])
subjects = []
for n in range(1, len(box.list()[1]) + 1):
    lines = box.retr(n)[1]
    subjects += [l.decode() for l in lines if l.startswith(b'Subject: python')]
    if box.uidl(n).split()[2] == b'' or box.top(n, 0)[1][-1] != b'': raise Exception('UIDL or TOP')
box.quit()
secure = poplib.POP3_SSL('127.0.0.1', p['pop3s'], context=tls); secure.user('bob@posthorn.test'); secure.pass_(p['reader']); secure.quit()
print(json.dumps(sorted(subjects)))
`

test('Python: smtplib by STARTTLS and TLS, PLAIN and LOGIN, and poplib', { skip: pythonMissing() }, async () => {
  const { address, password } = house.person('alice')
  const ports = Object.fromEntries(['mx', 'submission', 'submissions', 'pop3', 'pop3s'].map((role) => [role, port(role)]))
  const ran = await run(
    'python3',
    ['-c', PYTHON],
    JSON.stringify({ ...ports, user: address, password, reader: house.person('bob').password }),
  )
  assert.equal(ran.err, '')
  const [refused, subjects] = ran.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown)
  assert.deepEqual(refused, [550])
  assert.deepEqual(subjects, ['Subject: python login', 'Subject: python plain', 'Subject: python usual'])
})

test('strangers: no relaying, no unknown people, but postmaster always, and source routes are skipped', async () => {
  const wire = await dialSmtp(port('mx'))
  await wire.expect('MAIL FROM:<x@elsewhere.test>', 250)
  assert.match(await wire.expect('RCPT TO:<kim@example.org>', 550), /^550[- ]5\.7\.1 /)
  assert.match(await wire.expect('RCPT TO:<bob%posthorn.test@example.org>', 550), /^550[- ]5\.7\.1 /)
  assert.match(await wire.expect('RCPT TO:<nobody@posthorn.test>', 550), /^550 5\.1\.1 /)
  for (const postmaster of ['Postmaster', 'postmaster@posthorn.test', 'POSTMASTER@Posthorn.Test'])
    await wire.expect(`RCPT TO:<${postmaster}>`, 250)
  await wire.expect('RCPT TO:<@one.test,@two.test:bob@posthorn.test>', 250)
  await wire.expect('DATA', 354)
  await wire.expect(`${letter('routed')}.`, 250)
  wire.hangUp()
  assert.equal(field(await received('bob', 'routed'), 'Delivered-To'), 'bob@posthorn.test')
})

test('a message in chunks (BDAT) arrives, also a lone dot in it', async () => {
  const wire = await dialSmtp(port('mx'))
  const content = 'Subject: chunks\r\n\r\nfirst\r\n.\r\nlast\r\n'
  const [one, two] = [content.slice(0, 25), content.slice(25)]
  wire.say(
    `MAIL FROM:<x@elsewhere.test>\r\nRCPT TO:<bob@posthorn.test>\r\nBDAT ${one.length}\r\n${one}BDAT ${two.length} LAST\r\n${two}QUIT\r\n`,
  )
  for (const code of [250, 250, 250, 250, 221]) assert.equal((await wire.reply()).code, code)
  assert.equal(body(await received('bob', 'chunks')), 'first\r\n.\r\nlast\r\n')
})

test('read and deleted by POP3 is gone, what came after is not', async () => {
  const { address } = house.person('bob')
  await readMailbox(port('pop3'), house.person('bob'), { andDelete: true })
  await deliver(port('mx'), { from: 'x@elsewhere.test', to: [address], content: letter('after') })
  const left = await readMailbox(port('pop3'), house.person('bob'))
  assert.deepEqual(
    left.map((message) => field(message, 'Subject')),
    ['after'],
  )
})

test('the three lines that the summary shows work as they stand', { skip: curlMissing() }, async (t) => {
  const folder = temporaryFolder()
  const child = spawn(process.execPath, [MAIN, 'up', '--demo', '--port-base', '0', '--data', folder], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  t.after(async () => {
    child.kill('SIGKILL')
    await exited
    removeFolder(folder)
  })
  const shown = await summaryOf(child)
  const [send = '', list = '', read = '', ...more] = shown
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /^(printf|curl) /.test(line))
  assert.deepEqual(more, [])
  const sent = await run('sh', ['-c', send])
  assert.deepEqual(sent, { code: 0, out: '', err: '' })
  const listed = await run('sh', ['-c', list])
  assert.match(listed.out, /^1 \d+\r\n$/)
  const one = await run('sh', ['-c', read])
  assert.match(one.out, /^Subject: Hello\r$/m)
  assert.match(one.out, /^It works\.\r$/m)
  child.kill('SIGTERM')
  assert.equal(await exited, 0)
})

function summaryOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let shown = ''
    child.once('exit', (code) => reject(new Error(`it ended with ${code}`)))
    child.stdout?.on('data', (chunk: Buffer) => {
      shown += chunk.toString()
      if (shown.includes('Ctrl-C')) resolve(shown)
    })
  })
}

function sha(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
