// Durations as people write them in settings: "90s", "5m", "4h", "5d". Inside the program they are milliseconds.

import { err, ok, type Result } from './result.ts'

const UNITS = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
])

/** Milliseconds, or why the text is no duration. */
export function parseDuration(text: string): Result<number, string> {
  const match = /^(\d{1,9})\s*(ms|s|m|h|d)$/.exec(text.trim())
  const unit = UNITS.get(match?.[2] ?? '')
  if (!match || unit === undefined)
    return err(`"${text}" is no duration; write a whole number and a unit, such as 90s, 5m, 4h or 5d`)
  return ok(Number(match[1]) * unit)
}

/** The largest unit that divides the duration: 300000 → "5m". */
export function formatDuration(ms: number): string {
  for (const [unit, factor] of [...UNITS].reverse()) if (ms >= factor && ms % factor === 0) return `${ms / factor}${unit}`
  return `${ms}ms`
}
