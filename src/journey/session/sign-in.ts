// AUTH: the SASL exchange, the directory's verdict, and the patience with wrong passwords.

import type { Connection } from '../../ground/ports/connection.ts'
import type { Result } from '../../ground/result.ts'
import {
  isBindingFailure,
  isServerMechanism,
  NO_BINDINGS,
  newNonce,
  type SaslFailure,
  type ScramServerOptions,
  type ServerExchange,
  type ServerStep,
  serverMechanisms,
  startServerExchange,
} from '../../mail/protocol/sasl/sasl.ts'
import { type Reply, reply } from '../../mail/protocol/smtp/smtp.ts'
import type { AuthenticateError, Person, ScramFound } from '../../store/directory/directory.ts'
import type { SessionContext } from './context.ts'
import { LOGGED_NAME_CHARACTERS_MAX, WRONG_PASSWORD_DELAY_MS } from './limits.ts'
import { AUTH_NEEDS_TLS, SIGNED_IN, signInRefused, TOO_MANY_TRIES } from './replies.ts'

/** `challenge`: to be sent with 334. */
export type SignInStep =
  | { readonly type: 'challenge'; readonly bytes: Uint8Array }
  | { readonly type: 'done'; readonly person: Person; readonly reply: Reply }
  | { readonly type: 'refused'; readonly reply: Reply }

const MALFORMED = reply(501, '5.5.2', 'That is no answer of this mechanism. Check the client, or choose another mechanism.')
const NOT_FOR_OTHERS = reply(535, '5.7.8', 'Nobody may act for another account here. Leave the authorization identity empty.')
const WRONG_BINDING = reply(
  535,
  '5.7.8',
  'The TLS connection of the client does not end here: something in between opens it. Check the network, or sign in without channel binding.',
)

/** Of the connection that AUTH comes over. */
type Link = Pick<Connection, 'remote' | 'channelBindings'>

/** What EHLO offers where signing in is allowed. */
export function mechanismsFor(context: Pick<SessionContext, 'authenticator'>, link: Link): readonly string[] {
  return serverMechanisms(context.authenticator.scram && { bindings: link.channelBindings?.() ?? NO_BINDINGS })
}

export class SignIn {
  readonly #context: SessionContext
  readonly #link: Link
  #exchange: ServerExchange | undefined
  #found: ScramFound | undefined
  #failures = 0

  constructor(context: SessionContext, link: Link) {
    this.#context = context
    this.#link = link
  }

  start(mechanism: string, initial: Uint8Array | undefined): Promise<SignInStep> {
    if (!isServerMechanism(mechanism)) return Promise.resolve({ type: 'refused', reply: AUTH_NEEDS_TLS })
    return this.#step(startServerExchange(mechanism, initial, this.#scramOptions()))
  }

  respond(bytes: Uint8Array): Promise<SignInStep> {
    const exchange = this.#exchange
    if (exchange === undefined) return Promise.resolve({ type: 'refused', reply: MALFORMED })
    return this.#step(exchange.respond(bytes))
  }

  #scramOptions(): ScramServerOptions | undefined {
    const { scram } = this.#context.authenticator
    if (scram === undefined) return undefined
    const { digests, random } = scram
    return { digests, nonce: () => newNonce(random), bindings: this.#link.channelBindings?.() ?? NO_BINDINGS }
  }

  async #step(step: ServerStep): Promise<SignInStep> {
    this.#exchange = step.type === 'challenge' ? step.exchange : undefined
    switch (step.type) {
      case 'challenge':
        return { type: 'challenge', bytes: step.bytes }
      case 'lookup':
        return await this.#lookUp(step)
      case 'failed':
        return this.#broken(step.reason)
      case 'credentials': {
        const { authorize, name, password } = step.credentials
        if (authorize !== undefined) return this.#refused(NOT_FOR_OTHERS, 'not-yourself', name)
        return await this.#decided(
          name,
          await this.#context.authenticator.authenticate(name, password, this.#link.remote.address),
        )
      }
      case 'disproved':
        return await this.#decided(step.name, { ok: false, error: 'bad-credentials' })
      case 'proved':
        return await this.#decided(step.name, (await this.#found?.confirm()) ?? { ok: false, error: 'bad-credentials' })
    }
  }

  async #lookUp({ authorize, name, hash, found }: Extract<ServerStep, { readonly type: 'lookup' }>): Promise<SignInStep> {
    if (authorize !== undefined) return this.#refused(NOT_FOR_OTHERS, 'not-yourself', name)
    const answer = await this.#context.authenticator.scram?.lookUp(name, hash, this.#link.remote.address)
    if (answer === undefined) return this.#broken('malformed')
    if (!answer.ok) return await this.#decided(name, answer)
    this.#found = answer.value
    return await this.#step(found(answer.value.verifier))
  }

  #broken(reason: SaslFailure): SignInStep {
    return isBindingFailure(reason) ? this.#refused(WRONG_BINDING, 'channel-binding') : this.#refused(MALFORMED, 'malformed')
  }

  async #decided(name: string, person: Result<Person, AuthenticateError>): Promise<SignInStep> {
    if (person.ok) return { type: 'done', person: person.value, reply: SIGNED_IN }
    const refused = this.#refused(signInRefused(person.error), person.error, name)
    if (person.error !== 'disabled') await this.#context.clock.sleep(WRONG_PASSWORD_DELAY_MS, this.#context.stopping)
    return refused
  }

  /** The line of the log is one that operators have filters for (docs/operators.md); journey/access writes the same. */
  #refused(refusal: Reply, reason: string, name?: string): SignInStep {
    this.#failures++
    const stranger = { peer: this.#link.remote.address, reason, name: name?.slice(0, LOGGED_NAME_CHARACTERS_MAX) }
    this.#context.log.info('sign-in refused', { protocol: 'SMTP', ...stranger })
    const over = this.#failures >= this.#context.settings.signInTries
    return { type: 'refused', reply: over ? TOO_MANY_TRIES : refusal }
  }
}
