// The POP3 engine over real sockets and a real store. Rules [E…] are those of SPEC.md.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DRAIN_GRACE_MS } from '../limits.ts'
import { TestClient } from './testing/client.ts'
import { faultyStore, NAME, PASSWORD, startPop3 } from './testing/server.ts'

const MAIL = 'From: a@b\r\nSubject: hello\r\n\r\nOne\r\nTwo\r\nThree\r\n'

test('[E1] log in, list, fetch, delete, quit', async (t) => {
  const server = await startPop3(t)
  const ids = [await server.deliver(MAIL, 'Return-Path: <a@b>\r\n'), await server.deliver('Subject: 2\r\n\r\n.\r\n')]
  const client = await TestClient.loggedIn(server.port)
  assert.equal(await client.ask('STAT'), `+OK 2 ${MAIL.length + 20 + 17}`)
  assert.match(await client.ask('UIDL'), /^\+OK/)
  assert.equal((await client.body()).toString(), `1 ${ids[0]}\r\n2 ${ids[1]}\r\n`)
  assert.equal((await client.message('RETR 1')).toString(), `Return-Path: <a@b>\r\n${MAIL}`)
  assert.equal((await client.message('RETR 2')).toString(), 'Subject: 2\r\n\r\n.\r\n')
  assert.equal((await client.message('TOP 1 1')).toString(), 'Return-Path: <a@b>\r\nFrom: a@b\r\nSubject: hello\r\n\r\nOne\r\n')
  assert.match(await client.ask('DELE 1'), /^\+OK/)
  assert.match(await client.ask('RETR 1'), /^-ERR/)
  assert.match(await client.ask('QUIT'), /^\+OK .*1 message deleted/)
  await client.closed()
  assert.deepEqual(await server.ids(), [ids[1]])
})

test('[E2] trap 50: a second session is told [IN-USE], and gets in when the first has ended', async (t) => {
  const server = await startPop3(t)
  const first = await TestClient.loggedIn(server.port)
  const second = await TestClient.connect(server.port)
  await second.ask(`USER ${NAME}`)
  assert.match(await second.ask(`PASS ${PASSWORD}`), /^-ERR \[IN-USE\] /)
  await first.ask('QUIT')
  await second.ask(`USER ${NAME}`)
  assert.match(await second.ask(`PASS ${PASSWORD}`), /^\+OK/)
})

test('[E3] trap 50: a lost connection deletes nothing and frees the maildrop at once', async (t) => {
  const server = await startPop3(t)
  const id = await server.deliver(MAIL)
  const client = await TestClient.loggedIn(server.port)
  await client.ask('DELE 1')
  client.socket.destroy()
  await server.idle()
  assert.deepEqual(await server.ids(), [id])
  const again = await TestClient.loggedIn(server.port)
  assert.match(await again.ask('STAT'), /^\+OK 1 /)
})

test('[E4] RSET takes the marks back; QUIT then deletes nothing', async (t) => {
  const server = await startPop3(t)
  const id = await server.deliver(MAIL)
  const client = await TestClient.loggedIn(server.port)
  await client.ask('DELE 1')
  assert.match(await client.ask('RSET'), /^\+OK/)
  assert.equal(await client.ask('QUIT'), '+OK Goodbye')
  await server.idle()
  assert.deepEqual(await server.ids(), [id])
})

test('[E5] the numbers hold: what arrives during a session is seen by the next one', async (t) => {
  const server = await startPop3(t)
  await server.deliver(MAIL)
  const client = await TestClient.loggedIn(server.port)
  const second = await server.deliver(MAIL)
  assert.match(await client.ask('STAT'), /^\+OK 1 /)
  await client.ask('DELE 1')
  await client.ask('QUIT')
  await server.idle()
  assert.deepEqual(await server.ids(), [second])
})

test('[E6] a store that cannot write: -ERR [SYS/TEMP], and everything is still there', async (t) => {
  const server = await startPop3(t, {
    wrapStore: (store) => faultyStore(store, { call: 'mailbox.removeLocked' }),
  })
  const id = await server.deliver(MAIL)
  const client = await TestClient.loggedIn(server.port)
  await client.ask('DELE 1')
  assert.match(await client.ask('QUIT'), /^-ERR \[SYS\/TEMP\] Nothing was deleted/)
  await client.closed()
  await server.idle()
  assert.deepEqual(await server.ids(), [id])
  await TestClient.loggedIn(server.port)
})

test('[E7] a wrong password: [AUTH]; the third ends the session', async (t) => {
  const server = await startPop3(t)
  const client = await TestClient.connect(server.port)
  for (let tries = 0; tries < 3; tries++) {
    await client.ask(`USER ${NAME}`)
    assert.match(await client.ask('PASS wrong'), /^-ERR \[AUTH\] /)
  }
  assert.equal(await client.line(), '')
  assert.equal(server.logged.filter((line) => line.includes('wrong')).length, 0)
})

test('[E8] without TLS a password from elsewhere is refused before it is sent, with what to do', async (t) => {
  const server = await startPop3(t, { peerAddress: '192.0.2.1' })
  const client = await TestClient.connect(server.port)
  assert.match(await client.ask(`USER ${NAME}`), /^-ERR \[SYS\/PERM\] .*SSL\/TLS/)
  assert.match(await client.ask('AUTH PLAIN AGEAYg=='), /^-ERR \[SYS\/PERM\]/)
  assert.match(await client.ask('AUTH '), /^\+OK/)
  assert.equal((await client.body()).length, 0)
})

test('[E9] allowPlaintext takes it', async (t) => {
  const server = await startPop3(t, { peerAddress: '192.0.2.1', settings: { allowPlaintext: true } })
  await TestClient.loggedIn(server.port)
})

test('[E10] trap 53: STLS drops what was pipelined behind it, and the conversation begins anew', async (t) => {
  const server = await startPop3(t, { tls: 'starttls', peerAddress: '192.0.2.1' })
  await server.deliver(MAIL)
  const client = await TestClient.connect(server.port)
  client.send(`STLS\r\nUSER mallory\r\n`)
  assert.match(await client.line(), /^\+OK/)
  await client.startTls()
  assert.match(await client.ask('CAPA'), /^\+OK/)
  const offered = (await client.body()).toString().split('\r\n')
  assert.ok(!offered.includes('STLS') && offered.includes('USER') && offered.includes('SASL PLAIN LOGIN'))
  assert.match(await client.ask(`PASS ${PASSWORD}`), /^-ERR USER comes first/)
  await client.ask(`USER ${NAME}`)
  assert.match(await client.ask(`PASS ${PASSWORD}`), /^\+OK/)
  assert.equal((await client.message('RETR 1')).toString(), MAIL)
})

test('[E11] AUTH PLAIN with and without initial response, AUTH LOGIN, and giving up', async (t) => {
  const server = await startPop3(t)
  const plain = Buffer.from(`\0${NAME}\0${PASSWORD}`).toString('base64')
  const one = await TestClient.connect(server.port)
  assert.equal(await one.ask('AUTH LOGIN'), `+ ${Buffer.from('Username:').toString('base64')}`)
  assert.match(await one.ask('*'), /^-ERR Cancelled/)
  assert.match(await one.ask(`auth plain ${plain}`), /^\+OK/)
  await one.ask('QUIT')
  const two = await TestClient.connect(server.port)
  assert.equal(await two.ask('AUTH PLAIN'), '+ ')
  assert.match(await two.ask(plain), /^\+OK/)
  await two.ask('QUIT')
  const three = await TestClient.connect(server.port)
  await three.ask('AUTH LOGIN')
  await three.ask(Buffer.from(NAME).toString('base64'))
  assert.match(await three.ask(Buffer.from(PASSWORD).toString('base64')), /^\+OK/)
})

test('[E12] draining: the command at hand is finished, then -ERR [SYS/TEMP], and nothing is deleted', async (t) => {
  const server = await startPop3(t)
  const id = await server.deliver(MAIL)
  const client = await TestClient.loggedIn(server.port)
  await client.ask('DELE 1')
  server.stop.abort()
  assert.match(await client.line(), /^-ERR \[SYS\/TEMP\] Closing/)
  await client.closed()
  await server.idle()
  assert.deepEqual(await server.ids(), [id])
})

test('[E22] draining does not wait for ever for a client that takes nothing', async (t) => {
  const server = await startPop3(t, {
    wrapClock: (clock) => ({ ...clock, after: (ms, callback) => clock.after(ms === DRAIN_GRACE_MS ? 1 : ms, callback) }),
  })
  const id = await server.deliver(Buffer.alloc(30_000_000, `${'x'.repeat(76)}\r\n`))
  const client = await TestClient.loggedIn(server.port)
  client.socket.pause()
  client.send('DELE 1\r\nRSET\r\nRETR 1\r\n')
  await new Promise((resolve) => setTimeout(resolve, 50))
  server.stop.abort()
  await server.idle()
  assert.deepEqual(await server.ids(), [id])
})

test('[E13] a client that never logs in is shown out', async (t) => {
  const server = await startPop3(t, { settings: { loginTimeout: '20ms' } })
  const client = await TestClient.connect(server.port)
  assert.match(await client.line(), /^-ERR \[SYS\/TEMP\] Closing: no login/)
  await client.closed()
})

test('[E14] the idle time-out is the one of the settings, ten minutes unless changed', async (t) => {
  const asked: number[] = []
  const server = await startPop3(t, { onIdleTimeout: (ms) => asked.push(ms) })
  await TestClient.loggedIn(server.port)
  assert.deepEqual(asked, [600_000])
})

test('[E15] a message that breaks off is never ended with a dot: the connection is cut', async (t) => {
  const server = await startPop3(t, {
    wrapStore: (store) => faultyStore(store, { first: 'content.readChunk' }),
  })
  await server.deliver(Buffer.alloc(600_000, 'line of text\r\n'))
  const client = await TestClient.loggedIn(server.port)
  assert.match(await client.ask('RETR 1'), /^\+OK/)
  const got = await client.rest()
  assert.ok(!got.toString('latin1').endsWith('.\r\n'))
  assert.ok(server.logged.some((line) => line.startsWith('error a message broke off')))
})

test('[E16] one message that cannot be read does not end the session', async (t) => {
  const server = await startPop3(t, {
    wrapStore: (store) => faultyStore(store, { first: 'content.readHead' }),
  })
  await server.deliver(MAIL, 'Return-Path: <>\r\n')
  const client = await TestClient.loggedIn(server.port)
  assert.match(await client.ask('RETR 1'), /^-ERR \[SYS\/TEMP\]/)
  assert.match(await client.ask('NOOP'), /^\+OK/)
})

test('[E17] 10,000 pipelined commands are answered in order', async (t) => {
  const server = await startPop3(t)
  const id = await server.deliver(MAIL)
  const client = await TestClient.loggedIn(server.port)
  client.send('UIDL 1\r\nNOOP\r\n'.repeat(5_000))
  for (let i = 0; i < 5_000; i++) {
    assert.equal(await client.line(), `+OK 1 ${id}`)
    assert.equal(await client.line(), '+OK Still here')
  }
})

test('[E17] a client that pipelines without end while it reads nothing is held back by TCP', async (t) => {
  const server = await startPop3(t)
  await server.deliver(Buffer.alloc(30_000_000, `${'x'.repeat(76)}\r\n`))
  const client = await TestClient.loggedIn(server.port)
  client.socket.pause()
  client.send('RETR 1\r\n')
  client.socket.write(Buffer.alloc(40_000_000, 'NOOP\r\n'))
  await new Promise((resolve) => setTimeout(resolve, 300))
  assert.ok(client.socket.writableLength > 0, 'the server has taken it all')
})

test('[E18] a disabled account is told so, not asked for another password', async (t) => {
  const server = await startPop3(t)
  const client = await TestClient.connect(server.port)
  await client.ask('USER disabled')
  assert.match(await client.ask('PASS x'), /^-ERR \[SYS\/PERM\] .*disabled/)
})

test('[E20] a login that nobody can decide is [SYS/TEMP], not [AUTH]', async (t) => {
  const server = await startPop3(t, { wrapStore: (store) => faultyStore(store, { first: 'mailbox.mailboxOfPerson' }) })
  const client = await TestClient.connect(server.port)
  await client.ask(`USER ${NAME}`)
  assert.match(await client.ask(`PASS ${PASSWORD}`), /^-ERR \[SYS\/TEMP\]/)
})

test('[E21] a batch with a half close behind it is answered to its end', async (t) => {
  const server = await startPop3(t)
  await server.deliver(MAIL)
  const client = await TestClient.connect(server.port)
  client.socket.end(`USER ${NAME}\r\nPASS ${PASSWORD}\r\nDELE 1\r\nQUIT\r\n`)
  await server.idle()
  await client.closed()
  assert.deepEqual(await server.ids(), [])
})

test('[E19] a slow reader of a large message holds the server back, and the message arrives whole', async (t) => {
  let written = 0
  const server = await startPop3(t, { onWrite: (octets) => (written += octets) })
  const line = 'x'.repeat(74)
  const content = Buffer.from(`Subject: large\r\n\r\n${`${line}\r\n.dot\r\n`.repeat(620_000)}`)
  await server.deliver(content)
  const client = await TestClient.loggedIn(server.port)
  client.socket.pause()
  client.send('RETR 1\r\n')
  await new Promise((resolve) => setTimeout(resolve, 200))
  // What the kernel keeps for both ends, and a chunk: the rest of the message stays in the store.
  assert.ok(written < content.length / 2, `${written} octets written while nothing is read`)
  assert.equal(await measure(client), content.length + 620_000 + `+OK ${content.length} octets\r\n.\r\n`.length)
})

/** Octets of one response, read without keeping them. */
function measure(client: TestClient): Promise<number> {
  client.socket.removeAllListeners('data')
  return new Promise((resolve) => {
    let octets = 0
    let tail = ''
    client.socket.on('data', (bytes: Buffer) => {
      octets += bytes.length
      tail = (tail + bytes.subarray(-5).toString('latin1')).slice(-5)
      if (tail === '\r\n.\r\n') resolve(octets)
    })
    client.socket.resume()
  })
}
