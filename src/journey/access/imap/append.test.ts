// What adds messages: APPEND, COPY, MOVE. Rules [A…] are those of SPEC.md.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TestClient } from './testing/client.ts'
import { faultyStore, startImap } from './testing/server.ts'

const MAIL = 'Subject: x\r\n\r\nbody\r\n'

test('[A1] trap 32: APPEND keeps octets, flags, keywords and date; APPENDUID says where', async (t) => {
  const server = await startImap(t)
  const client = await TestClient.selected(server.port)
  const odd = Buffer.from('Subject: odd\n\nbare\nlines \xff\r\n', 'latin1')
  assert.match(await client.append('INBOX (\\Seen $Work) " 7-Feb-2001 22:03:04 -0730"', odd), /^OK \[APPENDUID 1 1\]/)
  const [line = ''] = await client.ok('FETCH 1 (FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])')
  assert.equal(
    line,
    `1 FETCH (FLAGS (\\Seen $Work) INTERNALDATE "07-Feb-2001 22:03:04 -0730" RFC822.SIZE ${odd.length} BODY[] {${odd.length}}\r\n${odd.toString('latin1')})`,
  )
})

test('[A2] the session that adds and the others are told; without literal waiting too', async (t) => {
  const server = await startImap(t)
  const ann = await TestClient.selected(server.port)
  const bob = await TestClient.selected(server.port)
  bob.send('i IDLE\r\n')
  await bob.response()
  ann.send(`a APPEND INBOX {${MAIL.length}+}\r\n${MAIL}\r\n`)
  const { untagged, tagged } = await ann.answer('a')
  assert.match(tagged, /^OK \[APPENDUID 1 1\]/)
  assert.deepEqual(untagged, ['1 EXISTS', '0 RECENT'])
  assert.equal(await bob.response(), '* 1 EXISTS')
})

test('[A3] MULTIAPPEND: all or none', async (t) => {
  const server = await startImap(t, { settings: { messageSize: '1KB' } })
  const client = await TestClient.selected(server.port)
  const large = 'y'.repeat(2000)
  client.send(`a APPEND INBOX (\\Seen) {${MAIL.length}+}\r\n${MAIL} (\\Draft) {${MAIL.length}+}\r\n${MAIL}\r\n`)
  assert.match((await client.answer('a')).tagged, /^OK \[APPENDUID 1 1:2\]/)
  client.send(`b APPEND INBOX {${MAIL.length}+}\r\n${MAIL} {${large.length}+}\r\n${large}\r\nc NOOP\r\n`)
  assert.match((await client.answer('b')).tagged, /^NO \[TOOBIG\]/)
  assert.match((await client.answer('c')).tagged, /^OK /)
  assert.deepEqual(await client.ok('STATUS INBOX (MESSAGES)'), ['STATUS INBOX (MESSAGES 2)'])
})

test('[A4] what cannot be taken is refused before it is sent', async (t) => {
  const server = await startImap(t, { settings: { messageSize: '1KB' } })
  const client = await TestClient.loggedIn(server.port)
  assert.match(await client.append('INBOX', 'y'.repeat(2000)), /^NO \[TOOBIG\]/)
  assert.match(await client.append('nothing', MAIL), /^NO \[TRYCREATE\]/)
  const full = await startImap(t, { hasRoom: () => false })
  assert.match(await (await TestClient.loggedIn(full.port)).append('INBOX', MAIL), /^NO \[UNAVAILABLE\]/)
})

test('[A4] room that goes while a message comes in: NO, and nothing of it stays', async (t) => {
  let looks = 0
  const server = await startImap(t, { hasRoom: () => ++looks < 3 })
  const client = await TestClient.selected(server.port)
  assert.match(await client.append('INBOX', `Subject: large\r\n\r\n${'x\r\n'.repeat(400_000)}`), /^NO \[UNAVAILABLE\]/)
  assert.ok(looks >= 3)
  const left = () => server.store.query<{ content: { id: string } }, unknown>((db) => db.selectFrom('content').selectAll())
  while ((await left()).length > 0) await new Promise((resolve) => setImmediate(resolve))
})

test('[A5] a store that cannot write: NO, and the session goes on', async (t) => {
  const server = await startImap(t, { wrapStore: (store) => faultyStore(store, { call: 'mailbox.appendMessages' }) })
  const client = await TestClient.selected(server.port)
  assert.match(await client.append('INBOX', MAIL), /^NO \[UNAVAILABLE\]/)
  assert.deepEqual(await client.ok('NOOP'), [])
})

test('[A6] a large message streams into the store', async (t) => {
  const server = await startImap(t)
  const client = await TestClient.selected(server.port)
  const message = `Subject: large\r\n\r\n${'0123456789abcdef\r\n'.repeat(60_000)}`
  assert.match(await client.append('INBOX', message), /^OK \[APPENDUID 1 1\]/)
  const [line = ''] = await client.ok('FETCH 1 BODY.PEEK[]')
  assert.equal(line, `1 FETCH (BODY[] {${message.length}}\r\n${message})`)
})

test('[A7] a connection that breaks off in a message leaves nothing behind', async (t) => {
  const server = await startImap(t)
  const client = await TestClient.loggedIn(server.port)
  client.send(`a APPEND INBOX {600000+}\r\n${'x'.repeat(400_000)}`)
  client.socket.end()
  await client.closed()
  await server.idle()
  const again = await TestClient.selected(server.port)
  assert.deepEqual(await again.ok('FETCH 1:* UID'), [])
})

test('[A8] trap 33: COPY and MOVE tell what became what, in the order of the source', async (t) => {
  const server = await startImap(t)
  for (const _ of [1, 2, 3, 4]) await server.deliver(MAIL)
  const client = await TestClient.selected(server.port)
  await client.ok('STORE 4 +FLAGS.SILENT (\\Flagged $Work)')
  const copied = await client.ask('COPY 4,1:2 Sent')
  assert.match(copied.tagged, /^OK \[COPYUID \d+ 1:2,4 1:3\]/)
  const moved = await client.ask('UID MOVE 2:3,77 Sent')
  assert.match(moved.untagged[0] ?? '', /^OK \[COPYUID \d+ 2:3 4:5\]/)
  assert.deepEqual(moved.untagged.slice(1), ['3 EXPUNGE', '2 EXPUNGE'])
  assert.match(moved.tagged, /^OK /)
  await client.refused('COPY 1 nothing', /^NO \[TRYCREATE\]/)
  await client.refused('MOVE 1 nothing', /^NO \[TRYCREATE\]/)
  await client.refused('COPY 9 Sent', /^BAD /)
  assert.match((await client.ask('UID COPY 77 Sent')).tagged, /^OK (?!\[)/)
  await client.ok('SELECT Sent')
  assert.deepEqual(await client.ok('FETCH 3 FLAGS'), ['3 FETCH (FLAGS (\\Flagged \\Recent $Work))'])
})

test('[A9] trap 4: a mailbox made anew has another UIDVALIDITY', async (t) => {
  const server = await startImap(t)
  const client = await TestClient.loggedIn(server.port)
  const validity = async (): Promise<number> => {
    await client.ok('CREATE again')
    const [line = ''] = await client.ok('STATUS again (UIDVALIDITY)')
    await client.append('again', MAIL)
    await client.ok('DELETE again')
    return Number(/UIDVALIDITY (\d+)/.exec(line)?.[1])
  }
  const [first, second] = [await validity(), await validity()]
  assert.ok(second > first, `${first} ${second}`)
})

test('[A10] UID EXPUNGE removes what is marked of the set alone', async (t) => {
  const server = await startImap(t)
  for (const _ of [1, 2, 3]) await server.deliver(MAIL)
  const client = await TestClient.selected(server.port)
  await client.ok('STORE 1:3 +FLAGS.SILENT (\\Deleted)')
  assert.deepEqual(await client.ok('UID EXPUNGE 2:9'), ['3 EXPUNGE', '2 EXPUNGE'])
  assert.deepEqual(await client.ok('UID EXPUNGE 7'), [])
  assert.deepEqual(await client.ok('EXPUNGE'), ['1 EXPUNGE'])
})
