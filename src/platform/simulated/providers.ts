// Manners in the likeness of well-known providers: which codes at which moment, with texts of our own in their style.

import { type Reply, reply } from '../../mail/protocol/smtp/smtp.ts'
import type { Answer, Manners, Moment } from './manners.ts'

export interface ProviderTraits {
  /** Local parts that do not exist there. */
  readonly unknown?: ReadonlySet<string>
  readonly full?: ReadonlySet<string>
  /** Until then (milliseconds since 1970) we send too much for its taste. */
  readonly slowsDownUntil?: number
}

/** Knows about recipients at RCPT, slows down with 421 at the greeting of a new connection. */
export function gmailLike(traits: ProviderTraits = {}): Manners {
  return {
    startTls: true,
    answer: (moment) =>
      slowed(traits, moment, 'mail', SLOW_GMAIL) ??
      atRecipient(traits, moment, {
        unknown: reply(
          550,
          '5.1.1',
          'The email account that you tried to reach does not exist. Please try',
          "double-checking the recipient's address for typos. - gsmtp",
        ),
        full: reply(452, '4.2.2', "The recipient's inbox is out of storage space. - gsmtp"),
      }),
  }
}

const SLOW_GMAIL = reply(
  421,
  '4.7.28',
  'Our system has detected an unusual rate of unsolicited mail',
  'originating from your address. Mail has been temporarily rate limited. - gsmtp',
)

/** Says "busy" in the middle of things, and "access denied" for who does not exist. */
export function microsoftLike(traits: ProviderTraits = {}): Manners {
  return {
    startTls: true,
    answer: (moment) =>
      slowed(
        traits,
        moment,
        'message',
        reply(451, '4.7.500', 'Server busy. Please try again later from [192.0.2.1]. (S77714)'),
      ) ??
      atRecipient(traits, moment, {
        unknown: reply(550, '5.4.1', 'Recipient address rejected: Access denied. [OUTLOOK.EXAMPLE]'),
        full: reply(452, '4.2.2', 'The mailbox is full and cannot take more messages. STOREDRV'),
      }),
  }
}

/** Does not let in whom it dislikes, and knows about recipients only when it has the content. */
export function yahooLike(traits: ProviderTraits = {}): Manners {
  const gone = reply(554, undefined, 'delivery error: dd This user does not have an account - mta.example')
  return {
    startTls: true,
    without: ['CHUNKING', 'SMTPUTF8'],
    answer: (moment) =>
      slowed(
        traits,
        moment,
        'greeting',
        reply(421, '4.7.0', '[TSS04] Messages temporarily deferred due to unexpected volume or user complaints'),
      ) ??
      (moment.type === 'message' && moment.recipients.length === 1 && traits.unknown?.has(localPart(moment.recipients[0] ?? ''))
        ? gone
        : undefined),
  }
}

function slowed(traits: ProviderTraits, moment: Moment, at: Moment['type'], answer: Reply): Answer | undefined {
  return moment.type === at && moment.nowMs < (traits.slowsDownUntil ?? 0) ? answer : undefined
}

function atRecipient(
  traits: ProviderTraits,
  moment: Moment,
  answers: { readonly unknown: Reply; readonly full: Reply },
): Answer | undefined {
  if (moment.type !== 'recipient') return undefined
  const who = localPart(moment.recipient)
  if (traits.unknown?.has(who)) return answers.unknown
  return traits.full?.has(who) ? answers.full : undefined
}

function localPart(address: string): string {
  return address.slice(0, address.lastIndexOf('@'))
}
