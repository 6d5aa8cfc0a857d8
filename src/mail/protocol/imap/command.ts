// The commands of IMAP as values: what the parser makes and the session executes. Mailbox names are UTF-8, with INBOX in capitals.

import type { FetchItem } from './fetch-item.ts'
import type { FlagList } from './flags.ts'
import type { PartialRange, SearchKey, SearchReturn, SortCriterion } from './search-key.ts'
import type { NumberRange, SequenceNumber, SequenceSet } from './sequence-set.ts'

/** Every command but APPEND and REPLACE, which come as events of their own. LOGOUT and CAPABILITY are answered by the core. */
export type Command = { readonly tag: string } & CommandBody

export type CommandBody =
  | { readonly name: 'NOOP' | 'CHECK' | 'STARTTLS' | 'IDLE' | 'NAMESPACE' | 'UNAUTHENTICATE' | 'COMPRESS' }
  /** RFC 2971; fields in lower case. Undefined for NIL. */
  | { readonly name: 'ID'; readonly fields: ReadonlyMap<string, string | undefined> | undefined }
  /** Name and password are UTF-8 if they can be, else Latin-1. */
  | { readonly name: 'LOGIN'; readonly user: string; readonly password: string }
  /** `initial`: RFC 4959; undefined when there was none, empty for `=`. The mechanism is one of those offered, in upper case. */
  | { readonly name: 'AUTHENTICATE'; readonly mechanism: string; readonly initial: Uint8Array | undefined }
  /** Those that are known and supported here; what else the client named is left out (RFC 5161 §3.1). */
  | { readonly name: 'ENABLE'; readonly extensions: readonly Extension[] }
  | SelectCommand
  | { readonly name: 'CREATE'; readonly mailbox: string; readonly specialUse: readonly string[] }
  | { readonly name: 'DELETE' | 'SUBSCRIBE' | 'UNSUBSCRIBE'; readonly mailbox: string }
  | { readonly name: 'RENAME'; readonly mailbox: string; readonly newName: string }
  | ListCommand
  | { readonly name: 'LSUB'; readonly reference: string; readonly pattern: string }
  | { readonly name: 'STATUS'; readonly mailbox: string; readonly items: readonly StatusItem[] }
  | { readonly name: 'CLOSE' | 'UNSELECT' }
  /** `uids`: UID EXPUNGE (RFC 4315 §2.1). */
  | { readonly name: 'EXPUNGE'; readonly uids: SequenceSet | undefined }
  | SearchCommand
  | SortCommand
  | ThreadCommand
  | FetchCommand
  | StoreCommand
  | { readonly name: 'COPY' | 'MOVE'; readonly byUid: boolean; readonly set: SequenceSet; readonly mailbox: string }
  | { readonly name: 'GETQUOTA'; readonly root: string }
  | { readonly name: 'GETQUOTAROOT'; readonly mailbox: string }
  | { readonly name: 'SETQUOTA'; readonly root: string; readonly limits: ReadonlyMap<string, number> }
  | GetMetadataCommand
  | SetMetadataCommand
  | { readonly name: 'GETACL' | 'MYRIGHTS'; readonly mailbox: string }
  | { readonly name: 'SETACL'; readonly mailbox: string; readonly identifier: string; readonly change: RightsChange }
  | { readonly name: 'DELETEACL' | 'LISTRIGHTS'; readonly mailbox: string; readonly identifier: string }
  | { readonly name: 'NOTIFY'; readonly request: NotifyRequest | undefined }
  /** RFC 5267 §4.3.4: the tags of searches that no longer are to be kept up to date. */
  | { readonly name: 'CANCELUPDATE'; readonly tags: readonly string[] }

export type CommandName = CommandBody['name']

/** What ENABLE turns on. */
export type Extension = 'CONDSTORE' | 'QRESYNC' | 'UTF8=ACCEPT' | 'IMAP4REV2'

export interface SelectCommand {
  readonly name: 'SELECT' | 'EXAMINE'
  readonly mailbox: string
  readonly condstore: boolean
  readonly qresync: QresyncParameter | undefined
}

/** RFC 7162 §3.2.5. QRESYNC is enabled when this comes. */
export interface QresyncParameter {
  readonly uidValidity: number
  readonly modseq: number
  /** Undefined: all that there ever were. Merged and ascending. */
  readonly knownUids: readonly NumberRange[] | undefined
  /** Message numbers and the UIDs that belong to them, in the same order. */
  readonly match: { readonly sequence: readonly NumberRange[]; readonly uids: readonly NumberRange[] } | undefined
}

export type ListSelection = 'SUBSCRIBED' | 'REMOTE' | 'RECURSIVEMATCH' | 'SPECIAL-USE'
export type ListReturn = 'SUBSCRIBED' | 'CHILDREN' | 'SPECIAL-USE' | 'MYRIGHTS'

export interface ListCommand {
  readonly name: 'LIST'
  readonly selection: ReadonlySet<ListSelection>
  readonly reference: string
  /** Against `reference + pattern`; see `MailboxPattern`. One at least. `LIST "" ""` has the one pattern ''. */
  readonly patterns: readonly string[]
  readonly returns: ReadonlySet<ListReturn>
  /** RETURN (STATUS (…)): a STATUS line after each LIST line (RFC 5819). */
  readonly status: readonly StatusItem[] | undefined
  /** Selection options, several patterns or RETURN were used (RFC 5258 §3). */
  readonly extended: boolean
}

export type StatusItem =
  | 'MESSAGES'
  | 'RECENT'
  | 'UIDNEXT'
  | 'UIDVALIDITY'
  | 'UNSEEN'
  | 'DELETED'
  | 'DELETED-STORAGE'
  | 'SIZE'
  | 'HIGHESTMODSEQ'
  | 'APPENDLIMIT'
  | 'MAILBOXID'

export interface SearchCommand {
  readonly name: 'SEARCH'
  readonly byUid: boolean
  readonly key: SearchKey
  /** Undefined: no RETURN was said; the answer is `* SEARCH`, or ESEARCH where IMAP4rev2 is enabled. */
  readonly returns: SearchReturn | undefined
}

export interface SortCommand {
  readonly name: 'SORT'
  readonly byUid: boolean
  readonly criteria: readonly SortCriterion[]
  readonly key: SearchKey
  readonly returns: SearchReturn | undefined
}

export interface ThreadCommand {
  readonly name: 'THREAD'
  readonly byUid: boolean
  readonly algorithm: 'ORDEREDSUBJECT' | 'REFERENCES'
  readonly key: SearchKey
}

export interface FetchCommand {
  readonly name: 'FETCH'
  readonly byUid: boolean
  readonly set: SequenceSet
  /** Each once. UID is not added for UID FETCH. */
  readonly items: readonly FetchItem[]
  readonly changedSince: number | undefined
  /** Comes only with UID FETCH and CHANGEDSINCE, QRESYNC being enabled (RFC 7162 §3.2.6). */
  readonly vanished: boolean
  /** RFC 9394 §3.3. */
  readonly partial: PartialRange | undefined
}

export interface StoreCommand {
  readonly name: 'STORE'
  readonly byUid: boolean
  readonly set: SequenceSet
  readonly mode: 'add' | 'remove' | 'replace'
  readonly silent: boolean
  readonly flags: FlagList
  readonly unchangedSince: number | undefined
}

export interface GetMetadataCommand {
  readonly name: 'GETMETADATA'
  /** '' for the server. */
  readonly mailbox: string
  readonly entries: readonly string[]
  readonly sizeBytesMax: number | undefined
  readonly depth: '0' | '1' | 'infinity'
}

export interface SetMetadataCommand {
  readonly name: 'SETMETADATA'
  readonly mailbox: string
  /** NIL removes: undefined. */
  readonly entries: readonly { readonly entry: string; readonly value: Uint8Array | undefined }[]
}

export interface RightsChange {
  readonly mode: 'replace' | 'add' | 'remove'
  readonly rights: string
}

export type NotifyEventName =
  | 'FLAGCHANGE'
  | 'MESSAGENEW'
  | 'MESSAGEEXPUNGE'
  | 'MAILBOXNAME'
  | 'SUBSCRIPTIONCHANGE'
  | 'ANNOTATIONCHANGE'
  | 'MAILBOXMETADATACHANGE'
  | 'SERVERMETADATACHANGE'

/** NOTIFY SET (RFC 5465); NOTIFY NONE has none. */
export interface NotifyRequest {
  /** A STATUS for each mailbox first. */
  readonly status: boolean
  readonly groups: readonly {
    readonly filter: 'selected' | 'selected-delayed' | 'inboxes' | 'personal' | 'subscribed' | 'subtree' | 'mailboxes'
    /** Of `subtree` and `mailboxes`. */
    readonly mailboxes: readonly string[]
    /** Empty for NONE. */
    readonly events: readonly NotifyEventName[]
    /** What a new message is told with: MESSAGENEW (…). */
    readonly fetch: readonly FetchItem[]
  }[]
}

/** What APPEND and REPLACE say before a message. */
export interface AppendTarget {
  readonly tag: string
  readonly mailbox: string
  /** REPLACE and UID REPLACE (RFC 8508). */
  readonly replaces: { readonly number: SequenceNumber; readonly byUid: boolean } | undefined
}
