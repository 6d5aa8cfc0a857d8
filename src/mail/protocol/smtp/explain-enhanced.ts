// Enhanced status codes without their first digit, as IANA registers them (RFC 3463, 3886, 4468, 4865, 4954, 5248, 5321, 6531, 6710,
// 7293, 7372, 7505, 8616, 8689), in plain words.

import type { Explanation } from './explain.ts'

export const ENHANCED_CODES: ReadonlyMap<string, Explanation> = new Map([
  entry('0.0', 'The host gave no particular reason.', 'Read its text.'),
  // Addresses
  entry('1.0', 'Something is wrong with an address.', 'Check sender and recipient for typing mistakes.'),
  entry(
    '1.1',
    'There is no mailbox with this address.',
    'Check the part before the @ for typing mistakes; remove the address from lists if it was right once.',
  ),
  entry('1.2', 'The domain of the address does not exist or takes no mail.', 'Check the part after the @ for typing mistakes.'),
  entry(
    '1.3',
    'The address is not written as an address has to be.',
    'Check it for blanks, missing parts and unusual characters.',
  ),
  entry('1.4', 'The address fits more than one mailbox.', 'Ask the recipient for the exact address.'),
  entry('1.5', 'The address is valid.', 'Nothing to do.'),
  entry(
    '1.6',
    'The mailbox has moved and nobody knows where to.',
    'Ask the recipient for the new address and remove this one from lists.',
  ),
  entry('1.7', 'The sender’s address is not written as an address has to be.', 'Check the sender address.'),
  entry(
    '1.8',
    'The domain of the sender’s address does not exist, or cannot be answered.',
    'Check the sender’s domain: it needs MX or address records in DNS.',
  ),
  entry('1.9', 'The message went on to a host that knows less about reports; no more will be heard of it.', 'Nothing to do.'),
  entry(
    '1.10',
    'The domain of the address says in DNS that it accepts no mail (null MX).',
    'Check the part after the @ for typing mistakes.',
  ),
  // Mailboxes
  entry('2.0', 'Something is wrong with the mailbox.', 'Ask the recipient by other means whether it works.'),
  entry(
    '2.1',
    'The mailbox is disabled or does not take mail at the moment.',
    'Ask the recipient by other means; remove the address from lists if it stays so.',
  ),
  entry('2.2', 'The mailbox is full.', 'Ask the recipient by other means to make room.'),
  entry(
    '2.3',
    'The message is larger than this mailbox allows.',
    'Send a smaller message, or a link in place of the attachment.',
  ),
  entry('2.4', 'The mailing list behind the address could not be expanded.', 'Tell the owner of the list.'),
  // Mail system
  entry('3.0', 'Something is wrong with the other mail system.', 'Tell its operator if it goes on for a day.'),
  entry('3.1', 'The other mail system has no room left.', 'Tell its operator if it goes on for a day.'),
  entry(
    '3.2',
    'The other host takes no messages at the moment: it is being shut down or is under load.',
    'Tell its operator if it goes on for a day.',
  ),
  entry('3.3', 'The other host lacks an ability that the message needs.', 'Send the message in a simpler form.'),
  entry('3.4', 'The message is too large for the other host.', 'Send a smaller message, or a link in place of the attachment.'),
  entry('3.5', 'The mail system is not set up rightly.', 'The operator has to look at it: the host’s text says which side.'),
  entry('3.6', 'The priority of the message was changed by the host.', 'Nothing to do.'),
  // Network and routing
  entry('4.0', 'Something is wrong with the network or the route.', 'Look at the hosts that were tried.'),
  entry(
    '4.1',
    'No host of the domain could be reached.',
    'If it goes on for hours: the other side’s host is down, or a firewall blocks outgoing port 25 here; many networks do.',
  ),
  entry(
    '4.2',
    'The connection broke in the middle.',
    'If it goes on: a firewall or a faulty line in between; larger messages suffer first.',
  ),
  entry(
    '4.3',
    'DNS gave no answer, so nobody knows where the mail has to go.',
    'If it goes on: check this server’s DNS resolver, then the domain’s name servers.',
  ),
  entry(
    '4.4',
    'No host could be found for the domain.',
    'The owner of the domain has to add MX or address records in DNS; check it for typing mistakes first.',
  ),
  entry('4.5', 'The other mail system is overloaded.', 'Send more slowly to it.'),
  entry(
    '4.6',
    'The message goes round in a circle.',
    'Two hosts forward to each other, or an MX record points back to this server: check forwardings and MX records of the domain.',
  ),
  entry(
    '4.7',
    'The message could not be delivered within its time.',
    'Look at the last answers of the host, then send it again.',
  ),
  // Protocol
  entry('5.0', 'The two hosts did not understand each other.', 'Look at the transcript; tell the other side’s operator.'),
  entry('5.1', 'A command was not allowed at that point.', 'Look at the transcript; a refusal often stands in the lines before.'),
  entry('5.2', 'A command was not understood.', 'Often a firewall that meddles with SMTP: tell the other side’s operator.'),
  entry('5.3', 'Too many recipients for one message.', 'Nothing to do: the rest is sent in further transactions.'),
  entry('5.4', 'A command had parameters that the host does not accept.', 'Tell the other side’s operator.'),
  entry('5.5', 'The two hosts speak different versions of the protocol.', 'Tell the other side’s operator.'),
  entry('5.6', 'A line of the login was too long.', 'Use another way to log in at the smart host.'),
  // Content
  entry(
    '6.0',
    'Something is wrong with the content of the message.',
    'Read the host’s text; send the message in a simpler form.',
  ),
  entry('6.1', 'The host or recipient does not take this kind of content.', 'Leave out or change the attachment.'),
  entry('6.2', 'The content had to be converted, and that is not allowed.', 'Send the message in plain text form.'),
  entry(
    '6.3',
    'The content would have to be converted for the other host, and cannot be: it does not take 8-bit mail.',
    'Send the message with quoted-printable or base64 encoding.',
  ),
  entry('6.4', 'The content was converted and lost something.', 'Ask the recipient whether it is still readable.'),
  entry('6.5', 'Converting the content failed.', 'Send the message in a simpler form.'),
  entry('6.6', 'The content could not be fetched from where it is kept.', 'Send the message again.'),
  entry(
    '6.7',
    'The other host does not take addresses with characters beyond ASCII.',
    'Use an address without them, for sender and recipient alike.',
  ),
  entry(
    '6.8',
    'The answer would have needed characters that were not allowed.',
    'Use an address without characters beyond ASCII.',
  ),
  entry(
    '6.9',
    'The message’s headers have characters that the other host does not take.',
    'Use addresses without characters beyond ASCII.',
  ),
  entry(
    '6.10',
    'The answer would have needed characters that were not allowed.',
    'Use an address without characters beyond ASCII.',
  ),
  // Security and policy
  entry(
    '7.0',
    'The host refused for a reason of security or policy.',
    'Read the host’s text; check that SPF, DKIM and DMARC pass.',
  ),
  entry(
    '7.1',
    'The host does not allow this message: by its policy, as spam, or because this sender may not write there.',
    'Read the host’s text; check that SPF, DKIM and DMARC pass and that our address is on no blocklist.',
  ),
  entry('7.2', 'This sender may not write to the mailing list.', 'Ask the owner of the list.'),
  entry('7.3', 'The message would have to be secured in another way, and cannot be.', 'Send it without encryption or signature.'),
  entry(
    '7.4',
    'TLS is required, and the host does not offer it.',
    'The other side has to turn TLS on; or relax the requirement for this route.',
  ),
  entry(
    '7.5',
    'TLS or another encryption failed.',
    'The other side’s certificate or TLS versions are at fault: tell its operator.',
  ),
  entry('7.6', 'The host does not know the way the message is encrypted or signed.', 'Send it in another form.'),
  entry('7.7', 'The message was changed on its way.', 'Send it again.'),
  entry('7.8', 'The username or password was refused.', 'Check the smart host’s username and password.'),
  entry(
    '7.9',
    'This way of logging in is too weak for the host.',
    'Ask the provider which login it allows; often an app password is needed.',
  ),
  entry('7.10', 'The host wants TLS.', 'Turn TLS on for this route.'),
  entry('7.11', 'The host allows this login only over TLS.', 'Turn TLS on for the smart host.'),
  entry(
    '7.12',
    'The account needs a new password before this way of logging in works.',
    'Set the password anew at the provider.',
  ),
  entry('7.13', 'The account is disabled.', 'Ask the provider of the account.'),
  entry('7.14', 'The host wants a relation of trust that does not exist.', 'Ask its operator.'),
  entry('7.15', 'The message’s priority is too low for the host at the moment.', 'Send it later or with a higher priority.'),
  entry('7.16', 'The message is too large for its priority.', 'Send a smaller one, or with another priority.'),
  entry(
    '7.17',
    'The mailbox has got a new owner since you last knew it.',
    'Ask the person for the new address; remove this one.',
  ),
  entry('7.18', 'The domain has got a new owner since you last knew it.', 'Ask the person for the new address; remove this one.'),
  entry('7.19', 'The host cannot tell whether the mailbox still has the same owner.', 'Ask the person by other means.'),
  entry(
    '7.20',
    'The message has no DKIM signature that passes.',
    'Turn DKIM signing on for the sender’s domain and check its DNS record.',
  ),
  entry(
    '7.21',
    'The message has no DKIM signature that the host accepts.',
    'Sign with the sender’s domain and a key of at least 2048 bits.',
  ),
  entry('7.22', 'No DKIM signature matches the author’s domain.', 'Sign with the domain in the From address.'),
  entry('7.23', 'SPF refuses this server for the sender’s domain.', 'Add this server to the SPF record of the sender’s domain.'),
  entry(
    '7.24',
    'The SPF record of the sender’s domain could not be evaluated.',
    'Check the record: too many lookups or a mistake in it.',
  ),
  entry(
    '7.25',
    'Our address has no valid name in reverse DNS.',
    'Set a PTR record for the server’s address, with a name that leads back to it.',
  ),
  entry('7.26', 'The message passed neither SPF nor DKIM.', 'Set up SPF and DKIM for the sender’s domain, and DMARC with them.'),
  entry(
    '7.27',
    'The sender’s domain says that it accepts no mail (null MX), so it may not send any.',
    'Use a sender domain that can be answered.',
  ),
  entry(
    '7.28',
    'The host sees too much mail at once and protects itself.',
    'Send more slowly; look for a compromised account if the volume is a surprise.',
  ),
  entry('7.29', 'The chain of ARC seals is broken.', 'The forwarder before us has to be mended.'),
  entry(
    '7.30',
    'The message asks for TLS on its whole way (REQUIRETLS), and the host cannot promise that.',
    'Send it without that demand if that is acceptable.',
  ),
])

function entry(code: string, meaning: string, advice: string): readonly [string, Explanation] {
  return [code, { meaning, advice }]
}
