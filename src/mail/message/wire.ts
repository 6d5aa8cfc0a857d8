// Strings as IMAP writes them (RFC 3501 §4.3), made once for messages and kept. Octets are characters 0 to 255 throughout.

// What a quoted string cannot hold. NUL can stand in no string at all: it is left out.
const NOT_QUOTABLE = /[\u0000\r\n\u0080-\u00ff]/

/** `"text"`, or a literal where quotes would not do. */
export function wireString(octets: string): string {
  if (!NOT_QUOTABLE.test(octets)) return /["\\]/.test(octets) ? `"${octets.replace(/["\\]/g, '\\$&')}"` : `"${octets}"`
  const text = octets.includes('\u0000') ? octets.replaceAll('\u0000', '') : octets
  return `{${text.length}}\r\n${text}`
}

export function wireNString(octets: string | undefined): string {
  return octets === undefined ? 'NIL' : wireString(octets)
}

/** One character per octet, as the wire wants it. */
export function wireBytes(octets: string): Uint8Array {
  return Buffer.from(octets, 'latin1')
}
