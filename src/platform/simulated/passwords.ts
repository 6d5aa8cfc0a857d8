// The Passwords port without its cost: nothing here is secret.

import type { Passwords } from '../../ground/ports/passwords.ts'

export const simulatedPasswords: Passwords = {
  hash: async (password) => `simulated:${password}`,
  verify: async (stored, password) => stored === `simulated:${password}`,
}
