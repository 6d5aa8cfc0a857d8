// SCRAM (RFC 5802, RFC 7677): its mechanisms, and what a server keeps of a password. Whoever reads that can try passwords at it, but
// cannot sign in with it.

import type { Digests, HashName } from '../../../ground/ports/digests.ts'
import type { Random } from '../../../ground/ports/random.ts'
import { decodeBase64, encodeBase64 } from './base64.ts'
import { SCRAM_ITERATIONS_MAX, SCRAM_ITERATIONS_MIN, SCRAM_NONCE_OCTETS, SCRAM_SALT_OCTETS_MAX } from './limits.ts'
import { prepare } from './prepare.ts'

/** RFC 5056 §7; `tls-exporter` is RFC 9266, `tls-server-end-point` RFC 5929 §4. */
export type ChannelBindingType = 'tls-exporter' | 'tls-server-end-point'

/** What a proof can be tied to on a connection; empty without TLS. */
export type ChannelBindings = ReadonlyMap<string, Uint8Array>

export const NO_BINDINGS: ChannelBindings = new Map()

export type ScramMechanism = `SCRAM-${'SHA-256' | 'SHA-1'}${'-PLUS' | ''}`

/** Strongest first: a proof tied to the connection is worth more than a longer hash. */
export const SCRAM_MECHANISMS: readonly ScramMechanism[] = [
  'SCRAM-SHA-256-PLUS',
  'SCRAM-SHA-1-PLUS',
  'SCRAM-SHA-256',
  'SCRAM-SHA-1',
]

export function isScram(mechanism: string): mechanism is ScramMechanism {
  return (SCRAM_MECHANISMS as readonly string[]).includes(mechanism)
}

export function isBound(mechanism: ScramMechanism): boolean {
  return mechanism.endsWith('-PLUS')
}

export function hashOf(mechanism: ScramMechanism): HashName {
  return mechanism.startsWith('SCRAM-SHA-256') ? 'sha256' : 'sha1'
}

/** The octets of each hash, and so of keys and proofs. */
export const HASH_OCTETS: Readonly<Record<HashName, number>> = { sha256: 32, sha1: 20 }

export interface ScramVerifier {
  readonly hash: HashName
  readonly salt: Uint8Array
  readonly iterations: number
  readonly storedKey: Uint8Array
  readonly serverKey: Uint8Array
}

const ENCODER = new TextEncoder()
const CLIENT_KEY = ENCODER.encode('Client Key')
const SERVER_KEY = ENCODER.encode('Server Key')

export interface ScramKeys {
  readonly clientKey: Uint8Array
  readonly storedKey: Uint8Array
  readonly serverKey: Uint8Array
}

/** RFC 5802 §3. `password` is prepared. */
export async function scramKeys(
  digests: Digests,
  password: string,
  { hash, salt, iterations }: Pick<ScramVerifier, 'hash' | 'salt' | 'iterations'>,
): Promise<ScramKeys> {
  const salted = await digests.pbkdf2(hash, ENCODER.encode(password), salt, iterations)
  const clientKey = digests.hmac(hash, salted, CLIENT_KEY)
  return { clientKey, storedKey: digests.hash(hash, clientKey), serverKey: digests.hmac(hash, salted, SERVER_KEY) }
}

/** Undefined: the password cannot be prepared, so that no two clients would agree on its octets. */
export async function makeVerifier(
  digests: Digests,
  password: string,
  parameters: Pick<ScramVerifier, 'hash' | 'salt' | 'iterations'>,
): Promise<ScramVerifier | undefined> {
  const prepared = prepare(password)
  if (prepared === undefined) return undefined
  const { storedKey, serverKey } = await scramKeys(digests, prepared, parameters)
  return { ...parameters, storedKey, serverKey }
}

const SCHEMES: Readonly<Record<HashName, string>> = { sha256: 'SCRAM-SHA-256', sha1: 'SCRAM-SHA-1' }

/** As RFC 5803 §2 writes it. */
export function formatVerifier({ hash, salt, iterations, storedKey, serverKey }: ScramVerifier): string {
  return `${SCHEMES[hash]}$${iterations}:${encodeBase64(salt)}$${encodeBase64(storedKey)}:${encodeBase64(serverKey)}`
}

const VERIFIER = /^SCRAM-SHA-(256|1)\$([1-9]\d{0,8}):([^$:]+)\$([^$:]+):([^$:]+)$/

/** Undefined: the text is none. */
export function parseVerifier(text: string): ScramVerifier | undefined {
  const [, bits, count = '', salt64 = '', stored64 = '', server64 = ''] = VERIFIER.exec(text) ?? []
  const hash = bits === '256' ? 'sha256' : 'sha1'
  const [salt, storedKey, serverKey] = [decodeBase64(salt64), decodeBase64(stored64), decodeBase64(server64)]
  if (bits === undefined || !salt || !storedKey || !serverKey) return undefined
  if (storedKey.length !== HASH_OCTETS[hash] || serverKey.length !== HASH_OCTETS[hash]) return undefined
  const iterations = Number(count)
  if (!isIterations(iterations) || salt.length > SCRAM_SALT_OCTETS_MAX) return undefined
  return { hash, salt, iterations, storedKey, serverKey }
}

export function newNonce(random: Random): string {
  return encodeBase64(random.bytes(SCRAM_NONCE_OCTETS))
}

export function isIterations(count: number): boolean {
  return Number.isSafeInteger(count) && count >= SCRAM_ITERATIONS_MIN && count <= SCRAM_ITERATIONS_MAX
}

/** In a time that tells nothing of where they differ. */
export function sameOctets(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0)
  return difference === 0
}

export function xor(a: Uint8Array, b: Uint8Array): Uint8Array {
  return Uint8Array.from(a, (octet, i) => octet ^ (b[i] ?? 0))
}
