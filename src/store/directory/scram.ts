// What is kept of a password for those who prove that they know it, instead of sending it. Its salt follows from the address and a key of
// this store: a name that nobody has gets one in the same way, so that the salt never tells who exists, whenever it is asked for.

import type { Digests, HashName } from '../../ground/ports/digests.ts'
import type { Passwords } from '../../ground/ports/passwords.ts'
import type { Random } from '../../ground/ports/random.ts'
import { formatVerifier, makeVerifier } from '../../mail/protocol/sasl/sasl.ts'
import type { Store } from '../store.ts'
import { canonicalName } from './canonical.ts'
import { keepSecretProcedure, secretByName, type Verifier } from './directory.store.ts'
import { SALT_KEY_OCTETS, SCRAM_ITERATIONS, SCRAM_SALT_OCTETS } from './limits.ts'

/** All that is stored of one password. */
export interface PasswordSecrets {
  /** For those who send it. */
  readonly secret: string
  /** For those who prove it; none where it cannot be written the same everywhere. */
  readonly verifiers: readonly Verifier[]
}

export interface SecretParts {
  readonly store: Store
  readonly passwords: Passwords
  readonly digests: Digests
  readonly random: Random
}

export const KINDS: Readonly<Record<HashName, Verifier['kind']>> = { sha256: 'scram-sha-256', sha1: 'scram-sha-1' }

const HASHES: readonly HashName[] = ['sha256', 'sha1']
const SALT_KEY = 'scram-salt'

/** To be made before the procedure that stores them: it takes long. */
export async function passwordSecrets(parts: SecretParts, address: string, password: string): Promise<PasswordSecrets> {
  const secret = await parts.passwords.hash(password)
  return { secret, verifiers: await verifiersOf(parts, address, password) }
}

export async function verifiersOf(
  { store, digests, random }: Omit<SecretParts, 'passwords'>,
  address: string,
  password: string,
): Promise<readonly Verifier[]> {
  const key = await saltKey(store, random)
  if (key === undefined) return []
  const verifiers: Verifier[] = []
  for (const hash of HASHES) {
    const salt = saltOf(digests, key, hash, address)
    const verifier = await makeVerifier(digests, password, { hash, salt, iterations: SCRAM_ITERATIONS })
    if (verifier) verifiers.push({ kind: KINDS[hash], secret: formatVerifier(verifier) })
  }
  return verifiers
}

/** Another for each hash: what is found out of one is of no use with the other. */
export function saltOf(digests: Digests, key: Uint8Array, hash: HashName, name: string): Uint8Array {
  const asked = new TextEncoder().encode(`${hash}\0${canonicalName(name)}`)
  return digests.hmac('sha256', key, asked).subarray(0, SCRAM_SALT_OCTETS)
}

/** This store's; made when it is first needed. Undefined: the store cannot keep one now. */
export async function saltKey(store: Store, random: Random): Promise<Uint8Array | undefined> {
  const known = await store.first(secretByName, { name: SALT_KEY })
  if (known) return Buffer.from(known.value, 'base64')
  const fresh = Buffer.from(random.bytes(SALT_KEY_OCTETS)).toString('base64')
  const kept = await store.call(keepSecretProcedure, { name: SALT_KEY, value: fresh })
  return kept.ok ? Buffer.from(kept.value, 'base64') : undefined
}
