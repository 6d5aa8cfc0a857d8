// Base64 as SASL wants it (RFC 4648 §4): whole groups, padding where it belongs, nothing else. The decoder at hand forgives too much.

const GROUPS = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/** Undefined when the text is not base64. */
export function decodeBase64(text: string): Uint8Array | undefined {
  return GROUPS.test(text) ? Buffer.from(text, 'base64') : undefined
}

export function encodeBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64')
}

/** A line of the client in an exchange: base64, `=` or nothing (empty), or `*` (gives up; RFC 4954 §4, RFC 5034 §4). */
export type ResponseLine =
  | { readonly type: 'response'; readonly bytes: Uint8Array }
  | { readonly type: 'cancelled' }
  | { readonly type: 'bad-base64' }

/** `line` without its CR LF. */
export function decodeResponseLine(line: string): ResponseLine {
  if (line === '*') return { type: 'cancelled' }
  const bytes = line === '=' ? new Uint8Array() : decodeBase64(line)
  return bytes === undefined ? { type: 'bad-base64' } : { type: 'response', bytes }
}
