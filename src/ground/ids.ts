// Identifiers that sort by time: 10 characters of milliseconds, 8 of chance, in Crockford's base 32 (lower case).
// Unique without asking anyone, short enough to read out on the telephone, and new rows land at the end of an index.

import type { Clock } from './ports/clock.ts'
import type { Random } from './ports/random.ts'

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
const TIME_CHARACTERS = 10
const CHANCE_BYTES = 5

/** Shape: 18 characters of `0-9a-z` without i, l, o, u. Sorts by creation time, to the millisecond. */
export type Id = string

export interface IdSource {
  next(): Id
}

export function idSource(clock: Clock, random: Random): IdSource {
  return { next: () => timePart(clock.now()) + chancePart(random.bytes(CHANCE_BYTES)) }
}

/** True for what {@link idSource} can have made. */
export function isId(text: string): text is Id {
  return /^[0-9a-hjkmnp-tv-z]{18}$/.test(text)
}

/** Sorts before every id made at that moment or later, and after every earlier one. */
export function idAt(ms: number): string {
  return timePart(Math.max(0, Math.floor(ms)))
}

let lastTime = -1
let lastTimePart = ''

function timePart(nowMs: number): string {
  if (nowMs === lastTime) return lastTimePart
  let text = ''
  let rest = nowMs
  for (let i = 0; i < TIME_CHARACTERS; i++) {
    text = ALPHABET[rest % 32] + text
    rest = Math.floor(rest / 32)
  }
  lastTime = nowMs
  lastTimePart = text
  return text
}

function chancePart(bytes: Uint8Array): string {
  let text = ''
  let bits = 0
  let count = 0
  for (const byte of bytes) {
    bits = (bits << 8) | byte
    count += 8
    while (count >= 5) {
      count -= 5
      text += ALPHABET[(bits >> count) & 31]
    }
    bits &= (1 << count) - 1
  }
  return text
}
