// Everything the engine refuses, in words and with the code that tells programs what to do (RFC 9051 §7.1, RFC 5530).

import type { MailboxError } from '../../mailbox/mailbox.ts'
import type { SignInRefusal } from '../sign-in.ts'
import { no, type Outcome } from './outcome.ts'

export const NO_MAILBOX = no('There is no such mailbox', 'NONEXISTENT')
export const CREATE_FIRST = no('There is no such mailbox; create it first', 'TRYCREATE')
export const NOT_APPENDABLE = no('Mail cannot be put into this mailbox', 'NOPERM')
export const OVER_QUOTA = no('There is no room for that: delete mail first', 'OVERQUOTA')
export const NO_QUOTA_ROOT = no('There is no such quota root', 'NONEXISTENT')
export const NO_SPECIAL_USE = no('No mailbox can be made for that use, or there is one already', 'USEATTR')
export const TOO_MANY_MESSAGES = no('Too many messages in one command. Send them in several', 'LIMIT')
export const DISK_FULL = no('The disk of the server is full. Nothing was changed; try again later', 'UNAVAILABLE')
export const CANNOT_WRITE = no('The server cannot write at the moment. Try again later', 'UNAVAILABLE')
export const COMPRESSED_ALREADY = no('The connection is compressed already', 'COMPRESSIONACTIVE')

/** RFC 9051 §6.4.9: a UID that is not there is passed over, a number that is not there is a mistake. */
export const NO_SUCH_NUMBER: Outcome = { status: 'BAD', text: 'There is no message of that number', tell: 'no-expunge' }

// Messages that were removed, and the session was not told (RFC 2180 §4).
export const GONE_UNTOUCHED = no('Some of the messages are gone; nothing was done', 'EXPUNGEISSUED')
export const GONE_OTHERS_TOLD = no('Some of the messages are gone; the others were told', 'EXPUNGEISSUED')
export const GONE_OTHERS_CHANGED = no('Some of the messages are gone; the others were changed', 'EXPUNGEISSUED')

/** RFC 3516 §4.3. */
export const UNKNOWN_ENCODING = no('A part has a transfer encoding that is not known here', 'UNKNOWN-CTE')

export function messageTooLarge(octetsMax: number): Outcome {
  return no(`A message may have ${octetsMax} octets at most`, 'TOOBIG')
}

export function tooManySessions(sessions: number): Outcome {
  return no(`You have ${sessions} sessions open, and there can be no more. Close some programs, or wait`, 'LIMIT')
}

export const MAILBOX_REFUSALS: Readonly<Record<MailboxError, Outcome>> = {
  'already-exists': no('There is a mailbox of that name', 'ALREADYEXISTS'),
  'no-mailbox': NO_MAILBOX,
  'bad-name': no('A mailbox cannot have that name: it has an empty part, a control character, or is too long', 'CANNOT'),
  'not-permitted': no('INBOX cannot be deleted, and no mailbox can be moved into itself', 'CANNOT'),
  'has-children': no('There are mailboxes below this name; delete them first', 'HASCHILDREN'),
  'too-many-mailboxes': no('There can be no more mailboxes; delete some first', 'LIMIT'),
  'not-appendable': NOT_APPENDABLE,
  'over-quota': OVER_QUOTA,
  'bad-keyword': no('A keyword is a word of at most 255 plain characters', 'CANNOT'),
  'too-many-keywords': no('There can be no more keywords on a message, or in this mailbox', 'LIMIT'),
  'no-more-uids': no('This mailbox has numbered as many messages as can be. Move its mail to a new one', 'LIMIT'),
}

export const SIGN_IN_CODES: Readonly<Record<SignInRefusal, string>> = {
  credentials: 'AUTHENTICATIONFAILED',
  disabled: 'CONTACTADMIN',
  'not-now': 'UNAVAILABLE',
  protocol: 'CANNOT',
}

/** Said with BYE. */
export const BYE = {
  stopping: 'The server stops or restarts. Connect again in a minute',
  noLogin: 'No login came in time',
  silent: 'Nothing was heard for too long',
  failedLogins: 'Too many logins failed',
  mailboxDeleted: 'The selected mailbox was deleted',
} as const
