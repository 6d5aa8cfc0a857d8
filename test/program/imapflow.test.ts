// The real program as a modern IMAP client sees it: imapflow signs in, reads, searches, flags, moves, waits for news.

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { ImapFlow } from 'imapflow'
import { type House, openHouse } from './house.ts'
import { deliver, letter } from './mail.ts'

async function connect(t: TestContext, house: House, role: 'imap' | 'imaps'): Promise<ImapFlow> {
  const { address, password } = house.person('bob')
  const client = new ImapFlow({
    host: '127.0.0.1',
    port: house.program.port(role),
    secure: role === 'imaps',
    auth: { user: address, pass: password },
    tls: { rejectUnauthorized: false },
    logger: false,
  })
  await client.connect()
  t.after(() => client.close())
  return client
}

/** imapflow answers false or undefined for what is not there. */
function there<T>(value: T | false | undefined): T {
  assert.ok(value !== false && value !== undefined)
  return value
}

const ALTERNATIVE = [
  'From: Ann <ann@elsewhere.test>',
  'To: bob@posthorn.test',
  'Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?= from the sea',
  'Message-ID: <sea@elsewhere.test>',
  'Date: Mon, 2 Nov 2026 10:00:00 +0100',
  'MIME-Version: 1.0',
  'Content-Type: multipart/alternative; boundary=cut',
  '',
  '--cut',
  'Content-Type: text/plain; charset=utf-8',
  'Content-Transfer-Encoding: quoted-printable',
  '',
  'The w=C3=A4ves are high.',
  '--cut',
  'Content-Type: text/html',
  '',
  '<p>The <b>waves</b> are high.</p>',
  '--cut--',
  '',
].join('\r\n')

test('imapflow: folders, append, fetch, download, search', async (t) => {
  const house = await openHouse(t)
  const client = await connect(t, house, 'imap')
  const folders = await client.list()
  assert.deepEqual(
    folders.map(({ path, specialUse }) => [path, specialUse]),
    [
      ['INBOX', '\\Inbox'],
      ['Sent', '\\Sent'],
      ['Drafts', '\\Drafts'],
      ['Archive', '\\Archive'],
      ['Junk', '\\Junk'],
      ['Trash', '\\Trash'],
    ],
  )
  await client.mailboxOpen('INBOX')
  await client.append('INBOX', ALTERNATIVE, ['\\Seen'], new Date('2026-11-02T09:00:05Z'))
  for (const n of [1, 2, 3]) await client.append('INBOX', letter(`number ${n}`, `text ${n}`))
  const all = await client.fetchAll('1:*', {
    uid: true,
    flags: true,
    envelope: true,
    bodyStructure: true,
    size: true,
    internalDate: true,
  })
  assert.deepEqual(
    all.map(({ uid, envelope, flags }) => [uid, envelope?.subject, [...(flags ?? [])]]),
    [
      [1, 'Grüße from the sea', ['\\Seen']],
      [2, 'number 1', []],
      [3, 'number 2', []],
      [4, 'number 3', []],
    ],
  )
  const [sea] = all
  assert.equal(sea?.size, Buffer.byteLength(ALTERNATIVE))
  assert.equal(new Date(sea?.internalDate ?? 0).toISOString(), '2026-11-02T09:00:05.000Z')
  assert.deepEqual(
    sea?.bodyStructure?.childNodes?.map(({ part, type }) => [part, type]),
    [
      ['1', 'text/plain'],
      ['2', 'text/html'],
    ],
  )
  const content = there((await client.download('1', '1', { uid: true })).content)
  assert.match(Buffer.concat(await content.toArray()).toString(), /^The wäves are high\./)
  assert.equal(there(await client.fetchOne('1', { source: true }, { uid: true })).source?.toString(), ALTERNATIVE)

  assert.deepEqual(await client.search({ subject: 'grüße' }, { uid: true }), [1])
  assert.deepEqual(await client.search({ body: 'WÄVES' }, { uid: true }), [1])
  assert.deepEqual(await client.search({ or: [{ seen: true }, { subject: 'number 3' }] }, { uid: true }), [1, 4])
  await client.logout()
  assert.equal(await house.program.stop(), 0)
})

test('imapflow: flags, move, rename, delete', async (t) => {
  const house = await openHouse(t)
  const client = await connect(t, house, 'imap')
  await client.mailboxOpen('INBOX')
  for (const n of [1, 2, 3, 4]) await client.append('INBOX', letter(`number ${n}`))
  await client.messageFlagsAdd('2:3', ['\\Flagged', '$Work'], { uid: true })
  assert.deepEqual(await client.search({ keyword: '$Work' }, { uid: true }), [2, 3])
  const moved = await client.messageMove('2:3', 'Archive', { uid: true })
  assert.deepEqual(
    [...(there(moved).uidMap ?? [])],
    [
      [2, 1],
      [3, 2],
    ],
  )
  assert.equal(there(await client.status('Archive', { messages: true, unseen: true })).messages, 2)
  await client.messageDelete('4', { uid: true })
  assert.equal(there(client.mailbox).exists, 1)

  await client.mailboxCreate(['Projects', 'Ä ö & 😀'])
  await client.mailboxRename('Projects', 'Work')
  assert.ok((await client.list()).some(({ path }) => path === 'Work/Ä ö & 😀'))
  await client.mailboxDelete('Work/Ä ö & 😀')
  assert.ok(!(await client.list()).some(({ path }) => path === 'Work/Ä ö & 😀'))
  await client.logout()
  assert.equal(await house.program.stop(), 0)
})

test('imapflow: mail that comes by SMTP is told to who waits, over TLS from the first octet', async (t) => {
  const house = await openHouse(t)
  const client = await connect(t, house, 'imaps')
  await client.mailboxOpen('INBOX')
  const told = new Promise<number>((resolve) => client.on('exists', ({ count }) => resolve(count)))
  void client.idle()
  const sent = await deliver(house.program.port('mx'), {
    from: 'x@elsewhere.test',
    to: ['bob@posthorn.test'],
    content: letter('news'),
  })
  assert.equal(sent.code, 250)
  assert.equal(await told, 1)
  const message = there(await client.fetchOne('1', { envelope: true, headers: ['delivered-to'] }))
  assert.equal(message.envelope?.subject, 'news')
  assert.match(message.headers?.toString() ?? '', /Delivered-To: bob@posthorn\.test/i)
  await client.logout()
  assert.equal(await house.program.stop(), 0)
})
