// DNS. Answers are facts or one of four failures, so that a caller can never take "no answer" for "no such record".

import type { Result } from '../result.ts'

export interface MxRecord {
  readonly preference: number
  /** Host name in A-label form without the final dot; empty for a null MX (RFC 7505). */
  readonly exchange: string
}

/**
 * `nxdomain`: the name does not exist. `nodata`: it exists without such records. `servfail`, `timeout`: nobody knows
 * (also DNSSEC bogus): the question must be asked again later, never taken for a "no".
 */
export type DnsFailure = 'nxdomain' | 'nodata' | 'servfail' | 'timeout'

export interface DnsError {
  readonly type: DnsFailure
  /** For the operator: which question, which server, what came back. */
  readonly detail: string
}

export interface Resolver {
  mx(name: string): Promise<Result<readonly MxRecord[], DnsError>>
  /** Textual IPv4 addresses. */
  a(name: string): Promise<Result<readonly string[], DnsError>>
  /** Textual IPv6 addresses. */
  aaaa(name: string): Promise<Result<readonly string[], DnsError>>
  txt(name: string): Promise<Result<readonly string[], DnsError>>
  ptr(address: string): Promise<Result<readonly string[], DnsError>>
}
