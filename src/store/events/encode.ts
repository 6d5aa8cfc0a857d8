// An event's fields as JSON of bounded length.

import type { JourneyEvent, TranscriptLine } from './catalogue.ts'
import { EVENT_DATA_CHARACTERS_MAX } from './limits.ts'

/** All fields but the type, which has a column of its own. */
export function encodeData(event: JourneyEvent): string {
  const { type: _, ...fields } = event
  const text = JSON.stringify(fields)
  if (text.length <= EVENT_DATA_CHARACTERS_MAX) return text
  return JSON.stringify(shorten(fields))
}

function shorten(fields: object): object {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, shortenValue(value)]))
}

const TEXT_MAX = 2000
const LINES_MAX = 24
const LINE_MAX = 500

function shortenValue(value: unknown): unknown {
  if (typeof value === 'string') return cut(value, TEXT_MAX)
  if (Array.isArray(value)) return shortenTranscript(value as TranscriptLine[])
  if (typeof value === 'object' && value !== null) return shorten(value)
  return value
}

/** The beginning (greeting, capabilities) and the end (what went wrong) tell most. */
function shortenTranscript(lines: readonly TranscriptLine[]): readonly TranscriptLine[] {
  const kept = lines.length <= LINES_MAX ? lines : [...lines.slice(0, LINES_MAX / 3), ...lines.slice(-(LINES_MAX * 2) / 3)]
  return kept.map((line) => ({ ...line, line: cut(line.line, LINE_MAX) }))
}

function cut(text: string, charactersMax: number): string {
  return text.length <= charactersMax ? text : `${text.slice(0, charactersMax)}…`
}
