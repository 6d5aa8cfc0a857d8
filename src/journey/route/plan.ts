// What routing answers: whom to connect to, in which order; or why nobody.

/**
 * `opportunistic`: TLS when offered, unverified, in clear otherwise (RFC 7435). `required`: verified TLS or no delivery. `none`: in
 * clear. `implicit`: TLS from the first byte (RFC 8314), verified.
 */
export type TlsPolicy = 'opportunistic' | 'required' | 'none' | 'implicit'

/** How the route was found; for the transcript and for tests. */
export type RouteSource = 'literal' | 'static' | 'smart-host' | 'mx' | 'implicit-mx'

export interface PlannedHost {
  /** A-label form; an address when the route names an address. */
  readonly name: string
  /** In the order to try: both families in turn, IPv6 first. Never empty. */
  readonly addresses: readonly string[]
  readonly port: number
  /** Lower is better; equal ones are already shuffled. */
  readonly preference: number
}

export interface RouteCredentials {
  readonly username: string
  readonly password: string
}

export interface HostsPlan {
  readonly type: 'hosts'
  readonly source: RouteSource
  readonly hosts: readonly PlannedHost[]
  readonly tlsPolicy: TlsPolicy
  readonly credentials?: RouteCredentials
}

/** `fail` will not change by waiting; `defer` may. The code is the one a server would answer with. */
export interface NoRoute {
  readonly type: 'fail' | 'defer'
  readonly code: number
  readonly enhanced: string
  readonly text: string
}

export type Plan = { readonly type: 'local' } | HostsPlan | NoRoute

/** RFC 5321 §5.1, RFC 3463 X.1.2: there is no such domain. */
export function noSuchDomain(domain: string): NoRoute {
  return { type: 'fail', code: 550, enhanced: '5.1.2', text: `the domain ${domain} does not exist` }
}

/** RFC 7505 §3, RFC 7504. */
export function acceptsNoMail(domain: string): NoRoute {
  return { type: 'fail', code: 556, enhanced: '5.1.10', text: `the domain ${domain} says that it accepts no mail (null MX)` }
}

/** RFC 3463 X.4.4: the domain exists, but nothing in DNS leads to a host. */
export function noMailHost(domain: string, detail: string): NoRoute {
  return { type: 'fail', code: 550, enhanced: '5.4.4', text: `no mail host for ${domain}: ${detail}` }
}

/** RFC 3463 X.4.6. */
export function loopsBack(domain: string, host: string): NoRoute {
  return { type: 'fail', code: 554, enhanced: '5.4.6', text: `mail for ${domain} loops back to this server (${host})` }
}

/** RFC 3463 X.4.3; "nobody knows" is never a "no". */
export function nobodyKnows(domain: string, detail: string): NoRoute {
  return { type: 'defer', code: 451, enhanced: '4.4.3', text: `DNS gave no answer for ${domain}: ${detail}` }
}
