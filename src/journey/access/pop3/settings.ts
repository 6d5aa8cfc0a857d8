// What an operator may set about POP3.

import { z } from 'zod'
import { duration } from '../../../config/types.ts'

export const Pop3Settings = z
  .object({
    idleTimeout: duration('10m').describe(
      'Silence after which a session is closed, deleting nothing. RFC 1939 §3 asks for ten minutes at least.',
    ),
    loginTimeout: duration('2m').describe('Time a client has to log in after it connected.'),
    allowPlaintext: z
      .boolean()
      .default(false)
      .describe(
        'Take passwords over connections without TLS, from anywhere. Connections from this machine itself may always do so.',
      ),
    loginAttempts: z.int().min(1).max(20).default(3).describe('Failed logins after which the connection is closed.'),
    failureDelay: duration('1s').describe(
      'How long the answer to the first failed login is held back; the second waits twice as long, and so on.',
    ),
  })
  .describe('POP3: fetching mail the simple way')

export type Pop3Settings = z.infer<typeof Pop3Settings>
