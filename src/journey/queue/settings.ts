// Settings of the queue and of delivery.

import { z } from 'zod'
import { duration } from '../../config/types.ts'

const RETRY_STANDARD = ['1m', '5m', '10m', '20m', '40m', '1h', '2h', '4h']

export const QueueSettings = z
  .object({
    retry: z
      .array(duration('1m'))
      .min(1)
      .max(100)
      .prefault(RETRY_STANDARD)
      .describe(
        'How long to wait after the first, second … failed attempt; the last one repeats until the message expires. Each is varied by a tenth.',
      ),
    expireAfter: duration('5d').describe('A message that is not delivered by then goes back to its sender.'),
    delayNoticeAfter: duration('4h').describe('The sender is told once that a message is late.'),
    delayNotices: z.boolean().default(true).describe('Whether senders are told that a message is late.'),
    concurrency: z.int().min(1).max(10_000).default(200).describe('Attempts at the same time, for each worker.'),
    destinationConcurrency: z.int().min(1).max(1000).default(20).describe('Attempts at the same time to one destination.'),
    recipientsPerAttempt: z.int().min(1).max(100).default(100).describe('Recipients of one message in one SMTP transaction.'),
    lease: duration('60s').describe(
      'A worker that gives no sign of life for so long is taken for dead and its work goes to others.',
    ),
    idleDestination: duration('15s').describe('A worker lets go of a destination it had nothing for in this time.'),
    stopWithin: duration('30s').describe('How long a stopping server waits for attempts under way.'),
    retention: duration('30d').describe('How long finished messages and what happened to them can be looked up.'),
  })
  .describe('The queue: retries, expiry, limits of delivery')

export type QueueSettings = z.infer<typeof QueueSettings>
