// The parameters after a path: ` KEY[=value]` … (RFC 5321 §4.1.1.11), and the values of those we know.

import { err, ok, type Result } from '../../../ground/result.ts'
import type { Parameters } from './events.ts'
import { NUMBER_DIGITS_MAX, PARAMETERS_MAX } from './limits.ts'

const NONE: Parameters = new Map()

// esmtp-keyword and esmtp-value; above ASCII because RFC 6531 §3.7.4.1 lets values be UTF-8 (controls never get this far).
const PARAMETER = /^([A-Za-z0-9][A-Za-z0-9-]*)(?:=([^\x00-\x20=\x7f]+))?$/

/** `rest` is what follows the path in the line. Spaces at its end are tolerated (RFC 5321 §4.1.1). */
export function parseParameters(rest: string): Result<Parameters, string> {
  if (rest === '') return ok(NONE)
  if (rest[0] !== ' ') return err('Put a space between the address and what follows it')
  const words = rest.split(' ', PARAMETERS_MAX * 4).filter((word) => word !== '')
  if (words.length === 0) return ok(NONE)
  if (words.length > PARAMETERS_MAX) return err('There are too many parameters')
  const parameters = new Map<string, string | undefined>()
  for (const word of words) {
    const match = PARAMETER.exec(word)
    if (match === null) return err('A parameter is not written as KEY=value')
    const key = (match[1] ?? '').toUpperCase()
    if (parameters.has(key)) return err('A parameter is given twice')
    parameters.set(key, match[2])
  }
  return ok(parameters)
}

/** A count of octets; undefined when it is none, Infinity when it has more digits than any message. */
export function parseOctets(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,20}$/.test(text)) return undefined
  return text.length > NUMBER_DIGITS_MAX ? Number.POSITIVE_INFINITY : Number(text)
}
