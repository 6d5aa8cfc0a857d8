// Mailbox names on the wire: modified UTF-7 (RFC 3501 §5.1.3), or UTF-8 where that was enabled. Inside they are UTF-8, and INBOX is so
// written whatever its case.

const SHIFTED = /&([^-]*)-/g
const PRINTABLE_ASCII = /^[\x20-\x7e]*$/
const MODIFIED_BASE64 = /^[A-Za-z0-9+,]+$/
const CONTROL = /[\x00-\x1f\x7f]/
const TO_SHIFT = /&|[^\x20-\x7e]+/g

/** `text` is ASCII. Undefined when it is no modified UTF-7, or says with a shift what it could say without (RFC 3501 §5.1.3). */
export function decodeUtf7(text: string): string | undefined {
  if (!PRINTABLE_ASCII.test(text)) return undefined
  if (!text.includes('&')) return text
  let decoded = ''
  let at = 0
  for (const match of text.matchAll(SHIFTED)) {
    const plain = text.slice(at, match.index)
    const shifted = match[1] === '' ? '&' : decodeShift(match[1] ?? '')
    // Two shifts in a row could have been one.
    if (plain.includes('&') || shifted === undefined) return undefined
    if (plain === '' && at > 0 && match[1] !== '' && text[at - 2] !== '&') return undefined
    decoded += plain + shifted
    at = match.index + match[0].length
  }
  const rest = text.slice(at)
  return rest.includes('&') ? undefined : decoded + rest
}

/** Base64 with `,` for `/` and without padding, of UTF-16 with the high octet first. */
function decodeShift(base64: string): string | undefined {
  if (!MODIFIED_BASE64.test(base64) || base64.length % 4 === 1) return undefined
  const bytes = Buffer.from(base64.replaceAll(',', '/'), 'base64')
  if (bytes.length === 0 || bytes.length % 2 === 1 || encodeBase64(bytes) !== base64) return undefined
  let text = ''
  for (let i = 0; i < bytes.length; i += 2) text += String.fromCharCode(((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0))
  // Half a surrogate pair is no character; and what is printable ASCII needs no shift.
  return text.isWellFormed() && !/[\x20-\x7e]/.test(text) ? text : undefined
}

export function encodeUtf7(name: string): string {
  if (!name.includes('&') && PRINTABLE_ASCII.test(name)) return name
  return name.replace(TO_SHIFT, (part) => (part === '&' ? '&-' : `&${encodeShift(part)}-`))
}

function encodeShift(text: string): string {
  const bytes = Buffer.alloc(text.length * 2)
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    bytes[i * 2] = unit >> 8
    bytes[i * 2 + 1] = unit & 0xff
  }
  return encodeBase64(bytes)
}

function encodeBase64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '').replaceAll('/', ',')
}

/** INBOX in any case is INBOX: alone, or as the first of several components; `inboxes` is something else. */
export function foldInbox(name: string): string {
  if (!/^inbox(?:\/|$)/i.test(name)) return name
  return `INBOX${name.slice(5)}`
}

/** Control characters are in no mailbox name: they would break the lines of people's terminals, and of ours. */
export function hasControl(name: string): boolean {
  return CONTROL.test(name)
}
