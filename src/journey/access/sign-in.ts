// Who is there: a password is checked, a failure is answered the later the more there were. What is opened then is the protocol's affair.

import type { Clock } from '../../ground/ports/clock.ts'
import type { Connection } from '../../ground/ports/connection.ts'
import type { Log } from '../../ground/ports/log.ts'
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
import type { AuthenticateError, Scram, ScramFound } from '../../store/directory/directory.ts'
import { LOGGED_NAME_CHARACTERS_MAX, LOGINS_MAX } from './limits.ts'

export interface Account {
  readonly org: number
  /** The person's. */
  readonly id: string
  readonly address: string
}

/** Throws when nobody can say now. */
export type Authenticate = (name: string, password: string, peerAddress: string) => Promise<Result<Account, AuthenticateError>>

export interface SignInOptions {
  readonly authenticate: Authenticate
  /** Absent: people can only send their passwords. */
  readonly scram?: Scram
  readonly clock: Clock
  readonly log: Log
  readonly settings: { readonly loginAttempts: number; readonly failureDelay: number }
  readonly signal: AbortSignal
  /** For the log: `POP3`. */
  readonly protocol: string
  readonly peerAddress: string
  /** What a proof can be tied to now, if there is ever anything. */
  readonly bindings?: Connection['channelBindings']
}

/** What is offered where signing in is allowed. */
export function mechanismsFor({ scram, bindings }: Pick<SignInOptions, 'scram' | 'bindings'>): readonly string[] {
  return serverMechanisms(scram && { bindings: bindings?.() ?? NO_BINDINGS })
}

/** `not-now`: a fault, or too many at once; a client must not take it for a wrong password. */
export type SignInRefusal = 'credentials' | 'disabled' | 'not-now' | 'protocol'

export interface SignInRefused {
  readonly type: 'refused'
  readonly why: SignInRefusal
  readonly text: string
  readonly hangUp: boolean
}

type Reason = AuthenticateError | 'malformed' | 'not-yourself' | 'channel-binding'

export type SignInStep =
  | { readonly type: 'in'; readonly account: Account }
  | { readonly type: 'challenge'; readonly bytes: Uint8Array }
  | SignInRefused

export class SignIn {
  readonly #options: SignInOptions
  #exchange: ServerExchange | undefined
  #found: ScramFound | undefined
  #failures = 0
  #attempts = 0

  constructor(options: SignInOptions) {
    this.#options = options
  }

  /** The client has tried so often that it had better connect anew. */
  get isWornOut(): boolean {
    return this.#attempts >= LOGINS_MAX
  }

  /** AUTH. */
  async begin(mechanism: string, initial: Uint8Array | undefined): Promise<SignInStep> {
    if (!isServerMechanism(mechanism)) return notFollowed('That mechanism is not offered')
    return await this.#step(startServerExchange(mechanism, initial, this.#scramOptions()))
  }

  /** A further line of AUTH. */
  async respond(response: Uint8Array): Promise<SignInStep> {
    const exchange = this.#exchange
    this.#exchange = undefined
    if (!exchange) return notFollowed('No exchange is going on')
    return await this.#step(exchange.respond(response))
  }

  #scramOptions(): ScramServerOptions | undefined {
    const { scram, bindings } = this.#options
    return scram && { digests: scram.digests, nonce: () => newNonce(scram.random), bindings: bindings?.() ?? NO_BINDINGS }
  }

  async #step(step: ServerStep): Promise<SignInStep> {
    switch (step.type) {
      case 'challenge':
        this.#exchange = step.exchange
        return { type: 'challenge', bytes: step.bytes }
      case 'failed':
        return await this.#broken(step.reason)
      case 'credentials': {
        const { authorize, name, password } = step.credentials
        return authorize === undefined ? await this.password(name, password) : await this.#notYourself(name)
      }
      case 'lookup':
        return step.authorize === undefined ? await this.#lookUp(step) : await this.#notYourself(step.name)
      case 'disproved':
        return await this.#refused('bad-credentials', step.name)
      case 'proved':
        return await this.#confirm(step.name)
    }
  }

  async #confirm(name: string): Promise<SignInStep> {
    const found = this.#found
    return found ? await this.#decide(name, () => found.confirm()) : await this.#broken('malformed')
  }

  async #broken(reason: SaslFailure): Promise<SignInRefused> {
    if (!isBindingFailure(reason)) return await this.#failed('The mechanism was not followed', 'malformed')
    return await this.#failed('The TLS connection does not end here: something in between opens it', 'channel-binding')
  }

  async #notYourself(name: string): Promise<SignInRefused> {
    return await this.#failed('Nobody may open the mailbox of another', 'not-yourself', name)
  }

  async #lookUp({ name, hash, found }: Extract<ServerStep, { readonly type: 'lookup' }>): Promise<SignInStep> {
    this.#attempts++
    try {
      const answer = await this.#options.scram?.lookUp(name, hash, this.#options.peerAddress)
      if (answer === undefined) return await this.#broken('malformed')
      if (!answer.ok) return await this.#refused(answer.error, name)
      this.#found = answer.value
      return await this.#step(found(answer.value.verifier))
    } catch (error) {
      return this.#undecided(error)
    }
  }

  async password(name: string, password: string): Promise<SignInStep> {
    this.#attempts++
    const { authenticate, peerAddress } = this.#options
    return await this.#decide(name, () => authenticate(name, password, peerAddress))
  }

  async #decide(name: string, ask: () => Promise<Result<Account, AuthenticateError>>): Promise<SignInStep> {
    try {
      const answer = await ask()
      return answer.ok ? { type: 'in', account: answer.value } : await this.#refused(answer.error, name)
    } catch (error) {
      return this.#undecided(error)
    }
  }

  /** The store or the directory has a fault: a password that nobody could check must never look like a wrong one. */
  #undecided(error: unknown): SignInRefused {
    this.#options.log.error(`a ${this.#options.protocol} login could not be decided`, { cause: String(error) })
    return this.unavailable()
  }

  unavailable(text = 'The mailbox cannot be opened at the moment. Try again in a few minutes'): SignInRefused {
    return { type: 'refused', why: 'not-now', text, hangUp: this.isWornOut }
  }

  async #refused(why: AuthenticateError, name: string): Promise<SignInRefused> {
    switch (why) {
      case 'bad-credentials':
        return await this.#failed('Name or password is wrong; the name is the whole address', why, name)
      case 'disabled':
        return await this.#failed('This account is disabled; ask your administrator', why, name)
      case 'busy':
        this.#note(why, name)
        // Held back like a failure: who floods us with passwords shall not get an answer for nothing.
        await this.#options.clock.sleep(this.#options.settings.failureDelay, this.#options.signal)
        return this.unavailable('Too many people are logging in. Try again in a minute')
    }
  }

  async #failed(text: string, reason: Reason, name?: string): Promise<SignInRefused> {
    const { clock, settings, signal } = this.#options
    this.#failures++
    this.#note(reason, name)
    await clock.sleep(settings.failureDelay * this.#failures, signal)
    const why = reason === 'disabled' ? reason : 'credentials'
    return { type: 'refused', why, text, hangUp: this.#failures >= settings.loginAttempts }
  }

  /** A line that operators have filters for (docs/operators.md); journey/session writes the same. */
  #note(reason: Reason, name: string | undefined): void {
    const { log, peerAddress, protocol } = this.#options
    log.info('sign-in refused', { protocol, peer: peerAddress, reason, name: name?.slice(0, LOGGED_NAME_CHARACTERS_MAX) })
  }
}

function notFollowed(text: string): SignInRefused {
  return { type: 'refused', why: 'protocol', text, hangUp: false }
}

/** A password may travel in clear as far as this machine itself. */
export function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.')
}
