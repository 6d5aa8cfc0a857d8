// The third part of a report: the header of the message it is about, so that its writer recognises it.

import { latin1, readFields, utf8OrLatin1 } from './header-fields.ts'
import { LINE_OCTETS_MAX, REPORT_HEADER_BYTES_MAX } from './limits.ts'
import { encodeQuotedPrintable } from './transfer-encoding.ts'

/** The part with its own header. Where octets above 127 or long lines stand in it, it is sent quoted-printable. */
export function quotedHeaderPart(header: Uint8Array, { utf8 }: { readonly utf8: boolean }): string {
  const quoted = boundedHeader(header)
  const text = latin1(quoted)
  const wide = /[\u0080-\u00ff]/.test(text)
  const isUtf8 = wide && utf8OrLatin1(text) !== text
  // RFC 6533 §5: message/global-headers is for UTF-8. Anything else with high octets is text of an unknown kind.
  const type = isUtf8 ? 'message/global-headers' : 'text/rfc822-headers'
  // A NUL, a lone CR or a lone LF may not pass as it is either.
  const plain = !hasLongLine(text) && !/\u0000|\r(?!\n)|(?<!\r)\n/.test(text)
  if (plain && !wide) return `Content-Type: ${type}\r\n\r\n${text}`
  if (plain && utf8 && isUtf8) return `Content-Type: ${type}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n${utf8OrLatin1(text)}`
  return `Content-Type: ${type}\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n${encodeQuotedPrintable(quoted)}`
}

// Whole fields only, without the blank line, always ending in CRLF.
function boundedHeader(header: Uint8Array): Uint8Array {
  const { fields, text } = readFields(header)
  let end = 0
  for (const field of fields) {
    if (field.end > REPORT_HEADER_BYTES_MAX) break
    end = field.end
  }
  const quoted = header.subarray(0, end)
  return text.slice(0, end).endsWith('\r\n') || end === 0 ? quoted : Buffer.concat([quoted, Buffer.from('\r\n')])
}

function hasLongLine(text: string): boolean {
  return text.split('\r\n').some((line) => line.length > LINE_OCTETS_MAX)
}
