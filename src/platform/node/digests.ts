// The Digests port: node:crypto. PBKDF2 runs in a thread of the pool.

import { createHash, createHmac, pbkdf2 } from 'node:crypto'
import { promisify } from 'node:util'
import type { Digests } from '../../ground/ports/digests.ts'

const OCTETS = { sha256: 32, sha1: 20 } as const

const derive = promisify(pbkdf2)

export const nodeDigests: Digests = {
  hash: (name, bytes) => createHash(name).update(bytes).digest(),
  hmac: (name, key, bytes) => createHmac(name, key).update(bytes).digest(),
  pbkdf2: (name, password, salt, iterations) => derive(password, salt, iterations, OCTETS[name], name),
}
