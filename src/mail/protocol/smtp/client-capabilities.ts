// What a server's EHLO answer offers.

import { CAPABILITIES_MAX } from './client-limits.ts'
import type { Reply } from './reply.ts'

/** Keyword in upper case → its parameters as written. A Map: the names come from a stranger. */
export type Capabilities = ReadonlyMap<string, readonly string[]>

/** The first line is the server's name; each further line one extension (RFC 5321 §4.1.1.1). */
export function parseCapabilities(reply: Reply): Capabilities {
  const capabilities = new Map<string, readonly string[]>()
  for (const line of reply.lines.slice(1, 1 + CAPABILITIES_MAX)) {
    // Old servers write "AUTH=PLAIN LOGIN" for "AUTH PLAIN LOGIN".
    const [keyword = '', ...parameters] = line
      .trim()
      .replace(/^(auth)=/i, '$1 ')
      .split(/\s+/)
    if (keyword === '') continue
    const name = keyword.toUpperCase()
    capabilities.set(name, [...(capabilities.get(name) ?? []), ...parameters])
  }
  return capabilities
}

/** RFC 1870: the largest message the server takes; undefined when it does not say (0 says so too). */
export function sizeLimit(capabilities: Capabilities): number | undefined {
  const text = capabilities.get('SIZE')?.[0]
  if (text === undefined || !/^\d{1,15}$/.test(text)) return undefined
  return Number(text) || undefined
}

/** RFC 9422: `LIMITS RCPTMAX=…`. */
export function recipientsLimit(capabilities: Capabilities): number | undefined {
  for (const parameter of capabilities.get('LIMITS') ?? []) {
    const match = /^RCPTMAX=(\d{1,6})$/i.exec(parameter)
    if (match) return Number(match[1]) || undefined
  }
  return undefined
}
