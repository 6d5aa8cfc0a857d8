// What an operator may set about IMAP.

import { z } from 'zod'
import { duration, size } from '../../../config/types.ts'

export const ImapSettings = z
  .object({
    idleTimeout: duration('30m').describe(
      'Silence after which a session is closed. RFC 9051 §5.4 asks for thirty minutes at least.',
    ),
    idleNotify: duration('2m').describe(
      'How often a client that waits with IDLE is told that the server is still there, so that no router on the way forgets the connection.',
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
    sessionsPerPerson: z
      .int()
      .min(1)
      .max(1000)
      .default(20)
      .describe('Sessions one person may have in one serving thread; a device has about five.'),
    messageSize: size('50MB').describe('The largest message that a client may put into a mailbox.'),
    quota: size('0B').describe('What all mailboxes of a person together may hold before clients can add no more; 0B: no bound.'),
    compress: z
      .boolean()
      .default(true)
      .describe('Offer COMPRESS=DEFLATE (RFC 4978): about a third of the octets, for some more CPU time.'),
  })
  .describe('IMAP: reading mail where it is kept')

export type ImapSettings = z.infer<typeof ImapSettings>
