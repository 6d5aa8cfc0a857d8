// Settings of the sessions that take mail.

import { z } from 'zod'
import { duration, size } from '../../config/types.ts'
import { isNetwork } from './networks.ts'

export const SessionSettings = z
  .object({
    messageSize: size('50MB').describe('Larger messages are refused, before they are sent where the client tells the size.'),
    recipientsPerMessage: z
      .int()
      .min(100)
      .max(100_000)
      .default(1000)
      .describe('Recipients in one transaction; the client sends to the others in the next one.'),
    hops: z
      .int()
      .min(30)
      .max(1000)
      .default(100)
      .describe('A message with more Received fields is going in circles and is refused.'),
    idle: duration('5m').describe('A client that is silent for so long is let go (RFC 5321 §4.5.3.2.7 asks for five minutes).'),
    connections: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(20_000)
      .describe('Connections at the same time, for each listener and thread.'),
    plaintextLogin: z
      .enum(['never', 'loopback', 'always'])
      .default('loopback')
      .describe('Who may sign in without TLS: nobody, programs on this machine, or everybody (never wise).'),
    trustedNetworks: z
      .array(z.string().refine(isNetwork, 'an address or a network such as 192.0.2.0/24 or 2001:db8::/32'))
      .max(1000)
      .default([])
      .describe(
        'Machines that may send to everybody on the MX port without signing in, such as those of your own network. Never name others: spam would be sent through this server.',
      ),
    unknownRecipientDelay: duration('1s').describe(
      'From the eleventh recipient of a connection that does not exist here, each refusal waits so long: looking for addresses costs time. The hundred-and-first ends the connection.',
    ),
    greetingDelay: duration('0s').describe(
      'On the MX port strangers are greeted only after so long, and those who talk before are refused (554): spam programs often do. 0s greets at once; some seconds suffice. Trusted networks do not wait.',
    ),
    signInTries: z.int().min(1).max(100).default(5).describe('Failed attempts to sign in before the connection is closed.'),
  })
  .describe('Taking mail: limits of SMTP sessions')

export type SessionSettings = z.infer<typeof SessionSettings>
