// Keys by which mailboxes compare and sort text without regard to case: i;unicode-casemap (RFC 5051).

/** Compare with `<` and `===`, search with `includes`. Lengths differ from the text's. */
export function sortKey(text: string): string {
  return NOT_ASCII.test(text) ? titleCased(text).normalize('NFKD') : text.toUpperCase()
}

const NOT_ASCII = /[^\u0000-\u007f]/

// RFC 5051 §2 takes the simple mappings: one character becomes one, so that ß stays what it is.
function titleCased(text: string): string {
  const upper = text.toUpperCase()
  if (upper.length === text.length) return upper
  let output = ''
  for (const character of text) {
    const mapped = character.toUpperCase()
    output += mapped.length === character.length ? mapped : character
  }
  return output
}
