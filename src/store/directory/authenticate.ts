// Signing in with an address and a password. Unknown names take as long as known ones; a right password is remembered for a while.

import { createHmac } from 'node:crypto'
import type { Clock } from '../../ground/ports/clock.ts'
import type { Passwords } from '../../ground/ports/passwords.ts'
import type { Random } from '../../ground/ports/random.ts'
import { err, ok, type Result } from '../../ground/result.ts'
import type { Store } from '../store.ts'
import { credentialsOfPerson } from './directory.store.ts'
import { findPerson, type Person } from './find.ts'
import { PASSWORD_OCTETS_MAX, VERIFIED_MAX, VERIFIED_MS } from './limits.ts'
import { Turns } from './turns.ts'

/** `busy`: too many others are signing in; try again. */
export type AuthenticateError = 'bad-credentials' | 'disabled' | 'busy'

/** One for each thread. */
export class Authenticator {
  readonly #store: Store
  readonly #passwords: Passwords
  readonly #clock: Clock
  /** HMAC of stored hash and password → until when it counts. The key is this object's own: a memory dump holds no password. */
  readonly #verified = new Map<string, number>()
  readonly #key: Uint8Array
  /** Nobody's password. */
  readonly #nobody: string
  #dummy: Promise<string> | undefined
  readonly #turns = new Turns()

  constructor(options: { readonly store: Store; readonly passwords: Passwords; readonly clock: Clock; readonly random: Random }) {
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
    const secrets = person ? await this.#secretsOf(person) : []
    // Somebody unknown is verified too, against a hash that nobody has, so that time does not tell who exists.
    const tried = secrets.length > 0 ? secrets : [await dummy]
    let right = false
    for (const secret of tried) {
      const verdict = await this.#verify(secret, password, peerAddress)
      if (verdict === 'busy') return err('busy')
      right ||= verdict
    }
    if (!person || !right || secrets.length === 0) return err('bad-credentials')
    return person.disabled ? err('disabled') : ok(person)
  }

  async #secretsOf(person: Person): Promise<readonly string[]> {
    return (await this.#store.all(credentialsOfPerson, { org: person.org, personId: person.id })).map((row) => row.secret)
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
