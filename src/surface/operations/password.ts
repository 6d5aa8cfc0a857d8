// Passwords made here: without letters and digits that look alike, 59 bits.

import type { Random } from '../../ground/ports/random.ts'

const CHARACTERS = 'abcdefghjkmnpqrstuvwxyz23456789'
const LENGTH = 12

export function newPassword(random: Random): string {
  return Array.from({ length: LENGTH }, () => CHARACTERS[random.below(CHARACTERS.length)]).join('')
}
