// Content-Transfer-Encoding (RFC 2045 §6): quoted-printable and base64, whole values in memory.

const QP_LINE = 76
const HEX = '0123456789ABCDEF'

/** Octets in lines of at most 76 characters, CRLF kept as line ends; decodes to exactly the same octets. */
export function encodeQuotedPrintable(bytes: Uint8Array): string {
  let output = ''
  let line = ''
  const put = (piece: string) => {
    if (line.length + piece.length > QP_LINE - 1) {
      output += `${line}=\r\n`
      line = ''
    }
    line += piece
  }
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0
    if (byte === 13 && bytes[i + 1] === 10) {
      output += `${line}\r\n`
      line = ''
      i++
    } else if (isPlain(byte, bytes, i)) put(String.fromCharCode(byte))
    else put(`=${HEX.charAt(byte >> 4)}${HEX.charAt(byte & 15)}`)
  }
  return output + line
}

/** Tolerant: an equals sign that begins nothing stays, white space at line ends goes (RFC 2045 §6.7 rule 3). */
export function decodeQuotedPrintable(text: string): Uint8Array {
  // One pass over each run of white space: with a lookahead instead, a megabyte of spaces would take minutes.
  const trimmed = text.replace(/[ \t]+(\r?\n|$)?/g, (run: string, end: string | undefined) => end ?? run)
  const joined = trimmed.replace(/=\r?\n/g, '')
  return Buffer.from(
    joined.replace(/=([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  )
}

/** A part's body (one character per octet) without its transfer encoding; unknown encodings are taken as they are. */
export function decodeBody(body: string, encoding: string): Uint8Array {
  if (encoding === 'quoted-printable') return decodeQuotedPrintable(body)
  if (encoding === 'base64') return Buffer.from(body, 'base64')
  return Buffer.from(body, 'latin1')
}

// White space may not end a line; "=" is the escape.
function isPlain(byte: number, bytes: Uint8Array, i: number): boolean {
  if (byte === 32 || byte === 9) return i + 1 < bytes.length && bytes[i + 1] !== 13
  return byte > 32 && byte < 127 && byte !== 61
}
