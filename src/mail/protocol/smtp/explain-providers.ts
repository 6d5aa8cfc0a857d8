// Texts of well-known providers and blocklists, most particular first. Data: what they write changes, and so does this table.

import { type KnownText, known } from './explain-known.ts'

export const PROVIDER_TEXTS: readonly KnownText[] = [
  // Google
  known(
    'gmail-unauthenticated',
    /5\.7\.26|sender is unauthenticated|4\.7\.(?:27|30|32)\b.*gsmtp/i,
    'Gmail refuses mail that passes neither SPF nor DKIM.',
    'Set up SPF and DKIM for the sender’s domain, and DMARC with them; then send again.',
  ),
  known(
    'gmail-no-tls',
    /4\.7\.29\b.*gsmtp/i,
    'Gmail wants the connection to be under TLS.',
    'Look why STARTTLS failed: the transcript shows it.',
  ),
  known(
    'gmail-volume',
    /unusual rate of unsolicited mail|4\.7\.28\b.*gsmtp/i,
    'Gmail sees an unusual amount of unwanted mail from our address or domain and slows us down.',
    'Send less for some days, only to people who expect it; look at Postmaster Tools.',
  ),
  known(
    'gmail-rate',
    /receiving mail (?:at a rate|too quickly)/i,
    'This mailbox gets more mail than its provider allows at the moment.',
    'Send fewer messages to this address at once.',
  ),
  known(
    'gmail-reputation',
    /(?:very )?low reputation of the sending (?:domain|ip)/i,
    'Gmail thinks little of our domain or address because of earlier mail.',
    'Send only to people who expect it, in small amounts, until the reputation in Postmaster Tools recovers.',
  ),
  known(
    'gmail-unsolicited',
    /likely (?:unsolicited|suspicious)|detected that this message is/i,
    'The provider takes the message for spam.',
    'Check content and links; send only to people who expect it; check SPF, DKIM and DMARC.',
  ),
  known(
    'gmail-ipv6',
    /ipv6 sending guidelines/i,
    'The provider’s rules for mail over IPv6 are not met: reverse DNS or authentication is missing.',
    'Set a PTR record for the server’s IPv6 address and let SPF or DKIM pass, or send by IPv4.',
  ),
  known(
    'gmail-storage',
    /out of storage space|overquota/i,
    'The mailbox is full.',
    'Ask the recipient by other means to make room.',
  ),
  known(
    'gmail-security-content',
    /content presents a potential security|blocked.{0,30}(?:attachment|executable)/i,
    'The host does not take this kind of attachment.',
    'Send a link in place of the attachment.',
  ),
  // Microsoft
  known(
    'microsoft-authentication-level',
    /5\.7\.515|required authentication level/i,
    'Microsoft refuses large senders whose domain does not pass SPF, DKIM and DMARC.',
    'Set up all three for the sender’s domain, with the From domain aligned.',
  ),
  known(
    'microsoft-blocked-network',
    /part of their network is on our block list|\(S3140\)|\(S3150\)/i,
    'Outlook.com blocks our address or the network it is in.',
    'Ask for delisting at Microsoft’s sender support; look at SNDS for the reason.',
  ),
  known(
    'microsoft-banned-ip',
    /banned sending ip|5\.7\.6(?:0[6-9]|[1-4]\d)\b|5\.7\.511|banned sender/i,
    'Microsoft 365 has banned our address.',
    'Ask for delisting at sender.office.com, after the cause has been removed.',
  ),
  known(
    'microsoft-rate-limited',
    /temporarily rate limited due to ip reputation|\(S77\w\)|4\.7\.650|RP-00[123]/i,
    'Outlook.com slows us down because of our address’s reputation.',
    'Send more slowly; a new address needs some weeks of small, welcome amounts.',
  ),
  known(
    'microsoft-recipient-not-found',
    /RecipientNotFound|RESOLVER\.ADR/i,
    'There is no mailbox with this address at Microsoft 365.',
    'Check the address; remove it from lists.',
  ),
  known(
    'microsoft-access-denied',
    /5\.4\.1\b.*(?:recipient address rejected|access denied)/i,
    'Microsoft 365 does not know this recipient, or the domain is not set up there.',
    'Check the address; if it is right, its owner has to look at Microsoft 365.',
  ),
  known(
    'microsoft-restricted-group',
    /5\.7\.1(?:24|33)\b|not in allowed-senders list|only accepts? (?:mail|messages) from/i,
    'Only certain senders may write to this address.',
    'Ask the recipient to allow your address.',
  ),
  known(
    'microsoft-bad-tenant',
    /5\.7\.7(?:08|50)\b|traffic not accepted from this ip/i,
    'Microsoft 365 does not take mail from this network or an unregistered domain.',
    'Ask Microsoft’s support with the code in the text.',
  ),
  known(
    'microsoft-busy',
    /4\.7\.500\b|server busy\. please try again later/i,
    'Microsoft is busy, or slows an unknown address down.',
    'If it goes on for hours, send more slowly.',
  ),
  // Yahoo, AOL
  known(
    'yahoo-complaints',
    /\[TS[S]?0[1-4]\]|unexpected volume or user complaints/i,
    'Yahoo slows us down because of the amount of mail or complaints by its users.',
    'Send less and only to people who expect it; join its complaint feedback loop.',
  ),
  known(
    'yahoo-blocked',
    /\[TS[S]?(?:09|1\d)\]|permanently deferred/i,
    'Yahoo does not take mail from our address any more.',
    'Write to Yahoo’s postmaster page, after the cause has been removed.',
  ),
  known(
    'yahoo-policy',
    /5\.7\.9\b.*policy reasons|message not accepted for policy/i,
    'The provider refused the message by its policy: mostly authentication, links or content.',
    'Check SPF, DKIM and DMARC, then links and content.',
  ),
  known(
    'yahoo-no-account',
    /doesn'?t have a \S+ account/i,
    'There is no mailbox with this address.',
    'Check the address; remove it from lists.',
  ),
  // Apple
  known(
    'apple-policy',
    /\[(?:HME?\d+|CS\d\d)\]|local policy.{0,40}icloud/i,
    'iCloud refused the message by its policy.',
    'Write to icloudadmin@apple.com with the code in the text.',
  ),
  // Blocklists
  known(
    'spamhaus',
    /spamhaus|\bzen\.|\bsbl\b|\bpbl\b/i,
    'Our address or a domain in the message is on a Spamhaus list.',
    'Look it up at check.spamhaus.org; remove the cause, then ask for delisting there.',
  ),
  known(
    'barracuda',
    /barracuda|\bb\.barracudacentral/i,
    'Our address is on Barracuda’s list.',
    'Ask for removal at barracudacentral.org.',
  ),
  known(
    'spamcop',
    /spamcop/i,
    'Our address is on SpamCop’s list.',
    'It is removed by itself a day after the last report; look for the cause at spamcop.net.',
  ),
  known(
    'proofpoint',
    /proofpoint/i,
    'Proofpoint blocks our address for the recipient.',
    'Ask for removal at ipcheck.proofpoint.com.',
  ),
  known('cloudmark', /cloudmark/i, 'Cloudmark blocks our address for the recipient.', 'Ask for a reset at csi.cloudmark.com.'),
  known(
    'mimecast',
    /mimecast/i,
    'Mimecast, the recipient’s filter, refused the message.',
    'Ask the recipient’s operator to allow the sender.',
  ),
  known('abusix', /abusix/i, 'Our address is on an Abusix list.', 'Look it up and ask for removal at lookup.abusix.com.'),
  known(
    'uceprotect',
    /uceprotect/i,
    'Our address or its network is on an UCEPROTECT list.',
    'Its entries end by themselves after a week without reports; ask the other side not to reject by level 2 and 3.',
  ),
  known(
    'sorbs-or-other-list',
    /\b(?:dns|r)bls?\b|black-?list|block-?list|\bblock list|listed (?:in|at|by|on) /i,
    'Our address or domain is on a blocklist that the host uses.',
    'Find the list’s name in the text and ask it for removal, after the cause has been removed.',
  ),
]
