// Where mail goes when it leaves: by DNS, unless the operator says otherwise.

import { z } from 'zod'
import { duration } from '../../config/types.ts'
import { domainToAscii } from '../../mail/message/message.ts'
import { STATIC_ROUTES_MAX } from './limits.ts'
import { parseTarget, type RouteTable, type RouteTarget } from './table.ts'

const SMTP_PORT = 25
const SUBMISSION_PORT = 587

/** A control character could end a line of the login. */
function printable() {
  return z.string().regex(/^[^\x00-\x1f\x7f]*$/, 'no control characters')
}

const SmartHost = z
  .strictObject({
    host: z.string().min(1).describe('Name or address of the host that takes all mail'),
    port: z.int().min(1).max(65535).default(SUBMISSION_PORT).describe('Its port'),
    tls: z
      .enum(['required', 'opportunistic', 'implicit', 'none'])
      .default('required')
      .describe(
        'required: STARTTLS with a valid certificate; opportunistic: TLS when offered; implicit: TLS from the first byte (465); none: in clear',
      ),
    username: printable().default('').describe('Name to log in with; empty: no login'),
    password: printable().default('').describe('Password to log in with; sent in clear only when tls is "none"'),
  })
  .refine(({ username, password }) => (username === '') === (password === ''), 'a login needs both a username and a password')
  .describe('Hand all mail that leaves to one host instead of delivering it by DNS')

export const RouteSettings = z
  .object({
    routes: z
      .record(z.string(), z.string())
      .default({})
      .describe(
        'Domains that do not follow DNS: "example.com" = "host:port", "*.example.com" for every name below, "*" for all others',
      )
      .transform(routeTable),
    smartHost: SmartHost.optional(),
    remotePort: z
      .int()
      .min(1)
      .max(65535)
      .default(SMTP_PORT)
      .describe('Port of mail hosts found by DNS; other than 25 only in laboratories'),
    allowLoopback: z.boolean().default(false).describe('Deliver to loopback addresses that DNS names; only in laboratories'),
    positiveCacheTime: duration('5m').describe('How long a DNS answer is used'),
    negativeCacheTime: duration('1m').describe('How long the answer "no such record" is used'),
  })
  .describe('Which hosts mail is handed to')

export type RouteSettings = z.infer<typeof RouteSettings>

function routeTable(written: Readonly<Record<string, string>>, context: z.RefinementCtx): RouteTable {
  const table = new Map<string, RouteTarget>()
  const complain = (message: string): void => context.addIssue({ code: 'custom', message })
  if (Object.keys(written).length > STATIC_ROUTES_MAX) complain(`more than ${STATIC_ROUTES_MAX} routes`)
  for (const [domain, text] of Object.entries(written)) {
    const key = routeKey(domain.trim())
    const target = parseTarget(text, SMTP_PORT)
    if (!target.ok) complain(target.error)
    else if (key === undefined) complain(`"${domain}" is no domain, "*.domain" or "*"`)
    else table.set(key, target.value)
  }
  return table
}

/** Names in the form in which recipients' domains are compared: A-labels, lower case. */
function routeKey(text: string): string | undefined {
  if (text === '*' || /^\[[0-9a-z:.]+\]$/i.test(text)) return text.toLowerCase()
  const wildcard = text.startsWith('*.') ? '*.' : ''
  const domain = domainToAscii(text.slice(wildcard.length))
  return domain.ok ? wildcard + domain.value : undefined
}
