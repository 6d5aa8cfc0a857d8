// Commands about what surrounds mail: quota, annotations, rights, notifications.

import type { CommandBody, NotifyEventName, NotifyRequest } from './command.ts'
import type { Cursor } from './cursor.ts'
import { decodeUtf8 } from './encoding.ts'
import type { FetchItem } from './fetch-item.ts'
import { METADATA_ENTRIES_MAX, NOTIFY_GROUPS_MAX, NOTIFY_MAILBOXES_MAX, PARAMETERS_MAX, UPDATE_TAGS_MAX } from './limits.ts'
import { fetchItems } from './parse-fetch.ts'
import { mailbox } from './parse-mailbox.ts'

// Quota (RFC 9208)

export function getQuota(c: Cursor): CommandBody {
  c.space()
  return { name: 'GETQUOTA', root: c.text8(c.astring('a quota root'), 'a quota root') }
}

export function setQuota(c: Cursor): CommandBody {
  c.space()
  const root = c.text8(c.astring('a quota root'), 'a quota root')
  const limits = new Map<string, number>()
  c.space()
  const read = (): void => {
    const resource = c.keyword('a resource')
    c.space()
    limits.set(resource, c.bigNumber('a limit'))
  }
  c.list(read, { atLeast: 0, atMost: PARAMETERS_MAX, what: 'limits' })
  return { name: 'SETQUOTA', root, limits }
}

// Annotations (RFC 5464)

export function getMetadata(c: Cursor): CommandBody {
  let sizeBytesMax: number | undefined
  let depth: '0' | '1' | 'infinity' = '0'
  const option = (): void => {
    const word = c.keyword('MAXSIZE or DEPTH')
    c.space()
    if (word === 'MAXSIZE') sizeBytesMax = c.number('a size in octets')
    else if (word === 'DEPTH') depth = depthOf(c)
    else c.fail(`GETMETADATA knows no ${word}`)
  }
  c.space()
  // The options stand before the mailbox (RFC 5464 §4.2); programs put them behind it too.
  const options = (): void => void c.list(option, { atLeast: 1, atMost: PARAMETERS_MAX, what: 'options' })
  if (c.peek() === '(') {
    options()
    c.space()
  }
  const box = mailbox(c)
  c.space()
  if (c.looksAt('(MAXSIZE ') || c.looksAt('(DEPTH ')) {
    options()
    c.space()
  }
  const several = c.peek() === '('
  const entries = several ? c.list(() => entry(c), { atLeast: 1, atMost: METADATA_ENTRIES_MAX, what: 'entries' }) : [entry(c)]
  return { name: 'GETMETADATA', mailbox: box, entries, sizeBytesMax, depth }
}

function depthOf(c: Cursor): '0' | '1' | 'infinity' {
  const word = c.keyword('0, 1 or infinity')
  if (word === '0' || word === '1') return word
  if (word !== 'INFINITY') c.fail('DEPTH is 0, 1 or infinity')
  return 'infinity'
}

/** `/private/comment`, in lower case: entries have no case (RFC 5464 §4.1). */
function entry(c: Cursor): string {
  const name = c.astring('the name of an entry').toLowerCase()
  if (!c.failed && !/^(?:\/(?!\/)[\x20-\x29\x2b-\x7e]+)$/.test(name)) c.fail('the name of an entry is like /private/comment')
  if (name.includes('//') || name.endsWith('/') || name.includes('%'))
    c.fail('the name of an entry has no //, no % and no / at its end')
  return name
}

export function setMetadata(c: Cursor): CommandBody {
  c.space()
  const box = mailbox(c)
  c.space()
  const read = (): { entry: string; value: Uint8Array | undefined } => {
    const name = entry(c)
    c.space()
    c.eightBit = true
    const value = c.nstring('a value, or NIL')
    return { entry: name, value: value === undefined ? undefined : Buffer.from(value, 'latin1') }
  }
  const entries = c.list(read, { atLeast: 1, atMost: METADATA_ENTRIES_MAX, what: 'entries' })
  return { name: 'SETMETADATA', mailbox: box, entries }
}

// Rights (RFC 4314)

export function setAcl(c: Cursor): CommandBody {
  c.space()
  const box = mailbox(c)
  const identifier = identifierOf(c)
  c.space()
  const change = c.astring('rights')
  const mode = change.startsWith('+') ? 'add' : change.startsWith('-') ? 'remove' : 'replace'
  const rights = mode === 'replace' ? change : change.slice(1)
  if (!/^[a-z0-9]*$/.test(rights)) c.fail('rights are small letters and digits')
  return { name: 'SETACL', mailbox: box, identifier, change: { mode, rights } }
}

export function aclOf(name: 'DELETEACL' | 'LISTRIGHTS'): (c: Cursor) => CommandBody {
  return (c) => {
    c.space()
    const box = mailbox(c)
    return { name, mailbox: box, identifier: identifierOf(c) }
  }
}

function identifierOf(c: Cursor): string {
  c.space()
  const octets = c.astring('an identifier')
  return decodeUtf8(octets) ?? c.fail('an identifier is UTF-8') ?? ''
}

// Notifications (RFC 5465)

export function notify(c: Cursor): CommandBody {
  c.space()
  if (c.take('NONE')) return { name: 'NOTIFY', request: undefined }
  c.expect('SET')
  const status = c.take(' STATUS')
  const groups: NotifyRequest['groups'][number][] = []
  while (!c.atEnd && c.take(' ')) {
    groups.push(notifyGroup(c))
    if (groups.length > NOTIFY_GROUPS_MAX) c.fail(`too many groups: ${NOTIFY_GROUPS_MAX} at most`)
  }
  if (groups.length === 0) c.fail('NOTIFY SET wants a group, like (personal (MessageNew MessageExpunge))')
  return { name: 'NOTIFY', request: { status, groups } }
}

const FILTERS: ReadonlyMap<string, NotifyRequest['groups'][number]['filter']> = new Map([
  ['SELECTED', 'selected'],
  ['SELECTED-DELAYED', 'selected-delayed'],
  ['INBOXES', 'inboxes'],
  ['PERSONAL', 'personal'],
  ['SUBSCRIBED', 'subscribed'],
  ['SUBTREE', 'subtree'],
  ['MAILBOXES', 'mailboxes'],
])

function notifyGroup(c: Cursor): NotifyRequest['groups'][number] {
  c.expect('(')
  const filter = FILTERS.get(c.keyword('which mailboxes'))
  if (filter === undefined)
    c.fail('which mailboxes: selected, selected-delayed, inboxes, personal, subscribed, subtree or mailboxes')
  let mailboxes: readonly string[] = []
  if (filter === 'subtree' || filter === 'mailboxes') {
    c.space()
    const several = { atLeast: 1, atMost: NOTIFY_MAILBOXES_MAX, what: 'mailboxes' } as const
    mailboxes = c.peek() === '(' ? c.list(() => mailbox(c), several) : [mailbox(c)]
  }
  c.space()
  const { events, fetch } = c.take('NONE') ? { events: [], fetch: [] } : notifyEvents(c)
  c.expect(')')
  return { filter: filter ?? 'selected', mailboxes, events, fetch }
}

const EVENTS: ReadonlySet<string> = new Set<NotifyEventName>([
  'FLAGCHANGE',
  'MESSAGENEW',
  'MESSAGEEXPUNGE',
  'MAILBOXNAME',
  'SUBSCRIPTIONCHANGE',
  'ANNOTATIONCHANGE',
  'MAILBOXMETADATACHANGE',
  'SERVERMETADATACHANGE',
])

function isEvent(word: string): word is NotifyEventName {
  return EVENTS.has(word)
}

function notifyEvents(c: Cursor): { events: readonly NotifyEventName[]; fetch: readonly FetchItem[] } {
  const events: NotifyEventName[] = []
  let fetch: readonly FetchItem[] = []
  const read = (): void => {
    const word = c.keyword('an event')
    if (isEvent(word)) events.push(word)
    // RFC 5465 §3.1: the code names the events that there are.
    else c.refuse(`BADEVENT (${[...EVENTS].join(' ')})`, 'There is no such event')
    if (word === 'MESSAGENEW' && c.take(' (')) {
      c.at--
      fetch = fetchItems(c)
    }
  }
  c.list(read, { atLeast: 1, atMost: EVENTS.size, what: 'events' })
  // RFC 5465 §5: the one goes not without the other.
  if (events.includes('MESSAGENEW') !== events.includes('MESSAGEEXPUNGE')) c.fail('MessageNew and MessageExpunge go together')
  if (events.includes('FLAGCHANGE') && !events.includes('MESSAGENEW')) c.fail('FlagChange wants MessageNew and MessageExpunge')
  return { events, fetch }
}

/** RFC 5267 §4.3.4 */
export function cancelUpdate(c: Cursor): CommandBody {
  const tags: string[] = []
  c.space()
  do {
    tags.push(c.string('a tag, in quotes'))
    if (tags.length > UPDATE_TAGS_MAX) c.fail(`too many tags: ${UPDATE_TAGS_MAX} at most`)
  } while (!c.atEnd && c.take(' '))
  return { name: 'CANCELUPDATE', tags }
}
