// The first words of a message, for lists (RFC 8970): from its text, quoted lines last.

import { PREVIEW_CHARACTERS_MAX } from './limits.ts'
import type { IndexedPart } from './message-index.ts'
import { textOfPart } from './search-text.ts'

/** The beginning of a text body, and what it is. */
export interface TextSample {
  readonly bytes: Uint8Array
  /** The body goes on behind the sample. */
  readonly isCut: boolean
  readonly part: Pick<IndexedPart, 'subtype' | 'encoding' | 'charset'>
}

/** At most 200 characters of one line; empty where there are none. */
export function previewOf(samples: readonly TextSample[]): string {
  for (const { bytes, isCut, part } of samples) {
    const text = textOfPart(bytes, part, { charactersMax: SAMPLE_CHARACTERS_MAX })
    const preview = part.subtype === 'html' ? oneLine(text) : oneLine(withoutQuotes(text)) || oneLine(text)
    // The sample may end within a character.
    const whole = isCut ? preview.replace(/\ufffd$/, '') : preview
    if (whole !== '') return whole
  }
  return ''
}

/** White space and invisible characters, of which newsletters put hundreds before the text, are read over. */
const SAMPLE_CHARACTERS_MAX = 20 * PREVIEW_CHARACTERS_MAX

const QUOTE = /^[ \t]*>/

function withoutQuotes(text: string): string {
  if (!text.includes('>')) return text
  const lines = text.slice(0, SAMPLE_CHARACTERS_MAX).split('\n')
  return lines.filter((line, i) => !QUOTE.test(line) && !isAttribution(line, lines[i + 1])).join('\n')
}

// `On Monday, Bob wrote:` in any language: a line that ends with a colon, with a quote behind it.
function isAttribution(line: string, next: string | undefined): boolean {
  return next !== undefined && QUOTE.test(next) && line.trimEnd().endsWith(':')
}

// Spaces of all widths, line ends, controls, and characters without a picture, which mail programs pad previews with.
const EMPTY = /[\s\p{Cc}\p{Default_Ignorable_Code_Point}\u2800]+/gu

// One or two that are invisible hold words and pictures together in many scripts.
function condensed(run: string): string {
  if (run === ' ') return run
  if (/[\s\p{Cc}\u2800]/u.test(run)) return ' '
  return run.length > 2 ? '' : run
}

// Most letters say enough in their first lines; only the others are read further.
function oneLine(text: string): string {
  const first = condense(text.slice(0, 2 * PREVIEW_CHARACTERS_MAX))
  const line = first.length >= PREVIEW_CHARACTERS_MAX ? first : condense(text.slice(0, SAMPLE_CHARACTERS_MAX))
  const cut = line.length > PREVIEW_CHARACTERS_MAX ? line.slice(0, PREVIEW_CHARACTERS_MAX) : line
  return (/[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut).toWellFormed()
}

function condense(text: string): string {
  const line = /[^\u0000-\u007f]/.test(text) ? text.replace(EMPTY, condensed) : text.replace(ASCII_EMPTY, ' ')
  return line.trim()
}

const ASCII_EMPTY = /[\u0000-\u0020\u007f]+/g
