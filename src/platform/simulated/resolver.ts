// The Resolver port over zones written as literals. Every question is remembered; any name can fail in any of the four ways, or slowly.

import type { Clock } from '../../ground/ports/clock.ts'
import type { DnsError, DnsFailure, MxRecord, Resolver } from '../../ground/ports/resolver.ts'
import { err, ok, type Result } from '../../ground/result.ts'

export interface Zone {
  readonly mx?: readonly MxRecord[]
  readonly a?: readonly string[]
  readonly aaaa?: readonly string[]
  readonly txt?: readonly string[]
  readonly ptr?: readonly string[]
}

type RecordType = keyof Zone

export interface Question {
  readonly type: RecordType
  readonly name: string
  readonly atMs: number
}

export class SimulatedResolver implements Resolver {
  readonly questions: Question[] = []
  readonly #clock: Clock
  readonly #zones = new Map<string, Zone>()
  readonly #failures = new Map<string, DnsFailure>()
  readonly #delays = new Map<string, number>()
  /** How long an answer takes where nothing else is said. */
  delayMs = 5

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Replaces what was known of the name. */
  set(name: string, zone: Zone): void {
    this.#zones.set(name, zone)
  }

  remove(name: string): void {
    this.#zones.delete(name)
  }

  /** From now on every question about the name fails so; undefined: no longer. */
  fail(name: string, failure: DnsFailure | undefined): void {
    if (failure === undefined) this.#failures.delete(name)
    else this.#failures.set(name, failure)
  }

  delay(name: string, ms: number): void {
    this.#delays.set(name, ms)
  }

  mx(name: string): Promise<Result<readonly MxRecord[], DnsError>> {
    return this.#ask('mx', name, (zone) => zone.mx)
  }

  a(name: string): Promise<Result<readonly string[], DnsError>> {
    return this.#ask('a', name, (zone) => zone.a)
  }

  aaaa(name: string): Promise<Result<readonly string[], DnsError>> {
    return this.#ask('aaaa', name, (zone) => zone.aaaa)
  }

  txt(name: string): Promise<Result<readonly string[], DnsError>> {
    return this.#ask('txt', name, (zone) => zone.txt)
  }

  ptr(address: string): Promise<Result<readonly string[], DnsError>> {
    return this.#ask('ptr', address, (zone) => zone.ptr)
  }

  async #ask<T>(
    type: RecordType,
    name: string,
    records: (zone: Zone) => readonly T[] | undefined,
  ): Promise<Result<readonly T[], DnsError>> {
    const key = name.toLowerCase()
    this.questions.push({ type, name: key, atMs: this.#clock.now() })
    const failure = this.#failures.get(key)
    await this.#clock.sleep(this.#delays.get(key) ?? (failure === 'timeout' ? 10_000 : this.delayMs))
    if (failure !== undefined) return fault(failure, type, key)
    const zone = this.#zones.get(key)
    if (zone === undefined) return fault('nxdomain', type, key)
    const found = records(zone) ?? []
    return found.length > 0 ? ok(found) : fault('nodata', type, key)
  }
}

function fault(type: DnsFailure, record: RecordType, name: string): Result<never, DnsError> {
  return err({ type, detail: `${record.toUpperCase()} ${name}: ${type}` })
}
