// What messages add to the totals of their mailbox.

import { deleted, unseen } from './flags.ts'

export interface Totals {
  readonly messages: number
  readonly sizeBytes: number
  readonly unseen: number
  readonly deleted: number
}

export function totalsOf(messages: readonly { readonly sizeBytes: number; readonly flags: number }[], sign: 1 | -1 = 1): Totals {
  const sum = { messages: sign * messages.length, sizeBytes: 0, unseen: 0, deleted: 0 }
  for (const { sizeBytes, flags } of messages) {
    sum.sizeBytes += sign * sizeBytes
    sum.unseen += sign * unseen(flags)
    sum.deleted += sign * deleted(flags)
  }
  return sum
}
