// What every session of a thread shares, and the two duties a session can have.

import type { IdSource } from '../../ground/ids.ts'
import type { Clock } from '../../ground/ports/clock.ts'
import type { Log } from '../../ground/ports/log.ts'
import type { Authenticator, DirectoryCache } from '../../store/directory/directory.ts'
import type { Store } from '../../store/store.ts'
import type { LocalMailboxes } from './local-mailboxes.ts'
import type { SessionSettings } from './settings.ts'

/**
 * `mx`: takes mail of strangers for our people, relays for nobody. `submission`: takes mail of our people for everybody, after they
 * have signed in (RFC 6409).
 */
export type SessionRole = 'mx' | 'submission'

/** When a message is given up, and when its sender hears that it is late. */
export interface Patience {
  readonly expireAfter: number
  /** Undefined: never. */
  readonly delayNoticeAfter: number | undefined
}

export interface SessionContext {
  readonly store: Store
  readonly directory: Pick<DirectoryCache, 'findDomain' | 'findRecipient' | 'firstOrganisation'>
  readonly mailboxes: LocalMailboxes
  /** Without `scram` people can only send their passwords. */
  readonly authenticator: Pick<Authenticator, 'authenticate'> & Partial<Pick<Authenticator, 'scram'>>
  readonly clock: Clock
  readonly ids: IdSource
  readonly log: Log
  /** Our name: in greetings, Received fields and new Message-IDs. */
  readonly hostname: string
  readonly settings: SessionSettings
  readonly patience: Patience
  /** Whether a machine may relay without signing in. */
  readonly isTrusted: (address: string) => boolean
  /** False while the disk is nearly full: new mail is put off before it costs anything. */
  readonly hasRoom: () => boolean
  /** Aborts when the program stops: sessions finish the message in hand and say goodbye. */
  readonly stopping: AbortSignal
}
