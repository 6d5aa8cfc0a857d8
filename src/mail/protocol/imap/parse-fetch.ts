// FETCH: its items, the sections among them, and its modifiers.

import type { CommandBody } from './command.ts'
import type { Cursor } from './cursor.ts'
import { FETCH_WORDS } from './extension-words.ts'
import type { FetchItem, Partial, Section } from './fetch-item.ts'
import { FETCH_ITEMS_MAX, HEADER_FIELDS_MAX, SECTION_DEPTH_MAX } from './limits.ts'
import { partialRange } from './parse-search.ts'
import { sequenceSet } from './parse-set.ts'
import type { PartialRange } from './search-key.ts'

export function fetch({ byUid }: { readonly byUid: boolean }): (c: Cursor) => CommandBody {
  return (c) => {
    c.space()
    const set = sequenceSet(c)
    c.space()
    const items = fetchItems(c)
    const modifiers = c.atEnd ? NO_MODIFIERS : fetchModifiers(c, byUid)
    return { name: 'FETCH', byUid, set, items, ...modifiers }
  }
}

interface Modifiers {
  changedSince: number | undefined
  vanished: boolean
  partial: PartialRange | undefined
}

const NO_MODIFIERS: Modifiers = { changedSince: undefined, vanished: false, partial: undefined }

function fetchModifiers(c: Cursor, byUid: boolean): Modifiers {
  const modifiers = { ...NO_MODIFIERS }
  const read = (): void => {
    const word = c.keyword('a modifier')
    if (word === 'CHANGEDSINCE' && c.supports('CONDSTORE')) {
      c.space()
      modifiers.changedSince = c.bigNumber('the mod-sequence')
    } else if (word === 'PARTIAL' && c.supports('PARTIAL') && byUid) {
      c.space()
      modifiers.partial = partialRange(c)
    } else if (word === 'VANISHED' && c.context.enabled.has('QRESYNC')) modifiers.vanished = true
    else c.fail(`FETCH knows no modifier ${word} here`)
  }
  c.space()
  c.list(read, { atLeast: 1, atMost: 3, what: 'modifiers' })
  // RFC 7162 §3.2.6
  if (modifiers.vanished && (!byUid || modifiers.changedSince === undefined)) c.fail('VANISHED wants UID FETCH and CHANGEDSINCE')
  return modifiers
}

const FAST: readonly FetchItem[] = [{ type: 'flags' }, { type: 'internal-date' }, { type: 'size' }]
const ALL: readonly FetchItem[] = [...FAST, { type: 'envelope' }]
const FULL: readonly FetchItem[] = [...ALL, { type: 'body' }]
const MACROS: ReadonlyMap<string, readonly FetchItem[]> = new Map([
  ['ALL', ALL],
  ['FAST', FAST],
  ['FULL', FULL],
])

/** One item or macro, or several in parentheses. */
export function fetchItems(c: Cursor): readonly FetchItem[] {
  if (c.peek() === '(') return unique(c.list(() => item(c, itemWord(c)), { atLeast: 1, atMost: FETCH_ITEMS_MAX, what: 'items' }))
  const word = itemWord(c)
  return MACROS.get(word) ?? [item(c, word)]
}

/** Asked for twice it is told once. */
function unique(items: readonly FetchItem[]): readonly FetchItem[] {
  const seen = new Map<string, FetchItem>()
  for (const found of items) {
    const key = 'label' in found ? found.label : found.type
    const before = seen.get(key)
    // The one that sets `\Seen` counts.
    if (before === undefined || ('peek' in before && before.peek)) seen.set(key, found)
  }
  return [...seen.values()]
}

const WORD = /[A-Za-z][A-Za-z0-9.]*/y

function itemWord(c: Cursor): string {
  WORD.lastIndex = c.at
  const match = c.failed ? null : WORD.exec(c.text)
  if (match === null) return c.fail('an item to fetch was expected') ?? ''
  c.at = WORD.lastIndex
  return match[0].toUpperCase()
}

const SIMPLE: ReadonlyMap<string, FetchItem> = new Map<string, FetchItem>([
  ['UID', { type: 'uid' }],
  ['FLAGS', { type: 'flags' }],
  ['INTERNALDATE', { type: 'internal-date' }],
  ['RFC822.SIZE', { type: 'size' }],
  ['ENVELOPE', { type: 'envelope' }],
  ['BODYSTRUCTURE', { type: 'body-structure' }],
  ['MODSEQ', { type: 'modseq' }],
  ['EMAILID', { type: 'email-id' }],
  ['THREADID', { type: 'thread-id' }],
  ['SAVEDATE', { type: 'save-date' }],
  ['RFC822', whole('RFC822', { what: 'all', peek: false })],
  ['RFC822.HEADER', whole('RFC822.HEADER', { what: 'header', peek: true })],
  ['RFC822.TEXT', whole('RFC822.TEXT', { what: 'text', peek: false })],
])

function whole(label: string, of: { what: 'all' | 'header' | 'text'; peek: boolean }): FetchItem {
  return { type: 'section', section: { path: [], what: of.what, fields: [] }, peek: of.peek, label }
}

function item(c: Cursor, word: string): FetchItem {
  const found = c.knows(word, FETCH_WORDS) ? (SIMPLE.get(word) ?? sectionItem(c, word)) : undefined
  if (found === undefined) c.fail(`there is no item ${word}`)
  return found ?? { type: 'uid' }
}

/** Items that are more than a word. */
function sectionItem(c: Cursor, word: string): FetchItem | undefined {
  if (word === 'PREVIEW') return { type: 'preview', lazy: c.take(' (LAZY)') }
  const bracket = c.peek() === '['
  if (word === 'BODY' && !bracket) return { type: 'body' }
  if ((word === 'BODY' || word === 'BODY.PEEK') && bracket) return bodySection(c, word === 'BODY.PEEK')
  if (!bracket || !/^BINARY(?:\.PEEK|\.SIZE)?$/.test(word)) return undefined
  return binarySection(c, word)
}

function bodySection(c: Cursor, peek: boolean): FetchItem {
  c.expect('[')
  const path = sectionPath(c)
  const section = sectionOf(c, path)
  c.expect(']')
  const partial = partialOctets(c)
  const label = `BODY[${sectionLabel(section)}]${originLabel(partial)}`
  return { type: 'section', section, peek, label, ...(partial === undefined ? {} : { partial }) }
}

function sectionOf(c: Cursor, path: readonly number[]): Section {
  const none = { path, fields: [] }
  if (c.peek() === ']') return { ...none, what: 'all' }
  if (path.length > 0) c.expect('.')
  const word = itemWord(c)
  switch (word) {
    case 'HEADER':
    case 'TEXT':
      return { ...none, what: word === 'HEADER' ? 'header' : 'text' }
    case 'HEADER.FIELDS':
    case 'HEADER.FIELDS.NOT':
      return { path, what: word === 'HEADER.FIELDS' ? 'header-fields' : 'header-fields-not', fields: headerFields(c) }
    case 'MIME':
      if (path.length === 0) c.fail('MIME is of a part, like BODY[1.MIME]')
      return { ...none, what: 'mime' }
    default:
      c.fail(`there is no section ${word}`)
      return { ...none, what: 'all' }
  }
}

/** `1.2`, as far as there are numbers. */
function sectionPath(c: Cursor): readonly number[] {
  const path: number[] = []
  while (/^\d/.test(c.peek())) {
    path.push(c.positive('the number of a part'))
    if (path.length > SECTION_DEPTH_MAX) c.fail(`parts are ${SECTION_DEPTH_MAX} levels deep at most`)
    if (!/^\.\d/.test(c.text.slice(c.at, c.at + 2))) break
    c.expect('.')
  }
  return path
}

function headerFields(c: Cursor): readonly string[] {
  c.space()
  return c.list(() => headerField(c), { atLeast: 1, atMost: HEADER_FIELDS_MAX, what: 'header fields' })
}

const FIELD_NAME = /^[\x21-\x39\x3b-\x7e]+$/

function headerField(c: Cursor): string {
  const name = c.astring('the name of a header field')
  if (!c.failed && !FIELD_NAME.test(name)) c.fail('the name of a header field is printable ASCII, without a colon')
  return name
}

function binarySection(c: Cursor, word: string): FetchItem {
  c.expect('[')
  const path = sectionPath(c)
  c.expect(']')
  if (word === 'BINARY.SIZE') return { type: 'binary-size', path, label: `BINARY.SIZE[${path.join('.')}]` }
  const partial = partialOctets(c)
  const label = `BINARY[${path.join('.')}]${originLabel(partial)}`
  return { type: 'binary', path, peek: word === 'BINARY.PEEK', label, ...(partial === undefined ? {} : { partial }) }
}

/** `<0.1024>` */
function partialOctets(c: Cursor): Partial | undefined {
  if (!c.take('<')) return undefined
  const first = c.bigNumber('the first octet')
  c.expect('.')
  const count = c.bigNumber('a number of octets')
  if (count === 0) c.fail('a number of octets must not be 0')
  c.expect('>')
  return { first, count }
}

/** The answer says where it begins; how long it is shows. */
function originLabel(partial: Partial | undefined): string {
  return partial === undefined ? '' : `<${partial.first}>`
}

const WORDS = {
  all: '',
  header: 'HEADER',
  'header-fields': 'HEADER.FIELDS',
  'header-fields-not': 'HEADER.FIELDS.NOT',
  text: 'TEXT',
  mime: 'MIME',
} as const

function sectionLabel({ path, what, fields }: Section): string {
  const name = [...path, ...(WORDS[what] === '' ? [] : [WORDS[what]])].join('.')
  return fields.length === 0 ? name : `${name} (${fields.map(fieldLabel).join(' ')})`
}

function fieldLabel(field: string): string {
  return /[(){%*"\\\]]/.test(field) ? `"${field.replace(/["\\]/g, '\\$&')}"` : field
}
