// Reading mail by IMAP from the real program: Python's imaplib, and a client as crude as the protocol.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { imaplibMissing } from './available.ts'
import { type House, openHouse } from './house.ts'
import { deliver, letter } from './mail.ts'
import { run } from './program.ts'
import { dial, type Wire } from './wire.ts'

const closers: (() => Promise<void> | void)[] = []
let house: House

before(async () => {
  house = await openHouse(
    { after: (close) => void closers.push(close as () => Promise<void>) },
    { settings: '[process]\nthreads = 3' },
  )
})

after(async () => {
  for (const close of closers) await close()
})

const PYTHON = `
import imaplib, json, ssl, sys, time
p = json.load(sys.stdin)
tls = ssl._create_unverified_context()
def ok(answer):
    kind, data = answer
    if kind != 'OK': raise Exception(str(answer))
    return data
def text(data): return [d.decode('latin1') if isinstance(d, bytes) else [x.decode('latin1') for x in d] for d in data if d is not None]
a = imaplib.IMAP4('127.0.0.1', p['imap']); ok(a.starttls(tls)); ok(a.login(p['user'], p['password']))
b = imaplib.IMAP4_SSL('127.0.0.1', p['imaps'], ssl_context=tls)
ok(b.authenticate('PLAIN', lambda _: ('\\0%s\\0%s' % (p['user'], p['password'])).encode()))
told = {}
told['folders'] = sorted(line.rsplit(' ', 1)[1] for line in text(ok(a.list())))
ok(a.create('Work/2026'))
told['append'] = text(ok(a.append('Work/2026', '(\\\\Flagged)', imaplib.Time2Internaldate(1700000000), p['message'].encode())))
told['count'] = text(ok(a.select('Work/2026')))
told['search'] = text(ok(a.uid('search', None, 'FLAGGED')))
told['fetch'] = text(ok(a.uid('fetch', '1', '(FLAGS RFC822.SIZE BODY.PEEK[HEADER.FIELDS (SUBJECT)])')))
told['store'] = text(ok(a.store('1', '+FLAGS', '(\\\\Deleted $Label)')))
ok(b.select('Work/2026'))
told['other'] = text(ok(b.fetch('1', '(FLAGS)')))
told['copy'] = text(ok(a.copy('1', 'Archive')))
told['expunge'] = text(ok(a.expunge()))
ok(b.noop())
told['exists'] = text(b.response('EXPUNGE')[1])
told['status'] = text(ok(b.status('Archive', '(MESSAGES UNSEEN)')))
ok(a.close()); a.logout(); b.logout()
print(json.dumps(told))
`

test('Python: imaplib over STARTTLS and TLS, two sessions on one mailbox', { skip: imaplibMissing() }, async () => {
  const { address: user, password } = house.person('alice')
  const message = 'Subject: from Python\r\n\r\nHello\r\n'
  const ports = { imap: house.program.port('imap'), imaps: house.program.port('imaps') }
  const ran = await run('python3', ['-c', PYTHON], JSON.stringify({ ...ports, user, password, message }))
  assert.equal(ran.err, '')
  const told = JSON.parse(ran.out) as Record<string, unknown>
  assert.deepEqual(told['folders'], ['Archive', 'Drafts', 'INBOX', 'Junk', 'Sent', 'Trash'])
  assert.match(String(told['append']), /^\[APPENDUID \d+ 1\]/)
  assert.deepEqual(told['count'], ['1'])
  assert.deepEqual(told['search'], ['1'])
  const header = 'Subject: from Python\r\n\r\n'
  assert.deepEqual(told['fetch'], [
    [
      `1 (UID 1 FLAGS (\\Flagged \\Recent) RFC822.SIZE ${message.length} BODY[HEADER.FIELDS (SUBJECT)] {${header.length}}`,
      header,
    ],
    ')',
  ])
  assert.deepEqual(told['other'], ['1 (FLAGS (\\Flagged \\Deleted $Label))'])
  assert.deepEqual(told['expunge'], ['1'])
  assert.deepEqual(told['exists'], ['1'])
  assert.deepEqual(told['status'], ['Archive (MESSAGES 1 UNSEEN 1)'])
})

async function signedIn(name: string): Promise<Wire> {
  const { address, password } = house.person(name)
  const wire = await dial(house.program.port('imap'))
  await wire.line()
  assert.match((await ask(wire, `LOGIN ${address} "${password}"`)).at(-1) ?? '', /^t OK /)
  return wire
}

/** The lines of the answer, the tagged one last. */
async function ask(wire: Wire, command: string): Promise<readonly string[]> {
  wire.say(`t ${command}\r\n`)
  const lines: string[] = []
  for (let line = await wire.line(); line !== undefined; line = await wire.line()) {
    lines.push(line)
    if (line.startsWith('t ')) return lines
  }
  throw new Error(`the server hung up after ${lines.join(' | ')}`)
}

test('what comes in by SMTP is told to who waits with IDLE, whatever thread serves them', async () => {
  const waiting = await Promise.all(Array.from({ length: 6 }, () => signedIn('bob')))
  for (const wire of waiting) {
    assert.match((await ask(wire, 'SELECT INBOX')).at(-1) ?? '', /READ-WRITE/)
    wire.say('i IDLE\r\n')
    assert.match((await wire.line()) ?? '', /^\+ /)
  }
  await deliver(house.program.port('mx'), {
    from: 'x@elsewhere.test',
    to: ['bob@posthorn.test'],
    content: letter('for who waits'),
  })
  for (const wire of waiting) {
    assert.equal(await wire.line(), '* 1 EXISTS')
    wire.hangUp()
  }
})

test('a session is shown out in words when the server stops', async () => {
  const wire = await signedIn('alice')
  const stopped = house.program.stop()
  assert.match((await wire.line()) ?? '', /^\* BYE .*stops or restarts/)
  assert.equal(await stopped, 0)
})
