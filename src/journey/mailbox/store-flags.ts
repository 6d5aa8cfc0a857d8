// Flags and keywords of messages change.

import type { Result } from '../../ground/result.ts'
import type { Store } from '../../store/store.ts'
import type { MailboxTrouble } from './errors.ts'
import type { FlagState } from './flags.ts'
import type { UidRange } from './uids.ts'

export interface StoreFlags {
  readonly org: number
  readonly mailboxId: string
  /** Uids that are not there are passed over. */
  readonly ranges: readonly UidRange[]
  readonly mode: 'add' | 'remove' | 'replace'
  readonly flags: number
  readonly keywords: readonly string[]
  /** RFC 7162 §3.1.3: messages that changed after this modseq are left alone, and named in `failed`. */
  readonly unchangedSince?: number
}

export interface StoredFlags {
  /** Those that are not now what they were; those that have been so already are not among them. Uids ascending. */
  readonly modified: readonly FlagState[]
  /** Ascending. */
  readonly failed: readonly number[]
  /** Of the mailbox afterwards. */
  readonly modseq: number
}

/** What two sessions add at once is both there. Many messages change in several commits. */
export async function storeFlags(_: Store, __: StoreFlags): Promise<Result<StoredFlags, MailboxTrouble>> {
  throw new Error('storeFlags is not built yet')
}
