// The basic reply codes of SMTP (RFC 5321 §4.2.3, RFC 4954 §4 and §6, RFC 7504, RFC 2645), in plain words.

import type { Explanation } from './explain.ts'

export const BASIC_CODES: ReadonlyMap<number, Explanation> = new Map([
  entry(211, 'The host told its status.', 'Nothing to do.'),
  entry(214, 'The host sent a help text.', 'Nothing to do.'),
  entry(220, 'The host is ready.', 'Nothing to do.'),
  entry(221, 'The host said goodbye.', 'Nothing to do.'),
  entry(235, 'The login was accepted.', 'Nothing to do.'),
  entry(
    250,
    'The host accepted it and has taken on the responsibility.',
    'Nothing to do. If the person does not see the message, look in the spam folder first.',
  ),
  entry(251, 'The person is elsewhere; the host forwards the message.', 'Nothing to do.'),
  entry(252, 'The host will not say whether the address exists, but takes the message and will try.', 'Nothing to do.'),
  entry(334, 'The host asks for the next step of the login.', 'Nothing to do.'),
  entry(354, 'The host is ready for the content.', 'Nothing to do.'),
  entry(
    421,
    'The host is closing the connection: it is busy, restarting, or it wants us to slow down.',
    'If it goes on for hours, send more slowly to this host, or ask its operator whether our address is limited.',
  ),
  entry(
    432,
    'The account needs a new password before this way of logging in works (password transition).',
    'Set the password anew at the provider.',
  ),
  entry(
    450,
    'The mailbox cannot be used right now: it is busy, or the host wants to see whether we come back (greylisting).',
    'If it lasts longer than a few hours, ask the recipient by other means whether the mailbox works.',
  ),
  entry(
    451,
    'Something failed at the other host while it handled the message.',
    'If it goes on for a day, tell the other side’s operator.',
  ),
  entry(
    452,
    'The other host has no room at the moment, or takes fewer recipients at once.',
    'If it goes on, the recipient’s mailbox may be full: ask by other means.',
  ),
  entry(453, 'The host has no mail waiting for us.', 'Nothing to do.'),
  entry(
    454,
    'TLS or the login does not work at the other host at the moment.',
    'If it goes on, tell its operator; for a smart host check its status page.',
  ),
  entry(
    455,
    'The host cannot handle a parameter of the command at the moment.',
    'If it goes on, tell the other side’s operator.',
  ),
  entry(458, 'The host cannot hand out queued mail at the moment.', 'If it goes on, tell its operator.'),
  entry(459, 'The host does not hand out queued mail to us.', 'Ask its operator for permission.'),
  entry(
    500,
    'The host did not understand a command.',
    'Often a firewall that meddles with SMTP: tell the other side’s operator.',
  ),
  entry(
    501,
    'The host did not accept the form of an address or a parameter.',
    'Check the address for typing mistakes and unusual characters.',
  ),
  entry(
    502,
    'The host does not know a command that was used.',
    'Tell the other side’s operator: its software is very old or restricted.',
  ),
  entry(
    503,
    'The host thinks that commands came in the wrong order.',
    'Often a refusal in disguise: look at the lines before it in the transcript.',
  ),
  entry(504, 'The host does not support a parameter that was used.', 'Tell the other side’s operator.'),
  entry(
    521,
    'This host never accepts mail.',
    'Check the domain of the address; its owner has to correct the MX records if mail is meant to go there.',
  ),
  entry(525, 'The account may not send or log in.', 'Ask the provider of the account.'),
  entry(
    530,
    'The host wants a login or TLS first.',
    'If this is a smart host, check its username, password and TLS setting; otherwise the domain’s MX points to a host that is not for incoming mail.',
  ),
  entry(
    534,
    'This way of logging in is too weak for the host, or an app password is needed.',
    'Create an app password at the provider, or ask it which login it allows.',
  ),
  entry(535, 'The username or password was refused.', 'Check the smart host’s username and password.'),
  entry(538, 'The host allows this login only over TLS.', 'Turn TLS on for the smart host.'),
  entry(
    550,
    'The host refused: mostly because there is no such mailbox, sometimes by its policy.',
    'Check the address; if it is right, read the host’s text for its reason.',
  ),
  entry(551, 'The person is not here, and the host does not forward.', 'Ask for the new address; the text may contain it.'),
  entry(
    552,
    'The mailbox is full or the message is too large.',
    'Ask the recipient to make room, or send a smaller message with a link in place of the attachment.',
  ),
  entry(
    553,
    'The host does not allow this address.',
    'Check sender and recipient for typing mistakes; some hosts allow only senders of their own.',
  ),
  entry(
    554,
    'The host refused the message: mostly by policy or as spam.',
    'Read the host’s text; check the reputation of our address and that SPF, DKIM and DMARC pass.',
  ),
  entry(555, 'The host does not know a parameter of the sender or recipient command.', 'Tell the other side’s operator.'),
  entry(556, 'The domain accepts no mail at all.', 'Check the address for a typing mistake in its domain.'),
])

function entry(code: number, meaning: string, advice: string): readonly [number, Explanation] {
  return [code, { meaning, advice }]
}
