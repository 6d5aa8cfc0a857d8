// From a host's A and AAAA answers to the addresses to try, or why there are none. Pure.

import type { DnsError } from '../../ground/ports/resolver.ts'
import type { Result } from '../../ground/result.ts'
import { canonicalAddress, meansThisMachine } from './ip-address.ts'
import { ADDRESSES_PER_HOST_MAX, DNS_RECORDS_MAX } from './limits.ts'

export type AddressAnswer = Result<readonly string[], DnsError>

/** What marks a host as ourselves. Names in lower-case A-label form, addresses canonical. */
export interface OwnHost {
  readonly names: ReadonlySet<string>
  readonly addresses: ReadonlySet<string>
}

export type HostVerdict =
  | { readonly type: 'usable'; readonly addresses: readonly string[] }
  /** Connecting would reach this server again. */
  | { readonly type: 'self' }
  | { readonly type: 'absent' }
  | { readonly type: 'unknown'; readonly detail: string }

export interface LoopRule {
  readonly own: OwnHost
  /** `refuse`: a loopback address means ourselves; `allow`: it is a laboratory's other host. */
  readonly loopback: 'refuse' | 'allow'
}

/** Both families in turn, IPv6 first: one that does not work costs one try, not all of them (RFC 8305 §4). */
export function hostAddresses(v6: AddressAnswer, v4: AddressAnswer): HostVerdict {
  const six = v6.ok ? v6.value.slice(0, DNS_RECORDS_MAX) : []
  const four = v4.ok ? v4.value.slice(0, DNS_RECORDS_MAX) : []
  const addresses = interleaved(six, four).slice(0, ADDRESSES_PER_HOST_MAX)
  if (addresses.length > 0) return { type: 'usable', addresses }
  const unknown = [v6, v4].find((answer) => !answer.ok && (answer.error.type === 'servfail' || answer.error.type === 'timeout'))
  return unknown && !unknown.ok ? { type: 'unknown', detail: unknown.error.detail } : { type: 'absent' }
}

/** RFC 5321 §5.1: a host of an MX list that is this server ends the list there. */
export function judgeLoop(name: string, verdict: HostVerdict, rule: LoopRule): HostVerdict {
  if (rule.own.names.has(name)) return { type: 'self' }
  if (verdict.type !== 'usable') return verdict
  const isOurs = (address: string): boolean => !meansThisMachine(address) && rule.own.addresses.has(canonicalAddress(address))
  if (verdict.addresses.some(isOurs)) return { type: 'self' }
  if (rule.loopback === 'allow') return verdict
  const elsewhere = verdict.addresses.filter((address) => !meansThisMachine(address))
  return elsewhere.length > 0 ? { type: 'usable', addresses: elsewhere } : { type: 'self' }
}

function interleaved(six: readonly string[], four: readonly string[]): string[] {
  const result: string[] = []
  const seen = new Set<string>()
  for (let i = 0; i < Math.max(six.length, four.length); i++) {
    for (const address of [six[i], four[i]]) {
      if (address === undefined || seen.has(address)) continue
      seen.add(address)
      result.push(address)
    }
  }
  return result
}
