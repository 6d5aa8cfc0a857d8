// Values as IMAP writes them in responses: strings, names, flags, dates, sets.

import { FLAG_NAMES } from './flags.ts'
import { QUOTED_CHARACTERS_MAX } from './limits.ts'
import { encodeUtf7 } from './mailbox-name.ts'
import { MONTHS } from './parse-flags.ts'
import type { ResponseWriter } from './response-writer.ts'
import type { NumberRange } from './sequence-set.ts'

/** Whether mailbox names may go out as UTF-8; the server core says it as `utf8`. */
export interface NameEncoding {
  readonly utf8: boolean
}

const QUOTABLE = /^[\x20-\x7e]*$/
const PLAIN_NAME = /^[A-Za-z0-9][A-Za-z0-9._/+-]*$/

/** Of ASCII without control characters. */
export function quoted(text: string): string {
  return /["\\]/.test(text) ? `"${text.replace(/["\\]/g, '\\$&')}"` : `"${text}"`
}

/** Quoted where that is possible, else a literal. */
export function writeString(out: ResponseWriter, text: string | Uint8Array): void {
  if (typeof text === 'string' && text.length <= QUOTED_CHARACTERS_MAX && QUOTABLE.test(text)) {
    out.ascii(quoted(text))
    return
  }
  const bytes = typeof text === 'string' ? Buffer.from(text, 'utf8') : text
  out.ascii('{').number(bytes.length).ascii('}\r\n').bytes(bytes)
}

export function writeNString(out: ResponseWriter, text: string | Uint8Array | undefined): void {
  if (text === undefined) out.ascii('NIL')
  else writeString(out, text)
}

export function writeMailbox(out: ResponseWriter, name: string, { utf8 }: NameEncoding): void {
  const text = utf8 ? name : encodeUtf7(name)
  if (PLAIN_NAME.test(text) && text.toUpperCase() !== 'NIL') out.ascii(text)
  else if (QUOTABLE.test(text)) out.ascii(quoted(text))
  // Control characters are in no name, so that UTF-8 may stand in quotes (RFC 6855 §3).
  else out.utf8(quoted(text))
}

const NO_KEYWORDS: readonly string[] = []

/** Every combination of the bits, made once. */
const SYSTEM_FLAGS: readonly string[] = Array.from({ length: 1 << FLAG_NAMES.length }, (_, bits) =>
  FLAG_NAMES.filter((_name, index) => (bits & (1 << index)) !== 0).join(' '),
)
const SYSTEM_FLAGS_ALONE: readonly string[] = SYSTEM_FLAGS.map((names) => `(${names})`)

/** `(\Seen $Forwarded)`; keywords as a list, or as one text with spaces between them. */
export function flagsText(bits: number, keywords: string | readonly string[] = NO_KEYWORDS): string {
  if (keywords.length === 0) return SYSTEM_FLAGS_ALONE[bits] ?? '()'
  const names = SYSTEM_FLAGS[bits] ?? ''
  const words = typeof keywords === 'string' ? keywords : keywords.join(' ')
  return names === '' ? `(${words})` : `(${names} ${words})`
}

/** `17-Jul-1996 02:44:25 -0700`, in quotes. Reading years apart costs more than all the rest, and mail comes in days: the last is kept. */
export function internalDateText(atMs: number, zoneMinutes: number): string {
  const localSeconds = Math.floor(atMs / 1000) + zoneMinutes * 60
  const day = Math.floor(localSeconds / 86_400)
  const rest = localSeconds - day * 86_400
  if (day !== lastDay.number) lastDay = { number: day, text: dayText(day) }
  const time = `${two(Math.floor(rest / 3600))}:${two(Math.floor(rest / 60) % 60)}:${two(rest % 60)}`
  const east = Math.abs(zoneMinutes)
  return `"${lastDay.text} ${time} ${zoneMinutes < 0 ? '-' : '+'}${two(Math.floor(east / 60))}${two(east % 60)}"`
}

let lastDay = { number: 0, text: '01-Jan-1970' }

function dayText(day: number): string {
  const date = new Date(day * 86_400_000)
  const year = String(date.getUTCFullYear()).padStart(4, '0')
  return `${two(date.getUTCDate())}-${MONTHS[date.getUTCMonth()]}-${year}`
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value)
}

/** `1:3,7`: in the order given, so that it fits a second set number by number (RFC 4315 §3). */
export function setText(numbers: Iterable<number>): string {
  const pieces: string[] = []
  let from = -1
  let to = -1
  const push = (): void => {
    if (from !== -1) pieces.push(from === to ? String(from) : `${from}:${to}`)
  }
  for (const number of numbers) {
    if (from !== -1 && number === to + 1) {
      to = number
      continue
    }
    push()
    from = to = number
  }
  push()
  return pieces.join(',')
}

export function rangesText(ranges: readonly NumberRange[]): string {
  return ranges.map(({ from, to }) => (from === to ? String(from) : `${from}:${to}`)).join(',')
}

/** `COPYUID validity sources targets`: the sets go in step. Of COPY and MOVE (RFC 4315 §3, RFC 6851 §4.3). */
export function copyUidCode(uidValidity: number, pairs: Iterable<readonly [source: number, target: number]>): string {
  const sources: number[] = []
  const targets: number[] = []
  for (const [source, target] of pairs) {
    sources.push(source)
    targets.push(target)
  }
  return `COPYUID ${uidValidity} ${setText(sources)} ${setText(targets)}`
}
