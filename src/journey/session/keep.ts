// From a message that has come in whole to the commit that makes it ours. Sessions, the API and the command line all end here.

import type { Result } from '../../ground/result.ts'
import { deliveredToHeader, returnPathHeader } from '../../mail/message/message.ts'
import type { NewContent } from '../../store/content/content.ts'
import type { StoreError } from '../../store/store.ts'
import type { MessageSource } from '../queue/queue.ts'
import { type Accept, acceptProcedure } from './accept.ts'
import type { SessionContext } from './context.ts'
import type { IncomingMessage } from './incoming.ts'
import type { ResolvedRecipient } from './recipients.ts'

export interface Envelope {
  readonly org: number
  readonly source: MessageSource
  /** Empty for `<>`. */
  readonly reversePath: string
  readonly recipients: readonly ResolvedRecipient[]
  readonly smtpUtf8: boolean
  readonly eightBit: boolean
  readonly peerAddress?: string
  readonly helo?: string
  readonly protocol?: string
  readonly tls?: string
  readonly authAddress?: string
}

/** An `ok` answer means that the message, its recipients and what happened are on the disk. */
export function keepMessage(
  context: SessionContext,
  incoming: IncomingMessage,
  content: NewContent,
  envelope: Envelope,
): Promise<Result<void, StoreError>> {
  return context.store.call(acceptProcedure, acceptance(context, incoming, content, envelope))
}

function acceptance(context: SessionContext, incoming: IncomingMessage, content: NewContent, envelope: Envelope): Accept {
  const { recipients, ...rest } = envelope
  const { expireAfter, delayNoticeAfter } = context.patience
  const { facts, receivedAt } = incoming
  const index = incoming.index()
  return {
    content,
    ...(index === undefined ? {} : { index }),
    message: {
      ...rest,
      id: incoming.id,
      subject: facts?.subject ?? '',
      ...(facts?.messageId === undefined ? {} : { headerMessageId: `<${facts.messageId}>` }),
      sizeBytes: content.sizeBytes,
      receivedAt,
      expiresAt: receivedAt + expireAfter,
      ...(delayNoticeAfter === undefined ? {} : { delayNoticeAt: receivedAt + delayNoticeAfter }),
    },
    recipients: recipients.map(({ mailbox, ...recipient }) => ({
      ...recipient,
      ...(mailbox === undefined
        ? {}
        : {
            mailbox: {
              ...mailbox,
              entryId: context.ids.next(),
              prefix: returnPathHeader(rest.reversePath) + deliveredToHeader(recipient.address),
            },
          }),
    })),
  }
}
