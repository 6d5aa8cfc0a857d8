// The parameters after a path: ` KEY[=value]` … (RFC 5321 §4.1.1.11), and the values of those we know.

import { err, ok, type Result } from '../../../ground/result.ts'
import type { Parameters } from './events.ts'
import { NUMBER_DIGITS_MAX, PARAMETERS_MAX } from './limits.ts'

const NONE: Parameters = new Map()

const KEYWORD = /^[A-Za-z0-9][A-Za-z0-9-]*$/
// Above ASCII too, because RFC 6531 §3.7.4.1 lets values be UTF-8; controls never get this far.
const VALUE = /^[^\x00-\x20=\x7f]+$/

/** `rest` is what follows the path in the line. Spaces at its end are tolerated (RFC 5321 §4.1.1). */
export function parseParameters(rest: string): Result<Parameters, string> {
  if (rest === '') return ok(NONE)
  if (rest[0] !== ' ') return err('Put a space between the address and what follows it')
  const parameters = new Map<string, string | undefined>()
  let at = 0
  while (at < rest.length) {
    const space = rest.indexOf(' ', at)
    const end = space === -1 ? rest.length : space
    const wrong = end > at ? addParameter(parameters, rest.slice(at, end)) : undefined
    if (wrong !== undefined) return err(wrong)
    at = end + 1
  }
  return ok(parameters)
}

/** What is wrong with it, if something is. */
function addParameter(parameters: Map<string, string | undefined>, word: string): string | undefined {
  const equals = word.indexOf('=')
  const keyword = equals === -1 ? word : word.slice(0, equals)
  const value = equals === -1 ? undefined : word.slice(equals + 1)
  // Before upper case: letters outside ASCII may turn into ASCII ones there.
  if (!KEYWORD.test(keyword) || (value !== undefined && !VALUE.test(value))) return 'A parameter is not written as KEY=value'
  const key = keyword.toUpperCase()
  if (parameters.has(key)) return 'A parameter is given twice'
  if (parameters.size === PARAMETERS_MAX) return 'There are too many parameters'
  parameters.set(key, value)
  return undefined
}

/** A count of octets; undefined when it is none, Infinity when it has more digits than any message. */
export function parseOctets(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,20}$/.test(text)) return undefined
  return text.length > NUMBER_DIGITS_MAX ? Number.POSITIVE_INFINITY : Number(text)
}
