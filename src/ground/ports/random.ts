// Chance: cryptographic in production, from a seed in the simulated world.

export interface Random {
  bytes(length: number): Uint8Array
  /** A whole number, 0 ≤ n < limit. */
  below(limit: number): number
}
