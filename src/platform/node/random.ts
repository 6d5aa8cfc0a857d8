// The Random port on Node: the operating system's generator, drawn in blocks because a call for 5 bytes costs as much as one for 4,096.

import { randomFillSync, randomInt } from 'node:crypto'
import type { Random } from '../../ground/ports/random.ts'

const BLOCK_BYTES = 4096

export function nodeRandom(): Random {
  const block = new Uint8Array(BLOCK_BYTES)
  let used = BLOCK_BYTES
  return {
    bytes(length) {
      if (length > BLOCK_BYTES) return randomFillSync(new Uint8Array(length))
      if (used + length > BLOCK_BYTES) {
        randomFillSync(block)
        used = 0
      }
      used += length
      return block.slice(used - length, used)
    },
    below: (limit) => randomInt(limit),
  }
}
