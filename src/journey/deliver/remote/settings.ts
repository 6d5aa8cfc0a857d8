// How mail is handed to other hosts.

import { z } from 'zod'
import { duration } from '../../../config/types.ts'

export const RemoteSettings = z
  .object({
    connectTimeout: duration('30s').describe('How long to wait for a connection to one address'),
    messagesPerConnection: z
      .int()
      .min(1)
      .max(10_000)
      .default(100)
      .describe('Messages after which a connection is closed and a new one made'),
    idleTime: duration('5s').describe('How long a connection is kept open for the next message'),
    sourceAddress4: z.string().default('').describe('Local IPv4 address to connect from; empty: the system chooses'),
    sourceAddress6: z.string().default('').describe('Local IPv6 address to connect from; empty: the system chooses'),
    holdBusy: duration('5m').describe('How long a destination rests when all its hosts answered 421'),
    holdUnreachable: duration('1m').describe('How long a destination rests when none of its hosts could be reached'),
  })
  .describe('Delivery to other hosts by SMTP')

export type RemoteSettings = z.infer<typeof RemoteSettings>
