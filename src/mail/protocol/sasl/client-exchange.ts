// Our side of PLAIN and LOGIN, when we log in at somebody else's server.

import { assert } from '../../../ground/assert.ts'
import { type Credentials, checkCredentials } from './credentials.ts'

export interface ClientExchange {
  readonly mechanism: 'PLAIN' | 'LOGIN'
  /** For the AUTH command itself; undefined: send none. */
  readonly initial: Uint8Array | undefined
  /** Undefined: the server asks for more than the mechanism has; cancel with `*`. */
  respond(challenge: Uint8Array): Uint8Array | undefined
}

const ENCODER = new TextEncoder()

/** With the best mechanism that the server offers and we have; undefined when there is none. Both show the password: only inside TLS. */
export function startClientExchange(offered: readonly string[], credentials: Credentials): ClientExchange | undefined {
  const checked = checkCredentials(credentials.authorize ?? '', credentials.name, credentials.password)
  assert(checked.ok, 'credentials to log in with are empty or hold control characters')
  const names = new Set(offered.map((name) => name.toUpperCase()))
  if (names.has('PLAIN')) return plain(credentials)
  // LOGIN cannot say whom we want to act for.
  return names.has('LOGIN') && credentials.authorize === undefined ? login(credentials) : undefined
}

function plain({ authorize, name, password }: Credentials): ClientExchange {
  const message = ENCODER.encode(`${authorize ?? ''}\0${name}\0${password}`)
  let asked = false
  return {
    mechanism: 'PLAIN',
    initial: message,
    respond: () => {
      // Some servers ignore the initial response and ask with an empty challenge; once is enough.
      if (asked) return undefined
      asked = true
      return message
    },
  }
}

/** Prompts differ between servers (and languages), so the order counts: first the name, then the password. */
function login({ name, password }: Credentials): ClientExchange {
  const answers = [ENCODER.encode(name), ENCODER.encode(password)]
  return { mechanism: 'LOGIN', initial: undefined, respond: () => answers.shift() }
}
