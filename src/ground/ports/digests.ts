// Hashes: what proofs of a password are made of. `pbkdf2` takes long on purpose and must not keep the thread from other work.

export type HashName = 'sha256' | 'sha1'

export interface Digests {
  hash(name: HashName, bytes: Uint8Array): Uint8Array
  hmac(name: HashName, key: Uint8Array, bytes: Uint8Array): Uint8Array
  /** As many octets as the hash has. */
  pbkdf2(name: HashName, password: Uint8Array, salt: Uint8Array, iterations: number): Promise<Uint8Array>
}
