// The Resolver port on Node: c-ares asks the configured servers (or the system's) and its codes become facts.

import { Resolver as Ares } from 'node:dns/promises'
import type { DnsError, Resolver } from '../../ground/ports/resolver.ts'
import { err, ok, type Result } from '../../ground/result.ts'

export interface ResolverOptions {
  /** `host:port`; empty: the system's. */
  readonly servers: readonly string[]
  readonly timeoutMs: number
  readonly tries: number
}

export function nodeResolver(options: ResolverOptions): Resolver {
  const ares = new Ares({ timeout: options.timeoutMs, tries: options.tries })
  if (options.servers.length > 0) ares.setServers(options.servers)
  return {
    mx: (name) =>
      ask('MX', name, async () =>
        (await ares.resolveMx(name)).map((r) => ({ preference: r.priority, exchange: plain(r.exchange) })),
      ),
    a: (name) => ask('A', name, () => ares.resolve4(name)),
    aaaa: (name) => ask('AAAA', name, () => ares.resolve6(name)),
    txt: (name) => ask('TXT', name, async () => (await ares.resolveTxt(name)).map((strings) => strings.join(''))),
    ptr: (address) => ask('PTR', address, async () => (await ares.reverse(address)).map(plain)),
  }
}

async function ask<T>(
  type: string,
  name: string,
  question: () => Promise<readonly T[]>,
): Promise<Result<readonly T[], DnsError>> {
  try {
    const answer = await question()
    return answer.length > 0 ? ok(answer) : err({ type: 'nodata', detail: `${type} ${name}: empty answer` })
  } catch (error) {
    const code = (error as { code?: string }).code ?? 'unknown'
    return err({ type: failureOf(code), detail: `${type} ${name}: ${code}` })
  }
}

/** Whatever is not a clear "no" is "nobody knows": RFC 5321 §5.1 keeps the mail then. */
function failureOf(code: string): DnsError['type'] {
  if (code === 'ENOTFOUND') return 'nxdomain'
  if (code === 'ENODATA') return 'nodata'
  if (code === 'ETIMEOUT') return 'timeout'
  return 'servfail'
}

function plain(name: string): string {
  return name.replace(/\.$/, '').toLowerCase()
}
