// Whether a text begins with the header of a message, or is a text to be sent. Pure.

import { HEADER_LOOK_BYTES } from './limits.ts'

/** Fields that messages have (RFC 5322 §3.6, RFC 2045, RFC 2369, RFC 8601): "Reminder: at five" is none. */
const KNOWN = new RegExp(
  `^(?:${[
    '(?:resent-)?(?:from|sender|reply-to|to|cc|bcc|date|subject|message-id)',
    'in-reply-to|references|comments|keywords|received|return-path|delivered-to|auto-submitted|importance|priority|precedence',
    'mime-version|user-agent|dkim-signature|authentication-results|(?:content|list|x)-[!-9;-~]+',
  ].join('|')})$`,
  'i',
)

/** RFC 5322 §2.2: a name of visible characters, and a colon. */
const FIELD = /^([!-9;-~]+)[ \t]*:/

const FOLDED = /^[ \t]+\S/

/**
 * A header is made of fields from the first line to an empty one, and at least one of them is a field that messages have.
 * `undecided`: more of the text must be seen. Lines end in CRLF.
 */
export function lookForHeader(start: Buffer, { whole }: { readonly whole: boolean }): 'header' | 'text' | 'undecided' {
  const text = start.toString('latin1', 0, HEADER_LOOK_BYTES)
  const lines = text.split('\r\n')
  const last = lines.pop() ?? '' // Not ended yet.
  let known = false
  for (const [n, line] of lines.entries()) {
    if (line === '') return known ? 'header' : 'text'
    if (n > 0 && FOLDED.test(line)) continue
    const name = FIELD.exec(line)?.[1]
    if (name === undefined) return 'text'
    known ||= KNOWN.test(name)
  }
  // Fields as far as we look.
  if (start.length >= HEADER_LOOK_BYTES) return known ? 'header' : 'text'
  if (!whole) return 'undecided'
  return known && (last === '' || FOLDED.test(last) || FIELD.test(last)) ? 'header' : 'text'
}
