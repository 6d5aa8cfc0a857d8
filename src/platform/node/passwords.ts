// The Passwords port: argon2id.

import type { Passwords } from '../../ground/ports/passwords.ts'

// RFC 9106 §4, the second recommended option scaled to a mail server's many sign-ins: 19 MiB, two passes (OWASP's minimum).
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/** The library is loaded at the first use: a thread in which nobody signs in never pays for it. */
export const nodePasswords: Passwords = {
  async hash(password) {
    const { hash } = await import('@node-rs/argon2')
    return hash(password, COST)
  },
  async verify(secret, password) {
    const { verify } = await import('@node-rs/argon2')
    // A stored text it cannot read is nobody's password; the library throws there.
    return verify(secret, password).catch(() => false)
  },
}
