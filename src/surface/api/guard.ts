// Who may see the page: rules that decide from a request's headers alone. No cookie is set and no answer written here.
//
// On a loopback address the page is open to this machine, so a foreign web site in the same browser is the one to keep out: by the
// Host header (DNS rebinding: the attacker's name points at 127.0.0.1) and by Sec-Fetch-Site and Origin (cross-site requests).
// Everywhere else the token is needed.

import { createHash, timingSafeEqual } from 'node:crypto'

export interface GuardRules {
  /** Whether the port is bound to a loopback address. */
  readonly loopback: boolean
  readonly allowedHosts: readonly string[]
  readonly requireToken: boolean
  readonly token: string
}

export interface Asked {
  readonly method: string
  readonly host: string | undefined
  readonly origin: string | undefined
  readonly fetchSite: string | undefined
  readonly authorization: string | undefined
  readonly cookie: string | undefined
  /** A proxy has said that it stands between (Forwarded, X-Forwarded-For, Via). */
  readonly forwarded: boolean
  /** Data, not the page itself: a foreign page may link to ours, but may not read from it. */
  readonly data: boolean
}

export type Verdict = { readonly type: 'pass' } | { readonly type: 'refuse'; readonly reason: 'host' | 'cross-site' | 'token' }

export const COOKIE = 'posthorn_token'
const LOOPBACK_NAMES: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

export function judge(rules: GuardRules, asked: Asked): Verdict {
  const name = hostName(asked.host)
  if (name === undefined) return { type: 'refuse', reason: 'host' }
  const local = LOOPBACK_NAMES.has(name)
  if (rules.loopback && !local && !rules.allowedHosts.includes(name)) return { type: 'refuse', reason: 'host' }
  if (crossSite(asked)) return { type: 'refuse', reason: 'cross-site' }
  const open = rules.loopback && local && !rules.requireToken && !asked.forwarded
  return open || carriesToken(rules.token, asked) ? { type: 'pass' } : { type: 'refuse', reason: 'token' }
}

/** Compares digests, so that neither length nor content shows in the time it takes. */
export function sameToken(expected: string, given: string): boolean {
  return timingSafeEqual(digest(expected), digest(given))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

function hostName(host: string | undefined): string | undefined {
  return /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/i.exec(host ?? '')?.[1]?.toLowerCase()
}

function crossSite(asked: Asked): boolean {
  if (!asked.data) return false
  if (asked.fetchSite !== undefined && asked.fetchSite !== 'same-origin' && asked.fetchSite !== 'none') return true
  return asked.origin !== undefined && asked.origin.replace(/^https?:\/\//, '') !== asked.host
}

function carriesToken(token: string, asked: Asked): boolean {
  const bearer = /^Bearer ([\w-]{1,200})$/i.exec(asked.authorization ?? '')?.[1]
  const cookie = new RegExp(`(?:^|; )${COOKIE}=([\\w-]{1,200})(?:;|$)`).exec(asked.cookie ?? '')?.[1]
  return [bearer, cookie].some((given) => given !== undefined && sameToken(token, given))
}
