// Our side of SCRAM (RFC 5802 §5), when we log in at somebody else's server. The password never leaves; the server must prove that it
// knows it too.

import type { Digests } from '../../../ground/ports/digests.ts'
import { err, ok, type Result } from '../../../ground/result.ts'
import { encodeBase64 } from './base64.ts'
import type { Credentials } from './credentials.ts'
import { prepare } from './prepare.ts'
import {
  type ChannelBindings,
  hashOf,
  isBound,
  SCRAM_MECHANISMS,
  type ScramMechanism,
  sameOctets,
  scramKeys,
  xor,
} from './scram.ts'
import { escapeName, parseServerFinal, parseServerFirst, textOf } from './scram-messages.ts'

export interface ScramClientOptions {
  readonly digests: Digests
  /** Another each time; `newNonce`. */
  readonly nonce: () => string
  /** Of this connection, the one to be preferred first. */
  readonly bindings: ChannelBindings
}

/** `unproved`: the server does not know the password, so it is another one than meant. */
export type ScramClientFailure = 'malformed' | 'foreign-nonce' | 'unproved'

export interface ScramClient {
  readonly mechanism: ScramMechanism
  readonly initial: Uint8Array
  /** On an error cancel with `*`. */
  respond(challenge: Uint8Array): Promise<Result<Uint8Array, ScramClientFailure>>
  /** Without this a success that the server reports is worth nothing. */
  readonly isServerProved: boolean
}

const ENCODER = new TextEncoder()
const NO_BYTES = new Uint8Array()

/** Undefined: not offered, or name and password cannot be prepared. */
export function startScramClient(
  offered: readonly string[],
  credentials: Credentials,
  options: ScramClientOptions,
): ScramClient | undefined {
  const names = new Set(offered.map((name) => name.toUpperCase()))
  const mechanism = SCRAM_MECHANISMS.find((one) => names.has(one) && (options.bindings.size > 0 || !isBound(one)))
  const name = prepare(credentials.name)
  const password = prepare(credentials.password)
  if (mechanism === undefined || name === undefined || password === undefined) return undefined
  return new Exchange(mechanism, { ...credentials, name, password }, options)
}

class Exchange implements ScramClient {
  readonly mechanism: ScramMechanism
  readonly initial: Uint8Array
  readonly #options: ScramClientOptions
  readonly #password: string
  readonly #gs2Header: string
  readonly #bindingData: Uint8Array
  readonly #bare: string
  readonly #nonce: string
  #step: 'first' | 'final' | 'over' = 'first'
  #signature: Uint8Array = NO_BYTES
  #isServerProved = false

  constructor(mechanism: ScramMechanism, { authorize, name, password }: Credentials, options: ScramClientOptions) {
    const [binding] = options.bindings
    this.mechanism = mechanism
    this.#options = options
    this.#password = password
    this.#bindingData = isBound(mechanism) && binding ? binding[1] : NO_BYTES
    // RFC 5802 §6: who could bind says so, and a server that had offered it then knows that the offer was hidden.
    const flag = binding === undefined ? 'n' : isBound(mechanism) ? `p=${binding[0]}` : 'y'
    this.#gs2Header = `${flag},${authorize === undefined ? '' : `a=${escapeName(authorize)}`},`
    this.#nonce = options.nonce()
    this.#bare = `n=${escapeName(name)},r=${this.#nonce}`
    this.initial = ENCODER.encode(this.#gs2Header + this.#bare)
  }

  get isServerProved(): boolean {
    return this.#isServerProved
  }

  async respond(challenge: Uint8Array): Promise<Result<Uint8Array, ScramClientFailure>> {
    // A server that took no notice of the initial response asks for it with an empty challenge.
    if (this.#step === 'first' && challenge.length === 0) return ok(this.initial)
    if (this.#step === 'first') return await this.#serverFirst(challenge)
    const isProof = this.#step === 'final' && sameOctets(parseServerFinal(challenge) ?? NO_BYTES, this.#signature)
    this.#step = 'over'
    this.#isServerProved = isProof
    return isProof ? ok(NO_BYTES) : err('unproved')
  }

  async #serverFirst(challenge: Uint8Array): Promise<Result<Uint8Array, ScramClientFailure>> {
    this.#step = 'over'
    const text = textOf(challenge) ?? ''
    const first = parseServerFirst(text)
    if (first === undefined) return err('malformed')
    if (!first.nonce.startsWith(this.#nonce) || first.nonce === this.#nonce) return err('foreign-nonce')
    const { digests } = this.#options
    const hash = hashOf(this.mechanism)
    const binding = Buffer.concat([ENCODER.encode(this.#gs2Header), this.#bindingData])
    const withoutProof = `c=${encodeBase64(binding)},r=${first.nonce}`
    const spoken = ENCODER.encode(`${this.#bare},${text},${withoutProof}`)
    const { clientKey, storedKey, serverKey } = await scramKeys(digests, this.#password, { ...first, hash })
    const proof = xor(clientKey, digests.hmac(hash, storedKey, spoken))
    this.#signature = digests.hmac(hash, serverKey, spoken)
    this.#step = 'final'
    return ok(ENCODER.encode(`${withoutProof},p=${encodeBase64(proof)}`))
  }
}
