// HEADER.FIELDS and HEADER.FIELDS.NOT (RFC 3501 §6.4.5): some of a header's fields, octet for octet.

import { readFields, withLineEnds } from './header-fields.ts'
import { HEADER_FIELDS_MAX } from './limits.ts'

/**
 * The fields of the names, in the header's order and with its folding; `not` gives all others. A blank line ends them, even if there
 * are none, unless the header itself has no end. Names are compared without regard to case.
 */
export function headerFieldsOf(stored: Uint8Array, names: readonly string[], { not = false } = {}): Uint8Array {
  const wanted = new Set(names.map((name) => name.toLowerCase()))
  const header = withLineEnds(stored)
  const { fields } = readFields(header, { fieldsMax: 10 * HEADER_FIELDS_MAX })
  const pieces: Uint8Array[] = []
  for (const { name, start, end } of fields) {
    if (wanted.has(name.toLowerCase()) !== not) pieces.push(header.subarray(start, end))
  }
  const last = pieces.at(-1)
  // The last line of a message without a body may lack its end.
  if (last !== undefined && last.at(-1) !== LF) pieces.push(BLANK_LINE)
  pieces.push(BLANK_LINE)
  return Buffer.concat(pieces)
}

const LF = 10
const BLANK_LINE = Uint8Array.of(13, LF)
