// What the commands of a session have in hand.

import type { Extension, ImapServer } from '../../../mail/protocol/imap/imap.ts'
import type { MailboxTrouble } from '../../mailbox/mailbox.ts'
import type { Account } from '../sign-in.ts'
import type { ImapContext } from './context.ts'
import type { Outcome } from './outcome.ts'
import { CANNOT_WRITE, DISK_FULL, MAILBOX_REFUSALS } from './refusals.ts'
import type { View } from './view.ts'

export interface Talk {
  readonly context: ImapContext
  readonly core: ImapServer
  readonly peerAddress: string
  account: Account | undefined
  selected: View | undefined
  /** Sends what is ready, and waits for a slow reader; false: nobody listens any more. */
  flush(): Promise<boolean>
  /** Between the steps of a long command: sends when enough is ready, and lets other sessions have their turn. False: nobody listens. */
  pause(): Promise<boolean>
  /** There is a reason to call `pause` now. */
  readonly isDue: boolean
}

export function accountOf(talk: Talk): Account {
  if (!talk.account) throw new Error('a command that wants a login came without one')
  return talk.account
}

export function viewOf(talk: Talk): View {
  if (!talk.selected) throw new Error('a command that wants a mailbox came without one')
  return talk.selected
}

/** RFC 7162 §3.1: the first command that shows an interest in mod-sequences turns them on for the rest of the session. */
export function enableCondstore(talk: Talk): void {
  if (talk.core.isEnabled('CONDSTORE')) return
  turnOn(talk, ['CONDSTORE'], 'implied')
}

export function turnOn(talk: Talk, extensions: readonly Extension[], how: 'told' | 'implied'): void {
  const before = talk.core.isEnabled('CONDSTORE')
  talk.core.enable(extensions, how)
  const { selected } = talk
  if (!before && selected && talk.core.isEnabled('CONDSTORE'))
    talk.core.untagged(`OK [HIGHESTMODSEQ ${selected.toldModseq}] Modification sequences are told from now on`)
}

/** A refusal by the mailboxes or a fault of the store, in words. */
export function troubled(talk: Talk, trouble: MailboxTrouble): Outcome {
  if (typeof trouble === 'string') return MAILBOX_REFUSALS[trouble]
  talk.context.log.warn('an IMAP command was not carried out', { type: trouble.type, detail: trouble.detail })
  return trouble.type === 'full' ? DISK_FULL : CANNOT_WRITE
}
