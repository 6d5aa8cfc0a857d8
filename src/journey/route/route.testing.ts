// For tests: a resolver out of a table, which remembers what it was asked, and a router over it.

import type { DnsFailure, MxRecord, Resolver } from '../../ground/ports/resolver.ts'
import { err, ok, type Result } from '../../ground/result.ts'
import { Router } from './route.ts'
import { RouteSettings } from './settings.ts'

/** `mx example.net` → `10 mx1, 20 mx2`; `a mx1` → `192.0.2.1, 192.0.2.2`; a failure's name stands for itself; no entry: nodata. */
export type Zone = Readonly<Record<string, string>>

const FAILURES: ReadonlySet<string> = new Set(['nxdomain', 'nodata', 'servfail', 'timeout'])

export class TableResolver implements Pick<Resolver, 'mx' | 'a' | 'aaaa'> {
  readonly asked: string[] = []
  readonly #zone: ReadonlyMap<string, string>

  constructor(zone: Zone) {
    this.#zone = new Map(Object.entries(zone))
  }

  mx(name: string): ReturnType<Resolver['mx']> {
    return this.#answer(`mx ${name}`, (text): MxRecord => {
      const [preference = '0', exchange = ''] = text.split(' ')
      return { preference: Number(preference), exchange: exchange === '.' ? '' : exchange }
    })
  }

  a(name: string): ReturnType<Resolver['a']> {
    return this.#answer(`a ${name}`, (text) => text)
  }

  aaaa(name: string): ReturnType<Resolver['aaaa']> {
    return this.#answer(`aaaa ${name}`, (text) => text)
  }

  async #answer<T>(
    question: string,
    parse: (text: string) => T,
  ): Promise<Result<readonly T[], { type: DnsFailure; detail: string }>> {
    this.asked.push(question)
    const text = this.#zone.get(question) ?? 'nodata'
    if (FAILURES.has(text)) return err({ type: text as DnsFailure, detail: `${question}: ${text}` })
    return ok(text.split(', ').map(parse))
  }
}

export interface TestRouter {
  readonly router: Router
  readonly resolver: TableResolver
  /** Moves the clock. */
  advance(ms: number): void
}

export function testRouter(
  zone: Zone,
  options: {
    readonly settings?: object
    readonly names?: readonly string[]
    readonly addresses?: readonly string[]
    readonly pick?: (limit: number) => number
  } = {},
): TestRouter {
  let nowMs = 0
  const resolver = new TableResolver(zone)
  const router = new Router({
    resolver,
    clock: { monotonic: () => nowMs },
    // The highest number leaves a list as it is.
    random: { bytes: (length) => new Uint8Array(length), below: options.pick ?? ((limit) => limit - 1) },
    settings: RouteSettings.parse(options.settings ?? {}),
    own: { names: options.names ?? ['mail.own.example'], addresses: options.addresses ?? ['198.51.100.1', '2001:db8:0:0::1'] },
  })
  return { router, resolver, advance: (ms) => (nowMs += ms) }
}
