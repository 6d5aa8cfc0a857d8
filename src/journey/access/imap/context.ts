// What an IMAP session needs of the world around it.

import type { IdSource } from '../../../ground/ids.ts'
import type { Clock } from '../../../ground/ports/clock.ts'
import type { Log } from '../../../ground/ports/log.ts'
import type { Scram } from '../../../store/directory/directory.ts'
import type { Store } from '../../../store/store.ts'
import type { MailboxImages } from '../../mailbox/mailbox.ts'
import type { Authenticate } from '../sign-in.ts'
import type { MessageFacts } from './search-facts.ts'
import type { ImapSettings } from './settings.ts'

export interface ImapContext {
  readonly store: Store
  /** One for all sessions of a thread. */
  readonly images: MailboxImages
  /** What searches keep in memory; likewise. */
  readonly facts: MessageFacts
  readonly authenticate: Authenticate
  /** Absent: people can only send their passwords. */
  readonly scram?: Scram
  /** Sessions of each person in this thread; the sessions keep it. */
  readonly sessionsOf: Map<string, number>
  readonly clock: Clock
  readonly log: Log
  readonly ids: IdSource
  readonly hostname: string
  readonly settings: ImapSettings
  /** Whether the disk has room for more mail. */
  hasRoom(): boolean
  /** Aborts when the program is stopping: sessions end after the command they are at. */
  readonly signal: AbortSignal
  /** The listener can start TLS on its connections. */
  readonly startTls: boolean
}
