// The four messages of SCRAM as text and as values (RFC 5802 §7). A message that is not exactly of its shape is no message.

import { decodeBase64, encodeBase64 } from './base64.ts'
import { SCRAM_MESSAGE_OCTETS_MAX, SCRAM_SALT_OCTETS_MAX } from './limits.ts'
import { isIterations } from './scram.ts'

/** `none`: the client binds nothing; `unoffered`: it could, and believes that we cannot. */
export type BindingFlag = { readonly type: 'none' | 'unoffered' } | { readonly type: 'bound'; readonly name: string }

export interface ClientFirst {
  /** Up to and with the second comma: it comes again in the last message. */
  readonly gs2Header: string
  readonly bare: string
  readonly flag: BindingFlag
  readonly authorize: string
  readonly name: string
  readonly nonce: string
}

export interface ServerFirst {
  readonly nonce: string
  readonly salt: Uint8Array
  readonly iterations: number
}

export interface ClientFinal {
  readonly withoutProof: string
  readonly binding: Uint8Array
  readonly nonce: string
  readonly proof: Uint8Array
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Undefined: too long, or no UTF-8. */
export function textOf(message: Uint8Array): string | undefined {
  if (message.length > SCRAM_MESSAGE_OCTETS_MAX) return undefined
  try {
    return UTF8.decode(message)
  } catch {
    return undefined
  }
}

const NAME = '((?:[^,=\\0]|=2C|=3D)+)'
const NONCE = '([!-+\\--~]+)'
const BASE64 = '([A-Za-z0-9+/=]+)'
/** Attributes that we need not know. `m` would be one that must be known (RFC 5802 §5.1), and comes first. */
const MORE = '((?:,[A-Za-z]=[^,\\0]+)*)'

const CLIENT_FIRST = new RegExp(`^((?:(n|y)|p=([A-Za-z0-9.-]+)),(?:a=${NAME})?,)(n=${NAME},r=${NONCE}${MORE})$`, 'u')
const SERVER_FIRST = new RegExp(`^r=${NONCE},s=${BASE64},i=([1-9]\\d{0,8})${MORE}$`, 'u')
const CLIENT_FINAL = new RegExp(`^(c=${BASE64},r=${NONCE}${MORE}),p=${BASE64}$`, 'u')
const SERVER_FINAL = new RegExp(`^v=${BASE64}${MORE}$`, 'u')

export function parseClientFirst(message: Uint8Array): ClientFirst | undefined {
  const match = CLIENT_FIRST.exec(textOf(message) ?? '')
  if (match === null) return undefined
  const [, gs2Header = '', letter, bound, authorize = '', bare = '', name = '', nonce = ''] = match
  const flag: BindingFlag = bound === undefined ? { type: letter === 'y' ? 'unoffered' : 'none' } : { type: 'bound', name: bound }
  return { gs2Header, bare, flag, authorize: unescapeName(authorize), name: unescapeName(name), nonce }
}

export function parseServerFirst(text: string): ServerFirst | undefined {
  const [, nonce, salt64 = '', count = ''] = SERVER_FIRST.exec(text) ?? []
  const salt = octetsOf(salt64)
  const iterations = Number(count)
  if (nonce === undefined || !salt || salt.length > SCRAM_SALT_OCTETS_MAX || !isIterations(iterations)) return undefined
  return { nonce, salt, iterations }
}

export function parseClientFinal(message: Uint8Array): ClientFinal | undefined {
  const [, withoutProof, binding64 = '', nonce = '', , proof64 = ''] = CLIENT_FINAL.exec(textOf(message) ?? '') ?? []
  const [binding, proof] = [octetsOf(binding64), octetsOf(proof64)]
  return withoutProof === undefined || !binding || !proof ? undefined : { withoutProof, binding, nonce, proof }
}

/** The server's signature; undefined also for `e=`, with which it tells of a failure. */
export function parseServerFinal(message: Uint8Array): Uint8Array | undefined {
  const [, signature64 = ''] = SERVER_FINAL.exec(textOf(message) ?? '') ?? []
  return signature64 === '' ? undefined : octetsOf(signature64)
}

/** Only as we would write it: what is signed has one writing. */
function octetsOf(base64: string): Uint8Array | undefined {
  const octets = decodeBase64(base64)
  return octets !== undefined && encodeBase64(octets) === base64 ? octets : undefined
}

export function escapeName(name: string): string {
  return name.replaceAll('=', '=3D').replaceAll(',', '=2C')
}

function unescapeName(text: string): string {
  return text.replaceAll('=2C', ',').replaceAll('=3D', '=')
}
