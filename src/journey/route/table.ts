// The operator's own routes: which domains do not follow DNS. Exact name first, then the longest `*.suffix`, then `*`.

import { err, ok, type Result } from '../../ground/result.ts'

export interface RouteTarget {
  /** A name or a textual address. */
  readonly host: string
  readonly port: number
}

export type RouteTable = ReadonlyMap<string, RouteTarget>

/** `mail.example:2525`, `192.0.2.1`, `[2001:db8::1]:25`. */
export function parseTarget(text: string, standardPort: number): Result<RouteTarget, string> {
  const match = /^(?:\[(?<literal>[0-9a-f:.]+)\]|(?<name>[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?))(?::(?<port>\d{1,5}))?$/i.exec(
    text.trim(),
  )
  const host = match?.groups?.['literal'] ?? match?.groups?.['name']
  const port = match?.groups?.['port'] === undefined ? standardPort : Number(match.groups['port'])
  if (host === undefined || port < 1 || port > 65535)
    return err(`"${text}" is no host:port; write mail.example:25 or [2001:db8::1]:25`)
  return ok({ host: host.toLowerCase(), port })
}

export function findRoute(table: RouteTable, domain: string): RouteTarget | undefined {
  const exact = table.get(domain)
  if (exact) return exact
  if (!domain.startsWith('[')) {
    // A name has at most 127 labels (RFC 1035 §2.3.4), so the loop ends soon.
    for (let dot = domain.indexOf('.'); dot !== -1; dot = domain.indexOf('.', dot + 1)) {
      const target = table.get(`*${domain.slice(dot)}`)
      if (target) return target
    }
  }
  return table.get('*')
}
