// AUTH: the SASL exchange, the directory's verdict, and the patience with wrong passwords.

import {
  isServerMechanism,
  SERVER_MECHANISMS,
  type ServerExchange,
  type ServerStep,
  startServerExchange,
} from '../../mail/protocol/sasl/sasl.ts'
import { type Reply, reply } from '../../mail/protocol/smtp/smtp.ts'
import type { Person } from '../../store/directory/directory.ts'
import type { SessionContext } from './context.ts'
import { LOGGED_NAME_CHARACTERS_MAX, WRONG_PASSWORD_DELAY_MS } from './limits.ts'
import { AUTH_NEEDS_TLS, SIGNED_IN, signInRefused, TOO_MANY_TRIES } from './replies.ts'

export const MECHANISMS: readonly string[] = SERVER_MECHANISMS

/** `challenge`: to be sent with 334. */
export type SignInStep =
  | { readonly type: 'challenge'; readonly bytes: Uint8Array }
  | { readonly type: 'done'; readonly person: Person; readonly reply: Reply }
  | { readonly type: 'refused'; readonly reply: Reply }

const MALFORMED = reply(501, '5.5.2', 'That is no answer of this mechanism. Check the client, or choose another mechanism.')
const NOT_FOR_OTHERS = reply(535, '5.7.8', 'Nobody may act for another account here. Leave the authorization identity empty.')

export class SignIn {
  readonly #context: SessionContext
  readonly #peerAddress: string
  #exchange: ServerExchange | undefined
  #failures = 0

  constructor(context: SessionContext, peerAddress: string) {
    this.#context = context
    this.#peerAddress = peerAddress
  }

  start(mechanism: string, initial: Uint8Array | undefined): Promise<SignInStep> {
    if (!isServerMechanism(mechanism)) return Promise.resolve({ type: 'refused', reply: AUTH_NEEDS_TLS })
    return this.#step(startServerExchange(mechanism, initial))
  }

  respond(bytes: Uint8Array): Promise<SignInStep> {
    const exchange = this.#exchange
    if (exchange === undefined) return Promise.resolve({ type: 'refused', reply: MALFORMED })
    return this.#step(exchange.respond(bytes))
  }

  async #step(step: ServerStep): Promise<SignInStep> {
    this.#exchange = step.type === 'challenge' ? step.exchange : undefined
    if (step.type === 'challenge') return { type: 'challenge', bytes: step.bytes }
    if (step.type === 'failed') return this.#refused(MALFORMED, 'malformed')
    const { authorize, name, password } = step.credentials
    if (authorize !== undefined) return this.#refused(NOT_FOR_OTHERS, 'not-yourself', name)
    const person = await this.#context.authenticator.authenticate(name, password, this.#peerAddress)
    if (person.ok) return { type: 'done', person: person.value, reply: SIGNED_IN }
    const refused = this.#refused(signInRefused(person.error), person.error, name)
    if (person.error !== 'disabled') await this.#context.clock.sleep(WRONG_PASSWORD_DELAY_MS, this.#context.stopping)
    return refused
  }

  /** The line of the log is one that operators have filters for (docs/operators.md); journey/access writes the same. */
  #refused(refusal: Reply, reason: string, name?: string): SignInStep {
    this.#failures++
    const stranger = { peer: this.#peerAddress, reason, name: name?.slice(0, LOGGED_NAME_CHARACTERS_MAX) }
    this.#context.log.info('sign-in refused', { protocol: 'SMTP', ...stranger })
    const over = this.#failures >= this.#context.settings.signInTries
    return { type: 'refused', reply: over ? TOO_MANY_TRIES : refusal }
  }
}
