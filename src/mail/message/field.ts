// Writing one header field: nothing a peer or a user supplied can end the line it is put in.

import { assert } from '../../ground/assert.ts'
import { LINE_OCTETS_MAX } from './limits.ts'

/** True when the text may stand in a header: no CR, LF, NUL or other control but tab. */
export function isHeaderSafe(text: string): boolean {
  return !/[\u0000-\u0008\u000a-\u001f\u007f]/.test(text) && text.isWellFormed()
}

/**
 * `Name: value CRLF`. The caller has checked or cleaned what it puts in: a control character here is a bug, and
 * stopping is better than a forged header (or, at the next hop, a forged message).
 */
export function headerField(name: string, value: string): string {
  assert(/^[!-9;-~]+$/.test(name), 'a field name is printable ASCII without a colon')
  return folded(name, [value])
}

/** The same for a value already cut where it may be folded; each piece but the first goes on a line of its own. */
export function folded(name: string, lines: readonly string[]): string {
  let text = `${name}: `
  for (const [index, line] of lines.entries()) {
    assert(isHeaderSafe(line), `${name}: a control character in a header field`)
    assert(
      Buffer.byteLength(line, 'utf8') + name.length + 2 <= LINE_OCTETS_MAX,
      `${name}: a line longer than a header line may be`,
    )
    text += index === 0 ? line : `\r\n\t${line}`
  }
  return `${text}\r\n`
}

/** Somebody else's text made fit for a header or a line of a report: controls and line breaks become single spaces. */
export function cleaned(text: string, charactersMax: number): string {
  const line = text
    .slice(0, charactersMax * 2)
    .toWellFormed()
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')
    .trim()
  return line.length > charactersMax ? `${line.slice(0, charactersMax - 1).toWellFormed()}…` : line
}

/** Words put into lines of at most `columns`; a word longer than a line keeps its line to itself, or is cut at `cutAt`. */
export function wrapped(text: string, { columns, cutAt }: { columns: number; cutAt: number }): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > columns) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
    while (line.length > cutAt) {
      // Not between the halves of a character outside the basic plane.
      const cut = /[\ud800-\udbff]/.test(line.charAt(cutAt - 1)) ? cutAt - 1 : cutAt
      lines.push(line.slice(0, cut))
      line = line.slice(cut)
    }
  }
  if (line !== '' || lines.length === 0) lines.push(line)
  return lines
}
