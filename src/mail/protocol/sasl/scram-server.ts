// The server's side of SCRAM (RFC 5802 §5): who the client says it is, what is kept of the password, whether the proof is right. It ends
// with our own proof, which the client has to acknowledge: SMTP, POP3 and IMAP have no room for it beside the success.

import type { Digests } from '../../../ground/ports/digests.ts'
import { encodeBase64 } from './base64.ts'
import { checkNames, type SaslFailure } from './credentials.ts'
import { type ChannelBindings, hashOf, isBound, type ScramMechanism, type ScramVerifier, sameOctets, xor } from './scram.ts'
import { type ClientFirst, parseClientFinal, parseClientFirst } from './scram-messages.ts'
import type { ServerStep } from './server-exchange.ts'

export interface ScramServerOptions {
  readonly digests: Digests
  /** Another each time; `newNonce`. */
  readonly nonce: () => string
  /** With any of them the -PLUS forms have been offered. */
  readonly bindings: ChannelBindings
}

const ENCODER = new TextEncoder()
const NO_BYTES = new Uint8Array()

export function startScram(
  mechanism: ScramMechanism,
  initial: Uint8Array | undefined,
  options: ScramServerOptions | undefined,
): ServerStep {
  if (options === undefined) return failed('malformed')
  if (initial !== undefined) return clientFirst(mechanism, initial, options)
  return { type: 'challenge', bytes: NO_BYTES, exchange: { respond: (response) => clientFirst(mechanism, response, options) } }
}

function clientFirst(mechanism: ScramMechanism, message: Uint8Array, options: ScramServerOptions): ServerStep {
  const first = parseClientFirst(message)
  if (first === undefined) return failed('malformed')
  const refusal = bindingRefused(mechanism, first, options.bindings)
  if (refusal !== undefined) return failed(refusal)
  const names = checkNames(first.authorize, first.name)
  if (!names.ok) return failed(names.error)
  const hash = hashOf(mechanism)
  return { type: 'lookup', ...names.value, hash, found: (verifier) => serverFirst(first, names.value.name, verifier, options) }
}

/** RFC 5802 §6: what the client says of binding must fit the mechanism, and be no sign of somebody in between who hid the -PLUS forms. */
function bindingRefused(mechanism: ScramMechanism, { flag }: ClientFirst, bindings: ChannelBindings): SaslFailure | undefined {
  if (isBound(mechanism)) {
    if (flag.type !== 'bound') return 'malformed'
    return bindings.has(flag.name) ? undefined : 'unknown-binding'
  }
  if (flag.type === 'bound') return 'malformed'
  return flag.type === 'unoffered' && bindings.size > 0 ? 'downgraded' : undefined
}

function serverFirst(first: ClientFirst, name: string, verifier: ScramVerifier, options: ScramServerOptions): ServerStep {
  const nonce = first.nonce + options.nonce()
  const text = `r=${nonce},s=${encodeBase64(verifier.salt)},i=${verifier.iterations}`
  const respond = (message: Uint8Array): ServerStep => {
    const final = parseClientFinal(message)
    if (final === undefined || final.nonce !== nonce) return failed('malformed')
    if (!sameOctets(final.binding, bindingOf(first, options.bindings))) return failed('wrong-binding')
    const spoken = ENCODER.encode(`${first.bare},${text},${final.withoutProof}`)
    if (!isProof(options.digests, verifier, spoken, final.proof)) return { type: 'disproved', name }
    return proved(options.digests.hmac(verifier.hash, verifier.serverKey, spoken), name)
  }
  return { type: 'challenge', bytes: ENCODER.encode(text), exchange: { respond } }
}

/** What `c=` must hold: the header of the first message, and the connection itself where it is bound. */
function bindingOf({ gs2Header, flag }: ClientFirst, bindings: ChannelBindings): Uint8Array {
  const data = flag.type === 'bound' ? bindings.get(flag.name) : undefined
  return Buffer.concat([ENCODER.encode(gs2Header), data ?? NO_BYTES])
}

function isProof(digests: Digests, { hash, storedKey }: ScramVerifier, spoken: Uint8Array, proof: Uint8Array): boolean {
  if (proof.length !== storedKey.length) return false
  const clientKey = xor(proof, digests.hmac(hash, storedKey, spoken))
  return sameOctets(digests.hash(hash, clientKey), storedKey)
}

/** The client's acknowledgement is empty (RFC 4954 §4, RFC 5034 §4, RFC 9051 §6.2.2); without it nobody is signed in. */
function proved(signature: Uint8Array, name: string): ServerStep {
  const respond = (message: Uint8Array): ServerStep => (message.length === 0 ? { type: 'proved', name } : failed('malformed'))
  return { type: 'challenge', bytes: ENCODER.encode(`v=${encodeBase64(signature)}`), exchange: { respond } }
}

function failed(reason: SaslFailure): ServerStep {
  return { type: 'failed', reason }
}
