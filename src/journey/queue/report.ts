// Reports about deliveries (DSN) enter the queue like any message: from the null sender, in the commit of what they tell of.

import { putContent } from '../../store/content/content.ts'
import type { Steps } from '../../store/database/procedure.ts'
import { recordEvent } from '../../store/events/events.ts'
import { insertMessage, insertRecipient } from './enqueue.ts'

/** `suppress`: nobody is told (a null sender, another report), and the journey says why. */
export type ReportPlan =
  | {
      readonly type: 'send'
      readonly kind: 'failed' | 'delayed'
      /** Of the report's own message and of its content. */
      readonly id: string
      readonly contentId: string
      readonly headerMessageId: string
      readonly subject: string
      /** Complete, of CONTENT_CHUNK_BYTES at most. */
      readonly bytes: Uint8Array
      readonly eightBit: boolean
      readonly smtpUtf8: boolean
      /** The reverse path it goes to, and where that is. */
      readonly to: string
      readonly destination: string
      readonly expiresAt: number
    }
  | { readonly type: 'suppress'; readonly kind: 'failed' | 'delayed'; readonly reason: string }

/** [Q13] `org` and `about`: the message it tells of. */
export function* enqueueReport(
  args: ReportPlan & { readonly org: number; readonly about: string; readonly at: number },
): Steps<void> {
  const { org, about, at } = args
  if (args.type === 'suppress') {
    yield* recordEvent({
      org,
      messageId: about,
      recipient: null,
      at,
      event: { type: 'report-suppressed', kind: args.kind, reason: args.reason },
    })
    return
  }
  const { id, contentId, headerMessageId, subject, bytes } = args
  yield* putContent({ id: contentId, sizeBytes: bytes.length, encoding: 'identity', head: bytes, refs: 1, createdAt: at })
  const message = {
    org,
    id,
    contentId,
    reversePath: '',
    headerMessageId,
    subject,
    sizeBytes: bytes.length,
    source: 'report' as const,
  }
  yield* insertMessage({
    ...message,
    eightBit: args.eightBit,
    smtpUtf8: args.smtpUtf8,
    receivedAt: at,
    expiresAt: args.expiresAt,
    openRecipients: 1,
  })
  yield* insertRecipient({ org, messageId: id, n: 0, address: args.to, destination: args.destination, state: 'scheduled', at })
  const received = {
    type: 'received',
    source: 'report',
    sizeBytes: bytes.length,
    reversePath: '',
    recipientCount: 1,
    subject,
    headerMessageId,
    about,
  } as const
  yield* recordEvent({ org, messageId: id, recipient: null, at, event: received })
  yield* recordEvent({
    org,
    messageId: about,
    recipient: null,
    at,
    event: { type: 'report-sent', reportId: id, kind: args.kind },
  })
}
