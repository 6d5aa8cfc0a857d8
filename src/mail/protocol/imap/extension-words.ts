// Words inside of commands that only an extension brings, and the capabilities of which one makes each known.

import type { Capability } from './capabilities.ts'

type Words = ReadonlyMap<string, readonly Capability[]>

export const SEARCH_WORDS: Words = new Map<string, readonly Capability[]>([
  ['OLDER', ['WITHIN']],
  ['YOUNGER', ['WITHIN']],
  ['MODSEQ', ['CONDSTORE']],
  ['EMAILID', ['OBJECTID']],
  ['THREADID', ['OBJECTID']],
  ['SAVEDBEFORE', ['SAVEDATE']],
  ['SAVEDON', ['SAVEDATE']],
  ['SAVEDSINCE', ['SAVEDATE']],
  ['SAVEDATESUPPORTED', ['SAVEDATE']],
  ['FUZZY', ['SEARCH=FUZZY']],
  ['$', ['SEARCHRES', 'IMAP4rev2']],
])

export const RETURN_WORDS: Words = new Map<string, readonly Capability[]>([
  ['MIN', ['ESEARCH', 'IMAP4rev2']],
  ['MAX', ['ESEARCH', 'IMAP4rev2']],
  ['ALL', ['ESEARCH', 'IMAP4rev2']],
  ['COUNT', ['ESEARCH', 'IMAP4rev2']],
  ['SAVE', ['SEARCHRES', 'IMAP4rev2']],
  ['PARTIAL', ['PARTIAL', 'CONTEXT=SEARCH']],
  // A hint that there will be more such searches (RFC 5267 §4.2), which asks for nothing.
  ['CONTEXT', ['CONTEXT=SEARCH']],
  ['UPDATE', ['CONTEXT=SEARCH']],
])

export const FETCH_WORDS: Words = new Map<string, readonly Capability[]>([
  ['BINARY', ['BINARY', 'IMAP4rev2']],
  ['BINARY.PEEK', ['BINARY', 'IMAP4rev2']],
  ['BINARY.SIZE', ['BINARY', 'IMAP4rev2']],
  ['MODSEQ', ['CONDSTORE']],
  ['EMAILID', ['OBJECTID']],
  ['THREADID', ['OBJECTID']],
  ['SAVEDATE', ['SAVEDATE']],
  ['PREVIEW', ['PREVIEW']],
])

export const STATUS_WORDS: Words = new Map<string, readonly Capability[]>([
  ['SIZE', ['STATUS=SIZE', 'IMAP4rev2']],
  ['DELETED', ['QUOTA=RES-MESSAGE', 'IMAP4rev2']],
  ['DELETED-STORAGE', ['QUOTA=RES-STORAGE']],
  ['HIGHESTMODSEQ', ['CONDSTORE']],
  ['MAILBOXID', ['OBJECTID']],
])

export const LIST_WORDS: Words = new Map<string, readonly Capability[]>([
  ['SPECIAL-USE', ['SPECIAL-USE', 'IMAP4rev2']],
  ['STATUS', ['LIST-STATUS', 'IMAP4rev2']],
  ['MYRIGHTS', ['LIST-MYRIGHTS']],
])
