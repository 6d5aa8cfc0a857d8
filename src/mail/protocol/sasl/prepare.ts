// A password as both ends must write it before they hash it. RFC 5802 §2.2 names SASLprep (RFC 4013), and so do the clients that prepare
// at all: its mapping and NFKC decide which bytes are hashed, so they are taken, and not the NFC of its successor OpaqueString
// (RFC 8265 §4.2), which would hash ligatures and full-width letters otherwise. What is prohibited never changes a byte, it only refuses:
// there the successor is followed, which has no rule about directions and is not bound to the letters of Unicode 3.2.

/** RFC 3454 C.1.2 becomes a space. It comes before B.1, which also has U+200B. */
const OTHER_SPACE = /[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]/g

/** RFC 3454 B.1: nobody sees them. */
// biome-ignore lint/suspicious/noMisleadingCharacterClass: single characters are meant, whatever they join.
const NOTHING = /[\u00ad\u034f\u1806\u180b-\u180d\u200c\u200d\u2060\ufe00-\ufe0f\ufeff]/g

/**
 * Controls (C.2), private use (C.3), what is no character and unassigned (C.4, A.1), halves of pairs (C.5), marks that replace text (C.6),
 * ideographic description (C.7), deprecated and direction marks (C.8), tags (C.9).
 */
const PROHIBITED = new RegExp(
  `[${[
    '\\p{Cc}\\p{Co}\\p{Cn}\\p{Cs}\\u06dd\\u070f\\u180e\\u2028\\u2029\\u2061-\\u2063\\u206a-\\u206f\\ufff9-\\ufffd\\u2ff0-\\u2ffb',
    '\\u200e\\u200f\\u202a-\\u202e\\u{1d173}-\\u{1d17a}\\u{e0001}\\u{e0020}-\\u{e007f}',
  ].join('')}]`,
  'u',
)

/** Undefined: it cannot be written the same everywhere, or nothing is left of it. */
export function prepare(text: string): string | undefined {
  const prepared = text.replace(OTHER_SPACE, ' ').replace(NOTHING, '').normalize('NFKC')
  return prepared === '' || PROHIBITED.test(prepared) ? undefined : prepared
}
