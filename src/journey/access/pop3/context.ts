// What a POP3 session needs of the world around it.

import type { IdSource } from '../../../ground/ids.ts'
import type { Clock } from '../../../ground/ports/clock.ts'
import type { Log } from '../../../ground/ports/log.ts'
import type { Scram } from '../../../store/directory/directory.ts'
import type { Store } from '../../../store/store.ts'
import type { MaildropLocks } from '../../mailbox/mailbox.ts'
import type { Authenticate } from '../sign-in.ts'
import type { Pop3Settings } from './settings.ts'

export interface Pop3Context {
  readonly store: Store
  /** One for all sessions of a thread. */
  readonly locks: MaildropLocks
  readonly authenticate: Authenticate
  /** Absent: people can only send their passwords. */
  readonly scram?: Scram
  readonly clock: Clock
  readonly log: Log
  readonly ids: IdSource
  readonly settings: Pop3Settings
  /** Aborts when the program is stopping: sessions end after the command they are at. */
  readonly signal: AbortSignal
  /** The listener can start TLS on its connections. */
  readonly startTls: boolean
}
