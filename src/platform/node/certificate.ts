// Certificates: a self-signed one, so that a first start has TLS before anyone has a real one; and whether a pair is of use.

import { createPrivateKey, type KeyObject, webcrypto, X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import type { TlsCredentials } from '../../ground/ports/connection.ts'
import { err, ok, type Result } from '../../ground/result.ts'

const DAYS_VALID = 3650
const DAY_MS = 86_400_000

/** P-256: the smallest key that every mail client takes, and a hundredth of an RSA handshake's work. */
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

/** PEM texts of a new key and its certificate for `names`; `localhost` and the loopback addresses are added. */
export async function selfSigned(commonName: string, names: readonly string[]): Promise<TlsCredentials> {
  // Loaded only here: a second start never needs it.
  await import('reflect-metadata')
  const x509 = await import('@peculiar/x509')
  x509.cryptoProvider.set(webcrypto as Crypto)
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const hosts = [...new Set([...names, 'localhost'])].map((value) => ({ type: 'dns' as const, value }))
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: Buffer.from(webcrypto.getRandomValues(new Uint8Array(8))).toString('hex'),
    name: `CN=${commonName}`,
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + DAYS_VALID * DAY_MS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.SubjectAlternativeNameExtension([...hosts, { type: 'ip', value: '127.0.0.1' }, { type: 'ip', value: '::1' }]),
    ],
  })
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64')
  return {
    certificate: certificate.toString('pem'),
    key: `-----BEGIN PRIVATE KEY-----\n${key.replace(/(.{64})/g, '$1\n').trimEnd()}\n-----END PRIVATE KEY-----\n`,
  }
}

/** Until when the certificate is valid (ms since 1970), or what is wrong with the pair, in words. A listener can use what passes. */
export function inspectPair({ certificate, key }: TlsCredentials): Result<{ readonly validUntil: number }, string> {
  const leaf = attempt(() => new X509Certificate(certificate))
  if (!leaf) return err('the certificate file holds no certificate in PEM form')
  const secret = attempt((): KeyObject => createPrivateKey(key))
  if (!secret) return err('the key file holds no private key in PEM form, or one with a passphrase')
  if (!leaf.checkPrivateKey(secret)) return err('the key is not that of the certificate')
  try {
    createSecureContext({ cert: certificate, key })
  } catch (cause) {
    return err(`TLS cannot use the certificate: ${(cause as Error).message}`)
  }
  return ok({ validUntil: Date.parse(leaf.validTo) })
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
