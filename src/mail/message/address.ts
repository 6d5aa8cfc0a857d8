// A mail address as SMTP knows it (RFC 5321 §4.1.2 Mailbox, with UTF-8 as in RFC 6531): parsed, written, compared.
// Not the addresses of a From or To field with their names and comments: those are in address-list.ts.

import { LOCAL_PART_OCTETS_MAX } from '../../ground/limits.ts'
import { err, ok, type Result } from '../../ground/result.ts'
import { parseAddressLiteral } from './address-literal.ts'
import { domainToAscii } from './domain.ts'
import { ADDRESS_CHARACTERS_MAX } from './limits.ts'

export interface Address {
  /** The local part's value: without quotes and backslashes, letters as they were written. */
  readonly localPart: string
  /** A domain in lower-case A-labels, or an address literal: `[192.0.2.1]`, `[IPv6:2001:db8::1]`. */
  readonly domain: string
}

export interface AddressOptions {
  /** For reverse paths of others: mailing lists and forwarders write local parts longer than RFC 5321 allows. */
  readonly localPartOctetsMax?: number
}

// Characters that may stand in an atom, and the same in UTF-8 without controls and line separators (RFC 6531 §3.3).
const DOT_STRING = /^[\w!#$%&'*+\-/=?^`{|}~]+(?:\.[\w!#$%&'*+\-/=?^`{|}~]+)*$/
const DOT_STRING_UTF8 =
  /^[\w!#$%&'*+\-/=?^`{|}~\u{a0}-\u{2027}\u{202a}-\u{10ffff}]+(?:\.[\w!#$%&'*+\-/=?^`{|}~\u{a0}-\u{2027}\u{202a}-\u{10ffff}]+)*$/u
const FORBIDDEN = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/

/** Reads `local@domain`, without angle brackets; the error says in words what is wrong. */
export function parseAddress(text: string, options: AddressOptions = {}): Result<Address, string> {
  if (text.length > ADDRESS_CHARACTERS_MAX) return err('the address is too long')
  if (FORBIDDEN.test(text) || !text.isWellFormed()) return err('the address contains a control character or broken text')
  const split = text.startsWith('"') ? splitQuoted(text) : splitDotString(text)
  if (!split.ok) return split
  const domain = parseAddressDomain(split.value.rest)
  if (!domain.ok) return domain
  const address: Address = { localPart: split.value.localPart, domain: domain.value }
  const max = options.localPartOctetsMax ?? LOCAL_PART_OCTETS_MAX
  if (octets(formatLocalPart(address.localPart)) > max) return err(`the part before the "@" is longer than ${max} octets`)
  return ok(address)
}

/** The text for the wire: quotes only where the local part needs them. Always readable by {@link parseAddress}. */
export function formatAddress(address: Address): string {
  return `${formatLocalPart(address.localPart)}@${address.domain}`
}

/** False when the address can travel only with SMTPUTF8. */
export function isAscii(address: Address): boolean {
  return isAsciiText(address.localPart)
}

/** Equal by the letter of RFC 5321 §2.4: the case of the local part counts, as it may to a foreign host. */
export function sameAddress(a: Address, b: Address): boolean {
  return a.domain === b.domain && (a.localPart === b.localPart || a.localPart.normalize('NFC') === b.localPart.normalize('NFC'))
}

/**
 * Equal for mailboxes of our own domains, where `Bob` and `bob` are one person. Only the host that owns the domain may decide
 * so (RFC 5321 §2.4): never use this to merge addresses of foreign domains that mail is sent to.
 */
export function sameMailbox(a: Address, b: Address): boolean {
  return mailboxKey(a) === mailboxKey(b)
}

/** The spelling under which an address of our own domains is looked up. */
export function mailboxKey(address: Address): string {
  const localPart = address.localPart.normalize('NFC').toLowerCase().normalize('NFC')
  return `${formatLocalPart(localPart)}@${address.domain}`
}

/** `RCPT TO:<Postmaster>` has no domain and must be accepted (RFC 5321 §4.5.1). */
export function isBarePostmaster(text: string): boolean {
  return text.length === 10 && text.toLowerCase() === 'postmaster'
}

function formatLocalPart(localPart: string): string {
  if (DOT_STRING.test(localPart)) return localPart
  if (!isAsciiText(localPart) && DOT_STRING_UTF8.test(localPart)) return localPart
  return `"${localPart.replace(/["\\]/g, '\\$&')}"`
}

interface Split {
  readonly localPart: string
  readonly rest: string
}

function splitDotString(text: string): Result<Split, string> {
  const at = text.indexOf('@')
  if (at < 0) return err('the address has no "@"')
  const localPart = text.slice(0, at)
  if (at === 0) return err('there is nothing before the "@"')
  if (!DOT_STRING.test(localPart) && !DOT_STRING_UTF8.test(localPart)) return err(dotStringFault(localPart))
  return ok({ localPart, rest: text.slice(at + 1) })
}

function dotStringFault(localPart: string): string {
  if (localPart.startsWith('.') || localPart.endsWith('.') || localPart.includes('..'))
    return 'the part before the "@" has a dot at its beginning or end, or two in a row'
  return 'the part before the "@" contains a character that may only stand in quotes'
}

function splitQuoted(text: string): Result<Split, string> {
  let localPart = ''
  let i = 1
  for (; i < text.length && text[i] !== '"'; i++) {
    const escaped = text[i] === '\\'
    if (escaped) i++
    const character = text[i]
    if (character === undefined) break
    // quoted-pairSMTP is a backslash and printable ASCII (RFC 5321 §4.1.2), never UTF-8.
    if (escaped && character > '~') return err('there is a backslash before a character outside ASCII')
    localPart += character
  }
  if (i >= text.length) return err('the quotes before the "@" are not closed')
  if (text[i + 1] !== '@') return err('the closing quote must be followed by "@"')
  return ok({ localPart, rest: text.slice(i + 2) })
}

function parseAddressDomain(text: string): Result<string, string> {
  if (text.startsWith('[')) return parseAddressLiteral(text)
  return domainToAscii(text)
}

function isAsciiText(text: string): boolean {
  return !/[^\u0000-\u007f]/.test(text)
}

function octets(text: string): number {
  return Buffer.byteLength(text, 'utf8')
}
