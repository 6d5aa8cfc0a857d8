// What tells a TLS connection from every other, so that a proof given on it is worth nothing elsewhere.

import { createHash, type X509Certificate } from 'node:crypto'
import type { TLSSocket } from 'node:tls'

/** RFC 9266 §2: 32 octets, and a context without any. */
const EXPORTER_LABEL = 'EXPORTER-Channel-Binding'
const EXPORTER_OCTETS = 32

/** Best first. Empty when the handshake has not been finished, or the connection is gone. */
export function channelBindings(socket: TLSSocket, side: 'server' | 'client'): ReadonlyMap<string, Uint8Array> {
  const bindings = new Map<string, Uint8Array>()
  if (socket.destroyed) return bindings
  // Before TLS 1.3 what is exported need not be of this connection alone (RFC 9266 §4.2).
  if (socket.getProtocol() === 'TLSv1.3')
    bindings.set('tls-exporter', socket.exportKeyingMaterial(EXPORTER_OCTETS, EXPORTER_LABEL, Buffer.alloc(0)))
  const certificate = side === 'server' ? socket.getX509Certificate() : socket.getPeerX509Certificate()
  const endPoint = certificate && serverEndPoint(certificate)
  if (endPoint) bindings.set('tls-server-end-point', endPoint)
  return bindings
}

/**
 * RFC 5929 §4.1: the certificate, hashed as its signature is, and with SHA-256 where that is weaker. Signatures that name no hash (Ed25519,
 * RSA-PSS) have no such binding.
 */
export function serverEndPoint(certificate: Pick<X509Certificate, 'raw' | 'signatureAlgorithm'>): Uint8Array | undefined {
  const name = /(?:^|[^a-z\d])(md5|sha-?(?:1|224|256|384|512))(?![\d/-])/i.exec(certificate.signatureAlgorithm ?? '')?.[1]
  const hash = name?.toLowerCase().replace('-', '')
  if (hash === undefined) return undefined
  return createHash(hash === 'md5' || hash === 'sha1' ? 'sha256' : hash)
    .update(certificate.raw)
    .digest()
}
