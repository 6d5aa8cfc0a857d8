// Texts of well-known providers and programs, most particular first. Data: what they write changes, and so does this table.

import type { Explanation } from './explain.ts'

export interface KnownText extends Explanation {
  /** For tests and statistics. */
  readonly id: string
  /** Matched against "code enhanced text" on one line. No nested repetition: the text is a stranger's. */
  readonly pattern: RegExp
  /** Only when the answer is permanent (true) or temporary (false); undefined: both. */
  readonly lasting?: boolean
}

export const KNOWN_TEXTS: readonly KnownText[] = [
  // Google
  known('gmail-unauthenticated', /5\.7\.26|sender is unauthenticated|4\.7\.(?:27|30|32)\b.*gsmtp/i, 'Gmail refuses mail that passes neither SPF nor DKIM.', 'Set up SPF and DKIM for the sender’s domain, and DMARC with them; then send again.'),
  known('gmail-no-tls', /4\.7\.29\b.*gsmtp/i, 'Gmail wants the connection to be under TLS.', 'Look why STARTTLS failed: the transcript shows it.'),
  known('gmail-volume', /unusual rate of unsolicited mail|4\.7\.28\b.*gsmtp/i, 'Gmail sees an unusual amount of unwanted mail from our address or domain and slows us down.', 'Send less for some days, only to people who expect it; look at Postmaster Tools.'),
  known('gmail-rate', /receiving mail (?:at a rate|too quickly)/i, 'This mailbox gets more mail than its provider allows at the moment.', 'Send fewer messages to this address at once.'),
  known('gmail-reputation', /(?:very )?low reputation of the sending (?:domain|ip)/i, 'Gmail thinks little of our domain or address because of earlier mail.', 'Send only to people who expect it, in small amounts, until the reputation in Postmaster Tools recovers.'),
  known('gmail-unsolicited', /likely (?:unsolicited|suspicious)|detected that this message is/i, 'The provider takes the message for spam.', 'Check content and links; send only to people who expect it; check SPF, DKIM and DMARC.'),
  known('gmail-ipv6', /ipv6 sending guidelines/i, 'The provider’s rules for mail over IPv6 are not met: reverse DNS or authentication is missing.', 'Set a PTR record for the server’s IPv6 address and let SPF or DKIM pass, or send by IPv4.'),
  known('gmail-storage', /out of storage space|overquota/i, 'The mailbox is full.', 'Ask the recipient by other means to make room.'),
  known('gmail-security-content', /content presents a potential security|blocked.{0,30}(?:attachment|executable)/i, 'The host does not take this kind of attachment.', 'Send a link in place of the attachment.'),
  // Microsoft
  known('microsoft-authentication-level', /5\.7\.515|required authentication level/i, 'Microsoft refuses large senders whose domain does not pass SPF, DKIM and DMARC.', 'Set up all three for the sender’s domain, with the From domain aligned.'),
  known('microsoft-blocked-network', /part of their network is on our block list|\(S3140\)|\(S3150\)/i, 'Outlook.com blocks our address or the network it is in.', 'Ask for delisting at Microsoft’s sender support; look at SNDS for the reason.'),
  known('microsoft-banned-ip', /banned sending ip|5\.7\.6(?:0[6-9]|[1-4]\d)\b|5\.7\.511|banned sender/i, 'Microsoft 365 has banned our address.', 'Ask for delisting at sender.office.com, after the cause has been removed.'),
  known('microsoft-rate-limited', /temporarily rate limited due to ip reputation|\(S77\w\)|4\.7\.650|RP-00[123]/i, 'Outlook.com slows us down because of our address’s reputation.', 'Send more slowly; a new address needs some weeks of small, welcome amounts.'),
  known('microsoft-recipient-not-found', /RecipientNotFound|RESOLVER\.ADR/i, 'There is no mailbox with this address at Microsoft 365.', 'Check the address; remove it from lists.'),
  known('microsoft-access-denied', /5\.4\.1\b.*(?:recipient address rejected|access denied)/i, 'Microsoft 365 does not know this recipient, or the domain is not set up there.', 'Check the address; if it is right, its owner has to look at Microsoft 365.'),
  known('microsoft-restricted-group', /5\.7\.1(?:24|33)\b|not in allowed-senders list|only accepts? (?:mail|messages) from/i, 'Only certain senders may write to this address.', 'Ask the recipient to allow your address.'),
  known('microsoft-bad-tenant', /5\.7\.7(?:08|50)\b|traffic not accepted from this ip/i, 'Microsoft 365 does not take mail from this network or an unregistered domain.', 'Ask Microsoft’s support with the code in the text.'),
  known('microsoft-busy', /4\.7\.500\b|server busy\. please try again later/i, 'Microsoft is busy, or slows an unknown address down.', 'If it goes on for hours, send more slowly.'),
  // Yahoo, AOL
  known('yahoo-complaints', /\[TS[S]?0[1-4]\]|unexpected volume or user complaints/i, 'Yahoo slows us down because of the amount of mail or complaints by its users.', 'Send less and only to people who expect it; join its complaint feedback loop.'),
  known('yahoo-blocked', /\[TS[S]?(?:09|1\d)\]|permanently deferred/i, 'Yahoo does not take mail from our address any more.', 'Write to Yahoo’s postmaster page, after the cause has been removed.'),
  known('yahoo-policy', /5\.7\.9\b.*policy reasons|message not accepted for policy/i, 'The provider refused the message by its policy: mostly authentication, links or content.', 'Check SPF, DKIM and DMARC, then links and content.'),
  known('yahoo-no-account', /doesn'?t have a \S+ account/i, 'There is no mailbox with this address.', 'Check the address; remove it from lists.'),
  // Apple
  known('apple-policy', /\[(?:HME?\d+|CS\d\d)\]|local policy.{0,40}icloud/i, 'iCloud refused the message by its policy.', 'Write to icloudadmin@apple.com with the code in the text.'),
  // Blocklists
  known('spamhaus', /spamhaus|\bzen\.|\bsbl\b|\bpbl\b/i, 'Our address or a domain in the message is on a Spamhaus list.', 'Look it up at check.spamhaus.org; remove the cause, then ask for delisting there.'),
  known('barracuda', /barracuda|\bb\.barracudacentral/i, 'Our address is on Barracuda’s list.', 'Ask for removal at barracudacentral.org.'),
  known('spamcop', /spamcop/i, 'Our address is on SpamCop’s list.', 'It is removed by itself a day after the last report; look for the cause at spamcop.net.'),
  known('proofpoint', /proofpoint/i, 'Proofpoint blocks our address for the recipient.', 'Ask for removal at ipcheck.proofpoint.com.'),
  known('cloudmark', /cloudmark/i, 'Cloudmark blocks our address for the recipient.', 'Ask for a reset at csi.cloudmark.com.'),
  known('mimecast', /mimecast/i, 'Mimecast, the recipient’s filter, refused the message.', 'Ask the recipient’s operator to allow the sender.'),
  known('abusix', /abusix/i, 'Our address is on an Abusix list.', 'Look it up and ask for removal at lookup.abusix.com.'),
  known('uceprotect', /uceprotect/i, 'Our address or its network is on an UCEPROTECT list.', 'Its entries end by themselves after a week without reports; ask the other side not to reject by level 2 and 3.'),
  known('sorbs-or-other-list', /\b(?:dns|r)bls?\b|black-?list|block-?list|\bblock list|listed (?:in|at|by|on) /i, 'Our address or domain is on a blocklist that the host uses.', 'Find the list’s name in the text and ask it for removal, after the cause has been removed.'),
  // Authentication of the sender
  known('dmarc', /\bdmarc\b|5\.7\.509/i, 'The message does not pass the DMARC policy of the sender’s domain.', 'Let SPF or DKIM pass with the same domain as in the From address.'),
  known('spf', /\bspf\b|sender policy framework|not (?:allowed|authorized|permitted) to send (?:mail|email) (?:from|for|on behalf)/i, 'SPF does not allow this server to send for the sender’s domain.', 'Add this server to the SPF record of the sender’s domain.'),
  known('dkim', /\bdkim\b|domainkeys/i, 'The DKIM signature is missing or does not verify.', 'Turn DKIM signing on and check the key in DNS.'),
  known('reverse-dns', /reverse dns|\bptr\b|\brdns\b|cannot find your (?:reverse )?hostname|reverse host ?name/i, 'Our address has no valid name in reverse DNS.', 'Set a PTR record for the server’s address, with a name that leads back to it.'),
  known('helo', /(?:helo|ehlo)(?: command)? (?:rejected|refused|invalid|name)|invalid (?:helo|ehlo)/i, 'The host does not accept the name with which this server introduces itself.', 'Set the server’s host name to a full name that exists in DNS and leads back to its address.'),
  known('sender-domain', /sender (?:address|domain).{0,60}(?:domain not found|does not (?:exist|resolve)|not found|unresolvable)|domain of sender/i, 'The domain of the sender’s address cannot be found.', 'Check the sender address and the DNS of its domain.'),
  known('sender-verify', /sender verif|callout|sender address rejected: (?:undeliverable|unverified)/i, 'The host asked our side whether the sender exists, and did not get a yes.', 'The sender address must be able to receive mail.'),
  // Ways of slowing down
  known('greylisting', /gr[ae]y-?list|postgrey|come back (?:later|in)|try again in \d+ (?:seconds|minutes)|(?:not|n['’]t) (?:seen|know) (?:you|this sender).{0,20}before/i, 'The host does not know us yet and wants to see whether we come back (greylisting).', 'The next attempt mostly passes.', false),
  known('connections', /too many (?:concurrent )?(?:smtp )?(?:connections|sessions)|concurrency limit|connection rate/i, 'The host allows fewer connections at once.', 'Lower the number of connections to this destination.'),
  known('too-many-recipients', /too many recipients|recipients? limit|max(?:imum)? (?:number of )?recipients/i, 'The host takes fewer recipients for one message.', 'Nothing to do: the rest is sent in further transactions.'),
  known('rate-limit', /rate[- ]?limit|ratelimit|throttl|too (?:many|much) (?:messages|mails?|emails?|traffic)|exceeded.{0,40}(?:rate|per (?:hour|minute|day))|sending too (?:fast|quickly|much)|slow down/i, 'The host wants us to send more slowly.', 'If it goes on for hours, lower the rate for this destination.'),
  // Mailboxes
  known('mailbox-full', /mailbox (?:is )?(?:full|over quota)|(?:over|exceed\w*|out of)[ -]*(?:\w+ ){0,3}(?:quota|storage)|quota.{0,20}exceeded|inbox (?:is )?full|insufficient (?:system )?storage|not enough (?:space|storage)/i, 'The mailbox is full.', 'Ask the recipient by other means to make room.'),
  known('mailbox-disabled', /(?:mailbox|account|user|recipient)\S*(?: \S+){0,8} (?:is |has been )?(?:disabled|inactive|suspended|deactivated|locked|discontinued|expired|blocked)\b/i, 'The mailbox exists no more or is disabled.', 'Remove the address from lists; ask the person by other means.'),
  known('no-such-user', /(?:user|recipient|mailbox|address|account|alias)\b.{0,60}\b(?:unknown|not (?:found|exist|valid|known|listed)|invalid|unavailable)|no such (?:user|mailbox|recipient|person|address|account)|unknown (?:user|recipient|mailbox|address|local[- ]part)|(?:does not|doesn'?t) exist|no mailbox (?:here|by that name)|unrouteable address|invalid (?:recipient|mailbox|address)/i, 'There is no mailbox with this address.', 'Check the address for typing mistakes; remove it from lists if it was right once.', true),
  known('relay', /relay(?:ing)? (?:access )?(?:denied|not (?:allowed|permitted)|prohibited)|not (?:permitted|allowed|authori[sz]ed) to relay|unable to relay|we do not relay/i, 'The host does not consider itself responsible for this domain.', 'The domain’s MX record points to the wrong host, or the domain is missing there: its owner has to look. For a smart host: log in.'),
  // Content
  known('tls-wanted', /must issue a? ?starttls|tls (?:is )?required|encryption (?:is )?required/i, 'The host wants TLS.', 'Look why TLS was not used: the transcript shows it.'),
  known('virus', /\bvirus|malware|infected|trojan|phish/i, 'The host found something harmful in the message.', 'Check the sender’s machine and the attachment; leave suspicious links out.'),
  known('size', /(?:message|mail) (?:size )?(?:is )?(?:too (?:large|big)|exceeds)|exceeds? (?:the )?(?:fixed )?(?:maximum )?(?:message )?size|size limit|larger than/i, 'The message is too large for the host.', 'Send a smaller message, or a link in place of the attachment.'),
  known('loop', /too many hops|hop count|(?:mail|routing) loop|loops? back|5\.4\.14\b/i, 'The message goes round in a circle.', 'Check forwardings and MX records of the domain: two hosts send it to each other.'),
  known('attachment', /attachment.{0,40}(?:not (?:allowed|permitted)|prohibited|rejected)|(?:banned|prohibited|blocked) (?:file|attachment)/i, 'The host does not take this kind of attachment.', 'Send a link in place of the attachment.'),
  known('non-standard', /bare (?:lf|cr|newline|line ?feed)|not rfc ?-?\d* ?compliant|rfc ?-?[25]\d{3}.{0,30}(?:violat|complian)|multiple from|missing (?:from|date|message-id)/i, 'The host found the message not written as the standards ask.', 'Look at the program that made it: headers and line ends.'),
  known('spam', /\bspam\b|spammy|unsolicited|\bbulk\b|junk ?mail|\buce\b|message content rejected/i, 'The host takes the message for spam.', 'Check content and links; send only to people who expect it; check SPF, DKIM and DMARC.'),
  known('reputation', /reputation|poor sender|bad sender score|senderscore/i, 'The host thinks little of our address or domain because of earlier mail.', 'Send only to people who expect it, in small amounts, until the reputation recovers.'),
  known('login', /authentication (?:is )?required|auth(?:entication)? failed|invalid (?:credentials|login)|username and password not accepted|5\.7\.139/i, 'The login was missing or refused.', 'Check the smart host’s username and password; some providers want an app password.'),
]

function known(id: string, pattern: RegExp, meaning: string, advice: string, lasting?: boolean): KnownText {
  return { id, pattern, meaning, advice, ...(lasting === undefined ? {} : { lasting }) }
}
