// Commands about mailboxes: opening, naming, listing, asking.

import type { CommandBody, ListReturn, ListSelection, QresyncParameter, SelectCommand, StatusItem } from './command.ts'
import type { Cursor } from './cursor.ts'
import { isAscii } from './encoding.ts'
import { LIST_WORDS, STATUS_WORDS } from './extension-words.ts'
import { LIST_PATTERNS_MAX, PARAMETERS_MAX } from './limits.ts'
import { decodeUtf7, foldInbox, hasControl } from './mailbox-name.ts'
import { numberRanges } from './parse-set.ts'

export function mailbox(c: Cursor): string {
  return foldInbox(decoded(c, c.astring('the name of a mailbox')))
}

/** As UTF-8, whatever it stands for. */
function decoded(c: Cursor, octets: string): string {
  if (c.failed) return ''
  if (!c.utf8 && !isAscii(octets))
    return c.fail('a mailbox name is modified UTF-7 until UTF8=ACCEPT or IMAP4rev2 is enabled') ?? ''
  const name = c.utf8 ? c.text8(octets, 'the name of a mailbox') : decodeUtf7(octets)
  if (name === undefined) return c.refuse('CANNOT', 'The name of the mailbox is no modified UTF-7 (RFC 3501 section 5.1.3)') ?? ''
  return hasControl(name) ? (c.refuse('CANNOT', 'The name of a mailbox has no control characters') ?? '') : name
}

/** `DELETE box`, `SUBSCRIBE box` and the like. */
export function mailboxAlone<Name extends string>(name: Name): (c: Cursor) => { name: Name; mailbox: string } {
  return (c) => {
    c.space()
    return { name, mailbox: mailbox(c) }
  }
}

export function select(name: 'SELECT' | 'EXAMINE'): (c: Cursor) => SelectCommand {
  return (c) => {
    c.space()
    const box = mailbox(c)
    let condstore = false
    let qresync: QresyncParameter | undefined
    const parameter = (): void => {
      const word = c.keyword('CONDSTORE or QRESYNC')
      if (word === 'CONDSTORE' && c.supports('CONDSTORE')) condstore = true
      else if (word === 'QRESYNC' && c.supports('QRESYNC')) qresync = qresyncParameter(c)
      else c.fail(`${name} knows no ${word}`)
    }
    if (!c.atEnd && c.take(' ')) c.list(parameter, { atLeast: 1, atMost: PARAMETERS_MAX, what: 'parameters' })
    return { name, mailbox: box, condstore, qresync }
  }
}

/** `(uidvalidity modseq [known-uids] [(seqs uids)])`, RFC 7162 §3.2.5. */
function qresyncParameter(c: Cursor): QresyncParameter {
  if (!c.context.enabled.has('QRESYNC')) c.fail('say ENABLE QRESYNC first')
  c.expect(' (')
  const uidValidity = c.positive('the UIDVALIDITY')
  c.space()
  const modseq = c.bigNumber('the mod-sequence')
  let knownUids: QresyncParameter['knownUids']
  let match: QresyncParameter['match']
  if (!c.looksAt(' (') && c.take(' ')) knownUids = numberRanges(c)
  if (c.take(' (')) {
    const sequence = numberRanges(c)
    c.space()
    match = { sequence, uids: numberRanges(c) }
    c.expect(')')
  }
  c.expect(')')
  return { uidValidity, modseq, knownUids, match }
}

export function create(c: Cursor): CommandBody {
  c.space()
  // A `/` at the end says that there will be mailboxes below it (RFC 3501 §6.3.3); any may have some.
  const box = mailbox(c).replace(/(.)\/$/, '$1')
  let specialUse: readonly string[] = []
  if (!c.atEnd && c.take(' (')) {
    c.expect('USE ')
    if (!c.supports('CREATE-SPECIAL-USE')) c.fail('CREATE knows no USE')
    specialUse = c.list(() => useAttribute(c), { atLeast: 0, atMost: PARAMETERS_MAX, what: 'uses' })
    c.expect(')')
  }
  return { name: 'CREATE', mailbox: box, specialUse }
}

/** `\Sent`: the backslash, then a word. */
function useAttribute(c: Cursor): string {
  c.expect('\\')
  return `\\${c.atom('a special use')}`
}

export function rename(c: Cursor): CommandBody {
  c.space()
  const box = mailbox(c)
  c.space()
  return { name: 'RENAME', mailbox: box, newName: mailbox(c) }
}

export function status(c: Cursor): CommandBody {
  c.space()
  const box = mailbox(c)
  c.space()
  return { name: 'STATUS', mailbox: box, items: statusItems(c) }
}

const STATUS_ITEMS: ReadonlySet<string> = new Set<StatusItem>([
  'MESSAGES',
  'RECENT',
  'UIDNEXT',
  'UIDVALIDITY',
  'UNSEEN',
  'DELETED',
  'DELETED-STORAGE',
  'SIZE',
  'HIGHESTMODSEQ',
  'APPENDLIMIT',
  'MAILBOXID',
])

function isStatusItem(word: string): word is StatusItem {
  return STATUS_ITEMS.has(word)
}

function statusItems(c: Cursor): readonly StatusItem[] {
  const items = new Set<StatusItem>()
  const read = (): void => {
    const word = c.keyword('a status item')
    if (isStatusItem(word) && c.knows(word, STATUS_WORDS)) items.add(word)
    else c.fail(`there is no status item ${word}`)
  }
  c.list(read, { atLeast: 1, atMost: PARAMETERS_MAX, what: 'items' })
  return [...items]
}

const SELECTIONS: ReadonlySet<string> = new Set<ListSelection>(['SUBSCRIBED', 'REMOTE', 'RECURSIVEMATCH', 'SPECIAL-USE'])
const RETURNS: ReadonlySet<string> = new Set<ListReturn>(['SUBSCRIBED', 'CHILDREN', 'SPECIAL-USE', 'MYRIGHTS'])

export function list(c: Cursor): CommandBody {
  c.space()
  const selection = new Set<ListSelection>()
  const options = c.peek() === '('
  if (options) {
    readOptions(c, SELECTIONS, (word) => selection.add(word as ListSelection))
    c.space()
    // RECURSIVEMATCH alone says nothing to look for (RFC 5258 §3).
    if (selection.has('RECURSIVEMATCH') && !selection.has('SUBSCRIBED') && !selection.has('SPECIAL-USE'))
      c.fail('RECURSIVEMATCH wants SUBSCRIBED or SPECIAL-USE beside it')
  }
  const reference = decoded(c, c.astring('the reference'))
  c.space()
  const several = c.peek() === '('
  const pattern = (): string => decoded(c, c.listMailbox('a mailbox pattern'))
  const patterns = several ? c.list(pattern, { atLeast: 1, atMost: LIST_PATTERNS_MAX, what: 'patterns' }) : [pattern()]
  const returning = !c.atEnd && c.take(' RETURN ')
  const { returns, items } = returning ? listReturns(c) : { returns: new Set<ListReturn>(), items: undefined }
  return { name: 'LIST', selection, reference, patterns, returns, status: items, extended: options || several || returning }
}

function listReturns(c: Cursor): { returns: Set<ListReturn>; items: readonly StatusItem[] | undefined } {
  const returns = new Set<ListReturn>()
  let items: readonly StatusItem[] | undefined
  readOptions(c, RETURNS, (word) => {
    if (word !== 'STATUS') return returns.add(word as ListReturn)
    c.space()
    items = statusItems(c)
  })
  return { returns, items }
}

function readOptions(c: Cursor, known: ReadonlySet<string>, add: (word: string) => void): void {
  const read = (): void => {
    const word = c.keyword('an option')
    if ((known.has(word) || (word === 'STATUS' && known === RETURNS)) && c.knows(word, LIST_WORDS)) add(word)
    else c.fail(`LIST knows no option ${word}`)
  }
  c.list(read, { atLeast: 0, atMost: PARAMETERS_MAX, what: 'options' })
}

export function lsub(c: Cursor): CommandBody {
  c.space()
  const reference = decoded(c, c.astring('the reference'))
  c.space()
  return { name: 'LSUB', reference, pattern: decoded(c, c.listMailbox('a mailbox pattern')) }
}
