// How text looks on a terminal: what strangers wrote made harmless, widths of wide characters, wrapping, tables, colours. Pure.

import { COLUMNS_DEFAULT, COLUMNS_TEXT_MAX } from './limits.ts'

export interface Look {
  readonly columns: number
  readonly colour: boolean
  /** Tables are cut to the width only for eyes, never for a pipe. */
  readonly fit: boolean
}

export function lookOf(io: {
  readonly outputIsTerminal: boolean
  readonly columns: number | undefined
  readonly env: Readonly<Record<string, string | undefined>>
}): Look {
  const noColour = (io.env['NO_COLOR'] ?? '') !== '' || io.env['TERM'] === 'dumb'
  return {
    columns: Math.max(40, io.columns || COLUMNS_DEFAULT),
    colour: io.outputIsTerminal && !noColour,
    fit: io.outputIsTerminal,
  }
}

const TONES = { good: 32, waiting: 33, bad: 31, held: 35, accent: 36, quiet: 90, strong: 1 } as const
export type Tone = keyof typeof TONES

export function paint(look: Look, tone: Tone | undefined, text: string): string {
  return look.colour && tone && text !== '' ? `\u001b[${TONES[tone]}m${text}\u001b[0m` : text
}

// Controls move the cursor or worse; direction marks make a text look like another; separators break lines.
const HARMFUL = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/gu

/** One line that a terminal shows and does not obey: controls become visible signs. */
export function safe(text: string): string {
  return text.toWellFormed().replace(HARMFUL, (sign) => {
    const code = sign.charCodeAt(0)
    if (code === 9) return ' '
    if (code < 0x20) return String.fromCharCode(0x2400 + code)
    return code === 0x7f ? '\u2421' : '\ufffd'
  })
}

/** For programs, and as harmless when it is shown on a terminal: the same value, with those signs written as escapes. */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value, undefined, 2)
  // Line ends here are those between the values; in strings JSON has escaped them already.
  return `${text.replace(HARMFUL, (sign) => (sign === '\n' ? sign : `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`))}\n`
}

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })
const ZERO = /^[\p{Mark}\p{Default_Ignorable_Code_Point}]+$/u
// East Asian wide and fullwidth letters (Unicode UAX #11), and pictures.
const WIDE_RANGES =
  '\\u1100-\\u115f\\u2e80-\\u303e\\u3041-\\u33ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\ua000-\\ua4cf\\ua960-\\ua97f\\uac00-\\ud7a3' +
  '\\uf900-\\ufaff\\ufe30-\\ufe6f\\uff00-\\uff60\\uffe0-\\uffe6\\u{1f000}-\\u{1faff}\\u{20000}-\\u{3fffd}'
const WIDE = new RegExp(`^(?:\\p{Emoji_Presentation}|\\p{Extended_Pictographic}\\ufe0f|[${WIDE_RANGES}])`, 'u')

/** Columns a text takes; it must have no colours in it. */
export function width(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length
  let columns = 0
  for (const { segment } of segmenter.segment(text)) columns += ZERO.test(segment) ? 0 : WIDE.test(segment) ? 2 : 1
  return columns
}

/** Cut to so many columns, with … where something is missing. */
export function cut(text: string, columns: number): string {
  if (width(text) <= columns) return text
  let kept = ''
  let used = 0
  for (const { segment } of segmenter.segment(text)) {
    const wide = width(segment)
    if (used + wide > columns - 1) break
    kept += segment
    used += wide
  }
  return `${kept}…`
}

function pad(text: string, columns: number, side: 'left' | 'right'): string {
  const room = ' '.repeat(Math.max(0, columns - width(text)))
  return side === 'left' ? room + text : text + room
}

/** Lines of at most so many columns, broken at spaces where there are any. */
export function wrap(text: string, columns: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (let word of text.split(' ')) {
    if (line !== '' && width(line) + 1 + width(word) > columns) {
      lines.push(line)
      line = ''
    }
    while (width(word) > columns) {
      const head = cut(word, columns + 1).slice(0, -1)
      if (head === '') break // One character wider than the whole line: it stays whole.
      lines.push(head)
      word = word.slice(head.length)
    }
    line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}

/** Running text with an indent, for {@link Look.columns}, but never too wide to read. */
export function paragraph(look: Look, indent: string, text: string): readonly string[] {
  return wrap(text, Math.max(20, Math.min(look.columns, COLUMNS_TEXT_MAX) - width(indent))).map((line) => indent + line)
}

export interface Column<T> {
  readonly title: string
  readonly text: (row: T) => string
  readonly tone?: (row: T) => Tone | undefined
  readonly align?: 'right'
  /** May be cut to fit; the widest of these first. */
  readonly flexible?: true
}

const GAP = '  '
const FLEXIBLE_MIN = 8

export function table<T>(look: Look, columns: readonly Column<T>[], rows: readonly T[]): string {
  const cells = rows.map((row) => columns.map((column) => safe(column.text(row))))
  const widths = columns.map((column, i) => Math.max(width(column.title), ...cells.map((line) => width(line[i] ?? ''))))
  if (look.fit) shrink(widths, columns, look.columns)
  const line = (texts: readonly string[], tone: (column: Column<T>) => Tone | undefined): string =>
    columns
      .map((column, i) => {
        const text = pad(
          cut(texts[i] ?? '', widths[i] ?? 0),
          i === columns.length - 1 && !column.align ? 0 : (widths[i] ?? 0),
          column.align ? 'left' : 'right',
        )
        return paint(look, tone(column), text)
      })
      .join(GAP)
  const head = line(
    columns.map((column) => column.title),
    () => 'quiet',
  )
  return [head, ...cells.map((texts, at) => line(texts, (column) => column.tone?.(rows[at] as T)))]
    .map((text) => `${text.trimEnd()}\n`)
    .join('')
}

function shrink<T>(widths: number[], columns: readonly Column<T>[], total: number): void {
  let excess = widths.reduce((sum, w) => sum + w, 0) + GAP.length * (columns.length - 1) - total
  while (excess > 0) {
    const flexible = columns
      .map((column, i) => (column.flexible ? i : -1))
      .filter((i) => i >= 0 && (widths[i] ?? 0) > FLEXIBLE_MIN)
    const widest = flexible.sort((a, b) => (widths[b] ?? 0) - (widths[a] ?? 0))[0]
    if (widest === undefined) return
    widths[widest] = (widths[widest] ?? 0) - 1
    excess--
  }
}
