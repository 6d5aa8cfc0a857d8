// The grammar of commands: a line → verb and argument → values. It does not know what came before.

import { PATH_OCTETS_MAX } from '../../../ground/limits.ts'
import { err, ok, type Result } from '../../../ground/result.ts'
import { type Address, decodeXtext, isBarePostmaster, parseAddress } from '../../message/message.ts'
import { decodeBase64 } from '../sasl/sasl.ts'
import type { MailEvent, Parameters, RecipientEvent } from './events.ts'
import { isPlain } from './lines.ts'
import { parseOctets, parseParameters } from './parameters.ts'
import { parsePath } from './path.ts'
import * as replies from './replies.ts'
import type { Reply } from './reply.ts'

export interface CommandLine {
  /** In upper case. */
  readonly verb: string
  /** After the space, without spaces at either end. */
  readonly argument: string
}

export function splitCommand(text: string): CommandLine {
  const space = text.indexOf(' ')
  const verb = space === -1 ? text : text.slice(0, space)
  const argument = space === -1 ? '' : text.slice(space + 1).trim()
  // Letters outside ASCII may turn into ASCII ones in upper case: "ſ" into "S".
  return { verb: isPlain(verb) ? verb.toUpperCase() : verb, argument }
}

// Tolerance `hello-name`: hosts call themselves anything. It goes into Received, so what could end a comment or add a field stays out.
const HELLO_NAME = /^[^\x00-\x20\x7f-\uffff()<>"\\,;@]{1,255}$/

export function parseHello(argument: string): Result<string, Reply> {
  return HELLO_NAME.test(argument) ? ok(argument) : err(replies.HELLO_NAME)
}

export interface MailRules {
  readonly sizeBytesMax: number
  readonly smtpUtf8: boolean
  readonly eightBitMime: boolean
}

// Tolerance `space-after-colon`: `MAIL FROM: <a@b>` (RFC 5321 §4.1.1.2 forbids it, many write it).
/** What follows `FROM:` or `TO:`; undefined when the argument does not begin with it. */
function afterKeyword(argument: string, keyword: 'FROM:' | 'TO:'): string | undefined {
  if (argument.slice(0, keyword.length).toUpperCase() !== keyword) return undefined
  let at = keyword.length
  while (argument[at] === ' ') at++
  return argument.slice(at)
}

export function parseMail(argument: string, rules: MailRules): Result<MailEvent, Reply> {
  const text = afterKeyword(argument, 'FROM:')
  if (text === undefined) return err(replies.MAIL_SYNTAX)
  const path = parsePath(text)
  if (!path.ok) return err(replies.addressSyntax('sender', path.error))
  const parameters = parseParameters(path.value.rest)
  if (!parameters.ok) return err(replies.parameterSyntax(parameters.error))
  const known = mailParameters(parameters.value, rules)
  if (!known.ok) return known
  if (!isPlain(path.value.mailbox) && !known.value.smtpUtf8) return err(replies.NEEDS_SMTPUTF8)
  const sender = parseSender(path.value.mailbox)
  if (!sender.ok) return sender
  // Written out, not spread: this runs for every message.
  const { sizeBytes, body, smtpUtf8, auth } = known.value
  return ok({ type: 'mail', reversePath: sender.value, sizeBytes, body, smtpUtf8, auth, parameters: parameters.value })
}

/** Lists and forwarders pack whole addresses into their local parts: only the path as a whole is bounded. */
const SENDER = { localPartOctetsMax: PATH_OCTETS_MAX }

function parseSender(mailbox: string): Result<Address | undefined, Reply> {
  if (mailbox === '') return ok(undefined)
  const address = parseAddress(mailbox, SENDER)
  return address.ok ? address : err(replies.addressSyntax('sender', address.error))
}

type KnownParameters = Pick<MailEvent, 'sizeBytes' | 'body' | 'smtpUtf8' | 'auth'>
type Writable = { -readonly [K in keyof KnownParameters]: KnownParameters[K] }
const NO_PARAMETERS: KnownParameters = { sizeBytes: undefined, body: undefined, smtpUtf8: false, auth: undefined }

// Tolerance `parameters-after-helo`: they are read after HELO too.
function mailParameters(parameters: Parameters, rules: MailRules): Result<KnownParameters, Reply> {
  if (parameters.size === 0) return ok(NO_PARAMETERS)
  const known: Writable = { sizeBytes: undefined, body: undefined, smtpUtf8: false, auth: undefined }
  for (const [key, value] of parameters) {
    const wrong = mailParameter(known, key, value, rules)
    if (wrong !== undefined) return err(wrong)
  }
  return ok(known)
}

function mailParameter(known: Writable, key: string, value: string | undefined, rules: MailRules): Reply | undefined {
  if (key === 'SIZE') {
    known.sizeBytes = parseOctets(value)
    if (known.sizeBytes === undefined) return replies.SIZE_SYNTAX
    return known.sizeBytes > rules.sizeBytesMax ? replies.tooLarge(rules.sizeBytesMax) : undefined
  }
  if (key === 'BODY' && rules.eightBitMime) {
    const body = value?.toLowerCase()
    if (body !== '7bit' && body !== '8bitmime') return replies.BODY_VALUE
    known.body = body
    return undefined
  }
  if (key === 'SMTPUTF8' && rules.smtpUtf8) {
    known.smtpUtf8 = true
    return value === undefined ? undefined : replies.SMTPUTF8_SYNTAX
  }
  if (key === 'AUTH') {
    known.auth = value === undefined ? undefined : decodeXtext(value)
    return known.auth === undefined || known.auth === '' ? replies.AUTH_PARAMETER : undefined
  }
  return replies.UNKNOWN_PARAMETER
}

export interface RecipientRules {
  /** The transaction's SMTPUTF8. */
  readonly smtpUtf8: boolean
  readonly hostname: string
}

export function parseRecipient(argument: string, rules: RecipientRules): Result<RecipientEvent, Reply> {
  const text = afterKeyword(argument, 'TO:')
  if (text === undefined) return err(replies.RCPT_SYNTAX)
  const path = parsePath(text)
  if (!path.ok) return err(replies.addressSyntax('recipient', path.error))
  const { mailbox, rest } = path.value
  if (mailbox === '') return err(replies.NULL_RECIPIENT)
  const parameters = parseParameters(rest)
  if (!parameters.ok) return err(replies.parameterSyntax(parameters.error))
  if (parameters.value.size > 0) return err(replies.UNKNOWN_PARAMETER)
  if (!isPlain(mailbox) && !rules.smtpUtf8) return err(replies.NEEDS_SMTPUTF8)
  if (isBarePostmaster(mailbox)) {
    const address = { localPart: mailbox, domain: rules.hostname.toLowerCase() }
    return ok({ type: 'recipient', address, barePostmaster: true, parameters: parameters.value })
  }
  const address = parseAddress(mailbox)
  if (!address.ok) return err(replies.addressSyntax('recipient', address.error))
  return ok({ type: 'recipient', address: address.value, barePostmaster: false, parameters: parameters.value })
}

export interface Chunk {
  /** Infinity when the number is beyond all messages. */
  readonly octets: number
  readonly last: boolean
}

export function parseChunk(argument: string): Chunk | undefined {
  const match = /^(\d{1,20})( +LAST)?$/i.exec(argument)
  const octets = parseOctets(match?.[1])
  return octets === undefined ? undefined : { octets, last: match?.[2] !== undefined }
}

export interface AuthCommand {
  readonly mechanism: string
  readonly initial: Uint8Array | undefined
}

export function parseAuth(argument: string): Result<AuthCommand, Reply> {
  const match = /^([A-Za-z0-9_-]{1,20})(?: +([A-Za-z0-9+/=]+))?$/.exec(argument)
  if (match === null) return err(/^[\w-]{1,20} /.test(argument) ? replies.AUTH_BASE64 : replies.AUTH_SYNTAX)
  const mechanism = (match[1] ?? '').toUpperCase()
  if (match[2] === undefined) return ok({ mechanism, initial: undefined })
  const initial = match[2] === '=' ? new Uint8Array() : decodeBase64(match[2])
  return initial === undefined ? err(replies.AUTH_BASE64) : ok({ mechanism, initial })
}
