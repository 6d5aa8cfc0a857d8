// Dates in headers (RFC 5322 §3.3): written strictly and in UTC, read with the tolerance old mail needs (§4.3).

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

// Hours from UTC (RFC 5322 §4.3). Single letters and unknown names mean +0000: RFC 822 had the letters' sign wrong.
const ZONES = new Map([
  ['ut', 0],
  ['utc', 0],
  ['gmt', 0],
  ['z', 0],
  ['est', -5],
  ['edt', -4],
  ['cst', -6],
  ['cdt', -5],
  ['mst', -7],
  ['mdt', -6],
  ['pst', -8],
  ['pdt', -7],
])

/** Longest text looked at; a date with its comment takes forty characters. */
const DATE_CHARACTERS_MAX = 200

let lastSecond = Number.NaN
let lastText = ''

/** `Fri, 02 Jan 2026 15:04:05 +0000`. Messages come many to the second, so the last text is kept. */
export function formatDate(ms: number): string {
  const second = Math.floor(ms / 1000)
  if (second === lastSecond) return lastText
  const date = new Date(second * 1000)
  const day = `${DAYS[date.getUTCDay()]}, ${two(date.getUTCDate())} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`
  lastText = `${day} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} +0000`
  lastSecond = second
  return lastText
}

const DATE = new RegExp(
  [
    /^\s*(?:[A-Za-z]{2,9}\.?\s*,?\s*)?/, // day of the week, not checked: it is often wrong and never needed
    /(?<day>\d{1,2})[\s-]+(?<month>[A-Za-z]{3})[a-z]*\.?,?[\s-]+(?<year>\d{2,5})/,
    /[\s,]+(?<hour>\d{1,2})\s*[:.]\s*(?<minute>\d{2})(?:\s*[:.]\s*(?<second>\d{2})(?:[.,]\d+)?)?/,
    /\s*(?:(?<sign>[+-])(?<offset>\d{4}|\d\d:\d\d)|(?<zone>[A-Za-z]{1,5}))?/,
  ]
    .map((part) => part.source)
    .join(''),
)

/** Milliseconds, or nothing when the text is no date. */
export function parseDate(text: string): number | undefined {
  return parseZonedDate(text)?.ms
}

/** With the zone the date was written in, in minutes from UTC. */
export function parseZonedDate(text: string): { readonly ms: number; readonly zoneMinutes: number } | undefined {
  if (text.length > DATE_CHARACTERS_MAX) return undefined
  const found = DATE.exec(text.includes('(') ? text.replace(/\([^()]*\)/g, ' ') : text)?.groups
  if (!found) return undefined
  const month = MONTHS.findIndex((name) => name.toLowerCase() === found['month']?.toLowerCase())
  const [day, hour, minute, second] = [found['day'], found['hour'], found['minute'], found['second'] ?? '0'].map(Number)
  if (month < 0 || day === undefined || hour === undefined || minute === undefined || second === undefined) return undefined
  if (day < 1 || hour > 24 || minute > 59 || second > 60) return undefined
  const year = fullYear(found['year'] ?? '')
  if (day > daysIn(year, month)) return undefined
  const zoneMinutes = offsetMinutes(found)
  return { ms: Date.UTC(year, month, day, hour, minute, second) - zoneMinutes * 60_000, zoneMinutes }
}

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
}

// RFC 5322 §4.3: two digits below 50 are 20xx, else 19xx; three digits count from 1900.
function fullYear(digits: string): number {
  const year = Number(digits)
  if (digits.length === 2) return year + (year < 50 ? 2000 : 1900)
  return digits.length === 3 ? year + 1900 : year
}

function offsetMinutes(found: Readonly<Record<string, string | undefined>>): number {
  const digits = found['offset']?.replace(':', '')
  if (digits === undefined) return (ZONES.get(found['zone']?.toLowerCase() ?? '') ?? 0) * 60
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))
  return found['sign'] === '-' ? -minutes : minutes
}

function two(number: number): string {
  return number < 10 ? `0${number}` : String(number)
}
