// The moment a message becomes ours: its content, its envelope, every recipient and what happened, in one commit. 250 is said after it.

import { type NewContent, placeContent } from '../../store/content/content.ts'
import { procedure, type Steps } from '../../store/database/procedure.ts'
import { recordEvent } from '../../store/events/events.ts'
import { appendMessage } from '../mailbox/mailbox.ts'
import { insertMessage, insertRecipient, type NewMessage } from '../queue/queue.ts'

export interface AcceptedRecipient {
  readonly address: string
  /** Before an alias changed it. */
  readonly originalAddress?: string
  /** Domain, or an address literal in brackets. */
  readonly destination: string
  /** Of ours, and has a mailbox: it is delivered in this commit. */
  readonly mailbox?: { readonly org: number; readonly id: string; readonly entryId: string; readonly prefix: string }
}

export interface Accept {
  readonly message: Omit<NewMessage, 'openRecipients' | 'contentId'>
  readonly content: NewContent
  /** What a mailbox wants to know of the content (`encodeIndex`), when somebody has found it out already. */
  readonly index?: Uint8Array
  readonly recipients: readonly AcceptedRecipient[]
}

export function* accept({ message, content, index, recipients }: Accept): Steps<void> {
  const { org, id: messageId, receivedAt: at } = message
  const local = recipients.filter((recipient) => recipient.mailbox !== undefined).length
  const openRecipients = recipients.length - local
  const refs = local + (openRecipients > 0 ? 1 : 0)
  yield* placeContent({ content, refs, at, ...(index === undefined || local === 0 ? {} : { index }) })
  yield* insertMessage({ ...message, contentId: content.id, openRecipients })
  yield* recordEvent({ org, messageId, recipient: null, at, event: receivedEvent(message, recipients.length) })
  for (const [n, recipient] of recipients.entries()) yield* acceptRecipient({ org, messageId, n, at }, recipient, content)
}

export const acceptProcedure = procedure('session.accept', accept)

export const sessionProcedures = [acceptProcedure]

interface Place {
  readonly org: number
  readonly messageId: string
  readonly n: number
  readonly at: number
}

function* acceptRecipient(place: Place, recipient: AcceptedRecipient, content: NewContent): Steps<void> {
  const { org, messageId, n, at } = place
  const { address, originalAddress, destination, mailbox } = recipient
  const original = originalAddress === undefined ? {} : { originalAddress }
  if (mailbox === undefined) {
    yield* insertRecipient({ org, messageId, n, address, ...original, destination, state: 'scheduled', at })
    yield* recordEvent({ org, messageId, recipient: address, at, event: { type: 'queued', destination, dueAt: at } })
    return
  }
  const uid = yield* appendMessage({
    org: mailbox.org,
    mailboxId: mailbox.id,
    id: mailbox.entryId,
    messageId,
    contentId: content.id,
    contentSizeBytes: content.sizeBytes,
    prefix: mailbox.prefix,
    receivedAt: at,
    retain: false,
  })
  if (uid === undefined) throw new MailboxGone(mailbox.id)
  yield* insertRecipient({ org, messageId, n, address, ...original, destination, state: 'delivered', at })
  yield* recordEvent({
    org,
    messageId,
    recipient: address,
    at,
    event: { type: 'delivered', to: 'mailbox', mailboxId: mailbox.id, uid },
  })
}

/** The mailbox was removed between RCPT and the end of the message: the whole is undone, the client is told to try again. */
class MailboxGone extends Error {
  constructor(mailboxId: string) {
    super(`mailbox ${mailboxId} was removed while a message for it came in`)
  }
}

function receivedEvent(message: Accept['message'], recipientCount: number) {
  const { source, sizeBytes, reversePath, peerAddress, helo, protocol, tls, authAddress, subject, headerMessageId } = message
  return {
    type: 'received' as const,
    source,
    sizeBytes,
    reversePath,
    recipientCount,
    ...(peerAddress === undefined ? {} : { peerAddress }),
    ...(helo === undefined ? {} : { helo }),
    ...(protocol === undefined ? {} : { protocol }),
    ...(tls === undefined ? {} : { tls }),
    ...(authAddress === undefined ? {} : { account: authAddress }),
    ...(subject === '' ? {} : { subject }),
    ...(headerMessageId === undefined ? {} : { headerMessageId }),
  }
}
