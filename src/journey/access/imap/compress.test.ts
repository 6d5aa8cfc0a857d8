// COMPRESS=DEFLATE against a peer that keeps one stream in each direction. Rules [Z…] are those of SPEC.md.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { constants, createDeflateRaw, createInflateRaw, deflateRawSync } from 'node:zlib'
import { TestClient } from './testing/client.ts'
import { startImap, type TestImap } from './testing/server.ts'

const MAIL = `Subject: x\r\n\r\n${'the same again\r\n'.repeat(2000)}`

async function compressed(server: TestImap): Promise<{ client: TestClient; received: () => number }> {
  const client = await TestClient.selected(server.port)
  await client.ok('COMPRESS DEFLATE')
  let received = 0
  const { socket } = client
  const deflate = createDeflateRaw({ flush: constants.Z_SYNC_FLUSH })
  const inflate = createInflateRaw()
  deflate.on('data', (bytes: Buffer) => void socket.write(bytes))
  client.speakThrough(inflate, (bytes) => void deflate.write(bytes))
  socket.on('data', (bytes: Buffer) => {
    received += bytes.length
    inflate.write(bytes)
  })
  return { client, received: () => received }
}

test('[Z1] trap 46: both directions are one stream each, and each answer is flushed', async (t) => {
  const server = await startImap(t)
  for (let n = 0; n < 20; n++) await server.deliver(MAIL)
  const { client, received } = await compressed(server)
  assert.deepEqual(await client.ok('NOOP'), [])
  const lines = await client.ok('FETCH 1:* BODY.PEEK[]')
  assert.equal(lines.length, 20)
  assert.ok(lines.every((line) => line.endsWith(`{${MAIL.length}}\r\n${MAIL})`)))
  assert.ok(received() < MAIL.length, `${received()} octets for 20 messages of ${MAIL.length}`)
  assert.match(await client.append('INBOX', MAIL), /^OK \[APPENDUID/)
  client.send('i IDLE\r\n')
  assert.match(await client.response(), /^\+ /)
  await server.deliver(MAIL)
  assert.equal(await client.response(), '* 22 EXISTS')
})

test('[Z2] a second COMPRESS is refused; rubbish ends the connection', async (t) => {
  const server = await startImap(t)
  const { client } = await compressed(server)
  await client.refused('COMPRESS DEFLATE', /^NO \[COMPRESSIONACTIVE\]/)
  client.socket.write(Buffer.alloc(100, 0xff))
  await client.closed()
  await server.idle()
})

test('[Z3] what is pipelined behind COMPRESS is compressed already', async (t) => {
  const server = await startImap(t)
  const client = await TestClient.loggedIn(server.port)
  const packed = deflateRawSync('b NOOP\r\n', { finishFlush: constants.Z_SYNC_FLUSH })
  client.send(Buffer.concat([Buffer.from('a COMPRESS DEFLATE\r\n'), packed]))
  assert.match((await client.answer('a')).tagged, /^OK /)
  const inflate = createInflateRaw()
  client.speakThrough(inflate, () => undefined)
  client.socket.on('data', (bytes: Buffer) => void inflate.write(bytes))
  inflate.write(client.takeUnread())
  assert.match((await client.answer('b')).tagged, /^OK /)
})

test('[Z4] a bomb is not unpacked ahead of what is taken', async (t) => {
  const server = await startImap(t)
  const { client } = await compressed(server)
  // 100 MB of a command that has no end: the connection is closed long before they are unpacked.
  const bomb = deflateRawSync(Buffer.alloc(100_000_000, 'x'), { finishFlush: constants.Z_SYNC_FLUSH })
  const before = process.memoryUsage().arrayBuffers
  client.socket.write(bomb)
  await client.closed()
  await server.idle()
  assert.ok(process.memoryUsage().arrayBuffers - before < 60_000_000)
})
