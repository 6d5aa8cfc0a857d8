// Signing in with an address and a password, or the proof of one. Unknown names take as long as known ones; a right password is remembered
// for a while.

import { createHmac } from 'node:crypto'
import type { Clock } from '../../ground/ports/clock.ts'
import type { Digests, HashName } from '../../ground/ports/digests.ts'
import type { Passwords } from '../../ground/ports/passwords.ts'
import type { Random } from '../../ground/ports/random.ts'
import { err, ok, type Result } from '../../ground/result.ts'
import { HASH_OCTETS, parseVerifier, type ScramVerifier } from '../../mail/protocol/sasl/sasl.ts'
import type { Store } from '../store.ts'
import { addVerifiersProcedure, credentialsOfPerson } from './directory.store.ts'
import { findPerson, type Person } from './find.ts'
import { PASSWORD_OCTETS_MAX, SCRAM_ITERATIONS, VERIFIED_MAX, VERIFIED_MS } from './limits.ts'
import { KINDS, saltKey, saltOf, verifiersOf } from './scram.ts'
import { Turns } from './turns.ts'

/** `busy`: too many others are signing in; try again. */
export type AuthenticateError = 'bad-credentials' | 'disabled' | 'busy'

/** What an exchange of SCRAM asks of the directory. */
export interface Scram {
  readonly digests: Digests
  readonly random: Random
  /** Throws when nobody can say now. */
  lookUp(name: string, hash: HashName, peerAddress: string): Promise<Result<ScramFound, 'busy'>>
}

export interface ScramFound {
  /** Made up where there is none, always the same and never right. */
  readonly verifier: ScramVerifier
  /** After the proof was found right: whose it is, if that is still so. */
  confirm(): Promise<Result<Person, AuthenticateError>>
}

interface Parts {
  readonly store: Store
  readonly passwords: Passwords
  readonly digests: Digests
  readonly clock: Clock
  readonly random: Random
}

/** One for each thread. */
export class Authenticator {
  /** For those who do not send their password. */
  readonly scram: Scram
  readonly #parts: Parts
  readonly #store: Store
  readonly #passwords: Passwords
  readonly #clock: Clock
  /** HMAC of stored hash and password → until when it counts. The key is this object's own: a memory dump holds no password. */
  readonly #verified = new Map<string, number>()
  readonly #key: Uint8Array
  /** Nobody's password. */
  readonly #nobody: string
  #dummy: Promise<string> | undefined
  #saltKey: Uint8Array | undefined
  readonly #turns = new Turns()

  constructor(options: Parts) {
    const { digests, random } = options
    this.#parts = options
    this.scram = { digests, random, lookUp: (name, hash, peerAddress) => this.#lookUp(name, hash, peerAddress) }
    this.#store = options.store
    this.#passwords = options.passwords
    this.#clock = options.clock
    this.#key = options.random.bytes(32)
    this.#nobody = Buffer.from(options.random.bytes(16)).toString('hex')
  }

  async authenticate(name: string, password: string, peerAddress: string): Promise<Result<Person, AuthenticateError>> {
    if (Buffer.byteLength(password) > PASSWORD_OCTETS_MAX) return err('bad-credentials')
    // Made before it is known whether it is needed: the first unknown name must not take longer either.
    const dummy = this.#dummySecret()
    const person = await findPerson(this.#store, name)
    const kept = person ? await this.#keptOf(person) : []
    const secrets = kept.filter((row) => row.kind === 'password').map((row) => row.secret)
    // Somebody unknown is verified too, against a hash that nobody has, so that time does not tell who exists.
    const tried = secrets.length > 0 ? secrets : [await dummy]
    let right: string | undefined
    for (const secret of tried) {
      const verdict = await this.#verify(secret, password, peerAddress)
      if (verdict === 'busy') return err('busy')
      if (verdict) right ??= secret
    }
    if (!person || right === undefined || secrets.length === 0) return err('bad-credentials')
    if (person.disabled) return err('disabled')
    if (!Object.values(KINDS).every((kind) => kept.some((row) => row.kind === kind))) await this.#keep(person, right, password)
    return ok(person)
  }

  async #keptOf(person: Person | undefined) {
    return await this.#store.all(credentialsOfPerson, { org: person?.org ?? 0, personId: person?.id ?? '' })
  }

  /** From the next time on they need not send it. When it cannot be kept now, it will be then. */
  async #keep({ org, id, address }: Person, secret: string, password: string): Promise<void> {
    const verifiers = await verifiersOf(this.#parts, address, password)
    if (verifiers.length === 0) return
    await this.#store.call(addVerifiersProcedure, { org, personId: id, secret, verifiers, at: this.#clock.now() })
  }

  /** A proof costs next to nothing to check; who proves nevertheless waits behind those of its network who send passwords. */
  async #lookUp(name: string, hash: HashName, peerAddress: string): Promise<Result<ScramFound, 'busy'>> {
    if (!(await this.#turns.enter(peerAddress))) return err('busy')
    try {
      const { digests } = this.#parts
      const salt = saltOf(digests, await this.#theSaltKey(), hash, name)
      const { secret } = await this.#verifierOf(name, hash)
      const verifier = (secret === undefined ? undefined : parseVerifier(secret)) ?? this.#nobodys(hash, salt)
      return ok({ verifier, confirm: () => this.#confirm(name, hash, secret) })
    } finally {
      this.#turns.leave()
    }
  }

  /** An exchange may take its time: what counts is what the directory says at its end. */
  async #confirm(name: string, hash: HashName, proved: string | undefined): Promise<Result<Person, AuthenticateError>> {
    const { person, secret } = await this.#verifierOf(name, hash)
    if (!person || secret === undefined || secret !== proved) return err('bad-credentials')
    return person.disabled ? err('disabled') : ok(person)
  }

  /** As many questions to the store for those who do not exist. */
  async #verifierOf(name: string, hash: HashName): Promise<{ readonly person?: Person; readonly secret?: string }> {
    const person = await findPerson(this.#store, name)
    const row = (await this.#keptOf(person)).find((kept) => kept.kind === KINDS[hash])
    return { ...(person ? { person } : {}), ...(row ? { secret: row.secret } : {}) }
  }

  /** Its keys are random: no password leads to them. */
  #nobodys(hash: HashName, salt: Uint8Array): ScramVerifier {
    const { random } = this.#parts
    const [storedKey, serverKey] = [random.bytes(HASH_OCTETS[hash]), random.bytes(HASH_OCTETS[hash])]
    return { hash, salt, iterations: SCRAM_ITERATIONS, storedKey, serverKey }
  }

  async #theSaltKey(): Promise<Uint8Array> {
    const { store, random } = this.#parts
    this.#saltKey ??= await saltKey(store, random)
    if (this.#saltKey === undefined) throw new Error('the store cannot keep the key of the salts now')
    return this.#saltKey
  }

  #dummySecret(): Promise<string> {
    this.#dummy ??= this.#passwords.hash(this.#nobody)
    return this.#dummy
  }

  async #verify(secret: string, password: string, peerAddress: string): Promise<boolean | 'busy'> {
    const key = createHmac('sha256', this.#key).update(secret).update('\0').update(password).digest('base64')
    if ((this.#verified.get(key) ?? 0) > this.#clock.monotonic()) return true
    if (!(await this.#turns.enter(peerAddress))) return 'busy'
    try {
      const right = await this.#passwords.verify(secret, password)
      if (right) this.#remember(key)
      return right
    } finally {
      this.#turns.leave()
    }
  }

  #remember(key: string): void {
    const oldest = this.#verified.keys().next()
    if (this.#verified.size >= VERIFIED_MAX && !oldest.done) this.#verified.delete(oldest.value)
    this.#verified.delete(key)
    this.#verified.set(key, this.#clock.monotonic() + VERIFIED_MS)
  }
}
