// Explanations: every registered code is known, and texts in the manner of real providers find theirs.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { explain } from './explain.ts'
import { BASIC_CODES } from './explain-basic.ts'
import { ENHANCED_CODES } from './explain-enhanced.ts'
import { KNOWN_TEXTS } from './explain-texts.ts'

const BASIC =
  '211 214 220 221 235 250 251 252 334 354 421 432 450 451 452 453 454 455 458 459 500 501 502 503 504 521 525 530 534 535 538 550 551 552 553 554 555 556'
const REGISTERED: readonly (readonly [subject: number, last: number])[] = [
  [0, 0],
  [1, 10],
  [2, 4],
  [3, 6],
  [4, 7],
  [5, 6],
  [6, 10],
  [7, 30],
]

test('every basic code of RFC 5321, 4954 and 7504 has an explanation', () => {
  for (const code of BASIC.split(' ').map(Number)) assert.ok(BASIC_CODES.has(code), String(code))
})

test('every enhanced code registered with IANA has an explanation', () => {
  for (const [subject, last] of REGISTERED) {
    for (let detail = 0; detail <= last; detail++) assert.ok(ENHANCED_CODES.has(`${subject}.${detail}`), `${subject}.${detail}`)
  }
})

test('explanations are whole sentences, and none says the same in both fields', () => {
  for (const { meaning, advice } of [...BASIC_CODES.values(), ...ENHANCED_CODES.values(), ...KNOWN_TEXTS]) {
    assert.match(meaning, /^[A-Za-z].*\.$/)
    assert.match(advice, /^[A-Z].*\.$/)
    assert.notEqual(meaning, advice)
  }
})

/** What was said, and the known text that explains it. Written for these tests in the providers' manner. */
const SAID: readonly (readonly [code: number, enhanced: string | undefined, text: string, id: string])[] = [
  [
    550,
    '5.7.26',
    'This mail has been blocked because the sender is unauthenticated. DKIM = did not pass SPF [example.org] with ip: [192.0.2.1] = did not pass - gsmtp',
    'gmail-unauthenticated',
  ],
  [
    421,
    '4.7.28',
    'Our system has detected an unusual rate of unsolicited mail originating from your IP address. gsmtp',
    'gmail-volume',
  ],
  [
    450,
    '4.2.1',
    'The user you are trying to contact is receiving mail at a rate that prevents additional messages. gsmtp',
    'gmail-rate',
  ],
  [550, '5.7.1', 'Our system has detected that this message is likely unsolicited mail. gsmtp', 'gmail-unsolicited'],
  [550, '5.7.1', 'blocked due to the very low reputation of the sending domain. gsmtp', 'gmail-reputation'],
  [550, '5.1.1', 'The email account that you tried to reach does not exist. gsmtp', 'no-such-user'],
  [550, '5.1.2', 'the domain nowhere.invalid does not exist', 'no-such-domain'],
  [552, '5.2.2', "The recipient's inbox is out of storage space. gsmtp", 'gmail-storage'],
  [550, '5.2.1', 'The email account that you tried to reach is inactive. gsmtp', 'mailbox-disabled'],
  [
    552,
    '5.7.0',
    'This message was blocked because its content presents a potential security issue. gsmtp',
    'gmail-security-content',
  ],
  [
    550,
    '5.7.1',
    'Unfortunately, messages from [192.0.2.1] were not sent, since part of their network is on our block list (S3140).',
    'microsoft-blocked-network',
  ],
  [
    451,
    '4.7.650',
    'The mail server [192.0.2.1] has been temporarily rate limited due to IP reputation. (S775)',
    'microsoft-rate-limited',
  ],
  [550, '5.7.606', 'Access denied, banned sending IP [192.0.2.1].', 'microsoft-banned-ip'],
  [
    550,
    '5.7.515',
    'Access denied, sending domain EXAMPLE.ORG does not meet the required authentication level.',
    'microsoft-authentication-level',
  ],
  [
    550,
    '5.1.10',
    'RESOLVER.ADR.RecipientNotFound; Recipient a@example.net not found by SMTP address lookup',
    'microsoft-recipient-not-found',
  ],
  [550, '5.4.1', 'Recipient address rejected: Access denied. [AM0PR00]', 'microsoft-access-denied'],
  [550, '5.7.509', 'Access denied, sending domain example.org does not pass DMARC verification', 'dmarc'],
  [
    421,
    '4.7.0',
    '[TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume or user complaints - 4.16.55.1',
    'yahoo-complaints',
  ],
  [553, '5.7.2', '[TSS11] All messages from 192.0.2.1 will be permanently deferred; Retrying will NOT succeed.', 'yahoo-blocked'],
  [554, '5.7.9', 'Message not accepted for policy reasons.', 'yahoo-policy'],
  [554, undefined, "delivery error: dd This user doesn't have a yahoo.example account (a@yahoo.example) [0]", 'yahoo-no-account'],
  [554, '5.7.1', '[HM08] Message rejected due to local policy. See the icloud support page', 'apple-policy'],
  [554, '5.7.1', 'Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org', 'spamhaus'],
  [550, undefined, 'JunkMail rejected - host is in an RBL: http://www.barracudanetworks.example/reputation', 'barracuda'],
  [554, '5.7.0', 'Blocked - see https://ipcheck.proofpoint.com/?ip=192.0.2.1', 'proofpoint'],
  [550, undefined, 'rejected because 192.0.2.1 is in a black list at dnsbl.example', 'sorbs-or-other-list'],
  [450, '4.2.0', '<a@example.net>: Recipient address rejected: Greylisted, see http://postgrey.example/help', 'greylisting'],
  [451, '4.7.1', 'Please try again in 300 seconds', 'greylisting'],
  [552, '5.2.2', 'Mailbox full', 'mailbox-full'],
  [452, '4.2.2', '<a@example.net> user is over quota', 'mailbox-full'],
  [550, '5.1.1', '<a@example.net>: Recipient address rejected: User unknown in virtual mailbox table', 'no-such-user'],
  [550, undefined, 'No such user here', 'no-such-user'],
  [550, '5.7.1', 'Unable to relay', 'relay'],
  [554, '5.7.1', '<a@example.net>: Relay access denied', 'relay'],
  [550, '5.7.23', 'The message was rejected because of Sender Policy Framework violation', 'spf'],
  [550, '5.7.20', 'No valid DKIM signature', 'dkim'],
  [550, '5.7.25', 'Client host rejected: cannot find your reverse hostname, [192.0.2.1]', 'reverse-dns'],
  [450, '4.1.8', '<a@example.org>: Sender address rejected: Domain not found', 'sender-domain'],
  [504, '5.5.2', '<mail>: Helo command rejected: need fully-qualified hostname', 'helo'],
  [421, '4.7.0', 'Too many concurrent SMTP connections from this IP address; please try again later', 'connections'],
  [452, '4.5.3', 'Too many recipients', 'too-many-recipients'],
  [450, '4.7.1', 'You have exceeded the number of messages allowed per hour', 'rate-limit'],
  [530, '5.7.0', 'Must issue a STARTTLS command first', 'tls-wanted'],
  [552, '5.3.4', 'Message size exceeds fixed maximum message size', 'size'],
  [554, '5.4.6', 'Too many hops', 'loop'],
  [554, '5.7.1', 'Spam message rejected', 'spam'],
  [550, '5.7.1', 'This message contains a virus (Eicar)', 'virus'],
  [535, '5.7.8', 'Username and Password not accepted', 'login'],
]

for (const [code, enhanced, text, id] of SAID) {
  test(`"${code} ${enhanced ?? ''} ${text.slice(0, 60)}" is ${id}`, () => {
    const expected = KNOWN_TEXTS.find((known) => known.id === id)
    assert.ok(expected)
    assert.equal(explain(code, enhanced, text).meaning, expected.meaning)
  })
}

test('without a known text the enhanced code explains, then the basic one, then the first digit', () => {
  assert.equal(explain(550, '5.1.1', 'zzz').meaning, ENHANCED_CODES.get('1.1')?.meaning)
  assert.equal(explain(550, '5.1.99', 'zzz').meaning, ENHANCED_CODES.get('1.0')?.meaning)
  assert.equal(explain(552, undefined, 'zzz').meaning, BASIC_CODES.get(552)?.meaning)
  assert.match(explain(599, undefined, 'zzz').meaning, /for good/)
  assert.match(explain(0).meaning, /No answer/)
})

test('a temporary answer says first that it is tried again; a permanent one does not', () => {
  assert.match(explain(452, '4.2.2').advice, /^It is tried again/)
  assert.match(explain(0, '4.4.1').advice, /^It is tried again/)
  assert.doesNotMatch(explain(552, '5.2.2').advice, /tried again/)
  assert.doesNotMatch(explain(0, '5.1.2').advice, /tried again/)
})

test('"unknown user" with a temporary code is not called a missing mailbox', () => {
  assert.notEqual(
    explain(450, '4.3.0', 'recipient unknown at the moment').meaning,
    KNOWN_TEXTS.find(({ id }) => id === 'no-such-user')?.meaning,
  )
})

test('an accepted message is never explained by a word in its text', () => {
  assert.equal(explain(250, '2.0.0', 'queued as spam-5').meaning, BASIC_CODES.get(250)?.meaning)
})

test('mad texts cost no time worth mentioning', () => {
  for (const piece of ['user ', 'mailbox a ', 'exceeded ', 'sender address ', ' ', '\t', 'account x x x ']) {
    assert.ok(explain(550, undefined, piece.repeat(100_000)).meaning.length > 0)
  }
})
