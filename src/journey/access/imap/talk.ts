// What the commands of a session have in hand, and what they answer.

import type { Extension, ImapServer, Status } from '../../../mail/protocol/imap/imap.ts'
import type { MailboxTrouble } from '../../mailbox/mailbox.ts'
import type { Account } from '../sign-in.ts'
import type { ImapContext } from './context.ts'
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

/**
 * What may be told before the tagged answer: `all` that changed; no `EXPUNGE` where message numbers must hold (RFC 9051 §7.5.1); or nothing
 * at all.
 */
export type Telling = 'all' | 'no-expunge' | 'nothing'

export interface Outcome {
  readonly status: Status
  readonly text: string
  /** Without brackets. */
  readonly code?: string
  readonly tell?: Telling
}

/** `gone`: the client is, or what it was sent cannot be sent to its end. The connection is cut. */
export type Done = Outcome | 'gone'

export function done(text: string, more: Partial<Outcome> = {}): Outcome {
  return { status: 'OK', text, ...more }
}

export function no(text: string, code?: string): Outcome {
  return { status: 'NO', text, ...(code === undefined ? {} : { code }) }
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
  if (typeof trouble !== 'string') {
    talk.context.log.warn('an IMAP command was not carried out', { type: trouble.type, detail: trouble.detail })
    return trouble.type === 'full'
      ? no('The disk of the server is full. Nothing was changed; try again later', 'UNAVAILABLE')
      : no('The server cannot write at the moment. Try again later', 'UNAVAILABLE')
  }
  switch (trouble) {
    case 'already-exists':
      return no('There is a mailbox of that name', 'ALREADYEXISTS')
    case 'no-mailbox':
      return no('There is no such mailbox', 'NONEXISTENT')
    case 'bad-name':
      return no('A mailbox cannot have that name: it has an empty part, a control character, or is too long', 'CANNOT')
    case 'not-permitted':
      return no('INBOX cannot be deleted, and no mailbox can be moved into itself', 'CANNOT')
    case 'has-children':
      return no('There are mailboxes below this name; delete them first', 'HASCHILDREN')
    case 'too-many-mailboxes':
      return no('There can be no more mailboxes; delete some first', 'LIMIT')
    case 'not-appendable':
      return no('Mail cannot be put into this mailbox', 'NOPERM')
    case 'over-quota':
      return no('There is no room for that: delete mail first', 'OVERQUOTA')
    case 'bad-keyword':
      return no('A keyword is a word of at most 255 plain characters', 'CANNOT')
    case 'too-many-keywords':
      return no('There can be no more keywords on a message, or in this mailbox', 'LIMIT')
    case 'no-more-uids':
      return no('This mailbox has numbered as many messages as can be. Move its mail to a new one', 'LIMIT')
  }
}
