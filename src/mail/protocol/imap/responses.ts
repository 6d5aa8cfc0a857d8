// Untagged responses, whole lines, into a writer. A session calls them between commands, and while a command or IDLE is under way.

import type { StatusItem } from './command.ts'
import { type NameEncoding, quoted, rangesText, writeMailbox, writeNString, writeString } from './response-text.ts'
import type { ResponseWriter } from './response-writer.ts'
import type { NumberRange } from './sequence-set.ts'

export function writeExists(out: ResponseWriter, count: number): void {
  out.ascii('* ').number(count).ascii(' EXISTS\r\n')
}

export function writeRecent(out: ResponseWriter, count: number): void {
  out.ascii('* ').number(count).ascii(' RECENT\r\n')
}

/** The number it has now: each changes those after it. */
export function writeExpunge(out: ResponseWriter, number: number): void {
  out.ascii('* ').number(number).ascii(' EXPUNGE\r\n')
}

/** RFC 7162 §3.2.10. `earlier`: changes no message numbers. */
export function writeVanished(out: ResponseWriter, uids: readonly NumberRange[], kind: { readonly earlier: boolean }): void {
  if (uids.length > 0)
    out
      .ascii(kind.earlier ? '* VANISHED (EARLIER) ' : '* VANISHED ')
      .ascii(rangesText(uids))
      .crlf()
}

/** `* SEARCH 2 84`, `* SORT …`; with `modseq` where one was searched for (RFC 7162 §3.1.5). */
export function writeNumbers(out: ResponseWriter, name: 'SEARCH' | 'SORT', numbers: Iterable<number>, modseq?: number): void {
  out.ascii('* ').ascii(name)
  let any = false
  for (const number of numbers) {
    out.ascii(' ').number(number)
    any = true
  }
  if (modseq !== undefined && any) out.ascii(' (MODSEQ ').number(modseq).ascii(')')
  out.crlf()
}

/** RFC 4731 §3.1. What is undefined is left out; `all` and `partial` may be empty. */
export interface SearchResult {
  readonly tag: string
  readonly byUid: boolean
  readonly min?: number | undefined
  readonly max?: number | undefined
  readonly count?: number | undefined
  /** Left out when empty (RFC 4731 §3.1). See `setText`. */
  readonly all?: string | undefined
  /** RFC 9394 §3.1: the range as it was asked for, and what is in it; '' is written as NIL. */
  readonly partial?: { readonly from: number; readonly to: number; readonly set: string } | undefined
  /** RFC 5267 §4.3: of a search that is kept up to date; 0 where the order says nothing. */
  readonly addTo?: { readonly position: number; readonly set: string } | undefined
  readonly removeFrom?: { readonly position: number; readonly set: string } | undefined
  readonly modseq?: number | undefined
}

export function writeSearchResult(out: ResponseWriter, result: SearchResult): void {
  const { min, max, all, count, partial, addTo, removeFrom, modseq } = result
  out.ascii(`* ESEARCH (TAG ${quoted(result.tag)})${result.byUid ? ' UID' : ''}`)
  if (min !== undefined) out.ascii(' MIN ').number(min)
  if (max !== undefined) out.ascii(' MAX ').number(max)
  if (all) out.ascii(' ALL ').ascii(all)
  if (partial)
    out
      .ascii(` PARTIAL (${partial.from}:${partial.to} `)
      .ascii(partial.set === '' ? 'NIL' : partial.set)
      .ascii(')')
  if (count !== undefined) out.ascii(' COUNT ').number(count)
  if (addTo) out.ascii(` ADDTO (${addTo.position} `).ascii(addTo.set).ascii(')')
  if (removeFrom) out.ascii(` REMOVEFROM (${removeFrom.position} `).ascii(removeFrom.set).ascii(')')
  if (modseq !== undefined) out.ascii(' MODSEQ ').number(modseq)
  out.crlf()
}

export interface ListLine {
  readonly name: 'LIST' | 'LSUB'
  /** `\HasChildren`, `\Sent`, … */
  readonly attributes: readonly string[]
  readonly mailbox: string
  /** Only RECURSIVEMATCH: why it is listed (RFC 5258 §4). */
  readonly childInfo?: readonly string[]
  /** What it was called before (RFC 9051 §7.3.1). */
  readonly oldName?: string
}

export function writeList(out: ResponseWriter, line: ListLine, encoding: NameEncoding): void {
  out.ascii(`* ${line.name} (${line.attributes.join(' ')}) "/" `)
  writeMailbox(out, line.mailbox, encoding)
  writeExtendedData(out, line, encoding)
  out.crlf()
}

/** RFC 5258 §6 `mbox-list-extended`. */
function writeExtendedData(out: ResponseWriter, { childInfo, oldName }: ListLine, encoding: NameEncoding): void {
  if (childInfo === undefined && oldName === undefined) return
  out.ascii(' (')
  if (childInfo !== undefined) out.ascii(`"CHILDINFO" (${childInfo.map(quoted).join(' ')})`)
  if (childInfo !== undefined && oldName !== undefined) out.ascii(' ')
  if (oldName !== undefined) {
    out.ascii('"OLDNAME" (')
    writeMailbox(out, oldName, encoding)
    out.ascii(')')
  }
  out.ascii(')')
}

/** To `LIST "" ""`: what stands between the levels, and the root of the reference. */
export function writeSeparator(out: ResponseWriter, name: 'LIST' | 'LSUB' = 'LIST'): void {
  out.ascii(`* ${name} (\\Noselect) "/" ""\r\n`)
}

/** A value as text is written as it is: `(M1)` for MAILBOXID, NIL for an APPENDLIMIT that there is not. */
export function writeStatus(
  out: ResponseWriter,
  mailbox: string,
  items: Iterable<readonly [StatusItem, number | string]>,
  encoding: NameEncoding,
): void {
  out.ascii('* STATUS ')
  writeMailbox(out, mailbox, encoding)
  let separator = ' ('
  for (const [item, value] of items) {
    out.ascii(separator).ascii(item).ascii(' ')
    if (typeof value === 'number') out.number(value)
    else out.ascii(value)
    separator = ' '
  }
  out.ascii(separator === ' (' ? ' ()\r\n' : ')\r\n')
}

/** `* FLAGS (…)`: all that messages of this mailbox may have. See `flagsText`. */
export function writeFlags(out: ResponseWriter, flags: string): void {
  out.ascii('* FLAGS ').ascii(flags).crlf()
}

/** One namespace, the person's own, from the root (RFC 2342). */
export function writeNamespace(out: ResponseWriter): void {
  out.ascii('* NAMESPACE (("" "/")) NIL NIL\r\n')
}

/** RFC 2971; a field without value is NIL. */
export function writeId(out: ResponseWriter, fields: Iterable<readonly [string, string | undefined]>): void {
  out.ascii('* ID ')
  let separator = '('
  for (const [field, value] of fields) {
    out.ascii(separator).ascii(quoted(field)).ascii(' ')
    writeNString(out, value)
    separator = ' '
  }
  out.ascii(separator === '(' ? 'NIL\r\n' : ')\r\n')
}

export interface QuotaLine {
  /** STORAGE is in units of 1024 octets (RFC 9208 §5.1). */
  readonly resource: string
  readonly usage: number
  readonly limit: number
}

export function writeQuota(out: ResponseWriter, root: string, lines: readonly QuotaLine[]): void {
  out.ascii('* QUOTA ')
  writeString(out, root)
  out.ascii(` (${lines.map(({ resource, usage, limit }) => `${resource} ${usage} ${limit}`).join(' ')})\r\n`)
}

export function writeQuotaRoots(out: ResponseWriter, mailbox: string, roots: readonly string[], encoding: NameEncoding): void {
  out.ascii('* QUOTAROOT ')
  writeMailbox(out, mailbox, encoding)
  for (const root of roots) {
    out.ascii(' ')
    writeString(out, root)
  }
  out.crlf()
}

/** RFC 5464 §4.4.1. '' is the server. */
export function writeMetadata(
  out: ResponseWriter,
  mailbox: string,
  entries: Iterable<readonly [string, Uint8Array | undefined]>,
  encoding: NameEncoding,
): void {
  out.ascii('* METADATA ')
  writeMailbox(out, mailbox, encoding)
  let separator = ' ('
  for (const [entry, value] of entries) {
    out.ascii(separator).ascii(entry).ascii(' ')
    writeNString(out, value)
    separator = ' '
  }
  out.ascii(separator === ' (' ? ' ()\r\n' : ')\r\n')
}

/** RFC 5464 §4.4.2: which entries have changed. */
export function writeMetadataChanged(
  out: ResponseWriter,
  mailbox: string,
  entries: readonly string[],
  encoding: NameEncoding,
): void {
  out.ascii('* METADATA ')
  writeMailbox(out, mailbox, encoding)
  out.ascii(` ${entries.join(' ')}\r\n`)
}

/** RFC 4314 §3.6 to §3.8: ACL with pairs, LISTRIGHTS with an identifier and groups, MYRIGHTS with rights. */
export function writeRights(
  out: ResponseWriter,
  line: { readonly name: 'ACL' | 'LISTRIGHTS' | 'MYRIGHTS'; readonly mailbox: string; readonly words: readonly string[] },
  encoding: NameEncoding,
): void {
  out.ascii(`* ${line.name} `)
  writeMailbox(out, line.mailbox, encoding)
  for (const word of line.words) {
    out.ascii(' ')
    writeString(out, word)
  }
  out.crlf()
}
