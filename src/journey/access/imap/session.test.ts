// The IMAP engine over real sockets and a real store: connection, login, and its ends. Rules [E…] are those of SPEC.md.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TestClient } from './testing/client.ts'
import { NAME, PASSWORD, startImap } from './testing/server.ts'

const plain = (name: string, password: string, authorize = ''): string =>
  Buffer.from(`${authorize}\0${name}\0${password}`).toString('base64')

test('[E1] the login is answered with the capabilities there are from then on', async (t) => {
  const server = await startImap(t)
  const client = await TestClient.connect(server.port)
  const { tagged } = await client.ask(`LOGIN ${NAME} "${PASSWORD}"`)
  assert.match(tagged, /^OK \[CAPABILITY IMAP4rev1 IMAP4rev2 .* QRESYNC .*\] Welcome/)
  assert.deepEqual(await client.ok('LOGOUT'), ['BYE Goodbye'])
  await client.closed()
})

test('[E2] AUTHENTICATE PLAIN and LOGIN, with and without initial response', async (t) => {
  const server = await startImap(t)
  const initial = await TestClient.connect(server.port)
  await initial.ok(`AUTHENTICATE PLAIN ${plain(NAME, PASSWORD)}`)
  const prompted = await TestClient.connect(server.port)
  prompted.send('a AUTHENTICATE LOGIN\r\n')
  assert.equal(await prompted.response(), `+ ${Buffer.from('Username:').toString('base64')}`)
  prompted.send(`${Buffer.from(NAME).toString('base64')}\r\n`)
  assert.equal(await prompted.response(), `+ ${Buffer.from('Password:').toString('base64')}`)
  prompted.send(`${Buffer.from(PASSWORD).toString('base64')}\r\n`)
  assert.match((await prompted.answer('a')).tagged, /^OK \[CAPABILITY /)
  const cancelled = await TestClient.connect(server.port)
  cancelled.send('a AUTHENTICATE PLAIN\r\n')
  assert.match(await cancelled.response(), /^\+ /)
  cancelled.send('*\r\n')
  assert.match((await cancelled.answer('a')).tagged, /^BAD /)
  await cancelled.ok(`LOGIN ${NAME} "${PASSWORD}"`)
})

test('[E3] a wrong password is AUTHENTICATIONFAILED, the third ends the session', async (t) => {
  const server = await startImap(t)
  const client = await TestClient.connect(server.port)
  await client.refused('LOGIN ann wrong', /^NO \[AUTHENTICATIONFAILED\] /)
  await client.refused(`AUTHENTICATE PLAIN ${plain(NAME, 'wrong')}`, /^NO \[AUTHENTICATIONFAILED\] /)
  await client.refused('LOGIN ann wrong', /^NO \[AUTHENTICATIONFAILED\] /)
  assert.match(await client.response(), /^\* BYE /)
  await client.closed()
})

test('[E4] what nobody can decide is never called a wrong password', async (t) => {
  const server = await startImap(t)
  const client = await TestClient.connect(server.port)
  await client.refused('LOGIN broken x', /^NO \[UNAVAILABLE\] /)
  await client.refused('LOGIN disabled x', /^NO \[CONTACTADMIN\] /)
  await client.refused(`AUTHENTICATE PLAIN ${plain(NAME, PASSWORD, 'bob')}`, /^NO \[AUTHENTICATIONFAILED\] /)
})

test('[E5] a password in clear is refused before it is sent, but from this machine or where it is allowed', async (t) => {
  const server = await startImap(t, { tls: 'starttls', peerAddress: '192.0.2.1' })
  const client = await TestClient.connect(server.port)
  assert.match((await client.ok('CAPABILITY')).join(), /STARTTLS.* LOGINDISABLED/)
  await client.refused(`LOGIN ${NAME} "${PASSWORD}"`, /^NO \[PRIVACYREQUIRED\]|^BAD /)
  const allowing = await startImap(t, { peerAddress: '192.0.2.1', settings: { allowPlaintext: true } })
  await TestClient.loggedIn(allowing.port)
})

test('[E6] traps 22 and 23: STARTTLS; what was pipelined behind it is never heard, capabilities are told anew', async (t) => {
  const server = await startImap(t, { tls: 'starttls', peerAddress: '192.0.2.1' })
  const client = await TestClient.connect(server.port)
  client.send('a STARTTLS\r\nb NOOP\r\n')
  assert.match((await client.answer('a')).tagged, /^OK /)
  await client.secure()
  const capabilities = (await client.ok('CAPABILITY')).join()
  assert.doesNotMatch(capabilities, /STARTTLS|LOGINDISABLED/)
  await client.ok(`LOGIN ${NAME} "${PASSWORD}"`)
})

test('[E6] implicit TLS', async (t) => {
  const server = await startImap(t, { tls: 'implicit', peerAddress: '192.0.2.1' })
  const client = await TestClient.overTls(server.port)
  await client.ok(`LOGIN ${NAME} "${PASSWORD}"`)
})

test('[E7] trap 49: sessions of one person have a bound, and the next one is told', async (t) => {
  const server = await startImap(t, { settings: { sessionsPerPerson: 2 } })
  const first = await TestClient.loggedIn(server.port)
  const second = await TestClient.loggedIn(server.port)
  const third = await TestClient.connect(server.port)
  await third.refused(`LOGIN ${NAME} "${PASSWORD}"`, /^NO \[LIMIT\] You have 2 sessions open/)
  await TestClient.loggedIn(server.port, 'bob@example.org')
  second.hangUp()
  await second.closed()
  await first.ok('UNAUTHENTICATE')
  await third.ok(`LOGIN ${NAME} "${PASSWORD}"`)
})

test('[E8] who does not log in is shown out; so is everybody when the program stops', async (t) => {
  const server = await startImap(t, { settings: { loginTimeout: '20ms' } })
  const late = await TestClient.connect(server.port)
  assert.match(await late.response(), /^\* BYE .*No login came in time/)
  const staying = await startImap(t)
  const client = await TestClient.loggedIn(staying.port)
  const idling = await TestClient.loggedIn(staying.port)
  idling.send('a IDLE\r\n')
  assert.match(await idling.response(), /^\+ /)
  staying.stop.abort()
  for (const one of [client, idling]) {
    assert.match(await one.response(), /^\* BYE .*stops or restarts/)
    await one.closed()
  }
  await staying.idle()
})

test('[E9] pipelined commands are answered in order, also behind a half close', async (t) => {
  const server = await startImap(t)
  const client = await TestClient.connect(server.port)
  client.send(`a LOGIN ${NAME} "${PASSWORD}"\r\nb LIST "" INBOX\r\nc STATUS INBOX (MESSAGES)\r\nd LOGOUT\r\n`)
  client.socket.end()
  for (const tag of ['a', 'b', 'c', 'd']) assert.match((await client.answer(tag)).tagged, /^OK /)
  await client.closed()
})

test('[E10] UNAUTHENTICATE: the connection begins anew', async (t) => {
  const server = await startImap(t)
  const client = await TestClient.loggedIn(server.port)
  await client.ok('ENABLE CONDSTORE')
  await client.ok('UNAUTHENTICATE')
  await client.refused('LIST "" "*"', /^BAD /)
  await client.ok('LOGIN bob@example.org "correct horse"')
  assert.deepEqual(await client.ok('ENABLE CONDSTORE'), ['ENABLED CONDSTORE'])
})

test('[E11] trap 47: ENABLE tells what is new, and passes over what is not known', async (t) => {
  const server = await startImap(t)
  const client = await TestClient.loggedIn(server.port)
  assert.deepEqual(await client.ok('ENABLE X-NOTHING'), ['ENABLED'])
  assert.deepEqual(await client.ok('ENABLE QRESYNC X-NOTHING UTF8=ACCEPT'), ['ENABLED QRESYNC UTF8=ACCEPT'])
  assert.deepEqual(await client.ok('ENABLE CONDSTORE IMAP4rev2'), ['ENABLED IMAP4rev2'])
})

test('[E12] the standard mailboxes are there from the first login; one that was deleted does not come again', async (t) => {
  const server = await startImap(t)
  const client = await TestClient.loggedIn(server.port)
  await client.ok('DELETE Archive')
  for (const name of ['Drafts', 'Junk', 'Sent', 'Trash']) await client.ok(`DELETE ${name}`)
  const again = await TestClient.loggedIn(server.port)
  assert.deepEqual(await again.ok('LIST "" "*"'), ['LIST (\\HasNoChildren) "/" INBOX'])
})

test('[E13] trap 24: silence ends a session with BYE, waiting with IDLE does not', async (t) => {
  const server = await startImap(t, { settings: { idleTimeout: '200ms', idleNotify: '20ms' } })
  const idler = await TestClient.loggedIn(server.port)
  idler.send('a IDLE\r\n')
  const silent = await TestClient.loggedIn(server.port)
  assert.match(await silent.response(), /^\* BYE .*Nothing was heard/)
  await silent.closed()
  assert.match(await idler.response(), /^\+ /)
  idler.send('DONE\r\n')
  assert.match(await answered(idler, 'a'), /^OK /)
})

async function answered(client: TestClient, tag: string): Promise<string> {
  for (;;) {
    const response = await client.response()
    if (!response.startsWith('* OK Still here')) return response.slice(tag.length + 1)
  }
}
