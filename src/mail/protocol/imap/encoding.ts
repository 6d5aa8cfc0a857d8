// Octets as Latin-1 characters, and what they are in UTF-8.

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const NOT_ASCII = /[^\x00-\x7f]/

export function isAscii(text: string): boolean {
  return !NOT_ASCII.test(text)
}

/** Undefined when the octets are not UTF-8. */
export function decodeUtf8(octets: string): string | undefined {
  try {
    return UTF8.decode(Buffer.from(octets, 'latin1'))
  } catch {
    return undefined
  }
}
