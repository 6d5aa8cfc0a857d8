// Flags and dates as clients write them.

import type { Cursor } from './cursor.ts'
import type { InternalDate } from './events.ts'
import { FLAG, type FlagList, flagBit } from './flags.ts'
import { FLAGS_MAX, KEYWORD_OCTETS_MAX } from './limits.ts'

/** `(\Seen $Forwarded)` */
export function flagList(c: Cursor): FlagList {
  return collect(
    c,
    c.list(() => flag(c), { atLeast: 0, atMost: FLAGS_MAX, what: 'flags' }),
  )
}

/** STORE takes them without parentheses too. */
export function bareFlags(c: Cursor): FlagList {
  const flags = [flag(c)]
  while (!c.atEnd && c.take(' ')) {
    flags.push(flag(c))
    if (flags.length > FLAGS_MAX) c.fail(`too many flags: ${FLAGS_MAX} at most`)
  }
  return collect(c, flags)
}

/** `\Seen` or a keyword; NIL is a keyword like any other. */
function flag(c: Cursor): string {
  return c.take('\\') ? `\\${c.atom('the name of a flag')}` : c.atom('a flag')
}

/** `\Recent` is not the client's to set; old programs copy it all the same, and are not refused for it. */
function collect(c: Cursor, flags: readonly string[]): FlagList {
  let bits = 0
  const keywords = new Map<string, string>()
  for (const name of flags) {
    const bit = name.startsWith('\\') ? flagBit(name) : 0
    if (bit === undefined) c.fail(`there is no flag ${name}; your own keywords begin without \\`)
    else if (bit > 0) bits |= bit
    else if (name.length > KEYWORD_OCTETS_MAX) c.refuse('LIMIT', `a keyword may have ${KEYWORD_OCTETS_MAX} octets at most`)
    else if (!keywords.has(name.toLowerCase())) keywords.set(name.toLowerCase(), name)
  }
  return { bits: bits & ~FLAG.recent, keywords: [...keywords.values()] }
}

export const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const

const MONTH_NUMBER: ReadonlyMap<string, number> = new Map(MONTHS.map((name, index) => [name.toUpperCase(), index]))
const DATE_TIME = /"([ \d]?\d)-([a-z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)"/iy
const DATE = /(\d{1,2})-([a-z]{3})-(\d{4})(?!\d)/iy
const DAY_MS = 86_400_000

/** `"17-Jul-1996 02:44:25 -0700"` */
export function dateTime(c: Cursor): InternalDate {
  DATE_TIME.lastIndex = c.at
  const match = c.failed ? null : DATE_TIME.exec(c.text)
  const [, day = '', month = '', year = '', hour, minute, second, sign, zoneHours, zoneMinutes] = match ?? []
  const days = match === null ? undefined : dayNumber(year, month, day)
  const zone = Number(zoneHours) * 60 + Number(zoneMinutes)
  if (days === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60 || Number(zoneMinutes) > 59) {
    c.fail('a date was expected, like "17-Jul-2026 02:44:25 -0700"')
    return { atMs: 0, zoneMinutes: 0 }
  }
  c.at = DATE_TIME.lastIndex
  const minutesEast = sign === '-' && zone > 0 ? -zone : zone
  const seconds = Number(hour) * 3600 + Number(minute) * 60 + Number(second)
  return { atMs: days * DAY_MS + seconds * 1000 - minutesEast * 60_000, zoneMinutes: minutesEast }
}

/** `17-Jul-1996`, in quotes or without: days since 1970-01-01. */
export function calendarDay(c: Cursor): number {
  const quoted = c.take('"')
  DATE.lastIndex = c.at
  const match = c.failed ? null : DATE.exec(c.text)
  const days = match === null ? undefined : dayNumber(match[3] ?? '', match[2] ?? '', match[1] ?? '')
  if (days === undefined) return c.fail('a date was expected, like 17-Jul-2026') ?? 0
  c.at = DATE.lastIndex
  if (quoted) c.expect('"')
  return days
}

/** Undefined for a day that is in no calendar. */
function dayNumber(year: string, monthName: string, day: string): number | undefined {
  const month = MONTH_NUMBER.get(monthName.toUpperCase())
  if (month === undefined) return undefined
  const date = new Date(0)
  date.setUTCFullYear(Number(year), month, Number(day))
  return date.getUTCMonth() === month && date.getUTCDate() === Number(day) ? date.getTime() / DAY_MS : undefined
}
