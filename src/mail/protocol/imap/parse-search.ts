// SEARCH, SORT and THREAD: the program of keys as a tree, and what is to be answered.

import type { CommandBody } from './command.ts'
import type { Cursor } from './cursor.ts'
import { isAscii } from './encoding.ts'
import { RETURN_WORDS, SEARCH_WORDS } from './extension-words.ts'
import { FLAG } from './flags.ts'
import { PARAMETERS_MAX, SEARCH_DEPTH_MAX, SEARCH_KEYS_MAX } from './limits.ts'
import { calendarDay } from './parse-flags.ts'
import { sequenceSet } from './parse-set.ts'
import type { PartialRange, SearchKey, SearchReturn, SortCriterion } from './search-key.ts'

type Kind = { readonly byUid: boolean }

export function search({ byUid }: Kind): (c: Cursor) => CommandBody {
  return (c) => {
    const returns = returnOptions(c)
    c.space()
    const charset = c.take('CHARSET ') ? c.astring('the name of a charset') : undefined
    if (charset !== undefined) c.space()
    return { name: 'SEARCH', byUid, key: new SearchProgram(c, charset).read(), returns }
  }
}

export function sort({ byUid }: Kind): (c: Cursor) => CommandBody {
  return (c) => {
    const returns = returnOptions(c)
    c.space()
    const criteria = c.list(() => sortCriterion(c), { atLeast: 1, atMost: PARAMETERS_MAX, what: 'criteria' })
    return { name: 'SORT', byUid, criteria, key: searchWithCharset(c), returns }
  }
}

export function thread({ byUid }: Kind): (c: Cursor) => CommandBody {
  return (c) => {
    c.space()
    const word = c.keyword('ORDEREDSUBJECT or REFERENCES')
    const algorithm = word === 'ORDEREDSUBJECT' ? 'ORDEREDSUBJECT' : 'REFERENCES'
    if (word !== algorithm || !c.supports(`THREAD=${algorithm}`))
      c.fail('that way of threading is not offered; CAPABILITY lists those that are')
    return { name: 'THREAD', byUid, algorithm, key: searchWithCharset(c) }
  }
}

function searchWithCharset(c: Cursor): SearchKey {
  c.space()
  const charset = c.astring('the name of a charset')
  c.space()
  return new SearchProgram(c, charset).read()
}

const SORT_KEYS: ReadonlyMap<string, SortCriterion['by']> = new Map([
  ['ARRIVAL', 'arrival'],
  ['CC', 'cc'],
  ['DATE', 'date'],
  ['FROM', 'from'],
  ['SIZE', 'size'],
  ['SUBJECT', 'subject'],
  ['TO', 'to'],
  ['DISPLAYFROM', 'display-from'],
  ['DISPLAYTO', 'display-to'],
])

function sortCriterion(c: Cursor): SortCriterion {
  const reverse = c.take('REVERSE ')
  const by = SORT_KEYS.get(c.keyword('a sort key'))
  if (by === undefined) c.fail('a sort key was expected: ARRIVAL, CC, DATE, FROM, SIZE, SUBJECT or TO')
  return { by: by ?? 'arrival', reverse }
}

/** ` RETURN (MIN COUNT)`; nothing is taken where it does not stand. */
function returnOptions(c: Cursor): SearchReturn | undefined {
  if (!c.take(' RETURN ')) return undefined
  const words = new Set<string>()
  let partial: PartialRange | undefined
  const read = (): void => {
    const word = c.keyword('a return option')
    words.add(word)
    if (!RETURN_WORDS.has(word) || !c.knows(word, RETURN_WORDS)) c.fail(`there is no return option ${word}`)
    if (word !== 'PARTIAL') return
    c.space()
    partial = partialRange(c)
  }
  c.list(read, { atLeast: 0, atMost: PARAMETERS_MAX, what: 'return options' })
  if (partial !== undefined && words.has('ALL')) c.fail('PARTIAL and ALL exclude each other')
  const min = words.has('MIN')
  const max = words.has('MAX')
  const count = words.has('COUNT')
  const save = words.has('SAVE')
  const update = words.has('UPDATE')
  // No word that says what to return: ALL is meant, unless the result only is to be saved.
  const all = words.has('ALL') || !(min || max || count || save || update || partial !== undefined)
  return { min, max, all, count, save, update, ...(partial === undefined ? {} : { partial }) }
}

/** `1:50`, `-1:-50` */
export function partialRange(c: Cursor): PartialRange {
  const bound = (negative: boolean): number => (negative ? -1 : 1) * c.positive('a position')
  const from = bound(c.take('-'))
  c.expect(':')
  const to = bound(c.take('-'))
  if (from < 0 !== to < 0) c.fail('both ends of PARTIAL count from the same end')
  return { from, to }
}

// Keys

const SIMPLE: ReadonlyMap<string, SearchKey> = new Map<string, SearchKey>([
  ['ALL', { type: 'all' }],
  ['SEEN', { type: 'flag', bit: FLAG.seen, present: true }],
  ['UNSEEN', { type: 'flag', bit: FLAG.seen, present: false }],
  ['ANSWERED', { type: 'flag', bit: FLAG.answered, present: true }],
  ['UNANSWERED', { type: 'flag', bit: FLAG.answered, present: false }],
  ['FLAGGED', { type: 'flag', bit: FLAG.flagged, present: true }],
  ['UNFLAGGED', { type: 'flag', bit: FLAG.flagged, present: false }],
  ['DELETED', { type: 'flag', bit: FLAG.deleted, present: true }],
  ['UNDELETED', { type: 'flag', bit: FLAG.deleted, present: false }],
  ['DRAFT', { type: 'flag', bit: FLAG.draft, present: true }],
  ['UNDRAFT', { type: 'flag', bit: FLAG.draft, present: false }],
  ['RECENT', { type: 'flag', bit: FLAG.recent, present: true }],
  ['OLD', { type: 'flag', bit: FLAG.recent, present: false }],
  [
    'NEW',
    {
      type: 'and',
      keys: [
        { type: 'flag', bit: FLAG.recent, present: true },
        { type: 'flag', bit: FLAG.seen, present: false },
      ],
    },
  ],
  ['SAVEDATESUPPORTED', { type: 'save-date-supported' }],
])

const DATES: ReadonlyMap<string, Pick<Extract<SearchKey, { type: 'date' }>, 'of' | 'is'>> = new Map([
  ['BEFORE', { of: 'internal', is: 'before' }],
  ['ON', { of: 'internal', is: 'on' }],
  ['SINCE', { of: 'internal', is: 'since' }],
  ['SENTBEFORE', { of: 'sent', is: 'before' }],
  ['SENTON', { of: 'sent', is: 'on' }],
  ['SENTSINCE', { of: 'sent', is: 'since' }],
  ['SAVEDBEFORE', { of: 'saved', is: 'before' }],
  ['SAVEDON', { of: 'saved', is: 'on' }],
  ['SAVEDSINCE', { of: 'saved', is: 'since' }],
])

const HEADER_KEYS: ReadonlySet<string> = new Set(['FROM', 'TO', 'CC', 'BCC', 'SUBJECT'])

class SearchProgram {
  readonly #c: Cursor
  readonly #decode: (octets: string) => string | undefined
  #keys = 0
  #depth = 0

  constructor(c: Cursor, charset: string | undefined) {
    this.#c = c
    const decode = decoderOf(charset ?? 'UTF-8')
    if (decode === undefined) c.refuse('BADCHARSET (US-ASCII UTF-8)', 'That charset is not known here; use UTF-8')
    else if (charset !== undefined && c.context.enabled.has('UTF8=ACCEPT')) c.fail('no CHARSET after ENABLE UTF8=ACCEPT')
    this.#decode = decode ?? (() => undefined)
    // Tolerance `search-utf8-quoted`: who names a charset often sends its text in quotes.
    if (charset !== undefined) c.eightBit = true
  }

  read(): SearchKey {
    const c = this.#c
    const keys = [this.#key()]
    while (!c.atEnd && c.take(' ')) keys.push(this.#key())
    return allOf(keys)
  }

  #key(): SearchKey {
    const c = this.#c
    if (++this.#keys > SEARCH_KEYS_MAX) c.fail(`too many search keys: ${SEARCH_KEYS_MAX} at most`)
    if (++this.#depth > SEARCH_DEPTH_MAX) c.fail(`the search is nested too deeply: ${SEARCH_DEPTH_MAX} levels at most`)
    if (c.failed) return { type: 'all' }
    const key = this.#parenthesized() ?? this.#named(c.keyword('a search key'))
    this.#depth--
    return key
  }

  #parenthesized(): SearchKey | undefined {
    const c = this.#c
    const next = c.peek()
    if (next === '(') return allOf(c.list(() => this.#key(), { atLeast: 1, atMost: SEARCH_KEYS_MAX, what: 'search keys' }))
    return /[\d*$]/.test(next) ? { type: 'sequence', set: sequenceSet(c) } : undefined
  }

  #named(word: string): SearchKey {
    const c = this.#c
    const simple = SIMPLE.get(word)
    if (!c.knows(word, SEARCH_WORDS)) c.fail(`there is no search key ${word}`)
    if (simple !== undefined) return simple
    c.space()
    const date = DATES.get(word)
    if (date !== undefined) return { type: 'date', ...date, day: calendarDay(c) }
    if (HEADER_KEYS.has(word)) return { type: 'header', name: word.toLowerCase(), value: this.#text() }
    return this.#withArgument(word)
  }

  #withArgument(word: string): SearchKey {
    const c = this.#c
    switch (word) {
      case 'NOT':
        return { type: 'not', key: this.#key() }
      case 'OR':
        return { type: 'or', left: this.#key(), right: this.#afterSpace(() => this.#key()) }
      case 'FUZZY':
        return { type: 'fuzzy', key: this.#key() }
      case 'UID':
        return { type: 'uid', set: sequenceSet(c) }
      case 'HEADER':
        return { type: 'header', name: this.#fieldName(), value: this.#afterSpace(() => this.#text()) }
      case 'BODY':
      case 'TEXT':
        return { type: word === 'BODY' ? 'body' : 'text', value: this.#text() }
      case 'KEYWORD':
      case 'UNKEYWORD':
        return { type: 'keyword', keyword: c.atom('a keyword'), present: word === 'KEYWORD' }
      case 'LARGER':
      case 'SMALLER':
        return { type: 'size', is: word === 'LARGER' ? 'larger' : 'smaller', octets: c.bigNumber('a size in octets') }
      case 'OLDER':
      case 'YOUNGER':
        return { type: 'age', is: word === 'OLDER' ? 'older' : 'younger', seconds: c.positive('a number of seconds') }
      case 'MODSEQ':
        return { type: 'modseq', modseq: this.#modseq() }
      case 'EMAILID':
      case 'THREADID':
        return { type: word === 'EMAILID' ? 'email-id' : 'thread-id', id: c.astring('an object id') }
      default:
        c.fail(word === '' ? 'a search key was expected' : `there is no search key ${word}`)
        return { type: 'all' }
    }
  }

  #afterSpace<T>(read: () => T): T {
    this.#c.space()
    return read()
  }

  #text(): string {
    const octets = this.#c.astring('a text to search for')
    if (isAscii(octets)) return octets
    return this.#decode(octets) ?? this.#c.fail('the text to search for is not in the charset that was named') ?? ''
  }

  #fieldName(): string {
    const name = this.#c.astring('the name of a header field').toLowerCase()
    if (!isAscii(name)) this.#c.fail('the name of a header field is ASCII')
    return name
  }

  /** `MODSEQ ["/flags/\\seen" all] 42` */
  #modseq(): number {
    const c = this.#c
    if (c.peek() === '"') {
      c.string('a metadata entry')
      c.space()
      c.keyword('priv, shared or all')
      c.space()
    }
    return c.bigNumber('a mod-sequence')
  }
}

function allOf(keys: readonly SearchKey[]): SearchKey {
  const [only] = keys
  return keys.length === 1 && only !== undefined ? only : { type: 'and', keys }
}

/** Undefined for a charset that nobody knows. */
function decoderOf(charset: string): ((octets: string) => string | undefined) | undefined {
  // ASCII is a part of UTF-8; who says the one and sends the other means the other.
  const label = /^(?:us-)?ascii$/i.test(charset) ? 'utf-8' : charset
  try {
    const decoder = new TextDecoder(label, { fatal: true })
    return (octets) => {
      try {
        return decoder.decode(Buffer.from(octets, 'latin1'))
      } catch {
        return undefined
      }
    }
  } catch {
    return undefined
  }
}
