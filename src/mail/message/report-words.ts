// A few plain words for each enhanced status code (RFC 3463 and the IANA registry), for reports whose caller brings none.

export interface StatusWords {
  readonly meaning: string
  readonly advice: string
}

const ASK_THEM = 'Ask the recipient some other way, and show them the words above.'

// By subject and detail (the code without its class); a subject alone stands for the rest of its codes.
const WORDS = new Map<string, StatusWords>([
  [
    '1.1',
    {
      meaning: 'There is no mailbox with this address.',
      advice: 'Check the address for typing mistakes, or ask the recipient for the right one.',
    },
  ],
  [
    '1.2',
    {
      meaning: 'The domain behind the "@" does not exist or cannot receive mail.',
      advice: 'Check the part of the address behind the "@" for typing mistakes.',
    },
  ],
  [
    '1.3',
    {
      meaning: 'The address is not written correctly.',
      advice: 'Check the address for typing mistakes and send the message again.',
    },
  ],
  ['1.6', { meaning: 'The mailbox has moved and left no forwarding address.', advice: 'Ask the recipient for the new address.' }],
  [
    '1.8',
    {
      meaning: 'The other server does not accept your own address as sender.',
      advice: 'Tell your postmaster: the sender address may be misspelt or its domain not set up for mail.',
    },
  ],
  [
    '1.10',
    {
      meaning: 'The domain behind the "@" has declared that it receives no mail.',
      advice: 'Ask the recipient for another address.',
    },
  ],
  [
    '1',
    {
      meaning: 'The other server does not accept this address.',
      advice: 'Check the address for typing mistakes, or ask the recipient for the right one.',
    },
  ],
  ['2.1', { meaning: 'The mailbox is switched off or does not accept mail.', advice: ASK_THEM }],
  [
    '2.2',
    { meaning: "The recipient's mailbox is full.", advice: 'Tell the recipient, and send the message again when there is room.' },
  ],
  [
    '2.3',
    { meaning: 'The message is larger than the recipient may receive.', advice: 'Send smaller attachments, or a link to them.' },
  ],
  ['2', { meaning: "There is a problem with the recipient's mailbox.", advice: ASK_THEM }],
  [
    '3.4',
    { meaning: 'The message is larger than the other server accepts.', advice: 'Send smaller attachments, or a link to them.' },
  ],
  [
    '3',
    { meaning: 'The other mail system has a problem or could not take the message.', advice: 'Send the message again later.' },
  ],
  [
    '4.1',
    { meaning: 'The other server did not answer.', advice: 'Check the part of the address behind the "@", or try again later.' },
  ],
  [
    '4.3',
    { meaning: 'The directory that tells where mail for this domain goes could not be reached.', advice: 'Try again later.' },
  ],
  [
    '4.4',
    {
      meaning: 'We could not find out which server takes mail for this domain.',
      advice: 'Check the part of the address behind the "@" for typing mistakes.',
    },
  ],
  [
    '4.6',
    {
      meaning: 'The message was going round in circles between servers.',
      advice: 'Tell your postmaster; a forwarding rule points back to itself.',
    },
  ],
  [
    '4.7',
    {
      meaning: 'The message could not be delivered in the time we keep trying.',
      advice: 'Send it again later, or reach the recipient some other way.',
    },
  ],
  [
    '4',
    {
      meaning: 'There was a problem on the way to the other server.',
      advice: 'Try again later, or reach the recipient some other way.',
    },
  ],
  ['5', { meaning: 'The two servers did not understand each other.', advice: 'Tell your postmaster.' }],
  [
    '6.7',
    {
      meaning: 'The address or the message uses international characters that the other server cannot handle.',
      advice: 'Ask the recipient for an address in plain letters.',
    },
  ],
  [
    '6',
    { meaning: 'The other server cannot handle the form of this message.', advice: 'Send it as plain text without attachments.' },
  ],
  ['7.1', { meaning: 'The other server does not accept this message from you.', advice: ASK_THEM }],
  [
    '7',
    {
      meaning: 'The other server refused the message by its rules.',
      advice: 'Tell your postmaster, and show them the words above.',
    },
  ],
])

const FAILED: StatusWords = {
  meaning: 'The other server did not accept the message.',
  advice: 'Try again later, or reach the recipient some other way.',
}

/** Words for a code; while a message is only delayed, the advice is to wait. */
export function explainStatus(status: string, kind: 'failed' | 'delayed'): StatusWords {
  const [, subject = '', detail = ''] = status.split('.')
  const words = WORDS.get(`${subject}.${detail}`) ?? WORDS.get(subject) ?? FAILED
  return kind === 'failed'
    ? words
    : { meaning: words.meaning, advice: 'Nothing for now. You will hear from us again only if we have to give up.' }
}
