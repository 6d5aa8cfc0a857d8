// Octets in a named character set to text. The names are those of the WHATWG encodings, with what mail calls them besides.

// What mail programs write and no encoding label knows.
const ALIASES = new Map([
  ['ansi_x3.4-1968', 'windows-1252'],
  ['cp-1252', 'windows-1252'],
  ['cp932', 'shift_jis'],
  ['cp936', 'gbk'],
  ['cp949', 'euc-kr'],
  ['cp950', 'big5'],
  ['default', 'windows-1252'],
  ['iso-8859-8-i', 'iso-8859-8-i'],
  ['ms932', 'shift_jis'],
  ['ms949', 'euc-kr'],
  ['ms950', 'big5'],
  ['unknown-8bit', 'windows-1252'],
  ['utf8mb4', 'utf-8'],
  ['x-cp932', 'shift_jis'],
  ['x-unknown', 'windows-1252'],
])

// The encodings there are number forty; labels are a few hundred. A stranger's labels must not fill memory.
const DECODERS_MAX = 300
const decoders = new Map<string, TextDecoder | undefined>()

/** The text, or nothing when the character set is unknown. Malformed octets become U+FFFD. */
export function decodeCharset(label: string, bytes: Uint8Array): string | undefined {
  return decoderOf(label)?.decode(bytes)
}

function decoderOf(label: string): TextDecoder | undefined {
  const name = label.trim().toLowerCase()
  const known = decoders.get(name)
  if (known !== undefined || decoders.has(name)) return known
  const decoder = makeDecoder(ALIASES.get(name) ?? name)
  if (decoders.size < DECODERS_MAX) decoders.set(name, decoder)
  return decoder
}

function makeDecoder(label: string): TextDecoder | undefined {
  try {
    return new TextDecoder(label)
  } catch {
    return undefined
  }
}
