// The server's side of an exchange: the client's responses in, challenges and questions to the directory out. PLAIN and LOGIN are here.

import type { HashName } from '../../../ground/ports/digests.ts'
import type { Result } from '../../../ground/result.ts'
import { type Credentials, checkCredentials, decodeField, type SaslFailure } from './credentials.ts'
import { isBound, isScram, SCRAM_MECHANISMS, type ScramMechanism, type ScramVerifier } from './scram.ts'
import { type ScramServerOptions, startScram } from './scram-server.ts'

export type ServerMechanism = 'PLAIN' | 'LOGIN' | ScramMechanism

/** Strongest first; the order in which they are offered. Without `scram` the two that show the password. */
export function serverMechanisms(scram?: Pick<ScramServerOptions, 'bindings'>): readonly ServerMechanism[] {
  const proofs = scram ? SCRAM_MECHANISMS.filter((mechanism) => scram.bindings.size > 0 || !isBound(mechanism)) : []
  return [...proofs, 'PLAIN', 'LOGIN']
}

export function isServerMechanism(text: string): text is ServerMechanism {
  return text === 'PLAIN' || text === 'LOGIN' || isScram(text)
}

/**
 * What comes next: send the challenge and give the answer to `exchange`, or verify the credentials, or look for what is kept of the
 * password of `name` (made up where there is nobody), or take them for who they say, or refuse.
 */
export type ServerStep =
  | {
      readonly type: 'lookup'
      readonly authorize: string | undefined
      readonly name: string
      readonly hash: HashName
      readonly found: (verifier: ScramVerifier) => ServerStep
    }
  | { readonly type: 'proved'; readonly name: string }
  /** The password is wrong. */
  | { readonly type: 'disproved'; readonly name: string }
  | { readonly type: 'challenge'; readonly bytes: Uint8Array; readonly exchange: ServerExchange }
  | { readonly type: 'credentials'; readonly credentials: Credentials }
  | { readonly type: 'failed'; readonly reason: SaslFailure }

export interface ServerExchange {
  respond(response: Uint8Array): ServerStep
}

const NO_BYTES = new Uint8Array()
const USER_NAME = new TextEncoder().encode('Username:')
const PASSWORD = new TextEncoder().encode('Password:')

/** `initial`: undefined when the client sent none, empty when it sent an empty one (`=`). */
export function startServerExchange(
  mechanism: ServerMechanism,
  initial: Uint8Array | undefined,
  scram?: ScramServerOptions,
): ServerStep {
  switch (mechanism) {
    case 'PLAIN':
      return initial === undefined ? challenge(NO_BYTES, plain) : plain(initial)
    case 'LOGIN':
      // Tolerance `login-initial-name`: `AUTH LOGIN <name>` saves a round trip, some clients do it. An empty one asks for the prompt.
      return initial === undefined || initial.length === 0 ? challenge(USER_NAME, loginName) : loginName(initial)
    default:
      return startScram(mechanism, initial, scram)
  }
}

/** RFC 4616: `[authorize] NUL name NUL password`. */
function plain(response: Uint8Array): ServerStep {
  const first = response.indexOf(0)
  const second = response.indexOf(0, first + 1)
  if (first === -1 || second === -1 || response.indexOf(0, second + 1) !== -1) return { type: 'failed', reason: 'malformed' }
  const authorize = decodeField(response.subarray(0, first))
  const name = decodeField(response.subarray(first + 1, second))
  const password = decodeField(response.subarray(second + 1))
  if (!authorize.ok) return failed(authorize.error)
  if (!name.ok) return failed(name.error)
  if (!password.ok) return failed(password.error)
  return concluded(checkCredentials(authorize.value, name.value, password.value))
}

/** LOGIN was never a standard: two prompts, name and password. */
function loginName(response: Uint8Array): ServerStep {
  const name = decodeField(response)
  if (!name.ok) return failed(name.error)
  return challenge(PASSWORD, (second) => {
    const password = decodeField(second)
    return password.ok ? concluded(checkCredentials('', name.value, password.value)) : failed(password.error)
  })
}

function challenge(bytes: Uint8Array, respond: (response: Uint8Array) => ServerStep): ServerStep {
  return { type: 'challenge', bytes, exchange: { respond } }
}

function failed(reason: SaslFailure): ServerStep {
  return { type: 'failed', reason }
}

function concluded(checked: Result<Credentials, SaslFailure>): ServerStep {
  return checked.ok ? { type: 'credentials', credentials: checked.value } : failed(checked.error)
}
