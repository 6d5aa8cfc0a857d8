// From a domain's MX answer to candidates in order. Pure; RFC 5321 §5.1, RFC 7505.

import type { Random } from '../../ground/ports/random.ts'
import type { DnsError, MxRecord } from '../../ground/ports/resolver.ts'
import type { Result } from '../../ground/result.ts'
import { DNS_RECORDS_MAX, MAIL_HOSTS_CONSIDERED_MAX } from './limits.ts'
import { acceptsNoMail, type NoRoute, nobodyKnows, noSuchDomain } from './plan.ts'

export interface Candidate {
  readonly name: string
  readonly preference: number
}

export interface Candidates {
  readonly type: 'candidates'
  readonly source: 'mx' | 'implicit-mx'
  /** One list per preference, best first; within a list in random order. */
  readonly groups: readonly (readonly Candidate[])[]
}

export function mailHosts(domain: string, answer: Result<readonly MxRecord[], DnsError>, random: Random): Candidates | NoRoute {
  if (!answer.ok) return withoutMx(domain, answer.error)
  const records = answer.value.slice(0, DNS_RECORDS_MAX)
  const named = records.filter((record) => record.exchange !== '')
  // Only a null MX that stands alone is one (RFC 7505 §3); beside others it is a mistake and says nothing.
  if (named.length === 0) return records.length > 0 ? acceptsNoMail(domain) : implicit(domain)
  return { type: 'candidates', source: 'mx', groups: grouped(named, random) }
}

/** The domain itself stands in only when there is no MX record at all, never for MX hosts that fail. */
function withoutMx(domain: string, error: DnsError): Candidates | NoRoute {
  switch (error.type) {
    case 'nodata':
      return implicit(domain)
    case 'nxdomain':
      return noSuchDomain(domain)
    case 'servfail':
    case 'timeout':
      return nobodyKnows(domain, error.detail)
  }
}

function implicit(domain: string): Candidates {
  return { type: 'candidates', source: 'implicit-mx', groups: [[{ name: domain, preference: 0 }]] }
}

function grouped(records: readonly MxRecord[], random: Random): Candidate[][] {
  const byPreference = new Map<number, Candidate[]>()
  const seen = new Set<string>()
  for (const { exchange, preference } of [...records].sort((a, b) => a.preference - b.preference)) {
    const name = exchange.toLowerCase()
    // A host named twice counts with its better preference.
    if (seen.has(name)) continue
    if (seen.size === MAIL_HOSTS_CONSIDERED_MAX) break
    seen.add(name)
    const group = byPreference.get(preference)
    if (group) group.push({ name, preference })
    else byPreference.set(preference, [{ name, preference }])
  }
  return [...byPreference.values()].map((group) => shuffled(group, random))
}

function shuffled<T>(list: readonly T[], random: Random): T[] {
  const result = [...list]
  for (let i = result.length - 1; i > 0; i--) {
    const j = random.below(i + 1)
    const moved = result[i] as T
    result[i] = result[j] as T
    result[j] = moved
  }
  return result
}
