// A message that a program of ours hands in (the command line, the API) instead of a connection. It takes the same way into the queue.

import { err, ok, type Result } from '../../ground/result.ts'
import { type Address, formatAddress } from '../../mail/message/message.ts'
import { ChunkDecoder, type ContentFacts, type Reply, reply } from '../../mail/protocol/smtp/smtp.ts'
import type { MessageSource } from '../queue/queue.ts'
import type { SessionContext } from './context.ts'
import { IncomingMessage } from './incoming.ts'
import { keepMessage } from './keep.ts'
import { LineEnds } from './line-ends.ts'
import { type ResolvedRecipient, resolveRecipient, withoutRepeats } from './recipients.ts'
import * as replies from './replies.ts'

export interface Submission {
  readonly org: number
  readonly source: MessageSource
  /** Undefined: `<>`. */
  readonly sender: Address | undefined
  readonly recipients: readonly Address[]
  /** Line ends may be CR LF or LF. */
  readonly content: AsyncIterable<Uint8Array>
  /** Who handed it in, for the journey. */
  readonly account?: string
}

export interface Submitted {
  readonly id: string
  readonly recipientCount: number
}

/** The refusal is the reply that SMTP would give, so that one table of words serves both. */
export async function submitMessage(context: SessionContext, submission: Submission): Promise<Result<Submitted, Reply>> {
  if (!context.hasRoom()) return err(replies.NO_ROOM)
  const recipients = await resolveAll(context, submission.recipients)
  if (!recipients.ok) return recipients
  const { recipients: addresses, source } = submission
  const only = addresses.length === 1 && addresses[0] !== undefined ? { for: formatAddress(addresses[0]) } : {}
  const incoming = new IncomingMessage(context, {
    ...{ role: 'submission', protocol: source === 'api' ? 'HTTP' : 'local', ...only },
    isForMailboxes: recipients.value.some(({ mailbox }) => mailbox !== undefined),
  })
  let kept = false
  try {
    const submitted = await keepSubmission(context, incoming, submission, recipients.value)
    kept = submitted.ok
    return submitted
  } finally {
    if (!kept) incoming.discard()
  }
}

async function keepSubmission(
  context: SessionContext,
  incoming: IncomingMessage,
  submission: Submission,
  recipients: readonly ResolvedRecipient[],
): Promise<Result<Submitted, Reply>> {
  const { sender, recipients: addresses, source } = submission
  const facts = await takeContent(context, incoming, submission.content)
  if (!facts.ok) return facts
  const content = await incoming.finish()
  if (!content.ok) return err('code' in content.error ? content.error : replies.storeTrouble(content.error))
  const kept = await keepMessage(context, incoming, content.value, {
    org: submission.org,
    source,
    reversePath: sender === undefined ? '' : formatAddress(sender),
    recipients,
    smtpUtf8:
      [sender, ...addresses].some((address) => address !== undefined && !isAsciiText(formatAddress(address))) ||
      incoming.facts?.eightBit === true,
    eightBit: facts.value.eightBit,
    protocol: incoming.protocol,
    ...(submission.account === undefined ? {} : { authAddress: submission.account }),
  })
  return kept.ok ? ok({ id: incoming.id, recipientCount: recipients.length }) : err(replies.storeTrouble(kept.error))
}

async function resolveAll(
  context: SessionContext,
  addresses: readonly Address[],
): Promise<Result<readonly ResolvedRecipient[], Reply>> {
  const all: ResolvedRecipient[] = []
  for (const address of addresses) {
    const found = await resolveRecipient(context, address)
    if (found.type === 'alias-loop') return err(replies.ALIAS_LOOP)
    if (found.type === 'unknown-user') return err(replies.unknownUser(formatAddress(address)))
    all.push(...found.recipients)
  }
  return ok(withoutRepeats(all))
}

async function takeContent(
  context: SessionContext,
  incoming: IncomingMessage,
  content: AsyncIterable<Uint8Array>,
): Promise<Result<ContentFacts, Reply>> {
  const lineEnds = new LineEnds()
  const checked = new ChunkDecoder()
  for await (const raw of content) {
    const bytes = lineEnds.convert(raw)
    checked.begin(bytes.length)
    checked.decode(bytes, 0)
    if (checked.sizeBytes > context.settings.messageSize) return err(tooLarge(context.settings.messageSize))
    const outcome = incoming.write(bytes)
    if (outcome instanceof Promise) await outcome
    else if (outcome !== undefined) return err(outcome)
  }
  const facts = checked.finish()
  const fault = replies.contentFault(facts)
  return fault === undefined ? ok(facts) : err(fault)
}

function tooLarge(sizeBytesMax: number): Reply {
  return reply(552, '5.3.4', `The message is larger than ${sizeBytesMax} octets, which is the most this server takes.`)
}

function isAsciiText(text: string): boolean {
  return !/[^\x00-\x7f]/.test(text)
}
