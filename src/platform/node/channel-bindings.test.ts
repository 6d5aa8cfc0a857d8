// Both ends of a TLS connection name it the same, and no other.

import assert from 'node:assert/strict'
import { createHash, X509Certificate } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import type { Connection } from '../../ground/ports/connection.ts'
import { selfSigned } from './certificate.ts'
import { serverEndPoint } from './channel-bindings.ts'
import { nodeDialer } from './dialer.ts'
import { nodeListener } from './listener.ts'

const HANDLER = { data: () => {}, ended: () => {}, drained: () => {}, closed: () => {} }

async function pair(t: TestContext, tls: 'implicit' | 'starttls') {
  const credentials = await selfSigned('posthorn.test', [])
  const accepted = Promise.withResolvers<Connection>()
  const options = { host: '127.0.0.1', port: 0, tls, credentials, maxConnections: 9 }
  const listener = await nodeListener({ shared: false }).listen(options, (connection) => {
    connection.handle(HANDLER)
    accepted.resolve(connection)
  })
  assert.ok(listener.ok)
  t.after(() => listener.value.close())
  const dialled = await nodeDialer.dial({
    ...{ address: '127.0.0.1', port: listener.value.port, timeoutMs: 10_000 },
    ...(tls === 'implicit' ? { tls: {} } : {}),
  })
  assert.ok(dialled.ok)
  const client = dialled.value
  client.handle(HANDLER)
  const server = await accepted.promise
  t.after(() => {
    client.destroy()
    server.destroy()
  })
  return { client, server, certificate: new X509Certificate(credentials.certificate) }
}

test('[RFC 9266, RFC 5929] both ends name a connection the same, and no other', async (t) => {
  const { client, server, certificate } = await pair(t, 'implicit')
  const names = [...(server.channelBindings?.() ?? [])]
  assert.deepEqual(
    names.map(([type, bytes]) => [type, bytes.length]),
    [
      ['tls-exporter', 32],
      ['tls-server-end-point', 32],
    ],
  )
  assert.deepEqual([...(client.channelBindings?.() ?? [])], names)
  assert.deepEqual(names[1]?.[1], createHash('sha256').update(certificate.raw).digest())
  const other = await pair(t, 'implicit')
  assert.notDeepEqual(other.server.channelBindings?.().get('tls-exporter'), names[0]?.[1])
})

test('in clear there is nothing to bind to; after STARTTLS there is', async (t) => {
  const { client, server } = await pair(t, 'starttls')
  assert.equal(server.channelBindings?.().size, 0)
  assert.equal(client.channelBindings?.().size, 0)
  const [there, here] = await Promise.all([server.startTls(), client.startTls()])
  assert.ok(there.ok && here.ok)
  assert.equal(server.channelBindings?.().size, 2)
  assert.deepEqual(client.channelBindings?.(), server.channelBindings?.())
  client.destroy()
  assert.equal(client.channelBindings?.().size, 0)
})

test('[RFC 5929 §4.1] the hash is that of the certificate’s signature, SHA-256 at least', () => {
  const raw = Buffer.from('certificate')
  const digestOf = (signatureAlgorithm: string) => serverEndPoint({ raw, signatureAlgorithm })
  const sha = (name: string) => createHash(name).update(raw).digest()
  assert.deepEqual(digestOf('sha256WithRSAEncryption'), sha('sha256'))
  assert.deepEqual(digestOf('ecdsa-with-SHA384'), sha('sha384'))
  assert.deepEqual(digestOf('sha512WithRSAEncryption'), sha('sha512'))
  for (const weak of ['sha1WithRSAEncryption', 'ecdsa-with-SHA1', 'md5WithRSAEncryption'])
    assert.deepEqual(digestOf(weak), sha('sha256'))
  for (const none of ['ED25519', 'rsassaPss', 'RSA-SHA3-256', 'sha512-256WithRSAEncryption', ''])
    assert.equal(digestOf(none), undefined, none)
})
