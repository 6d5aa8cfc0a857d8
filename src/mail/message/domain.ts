// Domain names as mail uses them: lower-case A-labels inside the program (RFC 5890), U-labels only for display.
// The mapping is that of UTS 46 as far as Unicode normalisation reaches; the bidi rule (RFC 5893) is not checked.

import { DOMAIN_OCTETS_MAX } from '../../ground/limits.ts'
import { err, ok, type Result } from '../../ground/result.ts'
import { LABEL_OCTETS_MAX } from './limits.ts'
import { decodePunycode, encodePunycode } from './punycode.ts'

const ASCII_NAME = /^[a-z0-9.-]+$/
const ASCII_LABEL = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/
// The full stops of Chinese and Japanese writing separate labels too (RFC 3490 §3.1, UTS 46 §4).
const DOTS = /[.\u3002\uff0e\uff61]/
// Letters, marks and digits (RFC 5892 without its exception lists), with the characters that languages need between letters.
const UNICODE_LABEL = /^(?:[\p{L}\p{M}\p{Nd}\u00b7\u0375\u05f3\u05f4\u30fb-]|\u200c|\u200d)+$/u
// Left out by UTS 46 without a word: soft hyphen, zero-width space, word joiner, byte order mark, variation selectors.
const IGNORED = /[\ufe00-\ufe0f\u00ad\u200b\u2060\ufeff]/g

/** A name in lower-case A-labels, or why the text is no domain name (RFC 5321 §4.1.2 Domain, RFC 6531 §3.3). */
export function domainToAscii(text: string): Result<string, string> {
  if (text.length > DOMAIN_OCTETS_MAX) return err('the domain is too long')
  if (text === '') return err('the domain is missing')
  const lower = text.toLowerCase()
  if (ASCII_NAME.test(lower)) return checked(lower)
  // What is ASCII already and is not letters, digits and hyphens cannot be mended by any mapping.
  if (!/[^\u0000-\u007f]/.test(text) || !text.isWellFormed())
    return err('the domain contains a character that no domain may have')
  const labels: string[] = []
  for (const label of text.split(DOTS)) {
    const ascii = labelToAscii(label)
    if (!ascii.ok) return ascii
    labels.push(ascii.value)
  }
  return checked(labels.join('.'))
}

/** The same name for people to read: labels that decode to sound Unicode are shown in it, all others stay as they are. */
export function domainToUnicode(domain: string): string {
  if (domain.startsWith('[') || !domain.includes('xn--')) return domain
  return domain.split('.').map(labelToUnicode).join('.')
}

function checked(name: string): Result<string, string> {
  if (name.length > DOMAIN_OCTETS_MAX) return err('the domain is too long')
  const labels = name.split('.')
  for (const label of labels) {
    if (label === '') return err('the domain has an empty label: a dot too many')
    if (label.length > LABEL_OCTETS_MAX) return err(`a label of the domain is longer than ${LABEL_OCTETS_MAX} octets`)
    if (!ASCII_LABEL.test(label)) return err('a label of the domain begins or ends with a hyphen, or has a forbidden character')
  }
  // No top-level domain is a number (RFC 3696 §2): this is an IP address without its brackets.
  if (/^\d+$/.test(labels.at(-1) ?? ''))
    return err('a domain cannot end in a number; an IP address stands in brackets, as in [192.0.2.1]')
  return ok(name)
}

function labelToAscii(label: string): Result<string, string> {
  const mapped = mapLabel(label)
  if (/^[a-z0-9-]*$/.test(mapped)) return ok(mapped)
  if (!UNICODE_LABEL.test(mapped)) return err('the domain contains a character that no domain may have')
  if (/^\p{M}/u.test(mapped)) return err('a label of the domain begins with a combining mark')
  if (mapped.startsWith('-') || mapped.endsWith('-')) return err('a label of the domain begins or ends with a hyphen')
  if (mapped.slice(2, 4) === '--') return err('a label of the domain has hyphens in the third and fourth place')
  const encoded = encodePunycode(mapped)
  return encoded === undefined ? err('the domain is too long') : ok(`xn--${encoded}`)
}

// Lower-casing letter by letter: over a whole word JavaScript turns a closing Σ into ς, which UTS 46 does not.
function mapLabel(label: string): string {
  let lower = ''
  for (const character of label.normalize('NFKC')) lower += character.toLowerCase()
  return lower.normalize('NFKC').replace(IGNORED, '')
}

function labelToUnicode(label: string): string {
  if (!label.startsWith('xn--')) return label
  const decoded = decodePunycode(label.slice(4))
  if (decoded === undefined) return label
  const again = labelToAscii(decoded)
  return again.ok && again.value === label ? decoded : label
}
