// The Random port from a seed: the same seed, the same chances, on every machine. For simulation only; anybody can foretell it.

import type { Random } from '../../ground/ports/random.ts'

export class SimulatedRandom implements Random {
  /** sfc32's state (Chris Doty-Humphrey, PractRand): small, fast, and good enough to fool a mail server. */
  #a: number
  #b: number
  #c: number
  #counter = 1

  constructor(seed: number | string) {
    const text = String(seed)
    this.#a = hash(text, 0x9e3779b9)
    this.#b = hash(text, 0x243f6a88)
    this.#c = hash(text, 0xb7e15162)
    for (let i = 0; i < 12; i++) this.#next()
  }

  /** An own stream for an actor: what others draw does not change what it draws. */
  fork(name: string): SimulatedRandom {
    return new SimulatedRandom(`${this.#a}.${this.#b}.${this.#c} ${name}`)
  }

  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length)
    for (let i = 0; i < length; i++) bytes[i] = this.#next() & 255
    return bytes
  }

  below(limit: number): number {
    return Math.floor((this.#next() / 0x1_0000_0000) * limit)
  }

  /** True once in so many times. */
  oneIn(times: number): boolean {
    return this.below(times) === 0
  }

  /** Both ends can come out. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1)
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T
  }

  #next(): number {
    const sum = (this.#a + this.#b + this.#counter++) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum
    this.#c |= 0
    return sum >>> 0
  }
}

/** FNV-1a with a basis of its own. */
function hash(text: string, basis: number): number {
  let value = basis
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
  return value | 0
}
