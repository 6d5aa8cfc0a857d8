// Texts that mail hosts of any kind write; those of providers go first. Data: what they write changes, and so does this table.

import { type KnownText, known } from './explain-known.ts'
import { PROVIDER_TEXTS } from './explain-providers.ts'

export const KNOWN_TEXTS: readonly KnownText[] = [
  ...PROVIDER_TEXTS,
  // Authentication of the sender
  known(
    'dmarc',
    /\bdmarc\b|5\.7\.509/i,
    'The message does not pass the DMARC policy of the sender’s domain.',
    'Let SPF or DKIM pass with the same domain as in the From address.',
  ),
  known(
    'spf',
    /\bspf\b|sender policy framework|not (?:allowed|authorized|permitted) to send (?:mail|email) (?:from|for|on behalf)/i,
    'SPF does not allow this server to send for the sender’s domain.',
    'Add this server to the SPF record of the sender’s domain.',
  ),
  known(
    'dkim',
    /\bdkim\b|domainkeys/i,
    'The DKIM signature is missing or does not verify.',
    'Turn DKIM signing on and check the key in DNS.',
  ),
  known(
    'reverse-dns',
    /reverse dns|\bptr\b|\brdns\b|cannot find your (?:reverse )?hostname|reverse host ?name/i,
    'Our address has no valid name in reverse DNS.',
    'Set a PTR record for the server’s address, with a name that leads back to it.',
  ),
  known(
    'helo',
    /(?:helo|ehlo)(?: command)? (?:rejected|refused|invalid|name)|invalid (?:helo|ehlo)/i,
    'The host does not accept the name with which this server introduces itself.',
    'Set the server’s host name to a full name that exists in DNS and leads back to its address.',
  ),
  known(
    'sender-domain',
    [
      /sender (?:address|domain).{0,60}(?:domain not found|does not (?:exist|resolve)|not found|unresolvable)/i,
      /domain of sender/i,
    ],
    'The domain of the sender’s address cannot be found.',
    'Check the sender address and the DNS of its domain.',
  ),
  known(
    'sender-verify',
    /sender verif|callout|sender address rejected: (?:undeliverable|unverified)/i,
    'The host asked our side whether the sender exists, and did not get a yes.',
    'The sender address must be able to receive mail.',
  ),
  // Ways of slowing down
  known(
    'greylisting',
    [
      /gr[ae]y-?list/i,
      /postgrey/i,
      /come back (?:later|in)/i,
      /try again in \d+ (?:seconds|minutes)/i,
      /(?:not|n['’]t) (?:seen|know) (?:you|this sender).{0,20}before/i,
    ],
    'The host does not know us yet and wants to see whether we come back (greylisting).',
    'The next attempt mostly passes.',
    false,
  ),
  known(
    'connections',
    /too many (?:concurrent )?(?:smtp )?(?:connections|sessions)|concurrency limit|connection rate/i,
    'The host allows fewer connections at once.',
    'Lower the number of connections to this destination.',
  ),
  known(
    'too-many-recipients',
    /too many recipients|recipients? limit|max(?:imum)? (?:number of )?recipients/i,
    'The host takes fewer recipients for one message.',
    'Nothing to do: the rest is sent in further transactions.',
  ),
  known(
    'rate-limit',
    [
      /rate[- ]?limit/i,
      /ratelimit/i,
      /throttl/i,
      /too (?:many|much) (?:messages|mails?|emails?|traffic)/i,
      /exceeded.{0,40}(?:rate|per (?:hour|minute|day))/i,
      /sending too (?:fast|quickly|much)/i,
      /slow down/i,
    ],
    'The host wants us to send more slowly.',
    'If it goes on for hours, lower the rate for this destination.',
  ),
  // Mailboxes
  known(
    'mailbox-full',
    [
      /mailbox (?:is )?(?:full|over quota)/i,
      /(?:over|exceed\w*|out of)[ -]*(?:\w+ ){0,3}(?:quota|storage)/i,
      /quota.{0,20}exceeded/i,
      /inbox (?:is )?full/i,
      /insufficient (?:system )?storage/i,
      /not enough (?:space|storage)/i,
    ],
    'The mailbox is full.',
    'Ask the recipient by other means to make room.',
  ),
  known(
    'mailbox-disabled',
    [
      /(?:mailbox|account|user|recipient)\S*(?: \S+){0,8} (?:disabled|inactive|suspended|deactivated)\b/i,
      /(?:mailbox|account|user|recipient)\S*(?: \S+){0,8} (?:locked|discontinued|expired|blocked)\b/i,
    ],
    'The mailbox exists no more or is disabled.',
    'Remove the address from lists; ask the person by other means.',
  ),
  // Before the next, which "does not exist" of a domain would meet too.
  known(
    'no-such-domain',
    [/\bdomain\b(?: \S+){0,3} (?:does not|doesn'?t) exist/i, /no such domain/i, /domain not found/i],
    'The domain of the address does not exist or takes no mail.',
    'Check the part after the @ for typing mistakes.',
    true,
  ),
  known(
    'no-such-user',
    [
      /(?:user|recipient|mailbox|address|account|alias)\b.{0,60}\b(?:unknown|not (?:found|exist|valid|known|listed)|invalid|unavailable)/i,
      /no such (?:user|mailbox|recipient|person|address|account)/i,
      /unknown (?:user|recipient|mailbox|address|local[- ]part)/i,
      /(?:does not|doesn'?t) exist/i,
      /no mailbox (?:here|by that name)/i,
      /unrouteable address/i,
      /invalid (?:recipient|mailbox|address)/i,
    ],
    'There is no mailbox with this address.',
    'Check the address for typing mistakes; remove it from lists if it was right once.',
    true,
  ),
  known(
    'relay',
    [
      /relay(?:ing)? (?:access )?(?:denied|not (?:allowed|permitted)|prohibited)/i,
      /not (?:permitted|allowed|authori[sz]ed) to relay/i,
      /unable to relay/i,
      /we do not relay/i,
    ],
    'The host does not consider itself responsible for this domain.',
    'The domain’s MX record points to the wrong host, or the domain is missing there: its owner has to look. For a smart host: log in.',
  ),
  // Content
  known(
    'tls-wanted',
    /must issue a? ?starttls|tls (?:is )?required|encryption (?:is )?required/i,
    'The host wants TLS.',
    'Look why TLS was not used: the transcript shows it.',
  ),
  known(
    'virus',
    /\bvirus|malware|infected|trojan|phish/i,
    'The host found something harmful in the message.',
    'Check the sender’s machine and the attachment; leave suspicious links out.',
  ),
  known(
    'size',
    [
      /(?:message|mail) (?:size )?(?:is )?(?:too (?:large|big)|exceeds)/i,
      /exceeds? (?:the )?(?:fixed )?(?:maximum )?(?:message )?size/i,
      /size limit/i,
      /larger than/i,
    ],
    'The message is too large for the host.',
    'Send a smaller message, or a link in place of the attachment.',
  ),
  known(
    'loop',
    /too many hops|hop count|(?:mail|routing) loop|loops? back|5\.4\.14\b/i,
    'The message goes round in a circle.',
    'Check forwardings and MX records of the domain: two hosts send it to each other.',
  ),
  known(
    'attachment',
    /attachment.{0,40}(?:not (?:allowed|permitted)|prohibited|rejected)|(?:banned|prohibited|blocked) (?:file|attachment)/i,
    'The host does not take this kind of attachment.',
    'Send a link in place of the attachment.',
  ),
  known(
    'non-standard',
    [
      /bare (?:lf|cr|newline|line ?feed)/i,
      /not rfc ?-?\d* ?compliant/i,
      /rfc ?-?[25]\d{3}.{0,30}(?:violat|complian)/i,
      /multiple from/i,
      /missing (?:from|date|message-id)/i,
    ],
    'The host found the message not written as the standards ask.',
    'Look at the program that made it: headers and line ends.',
  ),
  known(
    'spam',
    /\bspam\b|spammy|unsolicited|\bbulk\b|junk ?mail|\buce\b|message content rejected/i,
    'The host takes the message for spam.',
    'Check content and links; send only to people who expect it; check SPF, DKIM and DMARC.',
  ),
  known(
    'reputation',
    /reputation|poor sender|bad sender score|senderscore/i,
    'The host thinks little of our address or domain because of earlier mail.',
    'Send only to people who expect it, in small amounts, until the reputation recovers.',
  ),
  known(
    'login',
    [
      /authentication (?:is )?required/i,
      /auth(?:entication)? failed/i,
      /invalid (?:credentials|login)/i,
      /username and password not accepted/i,
      /5\.7\.139/i,
    ],
    'The login was missing or refused.',
    'Check the smart host’s username and password; some providers want an app password.',
  ),
]
