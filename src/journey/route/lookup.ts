// Asks DNS what a plan needs to know, in the order of preference and no further than needed, and puts the plan together.

import type { Clock } from '../../ground/ports/clock.ts'
import type { Random } from '../../ground/ports/random.ts'
import type { Resolver } from '../../ground/ports/resolver.ts'
import { CachedLookups } from './cache.ts'
import { type HostVerdict, hostAddresses, judgeLoop, type LoopRule, type OwnHost } from './host-addresses.ts'
import { addressFamily, canonicalAddress, literalAddress } from './ip-address.ts'
import { MAIL_HOSTS_TRIED_MAX } from './limits.ts'
import { type Candidate, type Candidates, mailHosts } from './mail-hosts.ts'
import { type HostsPlan, loopsBack, type NoRoute, nobodyKnows, noMailHost, type Plan, type PlannedHost } from './plan.ts'
import type { RouteSettings } from './settings.ts'
import { findRoute, type RouteTarget } from './table.ts'

export interface RouterParts {
  readonly resolver: Pick<Resolver, 'mx' | 'a' | 'aaaa'>
  readonly clock: Pick<Clock, 'monotonic'>
  readonly random: Random
  readonly settings: RouteSettings
  /** Names and addresses by which other hosts reach this server. */
  readonly own: { readonly names: readonly string[]; readonly addresses: readonly string[] }
}

export interface RouteFacts {
  readonly isLocal?: (domain: string) => boolean
}

export class Router {
  readonly #lookups: CachedLookups
  readonly #random: Random
  readonly #settings: RouteSettings
  readonly #loopRule: LoopRule

  constructor(parts: RouterParts) {
    const { positiveCacheTime, negativeCacheTime, allowLoopback } = parts.settings
    this.#lookups = new CachedLookups(parts.resolver, parts.clock, {
      positiveMs: positiveCacheTime,
      negativeMs: negativeCacheTime,
    })
    this.#random = parts.random
    this.#settings = parts.settings
    this.#loopRule = { own: ownHost(parts.own), loopback: allowLoopback ? 'allow' : 'refuse' }
  }

  /** `destination`: a domain in A-label form or an address literal in brackets. Never throws; asked anew at every attempt. */
  async plan(destination: string, facts: RouteFacts = {}): Promise<Plan> {
    const domain = destination.toLowerCase()
    if (facts.isLocal?.(domain)) return { type: 'local' }
    const target = findRoute(this.#settings.routes, domain)
    if (target) return this.#viaTarget(domain, target, { source: 'static', tlsPolicy: 'opportunistic' })
    const smartHost = this.#settings.smartHost
    if (smartHost) {
      const credentials =
        smartHost.username === '' ? {} : { credentials: { username: smartHost.username, password: smartHost.password } }
      return this.#viaTarget(domain, smartHost, { source: 'smart-host', tlsPolicy: smartHost.tls, ...credentials })
    }
    return domain.startsWith('[') ? this.#viaLiteral(domain) : this.#viaMx(domain)
  }

  /** What the operator wrote down is done as written: no check for loops. */
  async #viaTarget(
    domain: string,
    target: RouteTarget,
    plan: Pick<HostsPlan, 'source' | 'tlsPolicy' | 'credentials'>,
  ): Promise<Plan> {
    const verdict = await this.#addressesOf(target.host)
    if (verdict.type === 'unknown') return nobodyKnows(target.host, verdict.detail)
    // The mistake is in our settings, not in the address: the mail waits until it is put right.
    if (verdict.type !== 'usable') {
      return {
        type: 'defer',
        code: 451,
        enhanced: '4.3.5',
        text: `the route for ${domain} leads to ${target.host}, which has no address`,
      }
    }
    return {
      type: 'hosts',
      ...plan,
      hosts: [{ name: target.host, addresses: verdict.addresses, port: target.port, preference: 0 }],
    }
  }

  #viaLiteral(domain: string): Plan {
    const address = literalAddress(domain)
    if (address === undefined)
      return { type: 'fail', code: 501, enhanced: '5.1.3', text: `${domain} is no address literal we can connect to` }
    const verdict = judgeLoop(address, { type: 'usable', addresses: [address] }, this.#loopRule)
    if (verdict.type !== 'usable') return loopsBack(domain, address)
    const hosts = [{ name: address, addresses: [address], port: this.#settings.remotePort, preference: 0 }]
    return { type: 'hosts', source: 'literal', tlsPolicy: 'opportunistic', hosts }
  }

  async #viaMx(domain: string): Promise<Plan> {
    const candidates = mailHosts(domain, await this.#lookups.mx(domain), this.#random)
    return candidates.type === 'candidates' ? this.#collect(domain, candidates) : candidates
  }

  /** Group by group: ourselves in a group ends the list before that group (RFC 5321 §5.1), and enough hosts end it too. */
  async #collect(domain: string, { groups, source }: Candidates): Promise<Plan> {
    const hosts: PlannedHost[] = []
    let unknown: string | undefined
    for (const group of groups) {
      const judged = await Promise.all(group.map((candidate) => this.#judge(candidate)))
      const self = judged.find(({ verdict }) => verdict.type === 'self')
      if (self && hosts.length === 0) return unknown === undefined ? loopsBack(domain, self.name) : nobodyKnows(domain, unknown)
      if (self) break
      for (const { name, preference, verdict } of judged) {
        if (verdict.type === 'usable')
          hosts.push({ name, addresses: verdict.addresses, port: this.#settings.remotePort, preference })
        if (verdict.type === 'unknown') unknown ??= verdict.detail
      }
      if (hosts.length >= MAIL_HOSTS_TRIED_MAX) break
    }
    if (hosts.length === 0) return nobody(domain, source, unknown)
    return { type: 'hosts', source, tlsPolicy: 'opportunistic', hosts: hosts.slice(0, MAIL_HOSTS_TRIED_MAX) }
  }

  async #judge(candidate: Candidate): Promise<Candidate & { readonly verdict: HostVerdict }> {
    const verdict = await this.#addressesOf(candidate.name)
    return { ...candidate, verdict: judgeLoop(candidate.name, verdict, this.#loopRule) }
  }

  /** An address where a name should be (illegal in an MX, RFC 1035 §3.3.9, but seen) is taken at its word. */
  async #addressesOf(name: string): Promise<HostVerdict> {
    if (addressFamily(name) !== undefined) return { type: 'usable', addresses: [name] }
    const [v6, v4] = await Promise.all([this.#lookups.aaaa(name), this.#lookups.a(name)])
    return hostAddresses(v6, v4)
  }
}

function nobody(domain: string, source: Candidates['source'], unknown: string | undefined): NoRoute {
  if (unknown !== undefined) return nobodyKnows(domain, unknown)
  const detail =
    source === 'mx' ? 'none of the hosts its MX records name has an address' : 'it has neither MX nor address records'
  return noMailHost(domain, detail)
}

function ownHost(own: RouterParts['own']): OwnHost {
  return { names: new Set(own.names.map((name) => name.toLowerCase())), addresses: new Set(own.addresses.map(canonicalAddress)) }
}
