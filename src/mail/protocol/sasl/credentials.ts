// What an exchange yields, and the checks every mechanism makes on names and passwords.

import { err, ok, type Result } from '../../../ground/result.ts'
import { FIELD_OCTETS_MAX } from './limits.ts'

export interface Credentials {
  /** Whom the client wants to act for, when it said so and it is not the name itself. */
  readonly authorize: string | undefined
  readonly name: string
  readonly password: string
}

/** `malformed`: not the shape the mechanism asks for. `forbidden-character`: a control character, which could forge a log line. */
export type SaslFailure =
  | 'malformed'
  | 'not-utf8'
  | 'empty-name'
  | 'empty-password'
  | 'forbidden-character'
  | 'too-long'
  | BindingFailure

/**
 * `unknown-binding`: a kind that this connection does not have. `wrong-binding`: the client's end of TLS is not ours, so somebody is in
 * between. `downgraded`: the client did not see the -PLUS forms that were offered.
 */
export type BindingFailure = 'unknown-binding' | 'wrong-binding' | 'downgraded'

export function isBindingFailure(failure: SaslFailure): failure is BindingFailure {
  return failure === 'unknown-binding' || failure === 'wrong-binding' || failure === 'downgraded'
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/

export function decodeField(bytes: Uint8Array): Result<string, SaslFailure> {
  if (bytes.length > FIELD_OCTETS_MAX) return err('too-long')
  try {
    return ok(UTF8.decode(bytes))
  } catch {
    return err('not-utf8')
  }
}

export interface Names {
  readonly authorize: string | undefined
  readonly name: string
}

/** Of an exchange in which no password is seen. */
export function checkNames(authorize: string, name: string): Result<Names, SaslFailure> {
  if (name === '') return err('empty-name')
  if (Buffer.byteLength(name) > FIELD_OCTETS_MAX || Buffer.byteLength(authorize) > FIELD_OCTETS_MAX) return err('too-long')
  if (CONTROL.test(name) || CONTROL.test(authorize)) return err('forbidden-character')
  return ok({ authorize: authorize === '' || authorize === name ? undefined : authorize, name })
}

/** Names go into logs and headers: no control characters. A password is compared and forgotten: only NUL, CR and LF stay out. */
export function checkCredentials(authorize: string, name: string, password: string): Result<Credentials, SaslFailure> {
  if (name === '') return err('empty-name')
  if (password === '') return err('empty-password')
  if (CONTROL.test(name) || CONTROL.test(authorize) || /[\0\r\n]/.test(password)) return err('forbidden-character')
  return ok({ authorize: authorize === '' || authorize === name ? undefined : authorize, name, password })
}
