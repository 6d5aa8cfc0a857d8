// Journeys for tests of the doors.

import type { Journey, Reply } from './contract.ts'

export const GREYLISTED: Reply = {
  code: 451,
  enhanced: '4.7.1',
  text: '<kim@example.org>: Recipient address rejected: Greylisted, see http://postgrey.example/help',
  host: 'mx1.example.org',
  meaning: 'The host turns unknown senders away the first time and expects them to come back.',
  advice: 'Nothing: the next attempt usually succeeds within minutes.',
}

export const NO_SUCH_USER: Reply = {
  code: 550,
  enhanced: '5.1.1',
  text: 'No such user here',
  host: 'mail.example.net',
  meaning: 'The host says that this mailbox does not exist.',
  advice: 'Check the address for typing errors; the sender has been told.',
}

/** One of each: waiting, delivered, returned, held, a report; the texts of strangers are hostile where they can be. */
export function sampleJourneys(now: number): Journey[] {
  return [waiting(now), delivered(now), returned(now), held(now), report(now)]
}

const minutes = (n: number): number => n * 60_000

function waiting(now: number): Journey {
  const at = now - minutes(14)
  return {
    id: '01jqw8zk3m9x2c4v6b',
    at,
    from: 'anna@example.com',
    messageId: '<8f1c2d@example.com>',
    subject: 'Minutes of Thursday’s meeting',
    sizeBytes: 48_213,
    source: 'submission',
    peer: '192.0.2.17',
    expiresAt: at + 432_000_000,
    state: 'waiting',
    recipients: [
      {
        n: 0,
        address: 'kim@example.org',
        destination: 'example.org',
        state: 'waiting',
        attempts: 2,
        nextAttemptAt: now + minutes(4),
        lastAttemptAt: now - minutes(6),
        lastReply: GREYLISTED,
      },
      { n: 1, address: 'lee@example.com', destination: 'example.com', state: 'delivered', attempts: 1, finishedAt: at },
    ],
    timeline: waitingTimeline(now, at),
  }
}

function waitingTimeline(now: number, at: number): Journey['timeline'] {
  return [
    {
      id: '1',
      at,
      type: 'received',
      tone: 'neutral',
      title: 'Taken from anna@example.com',
      detail: 'Signed in as anna@example.com, from 192.0.2.17, encrypted (TLSv1.3).',
    },
    {
      id: '2',
      at: at + 12,
      type: 'delivered',
      tone: 'good',
      title: 'Put into the mailbox of lee@example.com',
      recipient: 'lee@example.com',
    },
    {
      id: '3',
      at: at + 800,
      type: 'deferred',
      tone: 'waiting',
      title: 'example.org asked us to come back later',
      recipient: 'kim@example.org',
      host: 'mx1.example.org',
      reply: GREYLISTED,
      transcript: [
        { at, direction: 'in', line: '220 mx1.example.org ESMTP' },
        { at, direction: 'out', line: 'EHLO mail.example.com' },
        { at, direction: 'in', line: '250-mx1.example.org' },
        { at, direction: 'in', line: '250 PIPELINING' },
        { at, direction: 'out', line: 'MAIL FROM:<anna@example.com>' },
        { at, direction: 'out', line: 'RCPT TO:<kim@example.org>' },
        { at, direction: 'in', line: `451 4.7.1 ${GREYLISTED.text}` },
      ],
    },
    {
      id: '4',
      at: now - minutes(6),
      type: 'deferred',
      tone: 'waiting',
      title: 'example.org asked us to come back later',
      recipient: 'kim@example.org',
      host: 'mx1.example.org',
      reply: GREYLISTED,
    },
  ]
}

function delivered(now: number): Journey {
  const at = now - minutes(55)
  const reply: Reply = {
    code: 250,
    enhanced: '2.0.0',
    text: 'OK 1773480000 a1b2c3-7f4e9',
    host: 'mx.example.net (198.51.100.9)',
    meaning: 'The host took the message and answers for it from now on.',
    advice: 'Nothing. Should it not be found: look in the junk folder, or ask the host with its own number.',
  }
  return {
    id: '01jqw5t0d2f4g6h8j0',
    at,
    from: 'lee@example.com',
    messageId: '<71@example.com>',
    subject: 'Re: the boat, and what to do about the mast',
    sizeBytes: 3_912,
    source: 'submission',
    peer: '2001:db8::17',
    state: 'delivered',
    recipients: [
      {
        n: 0,
        address: 'zoe@example.net',
        destination: 'example.net',
        state: 'delivered',
        attempts: 1,
        finishedAt: at + 1_300,
        lastReply: reply,
      },
    ],
    timeline: [
      { id: '5', at, type: 'received', tone: 'neutral', title: 'Taken from lee@example.com' },
      {
        id: '6',
        at: at + 1_300,
        type: 'delivered',
        tone: 'good',
        title: 'Delivered to example.net',
        recipient: 'zoe@example.net',
        host: 'mx.example.net',
        detail: 'Encrypted (TLSv1.3).',
        reply,
      },
    ],
  }
}

function returned(now: number): Journey {
  const at = now - minutes(190)
  return {
    id: '01jqvyzzz1y2y3y4y5',
    at,
    from: 'anna@example.com',
    messageId: '<x@example.com>',
    subject: '<img src=x onerror="document.title=\'owned\'"> \u001b[31mred\u001b[0m',
    sizeBytes: 812,
    source: 'mx',
    peer: '203.0.113.4',
    state: 'returned',
    recipients: [
      {
        n: 0,
        address: 'nobody@example.net',
        destination: 'example.net',
        state: 'returned',
        attempts: 1,
        finishedAt: at + 900,
        lastReply: NO_SUCH_USER,
      },
    ],
    timeline: [
      { id: '7', at, type: 'received', tone: 'neutral', title: 'Taken from anna@example.com', host: 'client.example' },
      {
        id: '8',
        at: at + 900,
        type: 'bounced',
        tone: 'bad',
        title: 'example.net refused it for good',
        recipient: 'nobody@example.net',
        host: 'mail.example.net',
        reply: NO_SUCH_USER,
      },
      {
        id: '9',
        at: at + 905,
        type: 'report-sent',
        tone: 'neutral',
        title: 'anna@example.com was told',
        relatedId: '01jqvyzzz9report00',
      },
    ],
  }
}

function held(now: number): Journey {
  const at = now - minutes(60 * 26)
  return {
    id: '01jqtr000000000001',
    at,
    from: 'news@example.com',
    subject: '',
    sizeBytes: 1_204_331,
    source: 'api',
    state: 'held',
    recipients: ['a', 'b', 'c'].map((name, n) => ({
      n,
      address: `${name}@münchen.example`,
      destination: 'xn--mnchen-3ya.example',
      state: 'held' as const,
      attempts: 0,
    })),
    timeline: [
      { id: '10', at, type: 'received', tone: 'neutral', title: 'Taken from news@example.com' },
      {
        id: '11',
        at: at + minutes(1),
        type: 'held',
        tone: 'held',
        title: 'Held by an operator',
        detail: 'It waits until someone releases it.',
      },
    ],
  }
}

function report(now: number): Journey {
  const at = now - minutes(190)
  return {
    id: '01jqvyzzz9report00',
    at,
    from: '',
    subject: 'Your message could not be delivered',
    sizeBytes: 4_100,
    source: 'report',
    state: 'delivered',
    recipients: [
      { n: 0, address: 'anna@example.com', destination: 'example.com', state: 'delivered', attempts: 1, finishedAt: at + 5 },
    ],
    timeline: [
      {
        id: '12',
        at,
        type: 'received',
        tone: 'neutral',
        title: 'Written by this server',
        detail: 'A report about another message.',
      },
      {
        id: '13',
        at: at + 5,
        type: 'delivered',
        tone: 'good',
        title: 'Put into the mailbox of anna@example.com',
        recipient: 'anna@example.com',
      },
    ],
  }
}
