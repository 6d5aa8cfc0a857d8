// The text of an HTML body, for searches and previews. It shows nothing and trusts nothing: one pass, no tree, linear in its input.

/** Elements whose content is not read by people. */
const SILENT = new Set(['script', 'style', 'head', 'template', 'noscript', 'svg', 'math'])

/** Elements that do not begin a line of their own: their words may be part of a word. */
const INLINE = new Set(
  'a abbr acronym b bdi bdo big cite code del dfn em font i ins kbd label mark o:p q s samp small span strike strong sub sup tt u var wbr'.split(
    ' ',
  ),
)

const TAG_NAME = /^\/?([a-zA-Z][^\s/>]{0,30})/

/** Lines end where elements end; entities are read. Stops when there are `charactersMax` characters. */
export function htmlToText(html: string, { charactersMax = Number.POSITIVE_INFINITY } = {}): string {
  const unclosed = new Set<string>()
  let text = ''
  let position = 0
  while (position < html.length && text.length < charactersMax) {
    const open = html.indexOf('<', position)
    const end = Math.min(open < 0 ? html.length : open, position + PIECE_CHARACTERS_MAX)
    if (end > position) text += decodeEntities(html.slice(position, end))
    position = end
    if (position !== open) continue
    const tag = readTag(html, open, unclosed)
    if (tag.isBreak) text += '\n'
    if (tag.end === open) text += '<'
    position = Math.max(tag.end, open + 1)
  }
  return text
}

/** Text between two tags is decoded in pieces of this size, so that a bound on the output is kept. */
const PIECE_CHARACTERS_MAX = 16 * 1024

interface Tag {
  /** Behind the tag, and behind the content of an element that is not read; the tag's own place if it is none. */
  readonly end: number
  readonly isBreak: boolean
}

function readTag(html: string, open: number, unclosed: Set<string>): Tag {
  if (html.startsWith('<!--', open)) return { end: after(html, '-->', open + 4), isBreak: false }
  const next = html.charAt(open + 1)
  if (next === '!' || next === '?') return { end: after(html, '>', open), isBreak: false }
  const name = TAG_NAME.exec(html.slice(open + 1, open + 34))
  if (name === null) return { end: open, isBreak: false }
  const element = name[1]?.toLowerCase() ?? ''
  const end = tagEnd(html, open)
  if (next !== '/' && SILENT.has(element)) return { end: endOfElement(html, element, end, unclosed), isBreak: true }
  return { end, isBreak: !INLINE.has(element) }
}

/** A tag is not read further than this: an open quote would take the rest of the letter. */
const TAG_CHARACTERS_MAX = 64 * 1024

const TAG_STOP = /[>"']/g

// A quoted attribute may hold ">".
function tagEnd(html: string, open: number): number {
  TAG_STOP.lastIndex = open
  for (let stop = TAG_STOP.exec(html); stop !== null && stop.index - open < TAG_CHARACTERS_MAX; stop = TAG_STOP.exec(html)) {
    if (stop[0] === '>') return stop.index + 1
    const close = html.indexOf(stop[0], stop.index + 1)
    if (close < 0 || close - open > TAG_CHARACTERS_MAX) break
    TAG_STOP.lastIndex = close + 1
  }
  return after(html, '>', open)
}

const SILENT_ENDS = new Map([...SILENT].map((element) => [element, new RegExp(`</${element}[^>]{0,100}>`, 'gi')]))

// `unclosed` remembers what was looked for to the end of the text in vain: once for each element, whatever stands there.
function endOfElement(html: string, element: string, from: number, unclosed: Set<string>): number {
  const pattern = SILENT_ENDS.get(element)
  if (pattern === undefined) return from
  pattern.lastIndex = from
  const found = unclosed.has(element) ? null : pattern.exec(html)
  if (found !== null) return found.index + found[0].length
  unclosed.add(element)
  // A head ends where the body begins; the rest of an open script is script.
  return element === 'head' ? from : html.length
}

function after(html: string, mark: string, from: number): number {
  const found = html.indexOf(mark, from)
  return found < 0 ? html.length : found + mark.length
}

// U+00A0 to U+00FF in their order, as HTML names them.
const LATIN1_NAMES = `
  nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute
  micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring
  AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml
  times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil
  egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash
  ugrave uacute ucirc uuml yacute thorn yuml
`

const ENTITIES = new Map<string, string>([
  ...LATIN1_NAMES.trim()
    .split(/\s+/)
    .map((name, i): [string, string] => [name, String.fromCharCode(160 + i)]),
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['euro', '€'],
  ['hellip', '…'],
  ['mdash', '—'],
  ['ndash', '–'],
  ['lsquo', '‘'],
  ['rsquo', '’'],
  ['sbquo', '‚'],
  ['ldquo', '“'],
  ['rdquo', '”'],
  ['bdquo', '„'],
  ['lsaquo', '‹'],
  ['rsaquo', '›'],
  ['bull', '•'],
  ['trade', '™'],
  ['rarr', '→'],
  ['larr', '←'],
  ['OElig', 'Œ'],
  ['oelig', 'œ'],
  ['Scaron', 'Š'],
  ['scaron', 'š'],
  ['Yuml', 'Ÿ'],
  ['ensp', '\u2002'],
  ['emsp', '\u2003'],
  ['thinsp', '\u2009'],
  ['zwnj', '\u200c'],
  ['zwj', '\u200d'],
])

function decodeEntities(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(/&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([a-zA-Z][a-zA-Z0-9]{1,7}));?/g, (all, decimal, hex, name) => {
    if (name !== undefined) return ENTITIES.get(name) ?? all
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal)
    return code === 0 || code > 0x10ffff || (code >= 0xd800 && code < 0xe000) ? '\ufffd' : String.fromCodePoint(code)
  })
}
