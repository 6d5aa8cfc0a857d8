// The table of commands: in which states each may come, which capability makes it known, and how it is read.

import type { Capability, State } from './capabilities.ts'
import type { CommandBody } from './command.ts'
import type { Cursor } from './cursor.ts'
import * as access from './parse-access.ts'
import { fetch } from './parse-fetch.ts'
import * as mailbox from './parse-mailbox.ts'
import * as messages from './parse-messages.ts'
import { search, sort, thread } from './parse-search.ts'
import * as session from './parse-session.ts'

export interface Rule {
  readonly states: readonly State[]
  /** Unknown unless one of these is supported. */
  readonly needs?: readonly Capability[]
  /** Changes the mailbox that is selected: not where it was opened to be read only. */
  readonly writes?: true
  /** `core`: answered by the core. `append`: a message is part of it, see `parse-append.ts`. */
  readonly read: ((c: Cursor) => CommandBody) | 'core' | 'append'
}

const ANY: readonly State[] = ['not-authenticated', 'authenticated', 'selected']
const BEFORE: readonly State[] = ['not-authenticated']
const AFTER: readonly State[] = ['authenticated', 'selected']
const SELECTED: readonly State[] = ['selected']

/** Of a command that is a word and nothing else. */
function word<Name extends 'NOOP' | 'CHECK' | 'STARTTLS' | 'IDLE' | 'NAMESPACE' | 'UNAUTHENTICATE' | 'CLOSE' | 'UNSELECT'>(
  name: Name,
) {
  return (): CommandBody => ({ name })
}

const SEQUENCE = { byUid: false } as const
const UID = { byUid: true } as const

/** By name; the UID forms with their two words. */
export const COMMANDS: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['CAPABILITY', { states: ANY, read: 'core' }],
  ['LOGOUT', { states: ANY, read: 'core' }],
  ['NOOP', { states: ANY, read: word('NOOP') }],
  ['ID', { states: ANY, read: session.id }],
  ['STARTTLS', { states: BEFORE, read: word('STARTTLS') }],
  ['AUTHENTICATE', { states: BEFORE, read: session.authenticate }],
  ['LOGIN', { states: BEFORE, read: session.login }],
  ['ENABLE', { states: AFTER, read: session.enable }],
  ['COMPRESS', { states: AFTER, needs: ['COMPRESS=DEFLATE'], read: session.compress }],
  ['UNAUTHENTICATE', { states: AFTER, needs: ['UNAUTHENTICATE'], read: word('UNAUTHENTICATE') }],
  ['IDLE', { states: AFTER, needs: ['IDLE', 'IMAP4rev2'], read: word('IDLE') }],
  ['SELECT', { states: AFTER, read: mailbox.select('SELECT') }],
  ['EXAMINE', { states: AFTER, read: mailbox.select('EXAMINE') }],
  ['CREATE', { states: AFTER, read: mailbox.create }],
  ['DELETE', { states: AFTER, read: mailbox.mailboxAlone('DELETE') }],
  ['RENAME', { states: AFTER, read: mailbox.rename }],
  ['SUBSCRIBE', { states: AFTER, read: mailbox.mailboxAlone('SUBSCRIBE') }],
  ['UNSUBSCRIBE', { states: AFTER, read: mailbox.mailboxAlone('UNSUBSCRIBE') }],
  ['LIST', { states: AFTER, read: mailbox.list }],
  ['LSUB', { states: AFTER, read: mailbox.lsub }],
  ['NAMESPACE', { states: AFTER, needs: ['NAMESPACE', 'IMAP4rev2'], read: word('NAMESPACE') }],
  ['STATUS', { states: AFTER, read: mailbox.status }],
  ['APPEND', { states: AFTER, read: 'append' }],
  ['GETQUOTA', { states: AFTER, needs: ['QUOTA'], read: access.getQuota }],
  ['GETQUOTAROOT', { states: AFTER, needs: ['QUOTA'], read: mailbox.mailboxAlone('GETQUOTAROOT') }],
  ['SETQUOTA', { states: AFTER, needs: ['QUOTASET'], read: access.setQuota }],
  ['GETMETADATA', { states: AFTER, needs: ['METADATA', 'METADATA-SERVER'], read: access.getMetadata }],
  ['SETMETADATA', { states: AFTER, needs: ['METADATA', 'METADATA-SERVER'], read: access.setMetadata }],
  ['GETACL', { states: AFTER, needs: ['ACL'], read: mailbox.mailboxAlone('GETACL') }],
  ['MYRIGHTS', { states: AFTER, needs: ['ACL'], read: mailbox.mailboxAlone('MYRIGHTS') }],
  ['SETACL', { states: AFTER, needs: ['ACL'], read: access.setAcl }],
  ['DELETEACL', { states: AFTER, needs: ['ACL'], read: access.aclOf('DELETEACL') }],
  ['LISTRIGHTS', { states: AFTER, needs: ['ACL'], read: access.aclOf('LISTRIGHTS') }],
  ['NOTIFY', { states: AFTER, needs: ['NOTIFY'], read: access.notify }],
  ['CANCELUPDATE', { states: SELECTED, needs: ['CONTEXT=SEARCH'], read: access.cancelUpdate }],
  ['CHECK', { states: SELECTED, read: word('CHECK') }],
  ['CLOSE', { states: SELECTED, read: word('CLOSE') }],
  ['UNSELECT', { states: SELECTED, needs: ['UNSELECT', 'IMAP4rev2'], read: word('UNSELECT') }],
  ['EXPUNGE', { states: SELECTED, writes: true, read: () => ({ name: 'EXPUNGE', uids: undefined }) }],
  ['UID EXPUNGE', { states: SELECTED, needs: ['UIDPLUS', 'IMAP4rev2'], writes: true, read: messages.uidExpunge }],
  ['SEARCH', { states: SELECTED, read: search(SEQUENCE) }],
  ['UID SEARCH', { states: SELECTED, read: search(UID) }],
  ['SORT', { states: SELECTED, needs: ['SORT'], read: sort(SEQUENCE) }],
  ['UID SORT', { states: SELECTED, needs: ['SORT'], read: sort(UID) }],
  ['THREAD', { states: SELECTED, needs: ['THREAD=REFERENCES', 'THREAD=ORDEREDSUBJECT'], read: thread(SEQUENCE) }],
  ['UID THREAD', { states: SELECTED, needs: ['THREAD=REFERENCES', 'THREAD=ORDEREDSUBJECT'], read: thread(UID) }],
  ['FETCH', { states: SELECTED, read: fetch(SEQUENCE) }],
  ['UID FETCH', { states: SELECTED, read: fetch(UID) }],
  ['STORE', { states: SELECTED, writes: true, read: messages.store(SEQUENCE) }],
  ['UID STORE', { states: SELECTED, writes: true, read: messages.store(UID) }],
  ['COPY', { states: SELECTED, read: messages.copy('COPY', SEQUENCE) }],
  ['UID COPY', { states: SELECTED, read: messages.copy('COPY', UID) }],
  ['MOVE', { states: SELECTED, needs: ['MOVE', 'IMAP4rev2'], writes: true, read: messages.copy('MOVE', SEQUENCE) }],
  ['UID MOVE', { states: SELECTED, needs: ['MOVE', 'IMAP4rev2'], writes: true, read: messages.copy('MOVE', UID) }],
  ['REPLACE', { states: SELECTED, needs: ['REPLACE'], writes: true, read: 'append' }],
  ['UID REPLACE', { states: SELECTED, needs: ['REPLACE'], writes: true, read: 'append' }],
])
